/** The provider's configuration, and what goes wrong on the way to AWS. */
import assert from "node:assert/strict";
import { at } from "../../../../sandbox/plugins/values";
import { type AwsCase, cluster, make, NODE_GROUP, nodeGroup, SimulatedAws, VPC, vpc } from "../../aws";
import { failure } from "../context";

const IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity";

export const faultCases: AwsCase[] = [
    {
        name: "provider: without a simulated AWS it does nothing",
        async run(aws) {
            const { message } = await failure(aws.plugin({}, { CHT_AWS_STAND_IN: "" }));
            assert.match(message, /makes nothing in AWS: it is for tests/);
        },
    },
    {
        name: "provider: settings that the stand-in does not offer are refused by name",
        async run(aws) {
            assert.match((await failure(aws.plugin({ endpoints: "[]" }))).message, /does not offer endpoints/);
            aws.settings({ acount: "1" } as object);
            assert.match((await failure(aws.plugin())).message, /has no setting "acount"/);
        },
    },
    {
        name: "provider: no region, a wrong one",
        async run(aws) {
            assert.match((await failure(aws.plugin({ region: "" }))).message, /Missing Region/);
            assert.match(
                (await failure(aws.plugin({ region: "eu-nowhere-1" }))).message,
                /invalid AWS Region: eu-nowhere-1/,
            );
            await aws.plugin({ region: "" }, { AWS_REGION: "eu-west-1" });
        },
    },
    {
        name: "provider: no credentials, expired ones, a profile that is not there",
        async run(aws) {
            aws.settings({ profiles: { old: null, other: "999999999999" } });
            assert.match((await failure(aws.plugin({ profile: "old" }))).message, /ExpiredToken/);
            assert.match((await failure(aws.plugin({ profile: "none" }))).message, /shared config profile, none/);
            const identity = await (await aws.plugin({ profile: "other" })).invoke(IDENTITY, {});
            assert.equal(identity["accountId"], "999999999999");
            aws.settings({ noCredentials: true });
            assert.match((await failure(aws.plugin())).message, /No valid credential sources found/);
        },
    },
    {
        name: "provider: an account that is not allowed",
        async run(aws) {
            const { message } = await failure(aws.plugin({ allowedAccountIds: '["999999999999"]' }));
            assert.equal(message, "AWS account ID not allowed: 123456789012");
            await aws.plugin({ allowedAccountIds: '["123456789012"]' });
        },
    },
    {
        name: "throttling: asked again, and done once",
        async run(aws) {
            aws.faults({ call: "create", kind: "throttle", times: 3 });
            await make(await aws.plugin(), VPC, vpc());
            assert.deepEqual([aws.items().length, aws.calls().map(({ attempts }) => attempts)], [1, [4]]);
        },
    },
    {
        name: "throttling: given up in the end",
        async run(aws) {
            aws.faults({ call: "create", kind: "throttle", times: 9 });
            const { message } = await failure(make(await aws.plugin({ maxRetries: "2" }), VPC, vpc()));
            assert.match(message, /exceeded maximum number of attempts, 3, .*ThrottlingException: Rate exceeded/);
            assert.deepEqual(aws.items(), []);
        },
    },
    {
        name: "fault: refused once, by type and name; then it is over",
        async run(aws) {
            aws.faults({ call: "create", type: VPC, name: "^one$", kind: "fail", message: "out of order" });
            const plugin = await aws.plugin();
            await make(plugin, VPC, vpc(), "other");
            assert.match((await failure(make(plugin, VPC, vpc(), "one"))).message, /InternalFailure: out of order/);
            await make(plugin, VPC, vpc(), "one");
            assert.equal(aws.items().length, 2);
        },
    },
    {
        name: "fault: half made is kept, and finished by AWS itself",
        async run(aws) {
            const plugin = await aws.plugin();
            const { roleArn, subnetIds } = await cluster(plugin);
            aws.faults({ call: "create", type: NODE_GROUP, kind: "half", message: "timeout" });
            const error = await failure(make(plugin, NODE_GROUP, nodeGroup(roleArn, subnetIds)));
            assert.deepEqual([error.isPartial, error.id], [true, "prod:couchdb"]);
            assert.match(error.message, /waiting for EKS prod:couchdb to be created: timeout/);
            assert.equal(aws.items(NODE_GROUP)[0]?.properties["status"], "ACTIVE");
        },
    },
    {
        name: "fault: broken stays broken whatever an update does",
        async run(aws) {
            const plugin = await aws.plugin();
            const { roleArn, subnetIds } = await cluster(plugin);
            aws.faults({ call: "create", type: NODE_GROUP, kind: "broken" });
            const inputs = nodeGroup(roleArn, subnetIds);
            const error = await failure(make(plugin, NODE_GROUP, inputs));
            assert.equal(at(error.state, "status"), "CREATE_FAILED");
            const updated = await plugin.update(NODE_GROUP, error.id, error.state, inputs);
            assert.equal(updated["status"], "CREATE_FAILED");
        },
    },
    {
        name: "fault: a lost answer leaves a thing that the engine does not know of",
        async run(aws) {
            aws.faults({ call: "create", kind: "lost" });
            const error = await failure(make(await aws.plugin(), VPC, vpc()));
            assert.deepEqual([error.isPartial, aws.items().length], [false, 1]);
        },
    },
    {
        name: "unreachable: a region that does not answer, resources and functions alike",
        async run(aws) {
            const plugin = await aws.plugin();
            aws.settings({ regions: { "eu-west-2": { unreachable: true } } });
            assert.match(
                (await failure(make(plugin, VPC, vpc()))).message,
                /ec2.eu-west-2.amazonaws.com: no such host/,
            );
            assert.match((await failure(plugin.invoke(IDENTITY, {}))).message, /eu-west-2.amazonaws.com: no such host/);
            await make(plugin, VPC, vpc({ region: "eu-west-1" }));
        },
    },
    {
        name: "several plugins: what they make at once is all there",
        async run(aws) {
            aws.settings({ quotas: { [VPC]: 100 } });
            const plugins = await Promise.all([1, 2, 3].map(() => aws.plugin()));
            const work = plugins.flatMap((plugin) => [1, 2, 3, 4, 5].map(() => make(plugin, VPC, vpc())));
            const ids = (await Promise.all(work)).map(({ id }) => id);
            assert.deepEqual(
                aws
                    .items()
                    .map(({ id }) => id)
                    .sort(),
                ids.sort(),
            );
            assert.ok(aws instanceof SimulatedAws);
        },
    },
];
