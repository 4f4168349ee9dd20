/**
 * What an operator edits over the years, one edit after the other on one stack: each changes exactly what it is to change, and
 * none replaces what holds data.
 */
import assert from "node:assert/strict";
import { getOne, uids } from "../support/kubectl";
import { refusal, type Step } from "../support/stack";
import { zones } from "./support/account";
import { neverReplaces } from "./support/assert";
import { emptyCluster } from "./support/cluster";
import { AwsStack, addons, awsInstance, type Block, changesOf, eksCluster } from "./support/stack";
import { expectedSteps } from "./upgrades-expected";

const name = "upgrades";
let cluster = eksCluster(name, { storage: { className: "gp3", classes: { gp3: {} } } });
let instances: Readonly<Record<string, Block>> = {
    one: awsInstance("one"),
    cluster: awsInstance("cluster", { couchdb: { nodes: 2, volume: { kind: "new", size: "10Gi" } } }),
};

const nodes = () => cluster["nodes"] as { groups: Record<string, Block> } & Block;
const storage = () => cluster["storage"] as { classes: Record<string, Block> };
const snapshots = () => cluster["snapshots"] as { tiers: Record<string, Block> } & Block;

/** Each edit on top of the ones before it. */
const edits: Readonly<Record<keyof typeof expectedSteps, () => void>> = {
    "another AMI release": () => {
        cluster = { ...cluster, nodes: { ...nodes(), releaseVersion: "1.34.2-20261101" } };
    },
    "a Kubernetes minor, with its AMI release and add-ons": () => {
        cluster = {
            ...cluster,
            version: "1.35",
            nodes: { ...nodes(), releaseVersion: "1.35.2-20261101" },
            addons: addons("1.35"),
        };
    },
    "an add-on's version": () => {
        cluster = { ...cluster, addons: { ...addons("1.35"), coredns: addons("1.35", "later")["coredns"] } };
    },
    "larger nodes": () => {
        const groups = { ...nodes().groups, general: { instanceTypes: ["m7g.2xlarge"] } };
        cluster = { ...cluster, nodes: { ...nodes(), groups } };
    },
    "more nodes": () => {
        const groups = { ...nodes().groups, couchdb: { ...nodes().groups["couchdb"], perZone: { min: 2 } } };
        cluster = { ...cluster, nodes: { ...nodes(), groups } };
    },
    "another retention": () => {
        const daily = { schedules: { daily: { every: "day", keep: 30 } } };
        cluster = { ...cluster, snapshots: { ...snapshots(), tiers: { ...snapshots().tiers, daily } } };
    },
    "a zone more": () => {
        cluster = { ...cluster, zones: [...zones] };
    },
    "an instance more": () => {
        instances = { ...instances, three: awsInstance("three") };
    },
    "an instance in another tier": () => {
        instances = { ...instances, one: awsInstance("one", { snapshots: { tier: "hourly" } }) };
    },
    "a storage class more": () => {
        const classes = { gp3: {}, fast: { iops: 6000, throughput: 500 } };
        cluster = { ...cluster, storage: { ...storage(), classes } };
    },
    "who reaches the API server": () => {
        cluster = { ...cluster, publicAccess: ["203.0.113.0/24", "198.51.100.7/32"] };
    },
    "who may use the cluster": () => {
        const operators = { principal: "arn:aws:iam::123456789012:role/operators", level: "admin" };
        cluster = { ...cluster, access: { operators } };
    },
    "a NAT gateway in each zone": () => {
        cluster = { ...cluster, network: { kind: "new", nat: "per-zone" } };
    },
};

describe("edits of a stack on AWS", () => {
    let stack: AwsStack;
    const all: Step[] = [];
    let before_: unknown;
    before(async () => {
        await emptyCluster();
        stack = await AwsStack.inNewAccount(name, { cluster, instances });
        await stack.deploy();
        before_ = await data();
    });

    for (const [edit, change] of Object.entries(edits)) {
        it(`${edit}: changes exactly this`, async () => {
            change();
            stack.write({ cluster, instances });
            const steps = await stack.steps();
            all.push(...steps);
            neverReplaces(steps);
            // First, so that the next edit has its own changes only, also where this one has others than expected.
            await stack.deploy();
            assert.deepEqual(changesOf(steps), expectedSteps[edit as keyof typeof expectedSteps]);
        });
    }

    it("other iops of a class are refused, with the way out: a class never changes", async () => {
        const { fast, ...classes } = storage().classes;
        stack.write({
            cluster: { ...cluster, storage: { ...storage(), classes: { ...classes, fast: { ...fast, iops: 7000 } } } },
            instances,
        });
        const state = stack.account.state;
        const answer = refusal(await stack.preview());
        assert.match(answer, /cluster\.storage\.classes\.fast/);
        assert.match(answer, /another|new class/i);
        assert.deepEqual(stack.account.state, state);
    });

    it("a class that is taken out of the file is refused while it has volumes", async () => {
        stack.write({
            cluster: { ...cluster, storage: { className: "fast", classes: { fast: { iops: 3000 } } } },
            instances,
        });
        assert.match(refusal(await stack.preview()), /cluster\.storage\.classes\.gp3/);
    });

    it("have left everything as it was that holds data", async () => {
        stack.write({ cluster, instances });
        neverReplaces(all);
        assert.ok(all.length > 50, `${all.length} steps were looked at`);
        assert.deepEqual(await data(), before_);
        await stack.expectNoChanges();
    });

    /** Of what was there at the beginning. */
    async function data(): Promise<unknown> {
        const { account } = stack;
        const ids = (type: string, count: number) =>
            account
                .resources(type)
                .slice(0, count)
                .map(({ id }) => id);
        return {
            cluster: ids("aws:eks/cluster:Cluster", 1),
            vpc: ids("aws:ec2/vpc:Vpc", 1),
            subnets: ids("aws:ec2/subnet:Subnet", 4),
            keys: account.resources("aws:kms/key:Key").map(({ id }) => id),
            claims: [
                await uids("persistentvolumeclaims", "cht-one"),
                await uids("persistentvolumeclaims", "cht-cluster"),
            ],
            class: (await getOne("storageclass/gp3", "default")).metadata.uid,
        };
    }
});
