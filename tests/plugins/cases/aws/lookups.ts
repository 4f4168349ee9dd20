/** The functions by which the program asks what there is. */
import assert from "node:assert/strict";
import type { Bag } from "../../../../sandbox/plugins/values";
import { type AwsCase, cluster, foundation, type SimulatedAws, VPC } from "../../aws";
import { failure } from "../context";

const SNAPSHOT = "aws:ebs/snapshot:Snapshot";

function putSnapshots(aws: SimulatedAws): void {
    const snapshot = (id: string, day: number, rest: Bag = {}) =>
        aws.put(SNAPSHOT, id, { startTime: `2026-11-0${day}T00:00:00Z`, volumeId: "vol-1", volumeSize: 100, ...rest });
    snapshot("snap-1", 1, { tags: { instance: "prod" } });
    snapshot("snap-2", 2, { tags: { instance: "prod" }, state: "pending" });
    snapshot("snap-3", 3, { tags: { instance: "uat" }, ownerId: "999999999999" });
}

/** A function, its arguments, what is asked of the answer, and the answer. */
const questions: [what: string, token: string, args: Bag, pick: (answer: Bag) => unknown, expected: unknown][] = [
    ["the account", "aws:index/getCallerIdentity:getCallerIdentity", {}, ({ accountId }) => accountId, "123456789012"],
    ["the partition", "aws:index/getPartition:getPartition", {}, ({ partition }) => partition, "aws"],
    ["the region", "aws:index/getRegion:getRegion", {}, ({ region }) => region, "eu-west-2"],
    [
        "zones of another region",
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        { region: "eu-west-1" },
        ({ names }) => names,
        ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    ],
    [
        "instance types that are not in every zone",
        "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
        { locationType: "availability-zone", filters: [{ name: "instance-type", values: ["m7g.large"] }] },
        ({ instanceTypes, locations }) => [instanceTypes, locations],
        [["m7g.large"], ["eu-west-2a"]],
    ],
    [
        "an instance type",
        "aws:ec2/getInstanceType:getInstanceType",
        { instanceType: "r7i.large" },
        ({ defaultVcpus, memorySize, supportedArchitectures }) => [defaultVcpus, memorySize, supportedArchitectures],
        [2, 16384, ["x86_64"]],
    ],
    [
        "Kubernetes versions",
        "aws:eks/getClusterVersions:getClusterVersions",
        {},
        ({ clusterVersions }) => (clusterVersions as Bag[]).map((one) => [one["clusterVersion"], one["versionStatus"]]),
        [
            ["1.35", "STANDARD_SUPPORT"],
            ["1.34", "STANDARD_SUPPORT"],
            ["1.33", "EXTENDED_SUPPORT"],
        ],
    ],
    [
        "an add-on's default version",
        "aws:eks/getAddonVersion:getAddonVersion",
        { addonName: "coredns", kubernetesVersion: "1.34" },
        ({ version }) => version,
        "v1.12.4-eksbuild.1",
    ],
    [
        "an add-on's newest version",
        "aws:eks/getAddonVersion:getAddonVersion",
        { addonName: "coredns", kubernetesVersion: "1.34", mostRecent: true },
        ({ version }) => version,
        "v1.13.1-eksbuild.1",
    ],
    [
        "a public parameter",
        "aws:ssm/getParameter:getParameter",
        { name: "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/release_version" },
        ({ value }) => value,
        "1.35.2-20261101",
    ],
    [
        "snapshots by tag, the latest first",
        "aws:ebs/getSnapshotIds:getSnapshotIds",
        { owners: ["self"], filters: [{ name: "tag:instance", values: ["prod"] }] },
        ({ ids }) => ids,
        ["snap-2", "snap-1"],
    ],
    [
        "snapshots that are complete",
        "aws:ebs/getSnapshotIds:getSnapshotIds",
        { filters: [{ name: "status", values: ["completed"] }] },
        ({ ids }) => ids,
        ["snap-3", "snap-1"],
    ],
    [
        "snapshots that are not there",
        "aws:ebs/getSnapshotIds:getSnapshotIds",
        { filters: [{ name: "volume-id", values: ["vol-9"] }] },
        ({ ids }) => ids,
        [],
    ],
    [
        "a snapshot",
        "aws:ebs/getSnapshot:getSnapshot",
        { snapshotIds: ["snap-1"] },
        ({ id, state, volumeSize, tags }) => [id, state, volumeSize, tags],
        ["snap-1", "completed", 100, { instance: "prod" }],
    ],
    ["a hosted zone", "aws:route53/getZone:getZone", { zoneId: "Z1" }, ({ name }) => name, "example.org"],
    ["a load balancer's zone", "aws:lb/getHostedZoneId:getHostedZoneId", {}, ({ id }) => typeof id, "string"],
    [
        "a VPC",
        "aws:ec2/getVpc:getVpc",
        { id: "vpc-1" },
        ({ cidrBlock, tags }) => [cidrBlock, tags],
        ["10.9.0.0/16", { a: "b" }],
    ],
    ["clusters where there are none", "aws:eks/getClusters:getClusters", {}, ({ names }) => names, []],
    [
        "what bears a tag",
        "aws:resourcegroupstaggingapi/getResources:getResources",
        { resourceTypeFilters: ["ec2:vpc"], tagFilters: [{ key: "a", values: ["b"] }] },
        ({ resourceTagMappingLists }) => (resourceTagMappingLists as Bag[]).map((one) => one["resourceArn"]),
        ["arn:aws:ec2:eu-west-2:123456789012:vpc/vpc-1"],
    ],
];

/** A function that does not find what it is asked for. */
const absences: [token: string, args: Bag, message: RegExp][] = [
    ["aws:ec2/getVpc:getVpc", { id: "vpc-9" }, /no matching EC2 VPC found/],
    ["aws:ec2/getSubnet:getSubnet", { id: "subnet-9" }, /no matching EC2 Subnet found/],
    ["aws:ec2/getInstanceType:getInstanceType", { instanceType: "m1.huge" }, /InvalidInstanceType/],
    ["aws:eks/getCluster:getCluster", { name: "no" }, /reading EKS Cluster \(no\): couldn't find resource/],
    ["aws:ebs/getSnapshot:getSnapshot", { snapshotIds: ["snap-9"] }, /returned no results/],
    ["aws:ebs/getSnapshot:getSnapshot", {}, /more than one result/],
    ["aws:route53/getZone:getZone", { zoneId: "Z9" }, /no matching Route 53 Hosted Zone found/],
    ["aws:ssm/getParameter:getParameter", { name: "/no" }, /SSM Parameter \(\/no\): couldn't find resource/],
    [
        "aws:eks/getAddonVersion:getAddonVersion",
        { addonName: "no", kubernetesVersion: "1.35" },
        /couldn't find resource/,
    ],
    ["aws:ec2/getVpc:getVpc", { filters: [{ name: "colour", values: ["red"] }] }, /filter 'colour' is invalid/],
    ["aws:ec2/getVpc:getVpc", { colour: "red" }, /colour: Invalid or unknown key/],
    ["aws:s3/getBucket:getBucket", {}, /has no function aws:s3\/getBucket:getBucket/],
];

function prepare(aws: SimulatedAws): void {
    aws.settings({ instanceTypes: { "m7g.large": { zones: ["eu-west-2a"] } } });
    aws.put("aws:route53/zone:Zone", "Z1", { name: "example.org." }, "");
    const arn = "arn:aws:ec2:eu-west-2:123456789012:vpc/vpc-1";
    aws.put(VPC, "vpc-1", { cidrBlock: "10.9.0.0/16", tags: { a: "b" }, arn });
    putSnapshots(aws);
}

export const lookupCases: AwsCase[] = [
    ...questions.map(
        ([what, token, args, pick, expected]): AwsCase => ({
            name: `function: ${what}`,
            async run(aws) {
                prepare(aws);
                assert.deepEqual(pick(await (await aws.plugin()).invoke(token, args)), expected);
            },
        }),
    ),
    ...absences.map(
        ([token, args, message]): AwsCase => ({
            name: `function: ${token.split(":").at(-1)} of ${JSON.stringify(args)} is an error`,
            async run(aws) {
                prepare(aws);
                assert.match((await failure((await aws.plugin()).invoke(token, args))).message, message);
            },
        }),
    ),
    {
        name: "function: what was made a moment ago is found",
        async run(aws) {
            const plugin = await aws.plugin();
            await cluster(plugin, { tags: { stage: "prod" } });
            const found = await plugin.invoke("aws:eks/getCluster:getCluster", { name: "prod" });
            assert.deepEqual([found["version"], found["status"], found["tags"]], ["1.34", "ACTIVE", { stage: "prod" }]);
            const { names } = await plugin.invoke("aws:eks/getClusters:getClusters", {});
            assert.deepEqual(names, ["prod"]);
        },
    },
    {
        name: "function: a VPC's subnets",
        async run(aws) {
            const plugin = await aws.plugin();
            const { vpcId, subnetIds } = await foundation(plugin);
            const filters = [{ name: "vpc-id", values: [vpcId] }];
            const { ids } = await plugin.invoke("aws:ec2/getSubnets:getSubnets", { filters });
            assert.deepEqual(ids, subnetIds);
            const subnet = await plugin.invoke("aws:ec2/getSubnet:getSubnet", { id: subnetIds[1] ?? "" });
            assert.deepEqual([subnet["availabilityZone"], subnet["vpcId"]], ["eu-west-2b", vpcId]);
        },
    },
];
