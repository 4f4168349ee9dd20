/** What stands in the golden files, and the comparison with them. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { answers, emptyAccount, madeInAws } from "../support/aws";
import { root, runProgram, stackConfig } from "../support/program";
import type { Registered } from "../support/register";
import { format } from "./format";

export interface Golden {
    /** In `tests/golden`. */
    readonly file: string;
    readonly render: () => Promise<string>;
}

/** One file for each stack file of the project. */
export const goldens: readonly Golden[] = [
    { file: "sandbox.json", render: () => resourcesOf("sandbox") },
    { file: "dev.json", render: async () => withoutMachine(await resourcesOf("dev")) },
    { file: "prod.json", render: () => resourcesOf("prod") },
];

export function pathOf({ file }: Golden): string {
    return join(root, "tests", "golden", file);
}

/** How the golden file differs from what the program makes now, as a patch; empty where it does not. */
export async function difference(golden: Golden): Promise<string> {
    const path = pathOf(golden);
    const text = await golden.render();
    if (existsSync(path) && readFileSync(path, "utf8") === text) return "";
    const folder = mkdtempSync(join(tmpdir(), "cht-hosting-"));
    try {
        writeFileSync(join(folder, golden.file), text);
        const before = existsSync(path) ? relative(root, path) : "/dev/null";
        const flags = ["diff", "--no-index", "--no-color", "--no-prefix"];
        const { stdout } = spawnSync("git", [...flags, before, join(folder, golden.file)], {
            cwd: root,
            encoding: "utf8",
        });
        return stdout;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** Every resource of a stack, in the order of their names: they are registered in any. */
async function resourcesOf(stack: string): Promise<string> {
    const { resources, outputs } = await runProgram(stackConfig(stack), {
        stack,
        answer: answers(emptyAccount),
        made: madeInAws,
    });
    const named = resources.map((resource) => [`${resource.type}::${resource.name}`, described(resource)] as const);
    return format({ outputs, resources: Object.fromEntries(named) });
}

/** Without what this machine and this moment decide: the tests' engine, the ports that are free, and when it is. */
function withoutMachine(text: string): string {
    const [, http = "", https = ""] = /"http": (\d+), "https": (\d+)/.exec(text) ?? [];
    return text
        .replace(/tcp:\/\/127\.0\.0\.1:\d+/g, "<engine>")
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<now>")
        .replaceAll(http, "10080")
        .replaceAll(https, "10443");
}

/** Without options that every resource has, or none. */
function described({ inputs, secretInputs, options }: Registered): unknown {
    const { parent, dependsOn, protect, retainOnDelete, ignoreChanges, timeouts } = options;
    return {
        inputs,
        ...(secretInputs.length > 0 ? { secretInputs } : {}),
        options: {
            ...(parent === "" ? {} : { parent }),
            ...(dependsOn.length > 0 ? { dependsOn } : {}),
            ...(protect ? { protect } : {}),
            ...(retainOnDelete ? { retainOnDelete } : {}),
            ...(ignoreChanges.length > 0 ? { ignoreChanges } : {}),
            ...(timeouts.create === "" ? {} : { timeouts }),
        },
    };
}
