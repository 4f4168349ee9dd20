/** An account of AWS as it answers a program, where nothing has been made in it yet. */
import * as pulumi from "@pulumi/pulumi";
import type { EksModel } from "../../config/aws/schema";
import { awsTags } from "../../config/aws/tags";

export interface AwsAccount {
    readonly account: string;
    readonly region: string;
    readonly zones: readonly string[];
    /** By type: its processor, and the zones that have it. @default every zone */
    readonly instanceTypes: Readonly<
        Record<string, { readonly architecture: "arm64" | "x86_64"; readonly zones?: readonly string[] }>
    >;
    /** Kubernetes versions of EKS, with what AWS calls their support. */
    readonly versions: Readonly<Record<string, "STANDARD_SUPPORT" | "EXTENDED_SUPPORT" | "UNSUPPORTED">>;
    /** What AWS recommends for any of them. */
    readonly addons: Readonly<Record<string, string>>;
    readonly releaseVersion?: string;
    readonly clusters: Readonly<Record<string, AwsCluster>>;
    readonly vpcs: Readonly<
        Record<string, { readonly cidrs: readonly string[]; readonly tags?: Record<string, string> }>
    >;
    readonly subnets: Readonly<
        Record<
            string,
            { readonly vpcId: string; readonly zone: string; readonly cidr: string; readonly stack?: string }
        >
    >;
    readonly hostedZones: Readonly<Record<string, { readonly domain: string; readonly private?: boolean }>>;
    readonly snapshots: Readonly<Record<string, AwsSnapshot>>;
}

export interface AwsCluster {
    readonly version: string;
    readonly status?: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly vpcId: string;
    readonly autoMode?: boolean;
    readonly endpoint?: string;
    /** PEM */
    readonly certificateAuthority?: string;
}

export interface AwsSnapshot {
    readonly volumeId: string;
    readonly startedAt: string;
    readonly state?: string;
    readonly sizeGi: number;
    readonly tags: Readonly<Record<string, string>>;
}

/** The account that `Pulumi.prod.yaml` is written for. */
export const emptyAccount: AwsAccount = {
    account: "123456789012",
    region: "eu-west-2",
    zones: ["eu-west-2a", "eu-west-2b", "eu-west-2c"],
    instanceTypes: {
        "m7g.large": { architecture: "arm64" },
        "m7g.xlarge": { architecture: "arm64" },
        "r7g.xlarge": { architecture: "arm64" },
        "m7i.large": { architecture: "x86_64" },
    },
    versions: {
        "1.30": "UNSUPPORTED",
        "1.33": "EXTENDED_SUPPORT",
        "1.34": "STANDARD_SUPPORT",
        "1.35": "STANDARD_SUPPORT",
    },
    addons: {
        "vpc-cni": "v1.20.4-eksbuild.2",
        coredns: "v1.12.4-eksbuild.1",
        "kube-proxy": "v1.35.0-eksbuild.2",
        "aws-ebs-csi-driver": "v1.51.0-eksbuild.1",
        "snapshot-controller": "v8.3.0-eksbuild.1",
        "eks-pod-identity-agent": "v1.3.9-eksbuild.3",
    },
    releaseVersion: "1.35.2-20261101",
    clusters: {},
    vpcs: {},
    subnets: {},
    hostedZones: { Z0123456789ABCDEFGHIJ: { domain: "cht.example.org" } },
    snapshots: {},
};

type Inputs = Record<string, unknown>;
type Filters = readonly { readonly name: string; readonly values: readonly string[] }[];

/** For {@link RegisterOptions.answer}: what is not answered here, no program of this project asks. */
export function answers(account: AwsAccount = emptyAccount) {
    return (token: string, inputs: Inputs): Inputs | undefined => {
        const name = token.split("/").at(-1)?.split(":").at(-1) ?? "";
        return name in lookups ? lookups[name]?.(account, inputs) : undefined;
    };
}

const lookups: Readonly<Record<string, (account: AwsAccount, inputs: Inputs) => Inputs>> = {
    getCallerIdentity: ({ account }) => ({
        accountId: account,
        arn: `arn:aws:sts::${account}:assumed-role/cht-deploy/test`,
        id: account,
        userId: "test",
    }),
    getPartition: () => ({
        partition: "aws",
        dnsSuffix: "amazonaws.com",
        id: "aws",
        reverseDnsPrefix: "com.amazonaws",
    }),
    getRegion: ({ region }) => ({ region, id: region, name: region }),
    getAvailabilityZones: ({ zones, region }) => ({ names: zones, region, groupNames: [], id: region, zoneIds: [] }),
    getInstanceTypeOfferings({ instanceTypes, zones }, inputs) {
        const [type = ""] = (inputs["filters"] as Filters)[0]?.values ?? [];
        const known = instanceTypes[type];
        return { locations: known === undefined ? [] : (known.zones ?? zones) };
    },
    getInstanceType({ instanceTypes }, { instanceType }) {
        const known = instanceTypes[String(instanceType)];
        if (known === undefined)
            throw new Error(`api error InvalidInstanceType: ${String(instanceType)} does not exist`);
        return { supportedArchitectures: [known.architecture], defaultVcpus: 4, memorySize: 16384 };
    },
    getClusterVersions: ({ versions }) => ({
        clusterVersions: Object.entries(versions).map(([clusterVersion, versionStatus]) => ({
            clusterVersion,
            versionStatus,
        })),
    }),
    getAddonVersion({ addons }, { addonName }) {
        const version = addons[String(addonName)];
        if (version === undefined) throw new Error("reading EKS Add-On version info: couldn't find resource");
        return { version };
    },
    getParameter({ releaseVersion }) {
        if (releaseVersion === undefined) throw new Error("reading SSM Parameter: couldn't find resource");
        return { insecureValue: releaseVersion, value: releaseVersion };
    },
    getClusters: ({ clusters }) => ({ names: Object.keys(clusters) }),
    getCluster({ clusters }, { name }) {
        const cluster = clusters[String(name)];
        if (cluster === undefined) throw new Error(`reading EKS Cluster (${String(name)}): couldn't find resource`);
        const { version, status = "ACTIVE", tags, vpcId, autoMode = false, endpoint: ownEndpoint } = cluster;
        return {
            ...{ name, version, status, tags },
            endpoint: ownEndpoint ?? endpoint,
            certificateAuthorities: [{ data: Buffer.from(cluster.certificateAuthority ?? "").toString("base64") }],
            vpcConfig: { vpcId },
            computeConfigs: [{ enabled: autoMode }],
        };
    },
    getResources({ clusters, region, account }, inputs) {
        const [value] = (inputs["tagFilters"] as { values: string[] }[])[0]?.values ?? [];
        const own = Object.entries(clusters).filter(([, { tags }]) => tags[awsTags.stack] === value);
        return {
            resourceTagMappingLists: own.map(([name]) => ({
                resourceArn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
            })),
        };
    },
    getVpc({ vpcs }, { id }) {
        const vpc = vpcs[String(id)];
        if (vpc === undefined) throw new Error("no matching EC2 VPC found");
        const [cidrBlock] = vpc.cidrs;
        const cidrBlockAssociations = vpc.cidrs.map((range) => ({ cidrBlock: range }));
        return { id, cidrBlock, cidrBlockAssociations, tags: vpc.tags ?? {} };
    },
    getSubnet({ subnets }, { id }) {
        const subnet = subnets[String(id)];
        if (subnet === undefined) throw new Error("no matching EC2 Subnet found");
        return { id, availabilityZone: subnet.zone, vpcId: subnet.vpcId, cidrBlock: subnet.cidr };
    },
    getSubnets({ subnets }, inputs) {
        const [, tag] = inputs["filters"] as Filters;
        const own = Object.entries(subnets).filter(
            ([, { stack }]) => stack !== undefined && tag?.values.includes(stack),
        );
        return { ids: own.map(([id]) => id) };
    },
    getZone({ hostedZones }, { zoneId }) {
        const zone = hostedZones[String(zoneId)];
        if (zone === undefined)
            throw new Error(`reading Route 53 Hosted Zone (${String(zoneId)}): couldn't find resource`);
        return { zoneId, name: zone.domain, privateZone: zone.private ?? false };
    },
    // `aws.lb.getHostedZoneId`: of the region's load balancers.
    getHostedZoneId: () => ({ id: "ZHURV8PSTC4K8" }),
    getSnapshotIds({ snapshots }, inputs) {
        const filters = inputs["filters"] as Filters;
        const has = (id: string, { tags, state = "completed" }: AwsSnapshot) =>
            filters.every(({ name, values }) => {
                const value = { "snapshot-id": id, status: state }[name] ?? tags[name.replace(/^tag:/, "")];
                return value !== undefined && values.includes(value);
            });
        const found = Object.entries(snapshots).filter(([id, snapshot]) => has(id, snapshot));
        found.sort(([, a], [, b]) => (a.startedAt < b.startedAt ? 1 : -1));
        return { ids: found.map(([id]) => id) };
    },
    getSnapshot({ snapshots }, { snapshotIds }) {
        const [id = ""] = snapshotIds as string[];
        const snapshot = snapshots[id];
        if (snapshot === undefined) throw new Error("no matching EBS Snapshot found");
        const { volumeId, startedAt, state = "completed", sizeGi, tags } = snapshot;
        return { id, volumeId, startTime: startedAt, state, volumeSize: sizeGi, encrypted: true, tags };
    },
};

/** The model's cluster as an update leaves it in the account. */
export function madeBy(model: EksModel, stack: string, more: Partial<AwsCluster> = {}): Pick<AwsAccount, "clusters"> {
    return {
        clusters: {
            [model.name]: {
                version: model.version,
                tags: { [awsTags.stack]: stack, [awsTags.cluster]: model.name },
                vpcId: "vpc-0123456789abcdef0",
                autoMode: model.autoMode !== undefined,
                ...more,
            },
        },
    };
}

/** For {@link RegisterOptions.made}: what AWS's resources tell of themselves once they are there. */
export function madeInAws(type: string, name: string): Record<string, unknown> {
    if (type.startsWith("random:")) return { result: pulumi.secret(`generated-${name}`) };
    const made = { arn: `arn:aws:test:::${name}`, keyId: `key-${name}` };
    switch (type) {
        case "eks:index:Cluster":
            return {
                eksCluster: { name, endpoint, certificateAuthority: { data: "Y2E=" } },
                core: { endpoint, clusterIamRole: { name: `${name}-role` } },
            };
        case "aws:acm/certificate:Certificate":
            return {
                ...made,
                domainValidationOptions: [
                    {
                        domainName: name,
                        resourceRecordName: `_proof.${name}`,
                        resourceRecordType: "CNAME",
                        resourceRecordValue: "_value.acm-validations.aws",
                    },
                ],
            };
        case "aws:cloudformation/stack:Stack":
            return { outputs: { PolicyId: `policy-${name}`, PolicyArn: `arn:aws:dlm:::policy/${name}` } };
        case "kubernetes:networking.k8s.io/v1:Ingress":
            return { status: { loadBalancer: { ingress: [{ hostname: "cht.eu-west-2.elb.amazonaws.com" }] } } };
        default:
            return type.startsWith("aws:") ? made : {};
    }
}

const endpoint = "https://example.eks.amazonaws.com";
