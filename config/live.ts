/**
 * What runs in a cluster now: read before the first resource is made (`components/cluster/read-live.ts`), so that a change
 * that would harm data is refused by preview itself. Plain data, so that the rules over it are pure.
 */
import type { CredentialKey } from "../cht/model";

/** By namespace; only namespaces that a model names, or that this stack made or has workloads in. */
export interface LiveCluster {
    readonly namespaces: ReadonlyMap<string, LiveNamespace>;
    /** Names of PersistentVolumes that this stack made for disks. */
    readonly disks: readonly string[];
    /** Names of all other PersistentVolumes. */
    readonly otherVolumes: readonly string[];
}

export interface LiveNamespace {
    readonly name: string;
    /** Who made it, from its labels; missing where another tool did. */
    readonly owner?: Owner;
    /** All of the Namespace's annotations; `labels` names those that say how its data was made. */
    readonly annotations: Readonly<Record<string, string>>;
    /** Whether it is being deleted. */
    readonly terminating: boolean;
    readonly deployments: readonly LiveDeployment[];
    readonly claims: readonly LiveClaim[];
    /** The Secret `cht-couchdb-credentials`, where it exists. */
    readonly credentials?: LiveCredentials;
}

/** `stack` is `<project>.<stack>`, `instance` the key in its file. */
export interface Owner {
    readonly stack: string;
    readonly instance: string;
}

export interface LiveDeployment {
    readonly name: string;
    /** The label `cht.service`. */
    readonly service: string;
    readonly owner?: Owner;
    readonly images: readonly string[];
}

export interface LiveClaim {
    readonly name: string;
    /** Requested storage, as a Kubernetes quantity. */
    readonly size: string;
    readonly className?: string;
    readonly volumeName?: string;
    /** The annotation `cht-hosting/volume-source`; missing where another tool made the claim. */
    readonly source?: string;
}

export interface LiveCredentials {
    readonly values: Readonly<Partial<Record<CredentialKey, string>>>;
    /** The annotation `cht-hosting/credentials-generation`; missing where another tool made the Secret. */
    readonly generation?: number;
}

/** Labels and annotations by which the program finds its own objects again. */
export const labels = {
    managedBy: { "app.kubernetes.io/managed-by": "cht-hosting" },
    /** `<project>.<stack>` of the stack that made the object. */
    stack: "cht-hosting/stack",
    /** The instance's key in the stack file. */
    instance: "cht-hosting/instance",
    /** CHT's own label, on which Services select. */
    service: "cht.service",
    /** On the credentials Secret. */
    credentialsGeneration: "cht-hosting/credentials-generation",
    /** On the Namespace, and with it for as long as the data: what the instance was made with and may not change. */
    cluster: "cht-hosting/cluster",
    couchdbNodes: "cht-hosting/couchdb-nodes",
    dataPath: "cht-hosting/data-path",
    /** On the Namespace: the CHT release that had the data last, for when none of its services runs. */
    version: "cht-hosting/version",
    /** On a claim: `VolumePlan.source`. On a credentials volume of a Docker host: where the node's data is. */
    volumeSource: "cht-hosting/volume-source",
    /** On a Docker host's volumes: `10080,10443`, the ports that were allotted when they were made. */
    ports: "cht-hosting/ports",
} as const;
