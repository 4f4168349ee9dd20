/** What an operator did wrong: collected, so that one run tells all of it, and printed without a stack trace. */

export interface Problem {
    /** The key as the operator wrote it: `instances.uat.couchdb.nodes`. */
    readonly path: string;
    /** What is wrong and what is allowed. Never the value of a secret. */
    readonly message: string;
}

/** Joins keys to a path as operators read them: `instances.uat.couchdb.volume.volumes[1].handle`. */
export function pathOf(...keys: readonly PropertyKey[]): string {
    return keys.reduce<string>((path, key) => {
        if (typeof key === "number") return `${path}[${key}]`;
        return path === "" ? String(key) : `${path}.${String(key)}`;
    }, "");
}

/** A list as a sentence has it: `'a', 'b' or 'c'`. */
export function oneOf(values: readonly unknown[]): string {
    const quoted = values.map((value) => (typeof value === "string" ? `'${value}'` : String(value)));
    return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/**
 * The text of all problems: the heading, and a block for each.
 *
 * @param heading what cannot be done, without the colon: `Pulumi.prod.yaml is not valid`
 */
export function formatProblems(heading: string, problems: readonly Problem[]): string {
    const blocks = problems.map(({ path, message }) => `  ${path}\n    ${message}`);
    return `${heading}:\n\n${blocks.join("\n\n")}\n`;
}
