import assert from "node:assert/strict";
import { guardSameEngine } from "../../components/docker/same-engine";
import { register } from "../support/register";

const engine = (id: string) => ({ id, host: "ssh://old.example.org" });

/** What becomes of a run on the engine "here", after one that left these outputs. */
const runAfter = (before: Record<string, unknown>) =>
    register(() => guardSameEngine({ id: "here", host: "unix:///var/run/docker.sock" }), { before });

describe("the engine of a stack", () => {
    it("is another than its instances are on: refused, with the way back and the way to move", async () => {
        await assert.rejects(runAfter({ engine: engine("there"), instances: { uat: {}, dev: {} } }), {
            name: "Error",
            message:
                "cluster.host: dev, uat of this stack are on the Docker engine ssh://old.example.org (there), and this is another, unix:///var/run/docker.sock (here). " +
                "Go back to that engine; or, to move an instance, make a backup there and restore it into a stack of its own here.",
        });
    });

    for (const [what, before] of Object.entries({
        "is looked at for the first time": {},
        "is the one of the last update": { engine: engine("here"), instances: { uat: {} } },
        "is another, and nothing is left on the old one": { engine: engine("there"), instances: {} },
    })) {
        it(what, async () => {
            const { resources } = await runAfter(before);
            assert.deepEqual(resources, []);
        });
    }
});
