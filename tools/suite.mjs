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
import { withRequirements } from "./requirements.mjs";
import { suites } from "./suites.mjs";
import { obtain } from "./toolchain.mjs";

/** In CI nothing may be left out: CHT_TEST_REQUIRE=all. */
export const everythingRequired = process.env.CHT_TEST_REQUIRE === "all";

/** How long mocha may take to end after it has told its result: a run must not hang on what a test left open. */
const patienceAtEnd = 60_000;

/** @typedef {{ passed: number, failed: number, code: number }} Result */
/** @typedef {{ missing: string }} Missing what the machine does not have, as a reason */

/**
 * @param {string} name
 * @param {string[]} [extra] for mocha, such as `--grep`
 * @returns {Promise<Result | Missing>}
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
    return withRequirements(
        suite.needs ?? [],
        (env) => mocha(args, env),
        (missing) => ({ missing }),
    );
}

/** @returns {Promise<Result | Missing>} */
function mocha(/** @type {string[]} */ args, /** @type {Record<string, string | undefined>} */ env) {
    return new Promise((resolve, reject) => {
        // The sandbox's environment: no test can reach a cluster or a stack of the person who runs it.
        const child = spawn(process.execPath, args, {
            cwd: root,
            env: { ...engineEnvironment(), ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const interrupted = whileInterruptible(child);
        let tail = "";
        const summary = () => /^(\d+) passed, (\d+) failed/m.exec(tail.slice(tail.lastIndexOf("\n\n"))) ?? [];
        let lingering = false;
        let patience = setTimeout(() => {}, 0);
        child.stdout.setEncoding("utf8").on("data", (text) => {
            process.stdout.write(text);
            tail = (tail + text).slice(-2_000);
            clearTimeout(patience);
            if (summary().length === 0) return;
            patience = setTimeout(() => {
                lingering = true;
                console.error("The tests are over and their process is not: something was left open. It is ended.");
                child.kill("SIGKILL");
            }, patienceAtEnd);
        });
        child.on("close", (code) => {
            clearTimeout(patience);
            if (interrupted()) return reject(new Failure("the tests were interrupted."));
            const [, passed, failed] = summary();
            resolve({
                passed: Number(passed ?? 0),
                failed: Number(failed ?? 1),
                code: lingering ? Math.sign(Number(failed)) : (code ?? 1),
            });
        });
    });
}

/**
 * Lets us outlive mocha, to take back what was provided for it: ^C reaches both, another signal only us.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => boolean} whether it was interrupted; to be asked at its end
 */
function whileInterruptible(child) {
    let interrupted = false;
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
        interrupted = true;
        if (signal !== "SIGINT") child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    return () => {
        for (const signal of signals) process.off(signal, pass);
        return interrupted;
    };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    await run(async () => {
        const [name = "", ...extra] = process.argv.slice(2);
        await bootstrap();
        const result = await runSuite(name, extra);
        if ("missing" in result) throw new Failure(`the suite "${name}" ${result.missing}.`);
        process.exitCode = result.code;
    });
}
