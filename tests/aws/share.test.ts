/** One stack makes the cluster, another runs instances on it. */
import assert from "node:assert/strict";
import { get, getOne } from "../support/kubectl";
import { refusal, shortName, succeeded } from "../support/stack";
import { Account } from "./support/account";
import { emptyCluster } from "./support/cluster";
import { AwsStack, awsInstance, eksCluster } from "./support/stack";

const onIt = (more: object = {}) => ({
    cluster: { kind: "stack", name: "organization/cht-hosting/aws-owner" },
    instances: { tenant: awsInstance("tenant", { ...more }) },
});

describe("a cluster on AWS that another stack uses", () => {
    let owner: AwsStack;
    let tenant: AwsStack;
    before(async () => {
        await emptyCluster();
        const account = new Account();
        owner = await AwsStack.on(account, "aws-owner", { cluster: eksCluster("shared"), instances: {} });
        tenant = await AwsStack.on(account, "aws-tenant", onIt());
        await owner.deploy();
    });

    it("is not shared unless it says so", async () => {
        assert.match(refusal(await tenant.preview()), /'organization\/cht-hosting\/aws-owner' has no output 'cluster'/);
    });

    it("is shared without anything else of it changing, and without a token", async () => {
        owner.write({ cluster: eksCluster("shared", { share: true }), instances: {} });
        assert.deepEqual(
            (await owner.changes()).filter((each) => !each.startsWith("update Stack ")),
            [],
        );
        await owner.deploy();
        const { stdout } = succeeded(await owner.run("stack output", "--json", "--show-secrets"));
        const { cluster } = JSON.parse(stdout) as { cluster: { name: string; kubeconfig: string } };
        assert.equal(cluster.name, "shared");
        assert.match(cluster.kubeconfig, /get-token/);
        assert.doesNotMatch(cluster.kubeconfig, /"?token"?:|client-key/);
    });

    it("runs the other stack's instances, on the nodes kept for CouchDB", async () => {
        const before = owner.account.counts();
        const previewed = await tenant.steps();
        // The owner's stack is read, and that is all.
        const others = previewed.filter(({ op }) => op !== "create").map(({ op, urn }) => `${op} ${shortName(urn)}`);
        assert.deepEqual(others, ["read StackReference organization/cht-hosting/aws-owner"]);
        await tenant.deploy();
        assert.equal((await getOne("deployment/cht-api", "cht-tenant"))["status"].availableReplicas, 1);
        const [pod] = await get("pods", "--namespace=cht-tenant", "--selector=app.kubernetes.io/component=couchdb");
        const [node] = await get(`node/${pod?.["spec"].nodeName}`);
        assert.equal(node?.metadata.labels?.["cht-hosting/couchdb"], "true");
        const claim = await getOne("persistentvolumeclaim/couchdb-claim0", "cht-tenant");
        assert.deepEqual([claim["spec"].storageClassName, claim["status"].phase], ["gp3", "Bound"]);
        // The cluster, its nodes and policies are the owner's alone.
        assert.deepEqual(owner.account.counts(), before);
        await tenant.expectNoChanges();
        await owner.expectNoChanges();
    });

    it("takes the snapshots of its instances by a tier that names their namespaces", async () => {
        const tiers = { daily: { schedules: { daily: { every: "day", keep: 14 } }, namespaces: ["cht-tenant"] } };
        await owner.deploy({ cluster: eksCluster("shared", { share: true, snapshots: { tiers } }), instances: {} });
        const { properties } = owner.account.only("aws:cloudformation/stack:Stack");
        assert.match(String(properties["templateBody"]), /"shared\/cht-tenant"/);
    });
});
