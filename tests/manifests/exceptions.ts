/**
 * What linters find in the manifests that is as it should be. Every exception has a reason, and every one must still be
 * needed: a linter that finds less than the file says fails the test as one does that finds more.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** Something that a linter found: its name for the check, and a container, or an object as `Kind/name`. */
export interface Finding {
    readonly check: string;
    readonly subject: string;
}

interface Exception {
    readonly reason: string;
    /** The subjects, none more and none less; or `everywhere`, for a check that the project does not follow at all. */
    readonly where: "everywhere" | readonly string[];
}

export const project = resolve(__dirname, "../../..");
export const folder = join(project, "tests/manifests");

/** The exceptions of a file of this folder, by the name of the check. */
export function readExceptions(file: string): Record<string, Exception> {
    const exceptions = parse(readFileSync(join(folder, file), "utf8")) as Record<string, Exception>;
    const unreasoned = Object.entries(exceptions).filter(([, { reason }]) => !/\w+ \w+ \w+/.test(reason));
    if (unreasoned.length > 0)
        throw new Error(`${file}: no reason for ${unreasoned.map(([check]) => check).join(", ")}`);
    return exceptions;
}

/** What is found and not excepted, and what is excepted and not found, each as `check: subject`, sorted. */
export function differences(
    findings: readonly Finding[],
    exceptions: Readonly<Record<string, Exception>>,
): { unexplained: string[]; outdated: string[] } {
    const line = (check: string, subject: string) => `${check}: ${subject}`;
    const unexplained = findings.filter(({ check, subject }) => {
        const where = exceptions[check]?.where ?? [];
        return where !== "everywhere" && !where.includes(subject);
    });
    const outdated = Object.entries(exceptions).flatMap(([check, { where }]) => {
        const found = findings.filter((finding) => finding.check === check).map(({ subject }) => subject);
        if (where === "everywhere") return found.length > 0 ? [] : [line(check, where)];
        return where.filter((subject) => !found.includes(subject)).map((subject) => line(check, subject));
    });
    const sorted = (lines: string[]) => [...new Set(lines)].sort();
    return {
        unexplained: sorted(unexplained.map(({ check, subject }) => line(check, subject))),
        outdated: sorted(outdated),
    };
}
