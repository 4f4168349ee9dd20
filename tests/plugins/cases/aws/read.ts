/** Reading back: refresh and import. */
import assert from "node:assert/strict";
import { type AwsCase, CLUSTER, cluster, make, TAGGED, VPC, vpc } from "../../aws";

export const readCases: AwsCase[] = [
    {
        name: "refresh: drift shows in state and inputs; the provider's tags do not",
        async run(aws) {
            const plugin = await aws.plugin(TAGGED);
            const { id, state, inputs } = await make(plugin, VPC, vpc({ tags: { a: "b" } }));
            const same = await plugin.read(VPC, id, state, inputs);
            assert.deepEqual([same.state, same.inputs], [state, inputs]);
            aws.edit(id, { enableDnsSupport: false, tagsAll: { team: "health", stage: "test", a: "b", by: "hand" } });
            const read = await plugin.read(VPC, id, state, inputs);
            assert.equal(read.inputs["enableDnsSupport"], false);
            assert.deepEqual(read.inputs["tags"], { a: "b", by: "hand" });
            const { properties } = await plugin.diff(VPC, id, read.state, inputs, [], read.inputs);
            assert.deepEqual(properties, { enableDnsSupport: "update", "tags.by": "delete" });
        },
    },
    {
        name: "refresh: what AWS adds to an object is not the program's",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs } = await cluster(plugin);
            assert.deepEqual((await plugin.read(CLUSTER, id, state, inputs)).inputs, inputs);
        },
    },
    {
        name: "refresh: what is gone leaves the state",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs } = await make(plugin, VPC, vpc());
            aws.remove(id);
            assert.equal((await plugin.read(VPC, id, state, inputs)).id, "");
        },
    },
    {
        name: "import: inputs are what the program would say",
        async run(aws) {
            aws.put(VPC, "vpc-1", { cidrBlock: "10.9.0.0/16", arn: "a", enableDnsSupport: true });
            const { inputs, state } = await (await aws.plugin()).read(VPC, "vpc-1");
            assert.deepEqual(inputs, { cidrBlock: "10.9.0.0/16", enableDnsSupport: true });
            assert.equal(state["arn"], "a");
        },
    },
];
