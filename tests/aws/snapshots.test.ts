/** Which volumes the policies take, and instances that are made of what they took. */
import assert from "node:assert/strict";
import { apply, get, getOne, secretValues } from "../support/kubectl";
import { refusal, shortName } from "../support/stack";
import { neverReplaces, problemsOf } from "./support/assert";
import { emptyCluster, type Volume, volumes } from "./support/cluster";
import { policies, taken, takeSnapshots } from "./support/policies";
import { AwsStack, awsInstance, type Block, eksCluster } from "./support/stack";

const clustered = { nodes: 2, volume: { kind: "new", size: "10Gi" } };
const cluster = eksCluster("snapshots", {
    // Large enough for eight CouchDBs.
    nodes: {
        releaseVersion: "1.34.2-20261101",
        groups: {
            general: { instanceTypes: ["m7g.2xlarge"] },
            couchdb: { instanceTypes: ["r7g.2xlarge"], couchdb: true },
        },
    },
});
const instances: Readonly<Record<string, Block>> = {
    production: awsInstance("production", { snapshots: { tier: "hourly" } }),
    cluster: awsInstance("cluster", { couchdb: clustered }),
    training: awsInstance("training", { snapshots: { tier: "none" } }),
};
const cloneOf = (from: Block, more: Block = {}) =>
    awsInstance("uat", { couchdb: { volume: { kind: "snapshot", from } }, ...more });

describe("snapshots on AWS", () => {
    let stack: AwsStack;
    let found: Volume[];
    before(async () => {
        await emptyCluster();
        stack = await AwsStack.inNewAccount("snapshots", { cluster, instances });
        await stack.deploy();
        // A claim that is nobody's instance, of the same class: no policy may take it.
        await apply(...somebodyElse());
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        found = await volumes(stack.account);
    });

    it("are taken of exactly the volumes of each tier's instances", () => {
        assert.deepEqual(found.map(({ claim }) => claim).sort(), [
            "cht-cluster/couchdb-1-claim0",
            "cht-cluster/couchdb-2-claim0",
            "cht-production/couchdb-claim0",
            "cht-training/couchdb-claim0",
            "somebody/data",
        ]);
        const all = policies(stack.account);
        assert.deepEqual([...all.keys()].sort(), ["daily", "hourly"]);
        assert.deepEqual(taken(all.get("daily"), found), [
            "cht-cluster/couchdb-1-claim0",
            "cht-cluster/couchdb-2-claim0",
        ]);
        assert.deepEqual(taken(all.get("hourly"), found), ["cht-production/couchdb-claim0"]);
    });

    it("are chosen by the tags that the class gives to volumes, and by no others", async () => {
        const { parameters } = await getOne("storageclass/gp3", "default");
        const keys = Object.entries(parameters as Record<string, string>)
            .filter(([name]) => name.startsWith("tagSpecification_"))
            .map(([, text]) => text);
        for (const [tier, policy] of policies(stack.account)) {
            for (const { Key, Value } of policy.targetTags) {
                const [cluster_, namespace = ""] = Value.split("/");
                assert.ok(
                    keys.includes(`${Key}=${cluster_}/{{ .PVCNamespace }}`),
                    `${tier}: ${Key}=${Value} is not of ${keys.join(", ")}`,
                );
                assert.deepEqual(await get(`namespace/${namespace}`).then((list) => list.length), 1);
            }
        }
    });

    it("are taken of an existing disk too, once the program has tagged it", async () => {
        const disk = { driver: "ebs.csi.aws.com", handle: "vol-0123456789abcdef0", zone: "eu-west-2a" };
        stack.account.put({
            type: "aws:ebs/volume:Volume",
            region: "eu-west-2",
            id: disk.handle,
            properties: { id: disk.handle, availabilityZone: disk.zone, size: 10, encrypted: true, tags: {} },
        });
        const adopted = awsInstance("adopted", {
            couchdb: { volume: { kind: "existing", size: "10Gi", volumes: [disk] } },
            snapshots: { tier: "hourly" },
        });
        await stack.deploy({ cluster, instances: { ...instances, adopted } });
        const now = await volumes(stack.account);
        assert.deepEqual(taken(policies(stack.account).get("hourly"), now), [
            "cht-adopted/couchdb-claim0",
            "cht-production/couchdb-claim0",
        ]);
        await stack.expectNoChanges();
        await stack.deploy({ cluster, instances: { ...instances, adopted: { ...adopted, remove: "adopted" } } });
        await stack.deploy({ cluster, instances });
    });

    describe("and clones of them", () => {
        let latest: string;
        let all = instances;
        const withClone = (from: Block, more?: Block) => ({
            cluster,
            instances: { ...instances, uat: cloneOf(from, more) },
        });
        before(() => {
            takeSnapshots(stack.account, found, "2026-11-20T01:00:00Z");
            const made = takeSnapshots(stack.account, found, "2026-11-21T01:00:00Z");
            latest = idOf(made, "cht-production");
        });

        it("of another instance, in three lines: same credentials, the newest snapshot, the right tags", async () => {
            stack.write(withClone({ instance: "production" }));
            const previewed = await stack.steps();
            neverReplaces(previewed);
            assert.deepEqual(
                previewed
                    .filter(({ op, urn }) => op === "create" && /VolumeSnapshot/.test(urn))
                    .map(({ urn }) => shortName(urn).split(" ")[0])
                    .sort(),
                ["VolumeSnapshot", "VolumeSnapshotContent"],
            );
            await stack.deploy();
            assert.deepEqual(await handles("cht-uat"), [latest]);
            const [source, clone] = await Promise.all(
                ["cht-production", "cht-uat"].map((namespace) => secretValues("cht-couchdb-credentials", namespace)),
            );
            assert.deepEqual(clone, source);
            const claim = await getOne("persistentvolumeclaim/couchdb-claim0", "cht-uat");
            assert.deepEqual([claim["status"].phase, claim["spec"].storageClassName], ["Bound", "gp3"]);
            assert.equal(claim["spec"].dataSource?.kind ?? claim["spec"].dataSourceRef?.kind, "VolumeSnapshot");
            const own = (await volumes(stack.account)).filter((volume) => volume.claim.startsWith("cht-uat/"));
            assert.deepEqual(
                own.map(({ tags }) => tags["cht-hosting/volumes"]),
                ["snapshots/cht-uat"],
            );
            await stack.expectNoChanges();
        });

        it("stay what they were made of, although there are newer snapshots", async () => {
            takeSnapshots(stack.account, found, "2026-11-22T01:00:00Z");
            assert.deepEqual(await stack.changes(), []);
            assert.deepEqual(await handles("cht-uat"), [latest]);
        });

        it("stay also when the snapshot is gone", async () => {
            const { resources } = stack.account.state;
            stack.account.reset(...resources.filter(({ id }) => id !== latest));
            await stack.expectNoChanges();
            stack.account.reset(...resources);
        });

        it("by tags, and by id", async () => {
            const tags = { "cht-hosting/volumes": "snapshots/cht-production" };
            const by = (name: string, from: Block) =>
                awsInstance(name, { couchdb: { volume: { kind: "snapshot", from } } });
            all = {
                ...instances,
                uat: cloneOf({ instance: "production" }),
                tags: by("tags", { tags, latest: true }),
                id: by("id", { snapshots: [latest] }),
            };
            await stack.deploy({ cluster, instances: all });
            const newest = idOf(
                stack.account
                    .resources("aws:ebs/snapshot:Snapshot")
                    .filter(({ properties }) => properties["startTime"] === "2026-11-22T01:00:00Z"),
                "cht-production",
            );
            assert.deepEqual([await handles("cht-tags"), await handles("cht-id")], [[newest], [latest]]);
            await stack.expectNoChanges();
        });

        it("of a CouchDB cluster into another namespace are refused: its shard map names the nodes", async () => {
            const from = { instance: "cluster" };
            const copy = awsInstance("copy", { couchdb: { nodes: 2, volume: { kind: "snapshot", from } } });
            const state = stack.account.state;
            stack.write({ cluster, instances: { ...all, copy } });
            const answer = refusal(await stack.preview());
            assert.deepEqual(Object.keys(problemsOf(answer)), ["instances.copy.namespace"]);
            assert.match(answer, /nodes are named after the namespace, 'cht-cluster', in its own shard map/);
            assert.deepEqual(stack.account.state, state);
        });
    });
});

const idOf = (snapshots: ReturnType<typeof takeSnapshots>, namespace: string): string =>
    snapshots.find(({ properties }) => properties["tags"]["kubernetes.io/created-for/pvc/namespace"] === namespace)
        ?.id ?? assert.fail(`no snapshot of ${namespace}`);

/** The snapshots, as AWS names them, that a namespace's VolumeSnapshots stand for. */
async function handles(namespace: string): Promise<string[]> {
    return (await get("volumesnapshotcontents"))
        .filter(({ spec }) => spec.volumeSnapshotRef.namespace === namespace)
        .map(({ spec }) => String(spec.source.snapshotHandle))
        .sort();
}

/** A namespace with a claim of the class that a pod uses. */
function somebodyElse(): object[] {
    const metadata = { name: "data", namespace: "somebody" };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "somebody" } },
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata,
            spec: {
                storageClassName: "gp3",
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: "1Gi" } },
            },
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata,
            spec: {
                containers: [{ name: "data", image: "data:1" }],
                volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
            },
        },
    ];
}
