/** The volume of each CouchDB node: its claim, and what stands behind it. */
import { createHash } from "node:crypto";
import { claimName, nodeNumbers, volumeName } from "../cht/names";
import type { Estimate } from "../cht/sizing";
import type { VolumePlan } from "./instance-plan";
import type { LiveNamespace } from "./live";
import { compareQuantities } from "./quantity";
import type { InstanceModel } from "./schema";
import type { SnapshotSource } from "./snapshot-source";

/**
 * @param defaultClass the cluster's storage class
 * @param live the instance's namespace, where it exists: a volume never shrinks because an estimate did
 * @param snapshots what the volumes are made of; without it those of kind `snapshot` cannot be planned
 */
export function planVolumes(
    { couchdb }: Pick<InstanceModel, "couchdb">,
    namespace: string,
    defaultClass: string,
    estimated: Estimate | undefined,
    live: LiveNamespace | undefined,
    snapshots?: SnapshotSource,
): VolumePlan[] {
    const { nodes, volume } = couchdb;
    if (volume.kind === "snapshot" && snapshots?.handles.length !== nodes) return [];
    return nodeNumbers(nodes).map((number, index): VolumePlan => {
        const claim = { node: index + 1, claimName: claimName(number), className: volume.className ?? defaultClass };
        if (volume.kind === "new") {
            const size = volume.size ?? grown(share(estimated, nodes), live, claim.claimName);
            return { ...claim, size, kind: "new", source: "new" };
        }
        if (volume.kind === "snapshot") {
            const { driver = "", handles = [], size: smallest } = snapshots ?? {};
            const handle = handles[index] ?? "";
            // The API server refuses another snapshot under the name of one.
            const name = `${claim.claimName}-${createHash("sha256").update(`${driver} ${handle}`).digest("hex").slice(0, 8)}`;
            return {
                ...claim,
                size: volume.size ?? grown(smallest ?? "0", live, claim.claimName),
                kind: "snapshot",
                driver,
                handle,
                snapshotName: name,
                contentName: `${namespace}-${name}`,
                source: `snapshot ${driver} ${handle}`,
            };
        }
        // The rules have counted the volumes: there is one for each node.
        const existing = volume.volumes[index];
        if (existing === undefined) throw new Error(`CouchDB node ${index + 1} has no volume`);
        if ("persistentVolume" in existing) {
            const { persistentVolume } = existing;
            const source = `persistentVolume ${persistentVolume}`;
            return { ...claim, size: volume.size, kind: "persistentVolume", persistentVolume, source };
        }
        return {
            ...claim,
            size: volume.size,
            kind: "disk",
            persistentVolume: volumeName(namespace, number),
            ...existing,
            source: `disk ${existing.driver} ${existing.handle}`,
        };
    });
}

/** CouchDB clusters keep each document once, on one node. */
function share(estimated: Estimate | undefined, nodes: number): string {
    if (estimated === undefined) throw new Error("a new volume needs a size, or a sizing to take it from");
    return `${Math.ceil(estimated.volumeGi / nodes)}Gi`;
}

function grown(size: string, live: LiveNamespace | undefined, claim: string): string {
    const before = live?.claims.find(({ name }) => name === claim)?.size;
    return before !== undefined && compareQuantities(before, size) > 0 ? before : size;
}
