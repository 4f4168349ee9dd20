import type { LiveCluster } from "../../config/live";
import { namespaceOf } from "../../config/plan";
import type { KubernetesStackModel } from "../../config/schema";
import { sourceNamespaces } from "../../config/snapshot-source";
import type { ClusterContract } from "./index";
import { readLive } from "./read-live";
import { readSnapshots } from "./read-snapshots";

/**
 * Everything that has to be known of what is in a cluster, before the first resource.
 *
 * @throws {pulumi.RunError} when the cluster does not answer, naming how it was asked.
 */
export async function readCluster(
    contract: ClusterContract,
    instances: KubernetesStackModel["instances"],
    stack: string,
): Promise<LiveCluster> {
    const namespaces = [...Object.entries(instances).map(namespaceOf), ...sourceNamespaces(instances)];
    const live = await readLive(contract, namespaces, stack);
    return { ...live, snapshots: await readSnapshots(contract, instances, live) };
}
