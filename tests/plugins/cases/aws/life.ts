/** Making, changing and deleting. */
import assert from "node:assert/strict";
import { at, Secret, textAt, Unknown } from "../../../../sandbox/plugins/values";
import {
    type AwsCase,
    CLUSTER,
    cluster,
    foundation,
    KEY,
    make,
    NODE_GROUP,
    nodeGroup,
    ROLE,
    TAGGED,
    TEMPLATE,
    trust,
    VPC,
    vpc,
} from "../../aws";
import { failure } from "../context";

export const lifeCases: AwsCase[] = [
    {
        name: "create: a preview makes nothing and says what it does not know",
        async run(aws) {
            const plugin = await aws.plugin(TAGGED);
            const { inputs } = await plugin.check(VPC, vpc());
            const { id, state } = await plugin.create(VPC, inputs, { preview: true });
            assert.equal(id, "");
            assert.ok(state["arn"] instanceof Unknown && state["defaultSecurityGroupId"] instanceof Unknown);
            assert.deepEqual([state["cidrBlock"], state["region"]], ["10.0.0.0/16", "eu-west-2"]);
            assert.deepEqual(state["tagsAll"], { team: "health", stage: "test" });
            assert.deepEqual([aws.items(), aws.calls()], [[], []]);
        },
    },
    {
        name: "create: ids and ARNs are AWS's in form; what was made is there",
        async run(aws) {
            const { id, state } = await make(await aws.plugin(), VPC, vpc());
            assert.match(id, /^vpc-[0-9a-f]{17}$/);
            assert.equal(state["arn"], `arn:aws:ec2:eu-west-2:123456789012:vpc/${id}`);
            assert.deepEqual(
                aws.items().map(({ type, region, properties }) => [type, region, properties["cidrBlock"]]),
                [[VPC, "eu-west-2", "10.0.0.0/16"]],
            );
            assert.deepEqual(
                aws.calls().map(({ call, type }) => [call, type]),
                [["create", VPC]],
            );
        },
    },
    {
        name: "create: every output that the SDK promises is there",
        async run(aws) {
            const { state } = await cluster(await aws.plugin());
            for (const name of ["arn", "endpoint", "certificateAuthority", "status", "platformVersion", "createdAt"])
                assert.notEqual(state[name], undefined, name);
        },
    },
    {
        name: "create: the provider's tags and the program's are in tagsAll, the program's come first",
        async run(aws) {
            const { state } = await make(await aws.plugin(TAGGED), VPC, vpc({ tags: { stage: "prod" } }));
            assert.deepEqual(state["tags"], { stage: "prod" });
            assert.deepEqual(state["tagsAll"], { team: "health", stage: "prod" });
        },
    },
    {
        name: "create: a resource may be in another region than its provider",
        async run(aws) {
            const { state } = await make(await aws.plugin(), VPC, vpc({ region: "eu-west-1" }));
            assert.equal(state["region"], "eu-west-1");
            assert.equal(aws.items()[0]?.region, "eu-west-1");
        },
    },
    {
        name: "create: what is secret stays secret in the state",
        async run(aws) {
            const { state } = await make(await aws.plugin(), VPC, vpc({ tags: { token: new Secret("hush") } }));
            assert.ok(state["tags"] instanceof Secret);
        },
    },
    {
        name: "create: a name of a prefix is unique",
        async run(aws) {
            const plugin = await aws.plugin();
            const { roleArn, subnetIds } = await cluster(plugin);
            const inputs = {
                ...nodeGroup(roleArn, subnetIds),
                nodeGroupName: undefined,
                nodeGroupNamePrefix: "couchdb-",
            };
            const [one, other] = [await make(plugin, NODE_GROUP, inputs), await make(plugin, NODE_GROUP, inputs)];
            assert.match(textAt(one.state, "nodeGroupName"), /^couchdb-\w{26}$/);
            assert.notEqual(one.id, other.id);
        },
    },
    {
        name: "create: a cluster leads to the API server of the settings",
        async run(aws) {
            aws.settings({ apiServer: { endpoint: "https://api.example", certificateAuthority: "Q0E=" } });
            const { state } = await cluster(await aws.plugin());
            assert.equal(state["endpoint"], "https://api.example");
            assert.deepEqual(state["certificateAuthority"], { data: "Q0E=" });
            assert.deepEqual(at(state, "accessConfig", "authenticationMode"), "CONFIG_MAP");
        },
    },
    {
        name: "update: inputs change, ids and ARNs do not",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs } = await make(plugin, VPC, vpc());
            const news = { ...inputs, enableDnsHostnames: true };
            const planned = await plugin.update(VPC, id, state, news, { preview: true });
            assert.deepEqual([planned["enableDnsHostnames"], planned["arn"]], [true, state["arn"]]);
            assert.equal(aws.items()[0]?.properties["enableDnsHostnames"], false);
            const updated = await plugin.update(VPC, id, state, news);
            assert.deepEqual(updated, { ...state, enableDnsHostnames: true });
            assert.equal(aws.items()[0]?.properties["enableDnsHostnames"], true);
        },
    },
    {
        name: "update: a launch template has a next version, which a preview does not know",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs } = await make(plugin, TEMPLATE, { updateDefaultVersion: true });
            const news = { ...inputs, imageId: "ami-1" };
            const planned = await plugin.update(TEMPLATE, id, state, news, { preview: true });
            assert.ok(planned["latestVersion"] instanceof Unknown);
            const updated = await plugin.update(TEMPLATE, id, state, news);
            assert.deepEqual([updated["latestVersion"], updated["defaultVersion"]], [2, 2]);
        },
    },
    {
        name: "update: tags that the program says no more are gone",
        async run(aws) {
            const plugin = await aws.plugin(TAGGED);
            const { id, state, inputs } = await make(plugin, VPC, vpc({ tags: { a: "b" } }));
            const updated = await plugin.update(VPC, id, state, { ...inputs, tags: undefined });
            assert.deepEqual([updated["tags"], updated["tagsAll"]], [undefined, { team: "health", stage: "test" }]);
        },
    },
    {
        name: "delete: it is gone, and again is no error",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state } = await make(plugin, VPC, vpc());
            await plugin.delete(VPC, id, state);
            assert.deepEqual(aws.items(), []);
            await plugin.delete(VPC, id, state);
        },
    },
    {
        name: "delete: a VPC with a subnet in it stays",
        async run(aws) {
            const plugin = await aws.plugin();
            const { vpcId } = await foundation(plugin);
            const { message } = await failure(plugin.delete(VPC, vpcId, {}));
            assert.match(message, /^deleting EC2 Vpc \(vpc-.*api error DependencyViolation: .*Subnet/);
            assert.equal(aws.items(VPC).length, 1);
        },
    },
    {
        name: "delete: a role keeps its policies",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state } = await make(plugin, ROLE, { assumeRolePolicy: trust("ec2.amazonaws.com") });
            const policyArn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
            await make(plugin, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: id, policyArn });
            assert.match((await failure(plugin.delete(ROLE, id, state))).message, /DeleteConflict/);
        },
    },
    {
        name: "delete: a key is kept for its time and cannot be used in it",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs } = await make(plugin, KEY, {});
            await plugin.delete(KEY, id, state);
            assert.equal(aws.items(KEY)[0]?.properties["keyState"], "PendingDeletion");
            assert.equal((await plugin.read(KEY, id, state, inputs)).id, "");
            const alias = make(plugin, "aws:kms/alias:Alias", { name: "alias/a", targetKeyId: id });
            assert.match((await failure(alias)).message, /NotFoundException/);
        },
    },
    {
        name: "delete: a cluster with deletion protection stays, and one with node groups",
        async run(aws) {
            const plugin = await aws.plugin();
            const { id, state, inputs, roleArn, subnetIds } = await cluster(plugin, { deletionProtection: true });
            assert.match((await failure(plugin.delete(CLUSTER, id, state))).message, /deletion protection is enabled/);
            await plugin.update(CLUSTER, id, state, { ...inputs, deletionProtection: false });
            const group = await make(plugin, NODE_GROUP, nodeGroup(roleArn, subnetIds));
            assert.match((await failure(plugin.delete(CLUSTER, id, state))).message, /Cluster has nodegroups attached/);
            await plugin.delete(NODE_GROUP, group.id, group.state);
            await plugin.delete(CLUSTER, id, state);
        },
    },
];
