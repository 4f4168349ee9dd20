/** What will be made in AWS: every decision, taken from plain values before the first resource. The components render it. */
import type { IngressModel } from "../cluster-schema";
import type { AddonName } from "./schema";

export interface EksPlan {
    readonly name: string;
    readonly region: string;
    readonly account: string;
    readonly partition: string;
    readonly profile?: string;
    /** Kubernetes: `1.35`. */
    readonly version: string;
    /** `<project>.<stack>` */
    readonly stack: string;
    /** Of everything made in AWS: the operator's, `cht-hosting/stack` and `cht-hosting/cluster`. */
    readonly tags: Readonly<Record<string, string>>;
    readonly network: NetworkPlan;
    /** Address ranges that reach the API server from the internet; empty: only the VPC. */
    readonly publicAccess: readonly string[];
    readonly access: readonly AccessPlan[];
    readonly logs: { readonly types: readonly string[]; readonly retentionDays: number };
    /** One per zone of each kind of nodes. Empty with Auto Mode. */
    readonly nodeGroups: readonly NodeGroupPlan[];
    readonly autoMode?: { readonly maximumAgeHours: number };
    /** Empty with Auto Mode, which brings its own, but for the snapshot controller. */
    readonly addons: readonly { readonly name: AddonName; readonly version: string }[];
    readonly loadBalancerController?: { readonly version: string; readonly chart?: string; readonly image?: string };
    readonly storage: StoragePlan;
    readonly snapshotPolicies: readonly SnapshotPolicyPlan[];
    readonly alarms?: AlarmsPlan;
    readonly ingress: IngressModel & { readonly kind: "alb" };
    readonly hostedZone?: { readonly id: string; readonly domain: string };
}

export type NetworkPlan =
    | {
          readonly kind: "new";
          readonly cidr: string;
          readonly nat: "per-zone" | "single";
          readonly zones: readonly { readonly zone: string; readonly private: string; readonly public: string }[];
      }
    | {
          readonly kind: "existing";
          readonly vpcId: string;
          readonly cidrs: readonly string[];
          readonly zones: readonly { readonly zone: string; readonly private: string; readonly public?: string }[];
      };

export interface AccessPlan {
    readonly name: string;
    readonly principal: string;
    /** ARN of EKS's own access policy. */
    readonly policyArn: string;
    readonly namespaces?: readonly string[];
}

export interface NodeGroupPlan {
    /** `couchdb-eu-west-2a`: its identity. */
    readonly name: string;
    readonly zone: string;
    readonly instanceTypes: readonly string[];
    readonly amiType: "AL2023_ARM_64_STANDARD" | "AL2023_x86_64_STANDARD";
    readonly releaseVersion: string;
    readonly min: number;
    readonly desired: number;
    readonly max: number;
    readonly diskGi: number;
    readonly capacityType: "ON_DEMAND" | "SPOT";
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

export interface StoragePlan {
    /** `ebs.csi.aws.com`, or Auto Mode's `ebs.csi.eks.amazonaws.com`. */
    readonly driver: string;
    readonly classes: readonly StorageClassPlan[];
    /** The class of new CouchDB volumes. */
    readonly className: string;
    /** The VolumeSnapshotClass of snapshots that people take by hand: they stay in AWS when theirs is deleted. */
    readonly snapshotClassName: string;
    /** The VolumeSnapshotClass of quiesced sets: what is pruned goes in AWS too. */
    readonly quiescedClassName: string;
    /** Tags of the EBS snapshots that the cluster takes, in the driver's templates. */
    readonly snapshotTagSpecifications: readonly string[];
    /** Of the volumes; missing: the program makes a key. */
    readonly keyArn?: string;
}

export interface StorageClassPlan {
    readonly name: string;
    readonly default: boolean;
    readonly iops?: number;
    readonly throughput?: number;
    /** The driver's `tagSpecification_N`: what the snapshot policies select by, `key={{ .PVCNamespace }}`. */
    readonly tagSpecifications: readonly string[];
    /** Whether this stack's class is in the cluster already: taken over where the state does not know it. */
    readonly adopt: boolean;
}

/** A policy of AWS Data Lifecycle Manager: one for each tier, not for each instance. */
export interface SnapshotPolicyPlan {
    readonly tier: string;
    readonly description: string;
    /** Values by key: a volume is taken that has any of them. */
    readonly targetTags: Readonly<Record<string, readonly string[]>>;
    readonly schedules: readonly SnapshotSchedulePlan[];
    /** What the tier promises: hours between two snapshots of the most frequent schedule. */
    readonly everyHours: number;
}

export interface SnapshotSchedulePlan {
    readonly name: string;
    /** Either hours and a time, or an AWS cron expression. */
    readonly rule: { readonly interval: number; readonly time: string } | { readonly cron: string };
    readonly retain:
        | { readonly count: number }
        | { readonly interval: number; readonly unit: "DAYS" | "WEEKS" | "MONTHS" | "YEARS" };
    readonly copies: readonly {
        readonly region: string;
        readonly keyArn?: string;
        readonly interval: number;
        readonly unit: "DAYS" | "WEEKS" | "MONTHS" | "YEARS";
    }[];
    readonly shareWith: readonly string[];
    readonly fastRestoreZones: readonly string[];
    /** Hours between two of its snapshots, at most. */
    readonly everyHours: number;
    /** The schedule in words: `every day at 02:00 UTC, 14 kept`. */
    readonly words: string;
}

export interface AlarmsPlan {
    readonly emails: readonly string[];
    readonly topicArn?: string;
    /** What is watched: by namespace, what its tier promises. */
    readonly watched: readonly {
        /** The key in the stack file; of another stack's instance `namespace:<its namespace>`. */
        readonly instance: string;
        readonly namespace: string;
        /** How many there are at least. */
        readonly volumes: number;
        readonly latestAgeHours: number;
        /** Only of what is, or may be, a CouchDB cluster. */
        readonly skewMinutes?: number;
    }[];
}
