/** Differences: what is one, and whether it makes a new resource. */
import assert from "node:assert/strict";
import { type Bag, unknown } from "../../../../sandbox/plugins/values";
import { type AwsCase, CLUSTER, KEY, NODE_GROUP, RECORD, ROLE, SUBNET, TEMPLATE, trust, VPC } from "../../aws";

const group = {
    clusterName: "prod",
    nodeRoleArn: "r",
    subnetIds: ["s-1"],
    scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
};
const eks = { name: "prod", roleArn: "r", vpcConfig: { subnetIds: ["a", "b"] } };

/** Old inputs, what changes in them, the difference. */
const differences: [what: string, type: string, olds: Bag, change: Bag, expected: Record<string, string>][] = [
    ["nothing", VPC, { cidrBlock: "10.0.0.0/16" }, {}, {}],
    ["a tag", VPC, { cidrBlock: "10.0.0.0/16", tags: { a: "b" } }, { tags: { a: "c" } }, { "tags.a": "update" }],
    ["another tag", VPC, { cidrBlock: "10.0.0.0/16" }, { tags: { "a.b/c": "d" } }, { tags: "add" }],
    ["a VPC's range", VPC, { cidrBlock: "10.0.0.0/16" }, { cidrBlock: "10.1.0.0/16" }, { cidrBlock: "update!" }],
    ["a VPC's DNS", VPC, { cidrBlock: "10.0.0.0/16" }, { enableDnsHostnames: true }, { enableDnsHostnames: "add" }],
    [
        "a subnet's zone",
        SUBNET,
        { vpcId: "v", availabilityZone: "a" },
        { availabilityZone: "b" },
        { availabilityZone: "update!" },
    ],
    ["a VPC that is not known", SUBNET, { vpcId: "v" }, { vpcId: unknown }, { vpcId: "update!" }],
    [
        "another region",
        VPC,
        { cidrBlock: "10.0.0.0/16", region: "eu-west-1" },
        { region: "eu-west-2" },
        { region: "update!" },
    ],
    ["a cluster's version", CLUSTER, { ...eks, version: "1.34" }, { version: "1.35" }, { version: "update" }],
    ["a cluster's name", CLUSTER, eks, { name: "other" }, { name: "update!" }],
    ["a cluster's role", CLUSTER, eks, { roleArn: "other" }, { roleArn: "update!" }],
    [
        "a cluster's access list",
        CLUSTER,
        eks,
        { vpcConfig: { subnetIds: ["a", "b"], publicAccessCidrs: ["203.0.113.0/24"] } },
        { "vpcConfig.publicAccessCidrs": "add" },
    ],
    [
        "a cluster's new subnet",
        CLUSTER,
        eks,
        { vpcConfig: { subnetIds: ["a", "b", "c"] } },
        { "vpcConfig.subnetIds[2]": "add" },
    ],
    [
        "encryption of a cluster that had none",
        CLUSTER,
        eks,
        { encryptionConfig: { provider: { keyArn: "k" }, resources: ["secrets"] } },
        { encryptionConfig: "add" },
    ],
    [
        "another key of a cluster",
        CLUSTER,
        { ...eks, encryptionConfig: { provider: { keyArn: "k" }, resources: ["secrets"] } },
        { encryptionConfig: { provider: { keyArn: "l" }, resources: ["secrets"] } },
        { "encryptionConfig.provider.keyArn": "update!" },
    ],
    ["a key's policy, written otherwise", KEY, { policy: '{"a":1,"b":2}' }, { policy: '{ "b": 2, "a": 1 }' }, {}],
    ["a key's rotation", KEY, {}, { enableKeyRotation: true }, { enableKeyRotation: "update" }],
    ["a key's use", KEY, {}, { keyUsage: "SIGN_VERIFY" }, { keyUsage: "update!" }],
    [
        "a node group's size",
        NODE_GROUP,
        group,
        { scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 2 } },
        { "scalingConfig.desiredSize": "update", "scalingConfig.maxSize": "update" },
    ],
    [
        "a node group's instance types",
        NODE_GROUP,
        { ...group, instanceTypes: ["m7g.large"] },
        { instanceTypes: ["m7g.xlarge"] },
        { "instanceTypes[0]": "update!" },
    ],
    [
        "a node group's image",
        NODE_GROUP,
        { ...group, releaseVersion: "1" },
        { releaseVersion: "2" },
        { releaseVersion: "update" },
    ],
    ["a node group's subnets", NODE_GROUP, group, { subnetIds: ["s-2"] }, { "subnetIds[0]": "update!" }],
    [
        "a launch template's next version",
        NODE_GROUP,
        { ...group, launchTemplate: { id: "lt", version: "1" } },
        { launchTemplate: { id: "lt", version: "2" } },
        { "launchTemplate.version": "update" },
    ],
    [
        "another launch template",
        NODE_GROUP,
        { ...group, launchTemplate: { id: "lt", version: "1" } },
        { launchTemplate: { id: "lu", version: "1" } },
        { "launchTemplate.id": "update!" },
    ],
    [
        "a record's target",
        RECORD,
        { zoneId: "Z", name: "a", type: "CNAME", records: ["x"] },
        { records: ["y"] },
        { "records[0]": "update" },
    ],
    ["a record's zone", RECORD, { zoneId: "Z", name: "a", type: "CNAME" }, { zoneId: "Y" }, { zoneId: "update!" }],
    ["a number that was text", KEY, { deletionWindowInDays: "30" }, { deletionWindowInDays: 30 }, {}],
];

export const changeCases: AwsCase[] = [
    ...differences.map(
        ([what, type, before, change, expected]): AwsCase => ({
            name: `diff: ${what} is ${JSON.stringify(expected)}`,
            async run(aws) {
                const plugin = await aws.plugin();
                const olds = (await plugin.check(type, before)).inputs;
                const news = (await plugin.check(type, { ...before, ...change }, { olds })).inputs;
                const { properties } = await plugin.diff(type, "id", olds, news, [], olds);
                assert.deepEqual(properties, expected);
            },
        }),
    ),
    {
        name: "diff: what AWS adds is no difference",
        async run(aws) {
            const plugin = await aws.plugin();
            const state = { ...eks, arn: "a", version: "1.35", vpcConfig: { ...eks.vpcConfig, vpcId: "v" } };
            assert.deepEqual((await plugin.diff(CLUSTER, "prod", state, eks, [], eks)).properties, {});
        },
    },
    {
        name: "diff: what the program says no more is taken away",
        async run(aws) {
            const plugin = await aws.plugin();
            const olds = { cidrBlock: "10.0.0.0/16", tags: { a: "b" } };
            const { properties } = await plugin.diff(VPC, "v", olds, { cidrBlock: "10.0.0.0/16" }, [], olds);
            assert.deepEqual(properties, { tags: "delete" });
        },
    },
    {
        name: "diff: what is to be ignored is ignored",
        async run(aws) {
            const plugin = await aws.plugin();
            const news = { ...group, scalingConfig: { minSize: 1, desiredSize: 3, maxSize: 3 } };
            const { properties } = await plugin.diff(
                NODE_GROUP,
                "g",
                group,
                news,
                ["scalingConfig.desiredSize"],
                group,
            );
            assert.deepEqual(properties, { "scalingConfig.maxSize": "update" });
        },
    },
    {
        name: "diff: one whose name the program gives goes before the next is made; one with a made-up name after",
        async run(aws) {
            const plugin = await aws.plugin();
            const replaced = async (given: Bag) => {
                const olds = (await plugin.check(ROLE, { ...given, assumeRolePolicy: trust("a") })).inputs;
                const news = (
                    await plugin.check(ROLE, { ...given, assumeRolePolicy: trust("a"), path: "/other/" }, { olds })
                ).inputs;
                const diff = await plugin.diff(ROLE, "r", olds, news, [], olds);
                assert.deepEqual(diff.replaces, ["path"]);
                return diff.deleteBeforeReplace;
            };
            assert.deepEqual([await replaced({ name: "given" }), await replaced({})], [true, false]);
        },
    },
    {
        name: "diff: a template with another name is a new one, made first",
        async run(aws) {
            const diff = await (await aws.plugin()).diff(TEMPLATE, "lt", { name: "a" }, { name: "b" }, [], {
                name: "a",
            });
            assert.deepEqual([diff.replaces, diff.deleteBeforeReplace], [["name"], false]);
        },
    },
    {
        name: "provider: another region replaces everything, other tags nothing",
        async run(aws) {
            const plugin = await aws.plugin();
            const diff = async (olds: Bag, news: Bag) => (await plugin.diffConfig(olds, news)).properties;
            assert.deepEqual(await diff({ region: "eu-west-1" }, { region: "eu-west-2" }), { region: "update!" });
            assert.deepEqual(await diff({ region: "eu-west-1" }, { region: "eu-west-1", defaultTags: "{}" }), {
                defaultTags: "add",
            });
        },
    },
];
