/** `npm run cht -- COMMAND …`: asks and prints; what is done is `automation/`'s. */
import { OperatorError } from "../automation/error";
import { openProject } from "../automation/workspace";
import type { Command } from "./command";
import { backup, restore } from "./commands/backup";
import { create } from "./commands/create";
import { destroy } from "./commands/destroy";
import { env } from "./commands/env";
import { start, stop } from "./commands/lifecycle";
import { list } from "./commands/list";
import { login } from "./commands/login";
import { logs } from "./commands/logs";
import { preview, refresh, up } from "./commands/update";
import { versions } from "./commands/versions";
import { terminal } from "./terminal";
import { commandHelp, generalHelp, parseArguments, UsageError } from "./usage";

export const commands: readonly Command[] = [
    create,
    up,
    preview,
    list,
    login,
    logs,
    stop,
    start,
    backup,
    restore,
    destroy,
    versions,
    refresh,
    env,
];

/** @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
    const [name, ...rest] = argv;
    const tty = terminal();
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
        tty.print(generalHelp(commands).trimEnd());
        return name === undefined ? 2 : 0;
    }
    const signals = interruption();
    try {
        const command = commands.find((each) => each.name === name);
        if (command === undefined) throw new UsageError(`there is no command '${name}'`);
        const given = parseArguments(command, rest);
        if (given.flag("help")) {
            tty.print(commandHelp(command).trimEnd());
            return 0;
        }
        await command.run({ ...given, project: await openProject(), terminal: tty, ...signals });
        return 0;
    } catch (error) {
        return failure(error, name, argv.includes("--debug"), tty.say);
    }
}

function failure(error: unknown, name: string, debug: boolean, say: (line: string) => void): number {
    if (error instanceof UsageError) {
        const known = commands.some((command) => command.name === name);
        say(`\nerror: ${error.message}\n\nnpm run cht -- ${known ? `${name} ` : ""}--help says how it goes.`);
        return 2;
    }
    if (error instanceof OperatorError) {
        say(`\nerror: ${error.message}`);
        if (debug && error.detail !== undefined) say(`\n${error.detail}`);
        return error.kind === "cancelled" ? 130 : 1;
    }
    const { message, stack } = error as Error;
    say(`\nerror: ${message}`);
    say(debug ? `\n${stack}` : "This is a mistake of the program: --debug says more, for a report.");
    return 1;
}

/**
 * What Ctrl-C and the end of a session abort. A terminal sends Ctrl-C to Pulumi's engine as well, which then ends in order
 * by itself; a second signal, from here, would have it drop everything.
 */
function interruption(): { signal: AbortSignal; engineSignal: AbortSignal } {
    const all = new AbortController();
    const engine = new AbortController();
    process.on("SIGINT", () => {
        all.abort();
        if (process.stdin.isTTY !== true) engine.abort();
    });
    process.on("SIGTERM", () => {
        all.abort();
        engine.abort();
    });
    return { signal: all.signal, engineSignal: engine.signal };
}

if (require.main === module) {
    void main(process.argv.slice(2)).then((code) => {
        process.exitCode = code;
    });
}
