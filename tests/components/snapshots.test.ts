import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { emptyCluster } from "../../config/live";
import type { InstancePlan } from "../../config/plan";
import { objectOf, objectsOf, resourceOf } from "../support/objects";
import { clusters, type InstanceInput, planOf, registerInstance } from "../support/plan";
import type { Registered } from "../support/register";

const cluster = {
    ...clusters.vsphere,
    storage: { className: "vmware-sc", snapshotClassName: "vmware-snapshots", driver: "csi.vsphere.vmware.com" },
};
const given = { password: "of-the-source", secret: "secret-of-the-source", uuid: "uuid-of-the-source" };
const restored = (couchdb: InstanceInput["couchdb"] = {}, more: Partial<InstanceInput> = {}): InstancePlan =>
    planOf(
        {
            couchdb: { volume: { kind: "snapshot", size: "10Gi", from: { snapshots: ["one+first"] } }, ...couchdb },
            ...more,
        },
        { cluster, live: emptyCluster, given },
    );
const three = () =>
    restored({ nodes: 3, volume: { kind: "snapshot", size: "10Gi", from: { snapshots: ["a", "b", "c"] } } });

async function registered(plan: InstancePlan, firstPreview = false): Promise<readonly Registered[]> {
    return (await registerInstance(plan, { cluster, firstPreview })).resources;
}

describe("an instance of snapshots", () => {
    let resources: readonly Registered[];
    before(async () => (resources = await registered(restored())));

    it("has the snapshot in its own namespace, and keeps it in the storage whatever becomes of it", () => {
        const [name = ""] = Object.keys(objectsOf(resources, "VolumeSnapshot"));
        assert.match(name, /^couchdb-claim0-[0-9a-f]{8}$/);
        assert.deepEqual(objectOf(resources, "VolumeSnapshot", name)["spec"], {
            volumeSnapshotClassName: "vmware-snapshots",
            source: { volumeSnapshotContentName: `demo-${name}` },
        });
        assert.deepEqual(objectOf(resources, "VolumeSnapshotContent", `demo-${name}`)["spec"], {
            driver: "csi.vsphere.vmware.com",
            source: { snapshotHandle: "one+first" },
            deletionPolicy: "Retain",
            volumeSnapshotClassName: "vmware-snapshots",
            volumeSnapshotRef: {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshot",
                namespace: "demo",
                name,
            },
        });
    });

    it("has a claim that is made of it", () => {
        const [name = ""] = Object.keys(objectsOf(resources, "VolumeSnapshot"));
        const claim = objectOf(resources, "PersistentVolumeClaim", "couchdb-claim0");
        assert.deepEqual(claim["spec"], {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "vmware-sc",
            dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name },
            resources: { requests: { storage: "10Gi" } },
        });
        assert.deepEqual((claim["metadata"] as { annotations: object }).annotations, {
            "cht-hosting/volume-source": "snapshot csi.vsphere.vmware.com one+first",
            "pulumi.com/skipAwait": "true",
        });
    });

    it("keeps the claim for ever, and what it was made of only as long as it is asked for", () => {
        const claim = resourceOf(resources, "PersistentVolumeClaim", "demo-couchdb-claim0").options;
        assert.deepEqual([claim.protect, claim.retainOnDelete], [true, true]);
        // Pruned, or changed: nothing of it may ever replace the data.
        assert.deepEqual(claim.ignoreChanges, ["spec.volumeName", "spec.dataSource", "spec.dataSourceRef"]);
        for (const [kind, name] of [
            ["VolumeSnapshot", "demo-couchdb-claim0-snapshot"],
            ["VolumeSnapshotContent", "demo-couchdb-claim0-snapshot-content"],
        ] as const) {
            const { protect, retainOnDelete } = resourceOf(resources, kind, name).options;
            assert.deepEqual([protect, retainOnDelete], [false, false], kind);
        }
    });

    it("has the snapshot before the claim, and the Secret too", () => {
        const { dependsOn } = resourceOf(resources, "PersistentVolumeClaim", "demo-couchdb-claim0").options;
        assert(
            dependsOn.includes("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot::demo-couchdb-claim0-snapshot"),
        );
        assert(dependsOn.includes("kubernetes:core/v1:Secret::demo-credentials"));
        const snapshot = resourceOf(resources, "VolumeSnapshot", "demo-couchdb-claim0-snapshot").options;
        assert(snapshot.dependsOn.some((urn) => urn.endsWith("::demo-couchdb-claim0-snapshot-content")));
    });

    it("has one for each node of a cluster", async () => {
        const contents = Object.values(objectsOf(await registered(three()), "VolumeSnapshotContent"));
        assert.deepEqual(
            contents.map(({ spec }) => (spec as { source: { snapshotHandle: string } }).source.snapshotHandle).sort(),
            ["a", "b", "c"],
        );
    });

    it("writes down on the namespace what it is made of, before any volume is", () => {
        const { annotations } = objectOf(resources, "Namespace", "demo")["metadata"] as {
            annotations: Record<string, string>;
        };
        assert.deepEqual(JSON.parse(annotations["cht-hosting/snapshot-source"] ?? ""), {
            request: "snapshots one+first",
            driver: "csi.vsphere.vmware.com",
            handles: ["one+first"],
        });
    });

    it("is the same in the first preview", async () => {
        const names = (all: readonly Registered[]) => all.map(({ type, name }) => `${type} ${name}`).sort();
        assert.deepEqual(names(await registered(restored(), true)), names(resources));
    });

    it("has another name for another snapshot, which the API server would refuse under the old one", async () => {
        const other = restored({ volume: { kind: "snapshot", size: "10Gi", from: { snapshots: ["another"] } } });
        const names = (all: readonly Registered[]) =>
            ["VolumeSnapshot", "VolumeSnapshotContent"].flatMap((kind) => Object.keys(objectsOf(all, kind)));
        const before = names(resources);
        assert.deepEqual(
            names(await registered(other)).filter((name) => before.includes(name)),
            [],
        );
    });
});

describe("the credentials of a copy", () => {
    const inherited = {
        COUCHDB_PASSWORD: "inherited-password",
        COUCHDB_SECRET: "inherited-secret",
        COUCHDB_UUID: "inherited-uuid",
    };
    const values = async (plan: InstancePlan, own: Record<string, pulumi.Output<string>> = {}) => {
        const { resources } = await registerInstance(plan, { cluster, given: own });
        const secret = resourceOf(resources, "Secret", "demo-credentials");
        assert.deepEqual(secret.secretInputs, ["data"]);
        const data = secret.inputs["data"] as Record<string, string>;
        return Object.fromEntries(
            Object.keys(inherited).map((key) => [key, Buffer.from(data[key] ?? "", "base64").toString()]),
        );
    };
    const copy = (): InstancePlan => {
        const plan = restored();
        return { ...plan, credentials: { ...plan.credentials, inherited } };
    };

    it("are its source's", async () => assert.deepEqual(await values(copy()), inherited));

    it("are given before they are the source's: a snapshot may be older than the password", async () => {
        assert.deepEqual(await values(copy(), { password: pulumi.secret("of-then") }), {
            ...inherited,
            COUCHDB_PASSWORD: "of-then",
        });
    });

    it("are its own once it has them", async () => {
        const live = {
            COUCHDB_USER: "medic",
            COUCHDB_PASSWORD: "live-password",
            COUCHDB_SECRET: "live-secret",
            COUCHDB_UUID: "live-uuid",
            COUCH_URL: "",
        };
        const plan = copy();
        const made = { ...plan, credentials: { ...plan.credentials, live: { generation: 1, values: live } } };
        assert.deepEqual(await values(made), {
            COUCHDB_PASSWORD: "live-password",
            COUCHDB_SECRET: "live-secret",
            COUCHDB_UUID: "live-uuid",
        });
    });
});
