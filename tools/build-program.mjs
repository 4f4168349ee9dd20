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
        const sound = code === 0 ? snapshot : soundPart(snapshot, stdout);
        if (sound) writeFileSync(join(root, sources.record), JSON.stringify(sound));
        if (!sound || (code !== 0 && wanted !== sources.program)) {
            throw new Failure("the program does not compile: the compiler's messages are above.");
        }
    });
}

/** A mistake in a test need not keep the program from running: the program's part counts as compiled. */
function soundPart(/** @type {Record<string, unknown>} */ snapshot, /** @type {string} */ messages) {
    const ofProgram = (/** @type {string} */ file) =>
        sources.program.some((entry) => file === entry || file.startsWith(`${entry}/`));
    const wrong = [...messages.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file = ""]) => file);
    if (wrong.length === 0 || wrong.some(ofProgram)) return undefined;
    return Object.fromEntries(Object.entries(snapshot).filter(([file]) => ofProgram(file)));
}

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
