import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../../config/live";
import type { VolumePlan } from "../../config/plan";
import { canonical } from "./quantities";
import { adopting, instanceLabels, metadata, type Scope, unlessEmpty } from "./scope";
import { createSnapshot } from "./snapshots";

/** CouchDB writes to its volume from one pod at a time; two on one volume destroy the data. */
const accessModes = ["ReadWriteOnce"];

/**
 * A claim on a volume that exists is bound at once, whatever its class says; where the class waits for a consumer, the provider
 * would wait for a claim that is pending, and may never see it. One of a snapshot is bound when the storage has made its
 * volume, which may take long. That the claim is bound is seen on the Deployment.
 */
const notAwaited = { "pulumi.com/skipAwait": "true" };

/**
 * One claim per CouchDB node, each a resource of its own: `volumeClaimTemplates` of a StatefulSet cannot be changed, and so
 * would be replaced. In the order of the nodes.
 */
export function createVolumes(scope: Scope, after: pulumi.Resource): k8s.core.v1.PersistentVolumeClaim[] {
    const { plan, keep } = scope;
    return plan.volumes.map((volume) => {
        const disk = createDisk(scope, volume);
        const dataSource = volume.kind === "snapshot" ? createSnapshot(scope, volume) : undefined;
        return new k8s.core.v1.PersistentVolumeClaim(
            `${plan.name}-${volume.claimName}`,
            {
                metadata: metadata(scope, volume.claimName, {
                    annotations: { [labels.volumeSource]: volume.source, ...(volume.kind === "new" ? {} : notAwaited) },
                }),
                spec: {
                    accessModes,
                    storageClassName: volume.className,
                    volumeName: volume.kind === "persistentVolume" ? volume.persistentVolume : disk?.metadata.name,
                    dataSource,
                    resources: { requests: { storage: canonical(volume.size) } },
                },
            },
            {
                ...adopting(
                    keep,
                    plan.adopt.claims.includes(volume.claimName),
                    `${plan.namespace}/${volume.claimName}`,
                ),
                dependsOn: after,
                // Kubernetes binds a new claim, and writes the volume's name into it. A claim that is taken over has that
                // name already: without this the engine would see it taken out, which is a replacement of the data.
                // Nor is what it was made of ever looked at again, and it cannot be changed.
                ignoreChanges: bound[volume.kind],
            },
        );
    });
}

/** What Kubernetes writes into a claim of each kind, or keeps of it as it was made. */
const bound: Readonly<Record<VolumePlan["kind"], string[] | undefined>> = {
    new: ["spec.volumeName"],
    snapshot: ["spec.volumeName", "spec.dataSource", "spec.dataSourceRef"],
    persistentVolume: undefined,
    disk: undefined,
};

/** The PersistentVolume of a disk that exists, for this claim and no other. */
function createDisk(scope: Scope, volume: VolumePlan): k8s.core.v1.PersistentVolume | undefined {
    if (volume.kind !== "disk") {
        return undefined;
    }
    const { plan, keep } = scope;
    return new k8s.core.v1.PersistentVolume(
        `${plan.name}-${volume.persistentVolume}`,
        {
            metadata: { name: volume.persistentVolume, labels: instanceLabels(scope) },
            spec: {
                accessModes,
                capacity: { storage: canonical(volume.size) },
                storageClassName: volume.className,
                // The disk was there before this program and stays after it.
                persistentVolumeReclaimPolicy: "Retain",
                csi: {
                    driver: volume.driver,
                    volumeHandle: volume.handle,
                    fsType: volume.fsType,
                    volumeAttributes: unlessEmpty({ ...volume.attributes }),
                },
                claimRef: { namespace: plan.namespace, name: volume.claimName },
                nodeAffinity: volume.zone === undefined ? undefined : inZone(volume.zone),
            },
        },
        adopting(keep, plan.adopt.disks.includes(volume.persistentVolume), volume.persistentVolume),
    );
}

function inZone(zone: string) {
    return {
        required: {
            nodeSelectorTerms: [
                { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
            ],
        },
    };
}
