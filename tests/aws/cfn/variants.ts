/** Clusters that operators may write, each for what it makes in AWS that others do not; together all that the program makes there. */
import type { z } from "zod";
import type { eksSchema } from "../../../config/aws/schema";
import type { instanceSchema } from "../../../config/schema";
import { stackConfig } from "../../support/program";
import { account, region } from "./made";

type ClusterInput = z.input<typeof eksSchema>;
type InstanceInput = z.input<typeof instanceSchema>;

export interface Variant {
    readonly cluster: ClusterInput;
    readonly instances: Readonly<Record<string, InstanceInput>>;
}

const zones = [`${region}a`, `${region}b`, `${region}c`];
const hostedZone = "Z0123456789ABCDEFGHIJ";
const webAcl = `arn:aws:wafv2:${region}:${account}:regional/webacl/cht/0123abcd-0123-4567-89ab-0123456789ab`;
const keyIn = (where: string) => `arn:aws:kms:${where}:${account}:key/0123abcd-0123-4567-89ab-0123456789ab`;

const addons: ClusterInput["addons"] = {
    "vpc-cni": "v1.20.4-eksbuild.2",
    coredns: "v1.12.4-eksbuild.1",
    "kube-proxy": "v1.35.0-eksbuild.2",
    "aws-ebs-csi-driver": "v1.52.1-eksbuild.1",
    "snapshot-controller": "v8.3.0-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.9-eksbuild.3",
};

const nodes: ClusterInput["nodes"] = {
    releaseVersion: "1.35.2-20261101",
    groups: {
        general: { instanceTypes: ["m7g.large"], perZone: { min: 1, max: 3 } },
        couchdb: { instanceTypes: ["r7g.large", "r7g.xlarge"], zones: zones.slice(0, 1), couchdb: true },
    },
};

/** What a file has at the least. */
const least: ClusterInput = {
    kind: "eks",
    name: "cht-prod",
    region,
    version: "1.35",
    zones: zones.slice(0, 2),
    publicAccess: [],
    nodes,
    addons,
    loadBalancerController: { version: "1.14.1" },
};

const daily = { every: "day", at: "02:00", keep: 14 } as const;

function instance(more: Partial<InstanceInput> = {}): InstanceInput {
    return {
        version: "5.2.0",
        host: "uat.cht.example.org",
        tls: { kind: "load-balancer" },
        couchdb: { volume: { kind: "new", size: "50Gi" } },
        ...more,
    };
}

const uat = { uat: instance() };

const prod = stackConfig("prod");

export const variants: Readonly<Record<string, Variant>> = {
    "Pulumi.prod.yaml": {
        cluster: prod["cht-hosting:cluster"] as ClusterInput,
        instances: prod["cht-hosting:instances"] as Variant["instances"],
    },
    "the least": { cluster: least, instances: uat },
    "three zones with a NAT gateway each, access for operators, every log": {
        cluster: {
            ...least,
            zones,
            network: { kind: "new", cidr: "10.64.0.0/18", nat: "per-zone" },
            publicAccess: ["203.0.113.0/24"],
            access: {
                operators: { principal: `arn:aws:iam::${account}:role/operators`, level: "admin" },
                support: {
                    principal: `arn:aws:iam::${account}:user/support`,
                    level: "view",
                    namespaces: ["uat"],
                },
            },
            logs: { types: ["api", "audit", "authenticator", "controllerManager", "scheduler"], retentionDays: 365 },
            tags: { Project: "CHT" },
        },
        instances: uat,
    },
    "one NAT gateway, spot nodes with labels and taints": {
        cluster: {
            ...least,
            network: { kind: "new", nat: "single" },
            nodes: {
                releaseVersion: "1.35.2-20261101",
                groups: {
                    general: { instanceTypes: ["m7i.large"] },
                    spot: {
                        instanceTypes: ["m7i.large", "m7i.xlarge"],
                        capacity: "spot",
                        diskGi: 100,
                        perZone: { min: 0, desired: 1, max: 4 },
                        labels: { "example.org/kind": "spot" },
                        taints: [
                            { key: "example.org/spot", effect: "NoSchedule" },
                            { key: "example.org/slow", effect: "PreferNoSchedule" },
                            { key: "example.org/gone", effect: "NoExecute" },
                        ],
                    },
                },
            },
        },
        instances: uat,
    },
    "a network that exists": {
        cluster: {
            ...least,
            network: {
                kind: "existing",
                vpcId: "vpc-0123456789abcdef0",
                privateSubnets: {
                    [`${region}a`]: "subnet-0000000000000000a",
                    [`${region}b`]: "subnet-0000000000000000b",
                },
                publicSubnets: {
                    [`${region}a`]: "subnet-0000000000000001a",
                    [`${region}b`]: "subnet-0000000000000001b",
                },
            },
        },
        instances: uat,
    },
    "EKS Auto Mode": {
        cluster: {
            ...least,
            nodes: undefined,
            loadBalancerController: undefined,
            addons: { "snapshot-controller": addons["snapshot-controller"] },
            autoMode: { maximumAgeHours: 336 },
            snapshots: { tiers: { all: { schedules: { daily } } }, alarms: { email: ["operators@example.org"] } },
        },
        instances: uat,
    },
    "snapshots in several tiers, copied, shared and fast to restore, with alarms": {
        cluster: {
            ...least,
            storage: { classes: { gp3: {}, fast: { iops: 6000, throughput: 500 } }, className: "gp3" },
            snapshots: {
                tiers: {
                    gold: {
                        schedules: {
                            hourly: { every: "hour", keep: 24 },
                            daily: {
                                ...daily,
                                copyTo: [
                                    { region: "eu-west-1", keep: "30 days" },
                                    { region: "eu-central-1", keep: "12 months", keyArn: keyIn("eu-central-1") },
                                ],
                                shareWith: ["210987654321"],
                                fastRestore: zones.slice(0, 2),
                            },
                            weekly: { every: "week", on: "sunday", keep: "12 weeks" },
                            monthly: { every: "month", on: 1, keep: "7 years" },
                        },
                    },
                    bronze: { schedules: { daily: { ...daily, keep: "30 days" } }, namespaces: ["elsewhere"] },
                },
                default: "bronze",
                alarms: { email: ["operators@example.org"], lateHours: 12, skewMinutes: 5 },
            },
        },
        instances: {
            ...uat,
            production: instance({
                host: "cht.example.org",
                couchdb: { nodes: 3, volume: { kind: "new", size: "200Gi", className: "fast" } },
                snapshots: { tier: "gold" },
            }),
            nothing: instance({ host: "demo.cht.example.org", snapshots: { tier: "none" } }),
        },
    },
    "keys and a topic of the operator's own, and a disk that was there": {
        cluster: {
            ...least,
            storage: { keyArn: keyIn(region) },
            snapshots: {
                tiers: {
                    all: { schedules: { daily: { ...daily, copyTo: [{ region: "eu-west-1", keep: "30 days" }] } } },
                },
                alarms: { topicArn: `arn:aws:sns:${region}:${account}:operators` },
            },
        },
        instances: {
            old: instance({
                couchdb: {
                    volume: {
                        kind: "existing",
                        className: "gp3",
                        size: "100Gi",
                        volumes: [{ driver: "ebs.csi.aws.com", handle: "vol-0123456789abcdef0" }],
                    },
                },
            }),
        },
    },
    "certificates and records of the program's own, behind a web ACL": {
        cluster: { ...least, ingress: { hostedZone, webAcl, group: "shared" } },
        instances: {
            uat: instance({ tls: { kind: "acm" } }),
            production: instance({ host: "cht.example.org", tls: { kind: "acm" } }),
        },
    },
};
