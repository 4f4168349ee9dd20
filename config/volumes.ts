/** The volume of each CouchDB node: its claim, and what stands behind it. */
import { claimName, nodeNumbers, volumeName } from "../cht/names";
import type { Estimate } from "../cht/sizing";
import type { LiveNamespace } from "./live";
import type { VolumePlan } from "./plan";
import { compareQuantities } from "./quantity";
import type { InstanceModel } from "./schema";

/**
 * @param defaultClass the cluster's storage class
 * @param live the instance's namespace, where it exists: a volume never shrinks because an estimate did
 */
export function planVolumes(
    { couchdb }: Pick<InstanceModel, "couchdb">,
    namespace: string,
    defaultClass: string,
    estimated: Estimate | undefined,
    live: LiveNamespace | undefined,
): VolumePlan[] {
    const { nodes, volume } = couchdb;
    return nodeNumbers(nodes).map((number, index): VolumePlan => {
        const claim = { node: index + 1, claimName: claimName(number), className: volume.className ?? defaultClass };
        if (volume.kind === "new") {
            const size = volume.size ?? grown(share(estimated, nodes), live, claim.claimName);
            return { ...claim, size, kind: "new", source: "new" };
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
