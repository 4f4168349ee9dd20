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
    /** Of all PersistentVolumes of CSI drivers, by name: what stands behind them. */
    readonly volumes: ReadonlyMap<string, LiveVolume>;
    /** By name. */
    readonly storageClasses: ReadonlyMap<string, LiveStorageClass>;
    /** Read only where an instance is made of snapshots, or takes them. */
    readonly snapshots?: LiveSnapshots;
}

export interface LiveSnapshots {
    /** VolumeSnapshots in the namespaces that instances are made of. */
    readonly volumeSnapshots: readonly LiveVolumeSnapshot[];
    /** What the cluster's VolumeSnapshotClass does with a snapshot whose VolumeSnapshot is deleted: `Retain`, `Delete`. */
    readonly deletionPolicy?: string;
}

export interface LiveVolumeSnapshot {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** The claim that it was taken of. */
    readonly claimName?: string;
    /** ISO time at which it was taken. */
    readonly takenAt?: string;
    /** Whether volumes can be made of it. */
    readonly ready: boolean;
    /** The CSI driver, and the snapshot as the driver names it. */
    readonly driver?: string;
    readonly handle?: string;
    /** What a volume of it needs at least, as a Kubernetes quantity. */
    readonly size?: string;
}

export interface LiveVolume {
    /** The CSI driver. */
    readonly driver: string;
    /** The disk as the driver names it: `vol-0123456789abcdef0`. */
    readonly handle: string;
    readonly className?: string;
}

/** Nothing of it can be changed once it is there. */
export interface LiveStorageClass {
    /** The CSI driver. */
    readonly provisioner: string;
    readonly parameters: Readonly<Record<string, string>>;
    /** `Retain`, `Delete` */
    readonly reclaimPolicy: string;
    /** `WaitForFirstConsumer`, `Immediate` */
    readonly volumeBindingMode: string;
    /** Whether this stack made it: `<project>.<stack>` of its label. */
    readonly stack?: string;
    /** Whether claims that name no class get it. */
    readonly default?: boolean;
}

/** A cluster that nobody has used yet, or that is not there yet. */
export const emptyCluster: LiveCluster = {
    namespaces: new Map(),
    disks: [],
    otherVolumes: [],
    volumes: new Map(),
    storageClasses: new Map(),
};

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
    /** On the Namespace of an instance that was made of snapshots: which, once and for all. */
    snapshotSource: "cht-hosting/snapshot-source",
    /** On a Docker host's volumes: `10080,10443`, the ports that were allotted when they were made. */
    ports: "cht-hosting/ports",
} as const;
