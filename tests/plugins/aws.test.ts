/** The stand-in for the aws plugin, over an AWS that is a folder. */
import assert from "node:assert/strict";
import { version } from "@pulumi/aws/package.json";
import { official } from "../../sandbox/plugins/aws/behaviours";
import { extract } from "../../sandbox/plugins/aws/sdk/extract";
import { FUNCTIONS, RESOURCES } from "../../sandbox/plugins/aws/sdk/tokens";
import { sdk } from "../../sandbox/plugins/aws/sdk/validate";
import { facts } from "../../sandbox/plugins/aws/services";
import { SimulatedAws } from "./aws";
import { awsMutations } from "./aws.mutations";
import { awsCases } from "./cases/aws";
import { Plugin, startEngine, startPlugin } from "./engine";

async function run(one: (typeof awsCases)[number], behaviours = {}): Promise<void> {
    const aws = new SimulatedAws(behaviours);
    try {
        await one.run(aws);
    } finally {
        aws.close();
    }
}

describe("the stand-in for the aws plugin", () => {
    it("has the official plugin's version", async () => {
        const engine = await startEngine([]);
        const started = await startPlugin("aws", engine.address);
        const plugin = new Plugin(started.port);
        try {
            assert.equal(await plugin.info(), version);
        } finally {
            plugin.close();
            started.process.kill();
            engine.stop();
        }
    });

    it("knows the SDK's classes as they are", () => {
        const now = JSON.parse(JSON.stringify(extract(RESOURCES, FUNCTIONS))) as typeof sdk;
        assert.deepEqual(now, sdk, "node dist/sandbox/plugins/aws/sdk/write.js writes them anew");
    });

    it("knows something of each of its types, and only of properties that the SDK has", () => {
        assert.deepEqual(Object.keys(facts).sort(), [...RESOURCES].sort());
        const wrong = Object.entries(facts).flatMap(([type, { createOnly = {}, forceNew = [], references = [] }]) => {
            const paths = [...Object.values(createOnly), ...forceNew, ...references.map(({ path }) => path)];
            const known = Object.keys(sdk.resources[type]?.inputs ?? {});
            return paths
                .filter((path) => path !== null && !known.includes(path.split(".")[0] ?? ""))
                .map((path) => [type, path]);
        });
        assert.deepEqual(wrong, []);
    });

    for (const one of awsCases) it(one.name, () => run(one));
});

describe("the conformance cases of the aws plugin notice", () => {
    it("that something is wrong with every behaviour there is", () => {
        const touched = new Set(awsMutations.flatMap(({ behaviours }) => Object.keys(behaviours)));
        assert.deepEqual([...touched].sort(), Object.keys(official).sort());
    });

    for (const { what, behaviours, fails } of awsMutations)
        it(what, async () => {
            for (const beginning of fails) {
                const cases = awsCases.filter(({ name }) => name.startsWith(beginning));
                assert.ok(cases.length > 0, `no case is called ${beginning}`);
                const outcomes = await Promise.allSettled(cases.map((one) => run(one, behaviours)));
                assert.ok(
                    outcomes.some(({ status }) => status === "rejected"),
                    `no case called ${beginning} has noticed`,
                );
            }
        });
});
