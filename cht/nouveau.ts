import type { Capabilities } from "./capabilities";
import type { InstanceSettings } from "./model";
import { nodeNumbers, serviceName } from "./names";

type Settings = Pick<InstanceSettings, "couchdbNodes" | "platform">;

/** The CouchDB nodes that have a nouveau beside them. */
export function nouveauNodes(settings: Settings, can: Capabilities): readonly (number | undefined)[] {
    const nodes = nodeNumbers(settings.couchdbNodes);
    return { none: [], "first-node": nodes.slice(0, 1), "every-node": nodes }[can.nouveau];
}

/**
 * The service of the workload in which the nouveau of CouchDB's node `node` runs: on Kubernetes the pod of a CouchDB node,
 * since only one pod can have that node's volume; on Docker a container of its own.
 */
export function nouveauWorkload(settings: Settings, can: Capabilities, node: number | undefined): string {
    const [first] = nodeNumbers(settings.couchdbNodes);
    if (settings.platform === "kubernetes") {
        return serviceName("couchdb", can.nouveau === "every-node" ? node : first);
    }
    return serviceName("nouveau", can.nouveau === "every-node" ? node : undefined);
}
