/** Snapshots on AWS that an instance is to be made of: by their ids, or the newest with certain tags. */
import type { InstanceModel } from "../schema";
import {
    awsTagsOf,
    claimNamespaceTag,
    claimTag,
    type FoundSnapshots,
    NotFound,
    nodeTags,
    type ResolveArgs,
    snapshotVolumeOf,
    textOf,
} from "../snapshot-source";
import type { LiveSnapshot } from "./live";
import { awsTags } from "./tags";

/** Names of the storage: in the cluster nothing is known of them, on AWS they are looked up. */
export function ofHandles(
    request: string,
    handles: readonly string[],
    driver: string,
    args: ResolveArgs,
): FoundSnapshots {
    const { aws } = args;
    if (aws === undefined) {
        return { source: { request, driver, handles }, words: handles.join(", "), annotations: {} };
    }
    const found = handles.map((handle, index) => {
        const [snapshot] = aws.snapshots.get(handle) ?? [];
        const path = `snapshots[${index}]`;
        if (snapshot === undefined) {
            throw new NotFound(path, `There is no snapshot '${handle}' in this account and region.`);
        }
        if (snapshot.state !== "completed") {
            throw new NotFound(path, `The snapshot '${handle}' is '${snapshot.state}': it must be completed.`);
        }
        return snapshot;
    });
    return ofAwsSnapshots(request, found, driver, args);
}

export function ofAws(
    request: string,
    instance: InstanceModel,
    driver: string,
    args: ResolveArgs,
    what: string,
): FoundSnapshots {
    const { aws, model, contract } = args;
    const { nodes } = instance.couchdb;
    const from = snapshotVolumeOf(instance)?.from;
    const tags = from === undefined ? undefined : awsTagsOf(from, model.instances, contract.name);
    if (aws === undefined || from === undefined || tags === undefined) {
        throw new NotFound("tags", "is for clusters on AWS only. Give the snapshots by their names: snapshots: [...].");
    }
    const path = "tags" in from ? "tags" : "instance";
    const perNode = nodeTags(tags, nodes).map((each) =>
        (aws.snapshots.get(textOf(each)) ?? []).filter(({ state }) => state === "completed"),
    );
    const without = perNode.flatMap((found, index) => (found.length === 0 ? [index + 1] : []));
    if (without.length === nodes) {
        throw new NotFound(path, `There is no completed snapshot of ${what} in this account and region.`);
    }
    if (without.length > 0) {
        throw new NotFound(
            path,
            `There is no completed snapshot of CouchDB node ${without.join(", ")} of ${what}: all ${nodes} nodes are needed. Nodes are told apart by the tag ${claimTag}; without it, give snapshots: [...] in the order of the nodes.`,
        );
    }
    const volumes = new Set(sourcesOf(perNode.flat()));
    if (volumes.size > nodes) {
        throw new NotFound(
            path,
            `The snapshots of ${what} are of ${volumes.size} volumes, ${[...volumes].sort().join(", ")}, and CouchDB has ${nodes === 1 ? "1 node" : `${nodes} nodes`}. ${nodes === 1 ? "Set couchdb.nodes, or give" : "Give"} tags that only the wanted ones have, or snapshots: [...].`,
        );
    }
    return ofAwsSnapshots(request, perNode.map(newest), driver, args);
}

/** Claims, where a volume's snapshots name one, because a claim's volume may be another one after a restore; else volumes. */
function sourcesOf(snapshots: readonly LiveSnapshot[]): string[] {
    const claims = new Map(
        snapshots.flatMap(({ volumeId, tags }) => {
            const claim = tags[claimTag];
            return claim === undefined ? [] : [[volumeId, `${tags[claimNamespaceTag] ?? "?"}/${claim}`] as const];
        }),
    );
    return snapshots.map(({ volumeId }) => claims.get(volumeId) ?? volumeId);
}

function newest(snapshots: readonly LiveSnapshot[]): LiveSnapshot {
    const [first, ...others] = snapshots;
    if (first === undefined) throw new Error("there is no snapshot");
    return others.reduce((a, b) => (b.startedAt > a.startedAt ? b : a), first);
}

function ofAwsSnapshots(
    request: string,
    found: readonly LiveSnapshot[],
    driver: string,
    { live, contract }: Pick<ResolveArgs, "live" | "contract">,
): FoundSnapshots {
    const times = found.map(({ startedAt }) => startedAt).sort();
    const [oldest = "", latest = ""] = [times[0], times.at(-1)];
    const [namespace] = onlyOne(found.map(({ tags }) => tags[claimNamespaceTag] ?? placeOf(tags)?.namespace));
    // A namespace of the same name in another cluster is another instance, with other credentials.
    const [here] = onlyOne(found.map(({ tags }) => placeOf(tags)?.cluster === contract.name));
    const origin = namespace === undefined || here !== true ? undefined : live.namespaces.get(namespace);
    return {
        source: {
            request,
            driver,
            handles: found.map(({ id }) => id),
            size: `${Math.max(...found.map(({ sizeGi }) => sizeGi))}Gi`,
        },
        words: `${found.map(({ id }) => id).join(", ")}, begun ${oldest}`,
        ...(namespace === undefined ? {} : { namespace }),
        ...(origin === undefined ? {} : { origin }),
        annotations: {},
        ...(found.length > 1 ? { skewMinutes: Math.round((Date.parse(latest) - Date.parse(oldest)) / 60_000) } : {}),
    };
}

/** Where the volume was, by the tag that this program's storage classes give. */
function placeOf(tags: Readonly<Record<string, string>>): { cluster: string; namespace: string } | undefined {
    const [cluster, namespace] = (tags[awsTags.volumes] ?? "").split("/");
    return cluster === undefined || namespace === undefined ? undefined : { cluster, namespace };
}

/** The value that all have; nothing where they differ. */
function onlyOne<T>(values: readonly T[]): T[] {
    const different = [...new Set(values)];
    return different.length === 1 ? different : [];
}
