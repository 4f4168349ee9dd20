/** Reads the VolumeSnapshots that instances are to be made of, before the first resource. Only reads. */
import type { CustomObjectsApi, V1ObjectMeta } from "@kubernetes/client-node";
import type { LiveCluster, LiveSnapshots, LiveVolumeSnapshot } from "../../config/live";
import type { InstanceModel } from "../../config/schema";
import { snapshotVolumeOf, sourceNamespaces } from "../../config/snapshot-source";
import type { ClusterContract } from "./index";
import { load, unreadable } from "./read-live";

const api = { group: "snapshot.storage.k8s.io", version: "v1" };

interface VolumeSnapshot {
    readonly metadata?: V1ObjectMeta;
    readonly spec?: { readonly source?: { readonly persistentVolumeClaimName?: string } };
    readonly status?: {
        readonly boundVolumeSnapshotContentName?: string;
        readonly creationTime?: string;
        readonly readyToUse?: boolean;
        readonly restoreSize?: string;
    };
}

interface Content {
    readonly metadata?: V1ObjectMeta;
    readonly spec?: { readonly driver?: string; readonly source?: { readonly snapshotHandle?: string } };
    readonly status?: { readonly snapshotHandle?: string; readonly restoreSize?: number };
}

/**
 * @param live what was read before: an instance that has its volumes needs no snapshot any more
 * @returns nothing where no instance of the file has to do with VolumeSnapshots.
 * @throws {pulumi.RunError} when the cluster does not answer.
 */
export async function readSnapshots(
    contract: ClusterContract,
    instances: Readonly<Record<string, InstanceModel>>,
    live: LiveCluster,
): Promise<LiveSnapshots | undefined> {
    const unmade = Object.entries(instances).filter(
        ([name, instance]) =>
            snapshotVolumeOf(instance) !== undefined &&
            (live.namespaces.get(instance.namespace ?? name)?.claims ?? []).length === 0,
    );
    const quiesced = Object.values(instances).some(({ snapshots }) => snapshots.quiesced !== undefined);
    if (unmade.length === 0 && !quiesced) return undefined;
    // The namespaces of sources are told by the whole file.
    const wanted = unmade.length === 0 ? [] : sourceNamespaces(instances);
    try {
        const { client, config } = await load(contract);
        const objects = config.makeApiClient(client.CustomObjectsApi);
        const [volumeSnapshots, deletionPolicy] = await Promise.all([
            readVolumeSnapshots(objects, wanted),
            readDeletionPolicy(objects, contract.storage.snapshotClassName),
        ]);
        return { volumeSnapshots, ...(deletionPolicy === undefined ? {} : { deletionPolicy }) };
    } catch (error) {
        throw unreadable(contract, error);
    }
}

async function readVolumeSnapshots(
    objects: CustomObjectsApi,
    namespaces: readonly string[],
): Promise<LiveVolumeSnapshot[]> {
    const lists = await Promise.all(
        namespaces.map((namespace) =>
            whereFound<VolumeSnapshot[]>(
                async () =>
                    itemsOf(await objects.listNamespacedCustomObject({ ...api, namespace, plural: "volumesnapshots" })),
                [],
            ),
        ),
    );
    const found = lists.flat();
    if (found.length === 0) return [];
    const contents = await whereFound<Content[]>(
        async () => itemsOf(await objects.listClusterCustomObject({ ...api, plural: "volumesnapshotcontents" })),
        [],
    );
    const byName = new Map(contents.map((content) => [content.metadata?.name, content]));
    return found.map((snapshot) => liveSnapshot(snapshot, byName.get(snapshot.status?.boundVolumeSnapshotContentName)));
}

function liveSnapshot(
    { metadata = {}, spec, status }: VolumeSnapshot,
    content: Content | undefined,
): LiveVolumeSnapshot {
    const bytes = content?.status?.restoreSize;
    return {
        name: metadata.name ?? "",
        namespace: metadata.namespace ?? "",
        labels: metadata.labels ?? {},
        annotations: metadata.annotations ?? {},
        claimName: spec?.source?.persistentVolumeClaimName,
        takenAt: status?.creationTime,
        ready: status?.readyToUse === true,
        driver: content?.spec?.driver,
        handle: content?.status?.snapshotHandle ?? content?.spec?.source?.snapshotHandle,
        size: status?.restoreSize ?? (bytes === undefined || bytes === 0 ? undefined : String(bytes)),
    };
}

async function readDeletionPolicy(objects: CustomObjectsApi, name: string | undefined): Promise<string | undefined> {
    if (name === undefined) return undefined;
    return whereFound<string | undefined>(async () => {
        const found: unknown = await objects.getClusterCustomObject({ ...api, plural: "volumesnapshotclasses", name });
        return (found as { deletionPolicy?: string }).deletionPolicy;
    }, undefined);
}

function itemsOf<T>(list: unknown): T[] {
    return (list as { items?: T[] }).items ?? [];
}

/** A cluster that knows of no snapshots has none, and is told so where they are asked for. */
async function whereFound<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
        return await read();
    } catch (error) {
        if ((error as { code?: unknown }).code === 404) return otherwise;
        throw error;
    }
}
