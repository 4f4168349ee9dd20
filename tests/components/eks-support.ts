/** Plans of EKS clusters, and what is registered for them. */
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { EksCluster, EksPlatform } from "../../components/cluster/eks";
import { couchdbNodes } from "../../config/aws/couchdb-nodes";
import type { EksPlan, NetworkPlan, NodeGroupPlan } from "../../config/aws/eks-plan";
import { planSubnets } from "../../config/aws/subnets";
import type { Registered } from "../support/register";
import { type RegisterOptions, register } from "../support/register";

export const twoZones = ["eu-west-2a", "eu-west-2b"];
export const threeZones = [...twoZones, "eu-west-2c"];

export const newNetwork = (zones: readonly string[], nat: "per-zone" | "single" = "per-zone"): NetworkPlan => ({
    kind: "new",
    cidr: "10.0.0.0/16",
    nat,
    zones: planSubnets("10.0.0.0/16", zones),
});

export const existingNetwork: NetworkPlan = {
    kind: "existing",
    vpcId: "vpc-0123456789abcdef0",
    cidrs: ["10.1.0.0/16"],
    zones: [
        { zone: "eu-west-2a", private: "subnet-0a", public: "subnet-0b" },
        { zone: "eu-west-2b", private: "subnet-0c" },
    ],
};

export const nodeGroup = (kind: string, zone: string, more: Partial<NodeGroupPlan> = {}): NodeGroupPlan => ({
    name: `${kind}-${zone}`,
    zone,
    instanceTypes: ["m7g.xlarge"],
    amiType: "AL2023_ARM_64_STANDARD",
    releaseVersion: "1.35.2-20261101",
    min: 1,
    desired: 1,
    max: 1,
    diskGi: 50,
    capacityType: "ON_DEMAND",
    labels: kind === "couchdb" ? { ...couchdbNodes.labels } : {},
    taints: kind === "couchdb" ? [{ ...couchdbNodes.taint }] : [],
    ...more,
});

const addons = [
    { name: "vpc-cni", version: "v1.20.4-eksbuild.2" },
    { name: "coredns", version: "v1.12.4-eksbuild.1" },
    { name: "kube-proxy", version: "v1.35.0-eksbuild.2" },
    { name: "aws-ebs-csi-driver", version: "v1.53.0-eksbuild.1" },
    { name: "snapshot-controller", version: "v8.3.0-eksbuild.1" },
    { name: "eks-pod-identity-agent", version: "v1.3.9-eksbuild.3" },
] as const;

/** Two zones, general nodes in the first and CouchDB's in both. */
export function eksPlan(more: Partial<EksPlan> = {}): EksPlan {
    return {
        name: "prod",
        region: "eu-west-2",
        account: "123456789012",
        partition: "aws",
        version: "1.35",
        stack: "cht-hosting.test",
        tags: { owner: "health", "cht-hosting/stack": "cht-hosting.test", "cht-hosting/cluster": "prod" },
        network: newNetwork(twoZones),
        publicAccess: ["203.0.113.0/24"],
        access: [],
        logs: { types: ["api", "audit"], retentionDays: 90 },
        nodeGroups: [
            nodeGroup("general", "eu-west-2a"),
            nodeGroup("couchdb", "eu-west-2a"),
            nodeGroup("couchdb", "eu-west-2b"),
        ],
        addons,
        loadBalancerController: { version: "1.14.1" },
        storage: {
            driver: "ebs.csi.aws.com",
            classes: [],
            className: "gp3",
            snapshotClassName: "ebs",
            quiescedClassName: "ebs-quiesced",
            snapshotTagSpecifications: [],
        },
        snapshotPolicies: [],
        ingress: { kind: "alb", scheme: "internet-facing", group: "prod" },
        ...more,
    };
}

/** The same with Auto Mode. */
export const autoModePlan = (more: Partial<EksPlan> = {}): EksPlan =>
    eksPlan({
        nodeGroups: [],
        autoMode: { maximumAgeHours: 504 },
        addons: addons.filter(({ name }) => name === "snapshot-controller"),
        loadBalancerController: undefined,
        ...more,
    });

/** What the plugin 'eks' tells of the cluster. */
const madeCluster = {
    eksCluster: { name: "prod", certificateAuthority: { data: "Y2E=" } },
    core: { endpoint: "https://prod.eks.example", clusterIamRole: { name: "prod-eksRole-role-1" } },
};

const made = (type: string, name: string): Record<string, unknown> => {
    switch (type) {
        case "eks:index:Cluster":
            return madeCluster;
        case "aws:kms/key:Key":
            return { arn: `arn:aws:kms:eu-west-2:123456789012:key/${name}`, keyId: name };
        case "aws:iam/role:Role":
            return { arn: `arn:aws:iam::123456789012:role/${name}`, name };
        case "aws:ec2/launchTemplate:LaunchTemplate":
            return { latestVersion: 3 };
        case "aws:ec2/eip:Eip":
            return { allocationId: `${name}-allocation` };
        default:
            return {};
    }
};

export interface EksRun {
    readonly resources: readonly Registered[];
    readonly kubeconfig: string;
    /** `type::name` of what pods wait for. */
    readonly ready: readonly string[];
}

/** The cluster of a plan, made with a provider as the program's. */
export async function registerEks(plan: EksPlan, options: RegisterOptions = {}): Promise<EksRun> {
    const { resources, outputs } = await register(
        () => {
            const provider = new aws.Provider("aws", { region: "eu-west-2" });
            const cluster = new EksCluster(plan.name, { plan }, { provider });
            return {
                kubeconfig: cluster.kubeconfig,
                ready: pulumi.all(cluster.ready.map(({ urn }) => urn)),
                vpcId: cluster.vpcId,
                volumeKeyArn: cluster.volumeKeyArn,
            };
        },
        // In a first preview nothing is known, also of what the plugin 'eks' makes.
        { made: options.firstPreview ? () => ({}) : made, ...options },
    );
    const { kubeconfig, ready = [] } = (outputs ?? {}) as { kubeconfig: string; ready?: string[] };
    return {
        resources: resources.filter(({ type }) => type !== "pulumi:providers:aws"),
        kubeconfig,
        ready: ready.map((urn) => urn.split("::").slice(2).join("::").split("$").pop() ?? ""),
    };
}

/** What the cluster needs inside Kubernetes. */
export async function registerPlatform(plan: EksPlan, options: RegisterOptions = {}): Promise<readonly Registered[]> {
    const { resources } = await register(() => {
        new EksPlatform(plan.name, { plan, vpcId: "vpc-1" });
    }, options);
    return resources;
}

/** Kind and name, in order: `ec2/subnet prod-private-eu-west-2a`. */
export function names(resources: readonly Registered[]): string[] {
    return resources.map(({ type, name }) => `${shortType(type)} ${name}`).sort();
}

function shortType(type: string): string {
    const [first = "", middle = "", last = ""] = type.split(":");
    return first === "aws" ? (middle.includes("/") ? middle : `${middle}/${last}`) : type;
}

/** The resource of that kind and name, of which there is one. */
export function find(resources: readonly Registered[], type: string, name: string): Registered {
    const found = resources.filter((resource) => shortType(resource.type) === type && resource.name === name);
    if (found.length !== 1 || found[0] === undefined) {
        throw new Error(`${found.length} of ${type} ${name} in ${names(resources).join(", ")}`);
    }
    return found[0];
}

let standardRun: Promise<EksRun> | undefined;

/** The cluster of the plan as it is, made once: most tests look at this one. */
export function standard(): Promise<EksRun> {
    standardRun ??= registerEks(eksPlan());
    return standardRun;
}

/** Inputs without those that are not there. */
export function inputsOf({ inputs }: Registered): Record<string, unknown> {
    return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

/** Kinds and names of what must be there before, such as `iam role prod-nodes`. */
export function before({ options }: Registered): string[] {
    return options.dependsOn.map((urn) => urn.replace(/^aws:(\w+)\/(\w+):\w+::/, "$1 $2 ")).sort();
}

/** ARN of a key that the plan's cluster makes. */
export function keyOf(purpose: string): string {
    return `arn:aws:kms:eu-west-2:123456789012:key/prod-${purpose}`;
}
