/**
 * `npm run check`: what every commit passes, in under two minutes. What reads the sources runs beside the tests: each takes
 * one core, and about as long as the other.
 */
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { execute, passThrough } from "./command.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { duration, say, step } from "./progress.mjs";

const module = (/** @type {string[]} */ ...path) => join(root, "node_modules", ...path);

/** @type {[string, string[]][]} */
const readings = [
    ["types of tools/ and sandbox/", [module("typescript", "bin", "tsc"), "-p", "tools"]],
    ["format", [module("@biomejs", "biome", "bin", "biome"), "check", "--linter-enabled=false"]],
    ["lint", [module("eslint", "bin", "eslint.js"), "--max-warnings", "0", "."]],
];

/** One after the other; what they print waits for the tests' end, so that neither cuts into the other. */
async function readSources() {
    const told = [];
    for (const [what, command] of readings) {
        const began = Date.now();
        const { code, stdout, stderr } = await execute(process.execPath, command, { cwd: root });
        told.push({ what, ok: code === 0, took: Date.now() - began, output: stdout + stderr });
    }
    return told;
}

await run(async () => {
    await bootstrap();
    const tests = [join(root, "tools", "test.mjs"), "unit", "components", "golden"];
    const [read, code] = await Promise.all([
        readSources(),
        step("tests", () => passThrough(process.execPath, tests, { cwd: root })),
    ]);
    for (const { what, ok, took, output } of read) {
        say(`${what}: ${ok ? "done" : "failed"} in ${duration(took)}`);
        if (!ok) process.stdout.write(output);
    }
    const failed = [...read.filter(({ ok }) => !ok).map(({ what }) => what), ...(code === 0 ? [] : ["tests"])];
    if (failed.length > 0) throw new Failure(`${failed.join(", ")}: see above.`);
});
