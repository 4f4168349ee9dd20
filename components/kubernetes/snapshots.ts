import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { VolumePlan } from "../../config/plan";
import { instanceLabels, metadata, type Scope } from "./scope";

const group = "snapshot.storage.k8s.io";
const apiVersion = `${group}/v1`;

/** What a claim is made of, in its own namespace. */
export interface ClaimSource {
    readonly apiGroup: string;
    readonly kind: string;
    readonly name: pulumi.Output<string>;
}

/**
 * A snapshot that exists in the storage, as a VolumeSnapshot in the instance's namespace: the CSI driver makes the claim's
 * volume of it, in the zone of the claim's first pod. The same for every driver, and wherever the snapshot was taken.
 *
 * Both are only needed until the claim is bound, and may be made again at any time: deleting them never touches the snapshot
 * behind them (Retain), nor the volume.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volume-snapshots/#static
 */
export function createSnapshot(scope: Scope, volume: VolumePlan & { readonly kind: "snapshot" }): ClaimSource {
    const { plan, child } = scope;
    const volumeSnapshotClassName = scope.cluster.storage.snapshotClassName;
    const content = new k8s.apiextensions.CustomResource(
        `${plan.name}-${volume.claimName}-snapshot-content`,
        {
            apiVersion,
            kind: "VolumeSnapshotContent",
            metadata: { name: volume.contentName, labels: instanceLabels(scope) },
            spec: {
                driver: volume.driver,
                source: { snapshotHandle: volume.handle },
                // The snapshot is somebody else's: it was there before, and stays.
                deletionPolicy: "Retain",
                volumeSnapshotClassName,
                volumeSnapshotRef: {
                    apiVersion,
                    kind: "VolumeSnapshot",
                    namespace: scope.namespace,
                    name: volume.snapshotName,
                },
            },
        },
        child,
    );
    const snapshot = new k8s.apiextensions.CustomResource(
        `${plan.name}-${volume.claimName}-snapshot`,
        {
            apiVersion,
            kind: "VolumeSnapshot",
            metadata: metadata(scope, volume.snapshotName),
            spec: { volumeSnapshotClassName, source: { volumeSnapshotContentName: content.metadata.name } },
        },
        child,
    );
    return { apiGroup: group, kind: "VolumeSnapshot", name: snapshot.metadata.name };
}
