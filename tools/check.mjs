/**
 * `npm run check`: what every commit passes, in under two minutes.
 */
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { passThrough } from "./command.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { step } from "./progress.mjs";

const module = (/** @type {string[]} */ ...path) => join(root, "node_modules", ...path);

/** @type {[string, string[]][]} */
const steps = [
    ["types of tools/ and sandbox/", [module("typescript", "bin", "tsc"), "-p", "tools"]],
    ["format", [module("@biomejs", "biome", "bin", "biome"), "check", "--linter-enabled=false"]],
    ["lint", [module("eslint", "bin", "eslint.js"), "--max-warnings", "0", "."]],
    ["tests", [join(root, "tools", "test.mjs"), "unit", "components", "golden"]],
];

await run(async () => {
    await bootstrap();
    for (const [what, command] of steps) {
        await step(what, async () => {
            const code = await passThrough(process.execPath, command, { cwd: root });
            if (code !== 0) throw new Failure(`${what}: see above.`);
        });
    }
});
