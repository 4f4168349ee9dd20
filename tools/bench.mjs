/**
 * `npm run bench [-- docker]`: gets what the benchmark needs, compiles, runs it. See bench/README.md.
 */
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { passThrough } from "./command.mjs";
import { engineEnvironment } from "./engine.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { withRequirements } from "./requirements.mjs";
import { needed, neededByDocker, obtain } from "./toolchain.mjs";

/**
 * @typedef {object} Benchmark
 * @property {string[]} programs
 * @property {string[]} plugins
 * @property {(keyof typeof import("./requirements.mjs").requirements)[]} needs
 * @property {string} main
 */

/** @type {Record<string, Benchmark>} */
const benchmarks = {
    kubernetes: { ...needed, programs: [...needed.programs, "helm"], needs: [], main: "main.js" },
    docker: {
        ...neededByDocker,
        programs: [...neededByDocker.programs, "compose"],
        needs: ["docker"],
        main: "docker/main.js",
    },
};

await run(async () => {
    const given = process.argv.slice(2);
    const [name = "", args] = given[0] && given[0] in benchmarks ? [given[0], given.slice(1)] : ["kubernetes", given];
    const { programs, plugins, needs, main } = /** @type {Benchmark} */ (benchmarks[name]);
    await bootstrap();
    await obtain({ programs, plugins });
    process.exitCode = await withRequirements(
        needs,
        (env) =>
            passThrough(process.execPath, ["--enable-source-maps", join(root, "dist", "bench", main), ...args], {
                cwd: root,
                env: { ...engineEnvironment(), ...env },
            }),
        (reason) => {
            throw new Failure(`the benchmark ${reason}.`);
        },
    );
});
