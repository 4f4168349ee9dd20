import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../../automation/error";
import type { ProgressEvent } from "../../../automation/events";
import { operation } from "../../../automation/operation";

const phases = async (events: AsyncIterable<ProgressEvent>) => {
    const seen: string[] = [];
    for await (const event of events) if (event.kind === "phase") seen.push(event.phase);
    return seen;
};

describe("an operation", () => {
    it("gives its events as they come, and its result", async () => {
        const running = operation(async (report) => {
            report({ kind: "phase", phase: "one" });
            await sleep(5);
            report({ kind: "phase", phase: "two" });
            return 7;
        });
        assert.deepEqual(await phases(running), ["one", "two"]);
        assert.equal(await running.result, 7);
    });

    it("gives all of them to everybody, also to who comes late", async () => {
        const running = operation(async (report) => {
            for (const phase of ["a", "b", "c"]) {
                report({ kind: "phase", phase });
                await sleep(1);
            }
        });
        const early = phases(running);
        await sleep(2);
        const late = phases(running);
        assert.deepEqual(await Promise.all([early, late]), [
            ["a", "b", "c"],
            ["a", "b", "c"],
        ]);
        await running.result;
        assert.deepEqual(await phases(running), ["a", "b", "c"]);
    });

    it("that fails ends the events, and says why in its result alone", async () => {
        const running = operation(async (report) => {
            report({ kind: "phase", phase: "one" });
            await sleep(1);
            throw new OperatorError("refused", "no");
        });
        assert.deepEqual(await phases(running), ["one"]);
        await assert.rejects(running.result, { kind: "refused", message: "no" });
    });
});
