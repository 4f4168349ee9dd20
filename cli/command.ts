/** What a command of `npm run cht` is. */
import { resolve } from "node:path";
import type { ParseArgsConfig } from "node:util";
import type { Project } from "../automation/workspace";
import type { Terminal } from "./terminal";

export interface Option {
    readonly type: "string" | "boolean";
    readonly short?: string;
    readonly multiple?: boolean;
    /** What the value is, for the help: `VERSION`. */
    readonly value?: string;
    readonly description: string;
}

export interface Arguments {
    readonly positionals: readonly string[];
    /** The value of an option that has one. */
    readonly text: (name: string) => string | undefined;
    readonly texts: (name: string) => readonly string[];
    readonly flag: (name: string) => boolean;
}

export interface Context extends Arguments {
    readonly project: Project;
    readonly terminal: Terminal;
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal;
    /** The same for what Pulumi's engine does, where the engine did not get the signal itself. */
    readonly engineSignal: AbortSignal;
}

export interface Command {
    readonly name: string;
    /** What stands behind the name: `NAME [FILE]`. */
    readonly parameters: string;
    /** How many of the parameters must be there, and how many may. */
    readonly count: readonly [number, number];
    /** One line. */
    readonly summary: string;
    /** More lines, for the command's own help. */
    readonly help?: string;
    readonly options: Readonly<Record<string, Option>>;
    readonly examples: readonly (readonly [command: string, what: string])[];
    readonly run: (context: Context) => Promise<void>;
}

/** A file as the person means it: npm runs commands in the project's folder, wherever it was called. */
export function fileOf(path: string): string {
    return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

/** Options that every command has. */
export const commonOptions = {
    stack: { type: "string", short: "s", value: "STACK", description: "the stack, Pulumi.STACK.yaml" },
    help: { type: "boolean", short: "h", description: "this help" },
    debug: { type: "boolean", description: "says more where something goes wrong" },
} as const satisfies Record<string, Option>;

export const jsonOption = { type: "boolean", description: "prints JSON for programs" } as const satisfies Option;

export function parseOptions(options: Readonly<Record<string, Option>>): NonNullable<ParseArgsConfig["options"]> {
    return Object.fromEntries(
        Object.entries({ ...options, ...commonOptions }).map(([name, option]: [string, Option]) => [
            name,
            {
                type: option.type,
                ...(option.short === undefined ? {} : { short: option.short }),
                ...(option.multiple === undefined ? {} : { multiple: option.multiple }),
            },
        ]),
    );
}
