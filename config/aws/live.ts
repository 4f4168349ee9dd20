/**
 * What there is in AWS now: read before the first resource is made (`components/cluster/read-aws.ts`), so that what AWS
 * would refuse, or what would harm data, is refused by preview itself. Plain data, so that the rules over it are pure.
 */

export interface LiveAws {
    /** The account that the credentials belong to. */
    readonly account: string;
    /** ARN of the role or user who asks: of a role, without its session. */
    readonly caller: string;
    /** `aws`, `aws-cn`, `aws-us-gov` */
    readonly partition: string;
    /** Availability zones of the region that can be used. */
    readonly zones: readonly string[];
    /** Of the file's instance types: the zones that have them. */
    readonly instanceTypes: ReadonlyMap<string, InstanceTypeOffer>;
    /** Kubernetes versions of EKS in the region. */
    readonly versions: readonly { readonly version: string; readonly support: "standard" | "extended" | "none" }[];
    /** What AWS recommends where the file says nothing, for that Kubernetes version. */
    readonly recommended: { readonly releaseVersion?: string; readonly addons: Readonly<Record<string, string>> };
    /** The cluster of that name in that region, where it exists. */
    readonly cluster?: LiveEks;
    /** The VPC that exists, the file's or the cluster's: its ranges, and the subnets that the file names or the stack has made. */
    readonly vpc?: LiveVpc;
    /** The hosted zone's domain, without the dot at the end; missing where there is no such zone. */
    readonly hostedZone?: { readonly id: string; readonly domain: string; readonly private: boolean };
    /** EKS clusters of the region that carry this stack's tag, by name. */
    readonly ownClusters: readonly string[];
    /** The snapshots that volumes are made of, by {@link SnapshotQuery.key}; the latest first. */
    readonly snapshots: ReadonlyMap<string, readonly LiveSnapshot[]>;
}

export interface InstanceTypeOffer {
    readonly zones: readonly string[];
    readonly architectures: readonly ("x86_64" | "arm64")[];
    readonly vcpus: number;
    readonly memoryMi: number;
}

export interface LiveEks {
    readonly name: string;
    readonly version: string;
    /** `ACTIVE`, `UPDATING`, `CREATING`, `DELETING`, `FAILED` */
    readonly status: string;
    readonly endpoint: string;
    /** PEM in base64. */
    readonly certificateAuthority: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly vpcId: string;
    readonly autoMode: boolean;
}

export interface LiveVpc {
    readonly id: string;
    /** The first is the VPC's own, the others were added to it. */
    readonly cidrs: readonly string[];
    readonly tags: Readonly<Record<string, string>>;
    readonly subnets: readonly LiveSubnet[];
}

export interface LiveSubnet {
    readonly id: string;
    readonly zone: string;
    readonly vpcId: string;
    readonly cidr: string;
}

/** Snapshots that the file asks for. */
export interface SnapshotQuery {
    /** By which {@link LiveAws.snapshots} has the answer. */
    readonly key: string;
    /** Those of them that there are. */
    readonly ids?: readonly string[];
    /** The ten latest of the account that have all of them and are complete. */
    readonly tags?: Readonly<Record<string, string>>;
}

export interface LiveSnapshot {
    readonly id: string;
    readonly volumeId: string;
    /** ISO time at which it was begun: what was written later is not in it. */
    readonly startedAt: string;
    /** `completed`, `pending`, `error` */
    readonly state: string;
    readonly sizeGi: number;
    readonly encrypted: boolean;
    readonly tags: Readonly<Record<string, string>>;
}
