/**
 * `npm test [suite …]`: installs what is needed and runs every suite that this machine can run.
 *
 * With CHT_TEST_REQUIRE=all, as in CI, a suite that was skipped or ran no test has failed.
 */
import { bootstrap } from "./bootstrap.mjs";
import { Failure, run } from "./failure.mjs";
import { judge, skipped, sum } from "./outcome.mjs";
import { duration } from "./progress.mjs";
import { everythingRequired, runSuite } from "./suite.mjs";
import { suites } from "./suites.mjs";
import { table } from "./table.mjs";
import { obtain } from "./toolchain.mjs";

await run(async () => {
    const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
    const unknown = names.find((name) => !suites[name]);
    if (unknown) throw new Failure(`no suite "${unknown}"; there are: ${Object.keys(suites).join(", ")}.`);

    const began = Date.now();
    await bootstrap();
    const runnable = names.flatMap((name) => suites[name] ?? []);
    await obtain({ programs: union(runnable, "programs"), plugins: union(runnable, "plugins") });
    const prepared = Date.now();

    const outcomes = [];
    for (const name of names) outcomes.push(await runOne(name));
    report(outcomes, prepared - began);
});

function union(/** @type {import("./suites.mjs").Suite[]} */ chosen, /** @type {"programs" | "plugins"} */ what) {
    return [...new Set(chosen.flatMap((suite) => suite[what] ?? []))];
}

/** @returns {Promise<import("./outcome.mjs").Outcome>} */
async function runOne(/** @type {string} */ name) {
    console.log(`\n── ${name}: ${suites[name]?.shows}`);
    const began = Date.now();
    const result = await runSuite(name);
    if ("missing" in result) {
        console.log(`skipped: ${result.missing}`);
        return skipped(name, [result.missing], everythingRequired);
    }
    return judge(name, result, Date.now() - began, everythingRequired);
}

function report(/** @type {import("./outcome.mjs").Outcome[]} */ outcomes, /** @type {number} */ preparing) {
    const rows = outcomes.map(({ name, passed, failed, time, remark }) => {
        const budget = suites[name]?.budget ?? 0;
        const late = time !== undefined && time > budget * 1000 ? "over budget" : "";
        const took = time === undefined ? "" : duration(time);
        return [name, String(passed), String(failed), took, `${budget} s`, [remark, late].filter(Boolean).join(", ")];
    });
    console.log(`\nprograms, packages and compiling: ${duration(preparing)}\n`);
    console.log(table(["SUITE", "PASSED", "FAILED", "TIME", "BUDGET", ""], rows));
    const { passed, failed, ok } = sum(outcomes);
    if (!ok) process.exitCode = 1;
    console.log(`\n${passed} passed, ${failed} failed`);
}
