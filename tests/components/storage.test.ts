import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Storage } from "../../components/storage";
import { planClasses } from "../../config/aws/classes";
import { eksSchema } from "../../config/aws/schema";
import type { LiveStorageClass } from "../../config/live";
import { type Registered, register, unknown } from "../support/register";

const stack = "cht-hosting.prod";
const key = "arn:aws:kms:eu-west-2:123456789012:key/1";

function planOf(storage: object, live: ReadonlyMap<string, LiveStorageClass> = new Map(), autoMode = false) {
    const model = {
        name: "prod",
        storage: eksSchema.shape.storage.parse(storage),
        ...(autoMode ? { autoMode: { maximumAgeHours: 504 } } : {}),
    };
    const { plan, problems } = planClasses({ model, stack, volumes: [], live });
    assert.deepEqual(problems, []);
    return plan;
}

async function made(plan = planOf({}), firstPreview = false): Promise<readonly Registered[]> {
    const { resources } = await register(
        () => {
            const provider = new k8s.Provider("cluster", {});
            // As the key's ARN is while the cluster is being made.
            const keyArn = firstPreview ? new k8s.core.v1.Namespace("key", {}).id : pulumi.output(key);
            new Storage("prod", { plan, stack, keyArn }, { provider });
        },
        { firstPreview },
    );
    // By name: what has asynchronous inputs is registered later.
    return resources
        .filter(({ options }) => options.parent === "cht-hosting:storage:Storage::prod")
        .sort((a, b) => a.name.localeCompare(b.name));
}

const identities = (resources: readonly Registered[]) => resources.map(({ type, name }) => `${type} ${name}`);

const labels = { "app.kubernetes.io/managed-by": "cht-hosting", "cht-hosting/stack": stack };

describe("the storage of a cluster", () => {
    it("is its classes, kept for ever, and two ways to take snapshots", async () => {
        const resources = await made(
            planOf({ classes: { gp3: {}, fast: { iops: 8000, throughput: 500 } }, className: "gp3" }),
        );
        assert.deepEqual(identities(resources), [
            "kubernetes:storage.k8s.io/v1:StorageClass prod-class-fast",
            "kubernetes:storage.k8s.io/v1:StorageClass prod-class-gp3",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass prod-snapshots-kept",
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass prod-snapshots-quiesced",
        ]);
        for (const { name, type, options } of resources) {
            const kept = type.endsWith("StorageClass") && !type.endsWith("VolumeSnapshotClass");
            const { protect, retainOnDelete, provider, import: imported } = options;
            assert.deepEqual(
                [protect, retainOnDelete, provider, imported],
                [kept, kept, "pulumi:providers:kubernetes::cluster", undefined],
                name,
            );
        }
    });

    it("has classes as CouchDB needs them", async () => {
        const [fast, gp3] = await made(
            planOf({ classes: { gp3: {}, fast: { iops: 8000, throughput: 500 } }, className: "gp3" }),
        );
        const tags = {
            tagSpecification_1: "cht-hosting/volumes=prod/{{ .PVCNamespace }}",
            tagSpecification_2: "cht-hosting/claim={{ .PVCName }}",
            tagSpecification_3: "cht-hosting/stack=cht-hosting.prod",
            tagSpecification_4: "cht-hosting/cluster=prod",
            tagSpecification_5: "Name=prod/{{ .PVCNamespace }}/{{ .PVCName }}",
        };
        const expected = (name: string, byDefault: string, performance: object) => ({
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: {
                name,
                labels,
                annotations: { "storageclass.kubernetes.io/is-default-class": byDefault },
            },
            provisioner: "ebs.csi.aws.com",
            volumeBindingMode: "WaitForFirstConsumer",
            reclaimPolicy: "Retain",
            allowVolumeExpansion: true,
            parameters: {
                type: "gp3",
                encrypted: "true",
                kmsKeyId: key,
                "csi.storage.k8s.io/fstype": "ext4",
                ...performance,
                ...tags,
            },
        });
        assert.deepEqual(gp3?.inputs, expected("gp3", "true", {}));
        assert.deepEqual(fast?.inputs, expected("fast", "false", { iops: "8000", throughput: "500" }));
    });

    it("keeps snapshots that people take, and lets go those of quiesced sets that are pruned", async () => {
        const classes = (await made()).filter(({ type }) => type.endsWith("VolumeSnapshotClass"));
        const expected = (name: string, deletionPolicy: string) => ({
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshotClass",
            metadata: { name, labels },
            driver: "ebs.csi.aws.com",
            deletionPolicy,
            parameters: {
                tagSpecification_1: "cht-hosting/volumes=prod/{{ .VolumeSnapshotNamespace }}",
                tagSpecification_2: "cht-hosting/stack=cht-hosting.prod",
                tagSpecification_3: "cht-hosting/cluster=prod",
                tagSpecification_4: "Name=prod/{{ .VolumeSnapshotNamespace }}/{{ .VolumeSnapshotName }}",
            },
        });
        assert.deepEqual(
            classes.map(({ inputs }) => inputs),
            [expected("cht-kept", "Retain"), expected("cht-quiesced", "Delete")],
        );
    });

    it("is of Auto Mode's driver with Auto Mode", async () => {
        const resources = await made(planOf({}, new Map(), true));
        const drivers = resources.map(({ inputs }) => inputs["provisioner"] ?? inputs["driver"]);
        assert.deepEqual(
            drivers,
            resources.map(() => "ebs.csi.eks.amazonaws.com"),
        );
    });

    it("takes over a class of this stack that is in the cluster, and makes no other", async () => {
        const there = { provisioner: "", parameters: {}, reclaimPolicy: "", volumeBindingMode: "", stack };
        const classes = { gp3: {}, fast: {} };
        const imports = (await made(planOf({ classes, className: "gp3" }, new Map([["fast", there]])))).map(
            ({ name, options }) => [name, options.import] as const,
        );
        assert.deepEqual(
            imports.filter(([, imported]) => imported !== undefined),
            [["prod-class-fast", "fast"]],
        );
    });

    it("is known in the first preview but for its key", async () => {
        const [preview, update] = [await made(planOf({}), true), await made(planOf({}))];
        assert.deepEqual(identities(preview), identities(update));
        const parameters = preview[0]?.inputs["parameters"] as Record<string, unknown>;
        assert.deepEqual(
            Object.entries(parameters).flatMap(([name, value]) => (value === unknown ? [name] : [])),
            ["kmsKeyId"],
        );
    });
});
