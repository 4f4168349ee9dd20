/** What is refused before AWS is asked, and what is filled in. */
import assert from "node:assert/strict";
import { type Bag, textAt, unknown } from "../../../../sandbox/plugins/values";
import { type AwsCase, CLUSTER, KEY, NODE_GROUP, ROLE, SUBNET, TEMPLATE, VPC } from "../../aws";
import { failure } from "../context";

const refusals: [what: string, type: string, inputs: Bag, failures: Record<string, RegExp>][] = [
    ["a property that the SDK does not have", VPC, { cidrBlock: "10.0.0.0/16", name: "x" }, { name: /unknown key/ }],
    [
        "a nested property that the SDK does not have",
        CLUSTER,
        { roleArn: "r", vpcConfig: { subnetIds: [], public: true } },
        { "vpcConfig.public": /unknown key/ },
    ],
    ["a property that must be there", SUBNET, {}, { vpcId: /"vpc_id" is required/ }],
    [
        "a nested property that must be there",
        NODE_GROUP,
        { clusterName: "c", nodeRoleArn: "r", subnetIds: [], scalingConfig: { minSize: 1, maxSize: 1 } },
        { "scalingConfig.desiredSize": /"desired_size" is required/ },
    ],
    [
        "a text in the place of a list",
        CLUSTER,
        { roleArn: "r", vpcConfig: { subnetIds: "s" } },
        { "vpcConfig.subnetIds": /list type, got string/ },
    ],
    ["a list in the place of a text", VPC, { cidrBlock: ["10.0.0.0/16"] }, { cidrBlock: /string type, got list/ }],
    ["a text that is no number", KEY, { deletionWindowInDays: "soon" }, { deletionWindowInDays: /number type/ }],
    [
        "Auto Mode by halves",
        CLUSTER,
        { roleArn: "r", vpcConfig: { subnetIds: [] }, computeConfig: { enabled: true } },
        { computeConfig: /must all be set to either true or false/ },
    ],
    [
        "an alias without its beginning",
        "aws:kms/alias:Alias",
        { name: "volumes", targetKeyId: "k" },
        { name: /must begin with 'alias\/'/ },
    ],
    [
        "a role's name of 65 letters",
        ROLE,
        { name: "r".repeat(65), assumeRolePolicy: "{}" },
        { name: /range \(1 - 64\)/ },
    ],
    [
        "a node group's prefix of 38 letters",
        NODE_GROUP,
        {
            ...{ clusterName: "c", nodeRoleArn: "r", subnetIds: [], nodeGroupNamePrefix: "n".repeat(38) },
            scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
        },
        { nodeGroupNamePrefix: /range \(0 - 37\)/ },
    ],
    [
        "a retention that CloudWatch does not have",
        "aws:cloudwatch/logGroup:LogGroup",
        { name: "/logs", retentionInDays: 10 },
        { retentionInDays: /expected retention_in_days to be one of/ },
    ],
];

export const checkCases: AwsCase[] = [
    ...refusals.map(
        ([what, type, inputs, expected]): AwsCase => ({
            name: `check: ${what} is refused`,
            async run(aws) {
                const { failures } = await (await aws.plugin()).check(type, inputs);
                assert.deepEqual(Object.keys(failures), Object.keys(expected));
                for (const [property, reason] of Object.entries(expected))
                    assert.match(failures[property] ?? "", reason);
            },
        }),
    ),
    {
        name: "check: types that the stand-in does not know are refused by name",
        async run(aws) {
            const { message } = await failure((await aws.plugin()).check("aws:s3/bucket:Bucket", {}));
            assert.match(message, /does not know aws:s3\/bucket:Bucket/);
        },
    },
    {
        name: "check: what is not known yet is no mistake",
        async run(aws) {
            const inputs: Bag = { vpcId: unknown, cidrBlock: unknown, tags: unknown };
            assert.deepEqual((await (await aws.plugin()).check(SUBNET, inputs)).failures, {});
        },
    },
    {
        name: "check: a number or a switch may be written as text",
        async run(aws) {
            const { failures } = await (await aws.plugin()).check(KEY, {
                deletionWindowInDays: "30",
                enableKeyRotation: "true",
            });
            assert.deepEqual(failures, {});
        },
    },
    {
        name: "check: a name is made up where there is none, and kept",
        async run(aws) {
            const plugin = await aws.plugin();
            const { inputs } = await plugin.check(TEMPLATE, {});
            assert.match(textAt(inputs, "name"), /^name-[0-9a-f]{7}$/);
            assert.deepEqual(inputs["__defaults"], ["name"]);
            const again = await plugin.check(TEMPLATE, {}, { olds: inputs });
            assert.equal(again.inputs["name"], inputs["name"]);
        },
    },
    {
        name: "check: a name that the program gave up is not kept",
        async run(aws) {
            const plugin = await aws.plugin();
            const { inputs } = await plugin.check(TEMPLATE, {}, { olds: { name: "given" } });
            assert.match(textAt(inputs, "name"), /^name-/);
        },
    },
    {
        name: "check: the engine's naming comes before the plugin's",
        async run(aws) {
            const plugin = await aws.plugin();
            const proposed = await plugin.check(TEMPLATE, {}, { autonaming: [0, "proposed"] });
            assert.equal(proposed.inputs["name"], "proposed");
            const disabled = await plugin.check(TEMPLATE, {}, { autonaming: [2, ""] });
            assert.equal(disabled.inputs["name"], undefined);
        },
    },
    {
        name: "check: no name beside a prefix",
        async run(aws) {
            const { inputs } = await (await aws.plugin()).check(TEMPLATE, { namePrefix: "couchdb-" });
            assert.equal(inputs["name"], undefined);
        },
    },
    {
        name: "check: what the official plugin assumes is filled in",
        async run(aws) {
            const { inputs } = await (await aws.plugin()).check(VPC, { cidrBlock: "10.0.0.0/16" });
            assert.deepEqual([inputs["enableDnsSupport"], inputs["instanceTenancy"]], [true, "default"]);
        },
    },
    {
        name: "check: a policy document becomes text",
        async run(aws) {
            const document = { Version: "2012-10-17", Statement: [] };
            const { inputs } = await (await aws.plugin()).check(ROLE, { assumeRolePolicy: document });
            assert.deepEqual(JSON.parse(textAt(inputs, "assumeRolePolicy")), document);
        },
    },
];
