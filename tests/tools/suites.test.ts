import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, root, tool, Workplace } from "./support";

interface Outcome {
    name: string;
    passed: number;
    failed: number;
    time?: number;
    remark: string;
}

interface Outcomes {
    judge(
        name: string,
        result: { passed: number; failed: number; code: number },
        time: number,
        required: boolean,
    ): Outcome;
    skipped(name: string, reasons: string[], required: boolean): Outcome;
    sum(outcomes: Outcome[]): { passed: number; failed: number; ok: boolean };
}

describe("what counts as passed", () => {
    let outcomes: Outcomes;
    before(async () => {
        outcomes = await tool<Outcomes>("outcome.mjs");
    });

    const cases: [string, { passed: number; failed: number; code: number }, boolean, number, string][] = [
        ["tests that passed", { passed: 3, failed: 0, code: 0 }, true, 0, ""],
        ["a failed test", { passed: 3, failed: 2, code: 2 }, false, 2, "failed"],
        ["an error outside of any test", { passed: 3, failed: 0, code: 1 }, false, 1, "failed outside of its tests"],
        ["no test at all", { passed: 0, failed: 0, code: 0 }, false, 0, "ran no test"],
        ["no test at all, where everything is required", { passed: 0, failed: 0, code: 0 }, true, 1, "ran no test"],
    ];
    for (const [what, result, required, failed, remark] of cases) {
        it(`judges ${what}`, () => {
            const outcome = outcomes.judge("unit", result, 5, required);
            assert.deepEqual(outcome, { name: "unit", passed: result.passed, failed, time: 5, remark });
        });
    }

    it("lets a suite be skipped by name and reason, except where everything is required", () => {
        const remark = "skipped: needs root";
        assert.deepEqual(outcomes.skipped("nodes", ["needs root"], false), {
            name: "nodes",
            passed: 0,
            failed: 0,
            remark,
        });
        assert.deepEqual(outcomes.skipped("nodes", ["needs root"], true), {
            name: "nodes",
            passed: 0,
            failed: 1,
            remark,
        });
    });

    it("adds up, and is not content with nothing", () => {
        const suite = (passed: number, failed: number) => ({ name: "", passed, failed, remark: "" });
        assert.deepEqual(outcomes.sum([suite(2, 0), suite(3, 0)]), { passed: 5, failed: 0, ok: true });
        assert.deepEqual(outcomes.sum([suite(2, 0), suite(3, 1)]), { passed: 5, failed: 1, ok: false });
        assert.deepEqual(outcomes.sum([suite(0, 0)]), { passed: 0, failed: 0, ok: false });
    });
});

describe("the suites", () => {
    it("have a folder and a script each", async () => {
        const { suites } = await tool<{ suites: Record<string, object> }>("suites.mjs");
        const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            scripts: Record<string, string>;
        };
        const missing = Object.keys(suites).filter((name) => !existsSync(join(root, "tests", name)));
        assert.deepEqual(missing, []);
        const named = Object.keys(scripts).filter((name) => name.startsWith("test:"));
        assert.deepEqual(
            named.sort(),
            Object.keys(suites)
                .map((name) => `test:${name}`)
                .sort(),
        );
    });

    it("end with the plain line", async () => {
        const place = new Workplace();
        try {
            const file = place.write(
                "a.test.js",
                "it('a', () => {}); it('b', () => { throw new Error('no') }); it.skip('c', () => {});",
            );
            const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
            const args = [mocha, "--no-config", "--reporter", join(root, "tests", "reporter.cjs"), file];
            const { stdout, code } = await execute(process.execPath, args);
            assert.match(stdout, /\n1 passed, 1 failed, 1 skipped\n$/);
            assert.equal(code, 1);
        } finally {
            place.remove();
        }
    });
});
