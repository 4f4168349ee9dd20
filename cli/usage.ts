/** What is typed, and how it should be. */
import { parseArgs } from "node:util";
import { type Arguments, type Command, commonOptions, type Option, parseOptions } from "./command";

/** The command line is wrong: told with the way to the help, exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
    let parsed: { values: Record<string, unknown>; positionals: string[] };
    try {
        parsed = parseArgs({
            args: [...argv],
            options: parseOptions(command.options),
            allowPositionals: true,
            strict: true,
        });
    } catch (error) {
        // Its first sentence says what; the others explain a convention of Node's.
        throw new UsageError((error as Error).message.split(/\. |\n/)[0]);
    }
    const { values, positionals } = parsed;
    const [least, most] = command.count;
    if (values["help"] !== true && (positionals.length < least || positionals.length > most)) {
        const problem = positionals.length < least ? "something is missing" : `'${positionals[most]}' is too much`;
        throw new UsageError(`${problem}: cht ${command.name} ${command.parameters}`.trimEnd());
    }
    return {
        positionals,
        text: (name) => values[name] as string | undefined,
        texts: (name) => (values[name] as string[] | undefined) ?? [],
        flag: (name) => values[name] === true,
    };
}

/** @param commands in the order in which they are listed */
export function generalHelp(commands: readonly Command[]): string {
    const lines = commands.map(({ name, parameters, summary }): [string, string] => [`${name} ${parameters}`, summary]);
    return `npm run cht -- COMMAND …    CHT instances: on this machine's Docker engine, or where a stack file says

Commands
${columns(lines)}

npm run cht -- COMMAND --help says more of each.
Exit codes: 0 done, 1 not done, 2 not understood, 130 cancelled.
`;
}

export function commandHelp({ name, parameters, summary, help, options, examples }: Command): string {
    const lines = Object.entries({ ...options, ...commonOptions } as Record<string, Option>).map(
        ([option, { short, value, description }]): [string, string] => [
            `${short === undefined ? "    " : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`,
            description,
        ],
    );
    const shown = examples.map(([line, what]): [string, string] => [`npm run cht -- ${line}`, what]);
    return `npm run cht -- ${name} ${parameters}

${summary}.${help === undefined ? "" : `\n${help}`}

Options
${columns(lines)}

Examples
${columns(shown)}
`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
    const width = Math.max(...rows.map(([left]) => left.length));
    return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join("\n");
}
