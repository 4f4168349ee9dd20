/**
 * `npm run test:NAME`: gets what the suite needs, compiles, runs it with mocha. Ends with "N passed, N failed".
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bootstrap } from "./bootstrap.mjs";
import { engineEnvironment } from "./engine.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { suites } from "./suites.mjs";
import { obtain } from "./toolchain.mjs";

/** In CI nothing may be left out: CHT_TEST_REQUIRE=all. */
export const everythingRequired = process.env.CHT_TEST_REQUIRE === "all";

/** @typedef {{ passed: number, failed: number, code: number }} Result */

/**
 * @param {string} name
 * @param {string[]} [extra] for mocha, such as `--grep`
 * @returns {Promise<Result>}
 */
export async function runSuite(name, extra = []) {
    const suite = suites[name];
    if (!suite) throw new Failure(`no suite "${name}"; there are: ${Object.keys(suites).join(", ")}.`);
    await obtain({ programs: suite.programs, plugins: suite.plugins });
    const args = [
        "--enable-source-maps",
        join(root, "node_modules", "mocha", "bin", "mocha.js"),
        ...["--reporter", join(root, "tests", "reporter.cjs")],
        ...["--timeout", `${suite.timeout}s`],
        ...(everythingRequired ? ["--forbid-only", "--forbid-pending"] : []),
        ...extra,
        join("dist", "tests", name, "**", "*.test.js"),
    ];
    return mocha(args);
}

/** @returns {Promise<Result>} */
function mocha(/** @type {string[]} */ args) {
    return new Promise((resolve) => {
        // The sandbox's environment: no test can reach a cluster or a stack of the person who runs it.
        const child = spawn(process.execPath, args, {
            cwd: root,
            env: engineEnvironment(),
            stdio: ["ignore", "pipe", "inherit"],
        });
        let tail = "";
        child.stdout.setEncoding("utf8").on("data", (text) => {
            process.stdout.write(text);
            tail = (tail + text).slice(-2_000);
        });
        child.on("close", (code) => {
            const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(tail.slice(tail.lastIndexOf("\n\n"))) ?? [];
            resolve({ passed: Number(passed ?? 0), failed: Number(failed ?? 1), code: code ?? 1 });
        });
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    await run(async () => {
        const [name = "", ...extra] = process.argv.slice(2);
        await bootstrap();
        const { code } = await runSuite(name, extra);
        process.exitCode = code;
    });
}
