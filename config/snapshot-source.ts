/**
 * The snapshots that an instance's volumes are made of: what is asked for them, and how it is written down which they were.
 * Resolved once (`snapshot-resolve.ts`): afterwards the namespace says what the data was made of, and nobody looks for a
 * newer snapshot again.
 */
import { z } from "zod";
import { claimName, nodeNumbers } from "../cht/names";
import type { LiveAws, SnapshotQuery } from "./aws/live";
import { awsTags, volumesOf } from "./aws/tags";
import type { SnapshotSourceModel } from "./couchdb-schema";
import { type LiveCluster, type LiveNamespace, labels } from "./live";
import type { InstanceModel, KubernetesStackModel } from "./schema";

/** Snapshots that were found. */
export interface SnapshotSource {
    /** What the operator asked for, as one text: another one is other data. */
    readonly request: string;
    /** The CSI driver. */
    readonly driver: string;
    /** One per CouchDB node, in their order, as the driver names them. */
    readonly handles: readonly string[];
    /** What a volume of them needs at least, where it is known. */
    readonly size?: string;
}

/** What was found, and what is known of the data in it. */
export interface FoundSnapshots {
    readonly source: SnapshotSource;
    /** Where and when: `of instance production, taken 2026-11-22T01:00:03Z`. */
    readonly words: string;
    /** The namespace that the data had, where it is known: CouchDB clusters have it in their shard map. */
    readonly namespace?: string;
    /** What is in that namespace in this cluster. */
    readonly origin?: LiveNamespace;
    /** What the data was made with, from the snapshots themselves. */
    readonly annotations: Readonly<Record<string, string>>;
    /** Minutes that the snapshots lie apart, where they are of several nodes and no quiesced set. */
    readonly skewMinutes?: number;
}

export interface ResolveArgs {
    readonly model: Pick<KubernetesStackModel, "instances">;
    readonly contract: { readonly name: string };
    readonly live: LiveCluster;
    readonly aws?: Pick<LiveAws, "snapshots">;
}

/** Below `couchdb.volume.from`; the empty path is `from` itself. */
export class NotFound extends Error {
    constructor(
        readonly path: string,
        message: string,
    ) {
        super(message);
    }
}

/** The tag that the CSI driver's provisioner gives to a volume, and that is copied to its snapshots. */
export const claimTag = "kubernetes.io/created-for/pvc/name";
export const claimNamespaceTag = "kubernetes.io/created-for/pvc/namespace";

type Instances = Readonly<Record<string, InstanceModel>>;

/** The instance's snapshot volume, where it has one. */
export function snapshotVolumeOf({ couchdb }: Pick<InstanceModel, "couchdb">) {
    return couchdb.volume.kind === "snapshot" ? couchdb.volume : undefined;
}

/** `instance production`, `tags a=b c=d`: the same for what means the same. */
export function requestOf(from: SnapshotSourceModel): string {
    if ("set" in from) return `instance ${from.instance} set ${from.set}`;
    if ("instance" in from) return `instance ${from.instance}`;
    if ("snapshots" in from) return `snapshots ${from.snapshots.join(" ")}`;
    if ("tags" in from) return `tags ${textOf(from.tags)}`;
    return `volumeSnapshots ${from.namespace} ${from.volumeSnapshots.join(" ")}`;
}

/** Namespaces, beside the instances' own, of which it must be known what is in them. */
export function sourceNamespaces(instances: Instances): string[] {
    const found = Object.values(instances).flatMap((instance) => {
        const from = snapshotVolumeOf(instance)?.from;
        if (from === undefined) return [];
        if ("volumeSnapshots" in from) return [from.namespace];
        return "instance" in from ? [namespaceOfInstance(from.instance, instances)] : [];
    });
    return [...new Set(found)];
}

/** An instance that is in the file no more had, most likely, its own name. */
export function namespaceOfInstance(name: string, instances: Instances): string {
    return instances[name]?.namespace ?? name;
}

/** What AWS is to be asked for. Snapshots by tags node by node, because only some are told of each query. */
export function awsSnapshotQueries(instances: Instances, cluster: string): SnapshotQuery[] {
    const queries = Object.values(instances).flatMap((instance): SnapshotQuery[] => {
        const from = snapshotVolumeOf(instance)?.from;
        if (from === undefined) return [];
        if ("snapshots" in from) return from.snapshots.map((id) => ({ key: id, ids: [id] }));
        const tags = awsTagsOf(from, instances, cluster);
        if (tags === undefined) return [];
        return nodeTags(tags, instance.couchdb.nodes).map((each) => ({ key: textOf(each), tags: each }));
    });
    return [...new Map(queries.map((query) => [query.key, query])).values()];
}

/** The tags by which AWS has the snapshots of a source; nothing where it is in the cluster only. */
export function awsTagsOf(
    from: SnapshotSourceModel,
    instances: Instances,
    cluster: string,
): Readonly<Record<string, string>> | undefined {
    if ("tags" in from) return from.tags;
    return "instance" in from && !("set" in from)
        ? { [awsTags.volumes]: volumesOf(cluster, namespaceOfInstance(from.instance, instances)) }
        : undefined;
}

/** By node. A single node is found by the given tags alone: its volume may have been made by hand. */
export function nodeTags(tags: Readonly<Record<string, string>>, nodes: number): Readonly<Record<string, string>>[] {
    if (nodes === 1) return [tags];
    return nodeNumbers(nodes).map((number) => ({ ...tags, [claimTag]: claimName(number) }));
}

/** Tags as one text, whatever their order. */
export function textOf(tags: Readonly<Record<string, string>>): string {
    return Object.entries(tags)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(" ");
}

const written = z.object({
    request: z.string(),
    driver: z.string(),
    handles: z.array(z.string()),
    size: z.string().optional(),
});

/** For the namespace's annotation, which is there before any volume: an `up` that was killed goes on with the same. */
export function pinOf({ request, driver, handles, size }: SnapshotSource): string {
    return JSON.stringify({ request, driver, handles, size });
}

/** What a namespace says that its volumes were made of. */
export function pinnedSource(own: LiveNamespace | undefined): SnapshotSource | undefined {
    const text = own?.annotations[labels.snapshotSource];
    if (text === undefined) return undefined;
    try {
        return written.parse(JSON.parse(text));
    } catch {
        return undefined;
    }
}
