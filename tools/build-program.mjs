/**
 * `npm run build`: compiles the TypeScript into `dist/` and records from what.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execute } from "./command.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { step } from "./progress.mjs";
import sources from "./sources.cjs";

/**
 * Compiles everything, unless the part that is wanted is up to date.
 * @param {string[]} [wanted] files and folders that must compile
 */
export async function buildProgram(wanted = sources.everything()) {
    if (!sources.staleness(wanted)) return;
    // Taken before compiling: what is edited meanwhile is stale afterwards.
    const snapshot = sources.snapshot();
    rmSync(join(root, sources.record), { force: true });
    await step("compiling the program", async () => {
        const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
        const args = [compiler, "-p", "tsconfig.json", "--pretty", "false"];
        const { code, stdout } = await execute(process.execPath, args, { cwd: root });
        process.stderr.write(stdout);
        removeOrphans(join(root, "dist"));
        const wrong = code === 0 ? [] : entriesWithMistakes(stdout);
        writeFileSync(join(root, sources.record), JSON.stringify(withoutEntries(snapshot, wrong)));
        if (wanted.some((entry) => wrong.includes(entry))) {
            throw new Failure("the program does not compile: the compiler's messages are above.");
        }
    });
}

/**
 * The files and folders that do not compile: a mistake in a test need not keep the program from running.
 * @param {string} messages the compiler's
 */
export function entriesWithMistakes(messages, entries = sources.everything()) {
    const files = [...messages.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file = ""]) => file);
    // A message about no file, such as one about the settings, is about all of them.
    if (files.length === 0) return entries;
    return entries.filter((entry) => files.some((file) => isIn(file, entry)));
}

/** @param {Record<string, unknown>} snapshot @param {string[]} entries */
const withoutEntries = (snapshot, entries) =>
    Object.fromEntries(Object.entries(snapshot).filter(([file]) => !entries.some((entry) => isIn(file, entry))));

/** @param {string} file @param {string} entry */
const isIn = (file, entry) => file === entry || file.startsWith(`${entry}/`);

/** A test whose source is gone would run on. */
function removeOrphans(/** @type {string} */ dist) {
    for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
        const source = /^(.*)\.js(\.map)?$/.exec(file)?.[1];
        if (source && !existsSync(join(root, `${source}.ts`))) rmSync(join(dist, file), { force: true });
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    await run(async () => {
        if (!existsSync(join(root, "node_modules")))
            throw new Failure("node_modules is missing: run `npm ci --ignore-scripts`.");
        await buildProgram();
    });
}
