/** Finds the snapshots that an instance is to be made of, among those in the cluster and on AWS. */
import { claimName, nodeNumbers } from "../cht/names";
import { SET_LABEL, SET_STATE_LABEL } from "../cht/quiesced";
import { ofAws, ofHandles } from "./aws/snapshot-source";
import type { LiveCluster, LiveVolumeSnapshot } from "./live";
import { oneOf } from "./problem";
import { compareQuantities } from "./quantity";
import type { InstanceModel } from "./schema";
import {
    type FoundSnapshots,
    NotFound,
    namespaceOfInstance,
    type ResolveArgs,
    requestOf,
    snapshotVolumeOf,
    textOf,
} from "./snapshot-source";

/**
 * @param driver the CSI driver of the storage class that the volumes are made by
 * @throws {NotFound} where there are none, or where it is not clear which they are
 */
export function findSnapshots(instance: InstanceModel, driver: string, args: ResolveArgs): FoundSnapshots {
    const from = snapshotVolumeOf(instance)?.from;
    if (from === undefined) throw new Error("the instance is not made of snapshots");
    const request = requestOf(from);
    const { nodes } = instance.couchdb;
    if ("snapshots" in from) {
        return ofHandles(request, from.snapshots, driver, args);
    }
    if ("volumeSnapshots" in from) {
        const found = from.volumeSnapshots.map((name, index) =>
            volumeSnapshot(name, from.namespace, index, nodes, args.live),
        );
        return ofVolumeSnapshots(request, found, from.namespace, args.live);
    }
    if ("tags" in from) return ofAws(request, instance, driver, args, `the tags ${textOf(from.tags)}`);
    const namespace = namespaceOfInstance(from.instance, args.model.instances);
    const sets = quiescedSets(namespace, nodes, args.live);
    if ("set" in from) {
        const set = sets.get(from.set);
        if (set !== undefined) return ofVolumeSnapshots(request, set, namespace, args.live);
        throw new NotFound(
            "set",
            `There is no complete quiesced set '${from.set}' in the namespace '${namespace}' of which volumes can be made; there are ${oneOf([...sets.keys()]) || "none"}.`,
        );
    }
    const newest = [...sets.values()][0];
    if (newest !== undefined) return ofVolumeSnapshots(request, newest, namespace, args.live);
    checkInstance(from.instance, namespace, args);
    if (args.aws === undefined) {
        throw new NotFound(
            "instance",
            `The instance '${from.instance}' has no complete quiesced set of snapshots of ${nodes === 1 ? "its CouchDB" : `${nodes} CouchDB nodes`}. Set its snapshots.quiesced and wait for the first, or start one now: kubectl create job --from=cronjob/cht-snapshots now --namespace ${namespace}.`,
        );
    }
    return ofAws(request, instance, driver, args, `the instance '${from.instance}'`);
}

function checkInstance(name: string, namespace: string, { model, live }: ResolveArgs): void {
    if (model.instances[name] !== undefined || live.namespaces.has(namespace)) return;
    throw new NotFound(
        "instance",
        `There is no instance '${name}' in this stack; there are ${oneOf(Object.keys(model.instances))}.`,
    );
}

/** Complete sets of as many nodes of which volumes can be made, the newest first, each in the order of the nodes. */
function quiescedSets(namespace: string, nodes: number, live: LiveCluster): Map<string, LiveVolumeSnapshot[]> {
    const bySet = new Map<string, LiveVolumeSnapshot[]>();
    for (const snapshot of live.snapshots?.volumeSnapshots ?? []) {
        const set = snapshot.labels[SET_LABEL];
        if (snapshot.namespace !== namespace || set === undefined) continue;
        bySet.set(set, [...(bySet.get(set) ?? []), snapshot]);
    }
    const claims = nodeNumbers(nodes).map(claimName);
    const whole = [...bySet].flatMap(([set, snapshots]): [string, LiveVolumeSnapshot[]][] => {
        const usable = snapshots.filter(
            (one) => one.ready && one.handle !== undefined && one.labels[SET_STATE_LABEL] === "complete",
        );
        const ordered = claims.flatMap((claim) => usable.find((one) => one.claimName === claim) ?? []);
        return ordered.length === nodes ? [[set, ordered]] : [];
    });
    return new Map(whole.sort(([a], [b]) => (a < b ? 1 : -1)));
}

function volumeSnapshot(
    name: string,
    namespace: string,
    index: number,
    nodes: number,
    live: LiveCluster,
): LiveVolumeSnapshot {
    const path = `volumeSnapshots[${index}]`;
    const found = live.snapshots?.volumeSnapshots.find((one) => one.name === name && one.namespace === namespace);
    if (found === undefined) {
        throw new NotFound(path, `There is no VolumeSnapshot '${name}' in the namespace '${namespace}'.`);
    }
    if (!found.ready || found.handle === undefined) {
        throw new NotFound(path, `The VolumeSnapshot '${namespace}/${name}' is not ready to use yet.`);
    }
    const number = nodes === 1 ? undefined : index + 1;
    if (nodes > 1 && found.claimName !== undefined && found.claimName !== claimName(number)) {
        throw new NotFound(
            path,
            `The VolumeSnapshot '${namespace}/${name}' is of ${found.claimName}, and not of CouchDB node ${index + 1} (${claimName(number)}): give them in the order of the nodes.`,
        );
    }
    return found;
}

function ofVolumeSnapshots(
    request: string,
    found: readonly LiveVolumeSnapshot[],
    namespace: string,
    live: LiveCluster,
): FoundSnapshots {
    const origin = live.namespaces.get(namespace);
    const driver = found[0]?.driver ?? "";
    const sizes = found.flatMap(
        ({ size, claimName: claim }) => size ?? origin?.claims.find(({ name }) => name === claim)?.size ?? [],
    );
    const size = sizes.length < found.length ? undefined : sizes.sort(compareQuantities).at(-1);
    return {
        source: { request, driver, handles: found.map(({ handle = "" }) => handle), ...(size ? { size } : {}) },
        words: `${found.map(({ name }) => `${namespace}/${name}`).join(", ")}, taken ${found[0]?.takenAt ?? "at an unknown time"}`,
        namespace,
        ...(origin === undefined ? {} : { origin }),
        annotations: found[0]?.annotations ?? {},
    };
}
