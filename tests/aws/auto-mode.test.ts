/** EKS Auto Mode: AWS makes the nodes, and brings its own drivers; no node group, no add-on but one. */
import assert from "node:assert/strict";
import { get, getOne } from "../support/kubectl";
import { type Step, shortName, succeeded } from "../support/stack";
import { Account, type AwsResource, zones } from "./support/account";
import { installAutoModeKinds } from "./support/chart";
import { emptyCluster } from "./support/cluster";
import { makeAutoModeNodes } from "./support/nodes";
import { AwsStack, autoModeCluster, awsInstance } from "./support/stack";

describe("a cluster of EKS Auto Mode", () => {
    let stack: AwsStack;
    let previewed: Step[];
    let cluster: AwsResource;
    before(async () => {
        await emptyCluster();
        await installAutoModeKinds();
        stack = await AwsStack.on(new Account(), "auto", {
            cluster: autoModeCluster("auto", { autoMode: { maximumAgeHours: 336 } }),
            instances: { one: awsInstance("one") },
        });
        previewed = await stack.steps();
        const running = stack.start("up", "--yes", "--skip-preview");
        const nodes = keepAutoModeNodes(running.result);
        succeeded(await running.result);
        await nodes;
        cluster = stack.account.only("aws:eks/cluster:Cluster");
    });

    it("makes exactly the resources of its first preview", async () => {
        assert.deepEqual([...new Set(previewed.map(({ op }) => op))], ["create"]);
        const own = (names: readonly string[]) => names.filter((each) => !/ default(_|$)/.test(each)).sort();
        assert.deepEqual(own(previewed.map(({ urn }) => shortName(urn))), own(await stack.resources()));
    });

    it("has all three switches on: AWS refuses one without the others", () => {
        const { computeConfig, storageConfig, kubernetesNetworkConfig } = cluster.properties;
        assert.deepEqual(
            [
                computeConfig?.enabled,
                storageConfig?.blockStorage?.enabled,
                kubernetesNetworkConfig?.elasticLoadBalancing?.enabled,
            ],
            [true, true, true],
        );
        assert.ok((computeConfig.nodePools as string[]).length > 0);
        assert.match(String(computeConfig.nodeRoleArn), /^arn:aws:iam::/);
        assert.equal(cluster.properties["bootstrapSelfManagedAddons"], false);
    });

    it("has neither node groups nor what Auto Mode brings, but the snapshot controller", () => {
        assert.deepEqual(stack.account.resources("aws:eks/nodeGroup:NodeGroup"), []);
        assert.deepEqual(
            stack.account.resources("aws:eks/addon:Addon").map(({ properties }) => properties["addonName"]),
            ["snapshot-controller"],
        );
    });

    it("replaces nodes by age as the file says, CouchDB's too", async () => {
        const pools = await get("nodepools.karpenter.sh");
        assert.ok(pools.length > 0);
        for (const { metadata, spec } of pools) assert.equal(spec.template.spec.expireAfter, "336h", metadata.name);
    });

    it("uses Auto Mode's own storage driver and load balancing", async () => {
        const gp3 = await getOne("storageclass/gp3", "default");
        assert.equal(gp3["provisioner"], "ebs.csi.eks.amazonaws.com");
        const alb = await getOne("ingressclass/alb", "default");
        assert.equal(alb["spec"].controller, "eks.amazonaws.com/alb");
        assert.deepEqual(
            (await get("ingressclassparams.eks.amazonaws.com")).map(({ metadata }) => metadata.name),
            [alb["spec"].parameters.name],
        );
        const claim = await getOne("persistentvolumeclaim/couchdb-claim0", "cht-one");
        assert.deepEqual([claim["spec"].storageClassName, claim["status"].phase], ["gp3", "Bound"]);
    });

    it("says what it means for CouchDB", async () => {
        const { stdout, stderr } = succeeded(await stack.preview());
        assert.match(
            stdout + stderr,
            /cluster\.autoMode: AWS replaces every node at an age of 336 hours, and CouchDB restarts/,
        );
    });

    it("has nothing to change", async () => {
        await stack.expectNoChanges();
    });
});

/** AWS makes nodes as soon as there are pods to be placed, which is when there are pools. */
async function keepAutoModeNodes(until: Promise<unknown>): Promise<void> {
    let over = false;
    void until.then(() => (over = true));
    while (!over) {
        await makeAutoModeNodes(zones.slice(0, 2)).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
}
