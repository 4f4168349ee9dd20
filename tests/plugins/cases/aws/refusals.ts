/** What AWS itself refuses. */
import assert from "node:assert/strict";
import type { Bag } from "../../../../sandbox/plugins/values";
import {
    type AwsCase,
    CLUSTER,
    cluster,
    foundation,
    make,
    NODE_GROUP,
    nodeGroup,
    RECORD,
    REGION,
    ROLE,
    SUBNET,
    trust,
    VPC,
    vpc,
} from "../../aws";
import { failure } from "../context";

export const refusalCases: AwsCase[] = [
    {
        name: "refused: a subnet outside its VPC, over another, in a zone that is not there",
        async run(aws) {
            const plugin = await aws.plugin();
            const { vpcId } = await foundation(plugin);
            const subnet = (rest: Bag) => failure(make(plugin, SUBNET, { vpcId, cidrBlock: "10.0.9.0/24", ...rest }));
            assert.match((await subnet({ cidrBlock: "10.1.0.0/24" })).message, /InvalidSubnet.Range/);
            assert.match((await subnet({ cidrBlock: "10.0.0.0/20" })).message, /InvalidSubnet.Conflict/);
            assert.match((await subnet({ availabilityZone: "eu-west-2z" })).message, /eu-west-2z.*is invalid/);
            assert.match((await subnet({ vpcId: "vpc-0" })).message, /InvalidVpcID.NotFound: The Vpc 'vpc-0'/);
        },
    },
    {
        name: "refused: two of one name, and more than the quota",
        async run(aws) {
            aws.settings({ quotas: { [VPC]: 1 } });
            const plugin = await aws.plugin();
            await make(plugin, VPC, vpc());
            assert.match((await failure(make(plugin, VPC, vpc()))).message, /VpcLimitExceeded/);
            const role = { name: "role", assumeRolePolicy: trust("ec2.amazonaws.com") };
            await make(plugin, ROLE, role);
            assert.match((await failure(make(plugin, ROLE, role))).message, /EntityAlreadyExists/);
        },
    },
    {
        name: "refused: a cluster in one zone, of a version without support, or two versions at once",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs, subnetIds, roleArn } = await cluster(plugin, { version: "1.33" });
            const other = (rest: Bag) =>
                failure(make(plugin, CLUSTER, { name: "other", roleArn, vpcConfig: { subnetIds }, ...rest }));
            assert.match((await other({ vpcConfig: { subnetIds: subnetIds.slice(1) } })).message, /two different AZs/);
            assert.match((await other({ version: "1.30" })).message, /unsupported Kubernetes version/);
            const upgrade = (version: string) => plugin.update(CLUSTER, id, state, { ...inputs, version });
            assert.match((await failure(upgrade("1.35"))).message, /minor version update from 1.33 to 1.35/);
            assert.equal((await upgrade("1.34"))["version"], "1.34");
            assert.match((await failure(upgrade("1.33"))).message, /from 1.34 to 1.33/);
        },
    },
    {
        name: "refused: a cluster's subnets in other zones than at first",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs, subnetIds } = await cluster(plugin);
            const vpcId = aws.items(VPC)[0]?.id ?? "";
            const subnet = (cidrBlock: string, letter: string) =>
                make(plugin, SUBNET, { vpcId, cidrBlock, availabilityZone: `${REGION}${letter}` });
            const [same, third] = [await subnet("10.0.8.0/24", "a"), await subnet("10.0.9.0/24", "c")];
            const change = (more: string) =>
                plugin.update(CLUSTER, id, state, { ...inputs, vpcConfig: { subnetIds: [...subnetIds, more] } });
            assert.match((await failure(change(third.id))).message, /the exact set of AZs 'eu-west-2a,eu-west-2b'/);
            await change(same.id);
        },
    },
    {
        name: "refused: node groups without a cluster, ahead of it, or with sizes that contradict each other",
        async run(aws) {
            const plugin = await aws.plugin();
            const { roleArn, subnetIds } = await cluster(plugin);
            const group = (rest: Bag) => failure(make(plugin, NODE_GROUP, nodeGroup(roleArn, subnetIds, rest)));
            assert.match((await group({ clusterName: "no" })).message, /ResourceNotFoundException/);
            assert.match((await group({ version: "1.35" })).message, /above the cluster's/);
            assert.match(
                (await group({ releaseVersion: "1.35.2-20261101" })).message,
                /not valid for kubernetes version 1.34/,
            );
            assert.match((await group({ instanceTypes: ["m1.huge"] })).message, /m1.huge.*not a valid instance type/);
            const sizes = { minSize: 2, desiredSize: 1, maxSize: 1 };
            assert.match((await group({ scalingConfig: sizes })).message, /must not decrease/);
        },
    },
    {
        name: "refused: add-ons that are not offered in that version",
        async run(aws) {
            const plugin = await aws.plugin();
            await cluster(plugin);
            const addon = (addonName: string, addonVersion?: string) =>
                make(plugin, "aws:eks/addon:Addon", { clusterName: "prod", addonName, addonVersion });
            assert.match((await failure(addon("nothing"))).message, /nothing specified is not supported/);
            assert.match((await failure(addon("coredns", "v0.0.1-eksbuild.1"))).message, /version specified/);
            assert.equal((await addon("coredns")).state["addonVersion"], "v1.12.4-eksbuild.1");
        },
    },
    {
        name: "refused: access of a principal without an entry",
        async run(aws) {
            const plugin = await aws.plugin();
            await cluster(plugin);
            const inputs = { clusterName: "prod", principalArn: "arn:aws:iam::123456789012:role/ops" };
            const policy = { ...inputs, policyArn: "p", accessScope: { type: "cluster" } };
            const associate = () => make(plugin, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", policy);
            assert.match((await failure(associate())).message, /create an access entry/);
            const maker = { ...inputs, principalArn: "arn:aws:iam::123456789012:user/operator" };
            const own = make(plugin, "aws:eks/accessEntry:AccessEntry", maker);
            assert.match((await failure(own)).message, /already in use on this cluster/);
            await make(plugin, "aws:eks/accessEntry:AccessEntry", inputs);
            assert.equal((await associate()).id, `prod#${inputs.principalArn}#p`);
        },
    },
    {
        name: "refused: a record that is there, or of another zone",
        async run(aws) {
            aws.put("aws:route53/zone:Zone", "Z1", { name: "example.org" }, "");
            const plugin = await aws.plugin();
            const record = (rest: Bag = {}) =>
                make(plugin, RECORD, {
                    zoneId: "Z1",
                    name: "cht.example.org",
                    type: "A",
                    ttl: 60,
                    records: ["1.2.3.4"],
                    ...rest,
                });
            assert.equal((await record()).id, "Z1_cht.example.org_A");
            assert.match(
                (await failure(record())).message,
                /name='cht.example.org.', type='A'\] but it already exists/,
            );
            assert.match(
                (await failure(record({ name: "a.example.com" }))).message,
                /not permitted in zone example.org/,
            );
            await record({ allowOverwrite: true });
            assert.equal(aws.items(RECORD).length, 1);
        },
    },
];
