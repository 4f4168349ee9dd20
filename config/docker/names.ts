/**
 * Every name on a Docker engine that follows from the stack file. They are an instance's identity there: nothing is looked
 * up by a part of a name, and none ever changes.
 */
import type { HostInstanceModel } from "./schema";

export interface HostNames {
    /** `dev-cht-net`, or the network of the Compose project that was taken over. */
    readonly network: string;
    /** The container of a service: `dev-couchdb-1`. */
    readonly container: (service: string) => string;
    /** A volume, by the name that `cht/` mounts it by: `dev_cht-ssl`; the project's own after a Compose project. */
    readonly volume: (mount: string) => string;
    /** The volume of a CouchDB node's data: `dev_couchdb-data`, in a cluster `dev_couchdb-data-1`. */
    readonly data: (node: number | undefined) => string;
    /** The volume of a full-text index, where CouchDB's data is on a volume: `dev_nouveau-data`. */
    readonly index: (node: number | undefined) => string;
}

/** @param name the instance's key in the stack file */
export function hostNames(name: string, { compose }: Pick<HostInstanceModel, "compose">): HostNames {
    return {
        network: compose?.network ?? `${name}-cht-net`,
        container: (service) => `${name}-${service}`,
        volume: (mount) => `${compose?.project ?? name}_${mount}`,
        data: (node) => numbered(`${name}_couchdb-data`, node),
        index: (node) => numbered(`${name}_nouveau-data`, node),
    };
}

function numbered(name: string, node: number | undefined): string {
    return node === undefined ? name : `${name}-${node}`;
}
