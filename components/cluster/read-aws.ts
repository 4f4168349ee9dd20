/**
 * Reads what there is in AWS before the first resource, by the functions of the AWS provider: only what the file needs, all
 * at once, and nothing is changed.
 */
import { getInstanceType } from "@pulumi/aws/ec2/getInstanceType";
import { getInstanceTypeOfferings } from "@pulumi/aws/ec2/getInstanceTypeOfferings";
import { getSubnet } from "@pulumi/aws/ec2/getSubnet";
import { getSubnets } from "@pulumi/aws/ec2/getSubnets";
import { getVpc } from "@pulumi/aws/ec2/getVpc";
import { getAddonVersion } from "@pulumi/aws/eks/getAddonVersion";
import { getCluster } from "@pulumi/aws/eks/getCluster";
import { getClusters } from "@pulumi/aws/eks/getClusters";
import { getClusterVersions } from "@pulumi/aws/eks/getClusterVersions";
import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getPartition } from "@pulumi/aws/getPartition";
import type { Provider } from "@pulumi/aws/provider";
import { getResources } from "@pulumi/aws/resourcegroupstaggingapi/getResources";
import { getZone } from "@pulumi/aws/route53/getZone";
import { getParameter } from "@pulumi/aws/ssm/getParameter";
import type { AwsAddress } from "../../config/aws/failure";
import { type EksIdentity, guardAccount } from "../../config/aws/guard";
import { addonsOf } from "../../config/aws/guard-versions";
import type { InstanceTypeOffer, LiveAws, LiveEks, LiveSubnet, LiveVpc, SnapshotQuery } from "../../config/aws/live";
import { isGraviton } from "../../config/aws/rules-nodes";
import type { EksModel } from "../../config/aws/schema";
import { awsTags } from "../../config/aws/tags";
import { Questions, refuse } from "./aws-questions";
import { readSnapshots } from "./read-aws-snapshots";

export interface ReadAwsArgs {
    readonly model: EksModel;
    /** `<project>.<stack>` */
    readonly stack: string;
    /** Snapshots that volumes are made of. */
    readonly snapshots: readonly SnapshotQuery[];
    /** The stack's cluster as of its last update. */
    readonly before?: EksIdentity;
}

/** @throws {pulumi.RunError} when AWS does not answer, or is another account's, in words of the stack file's keys. */
export async function readAws(args: ReadAwsArgs, provider: Provider): Promise<LiveAws> {
    const { model, stack, before } = args;
    const aws = new Questions(model, provider);
    // First and alone: in another account, nothing of the rest would mean anything.
    const { account, caller } = await readIdentity(aws);
    refuse([...guardAccount(model, account, before)]);

    const [partition, zones, instanceTypes, versions, recommended, cluster, ownClusters, hostedZone, snapshots] =
        await aws.all([
            aws.ask("the partition", getPartition, {}),
            aws.ask("its zones", getAvailabilityZones, { state: "available" }),
            readInstanceTypes(aws, model),
            aws.ask("the Kubernetes versions of EKS", getClusterVersions, { includeAll: true }),
            readRecommended(aws, model),
            readCluster(aws, model.name),
            readOwnClusters(aws, stack),
            readHostedZone(aws, model.ingress.hostedZone),
            readSnapshots(aws, args.snapshots),
        ]);
    const [vpc] = await aws.all([readVpc(aws, args, cluster)]);
    return {
        account,
        caller,
        partition: partition?.partition ?? "",
        zones: zones?.names ?? [],
        instanceTypes: instanceTypes ?? new Map(),
        versions: (versions?.clusterVersions ?? []).map(({ clusterVersion, versionStatus }) => ({
            version: clusterVersion,
            support: supportOf(versionStatus),
        })),
        recommended: recommended ?? { addons: {} },
        ...(cluster === undefined ? {} : { cluster }),
        ownClusters: ownClusters ?? [],
        ...(vpc === undefined ? {} : { vpc }),
        ...(hostedZone === undefined ? {} : { hostedZone }),
        snapshots: snapshots ?? new Map(),
    };
}

/**
 * What of AWS a stack needs whose cluster another stack made: its account, and the snapshots of its volumes.
 *
 * @throws {pulumi.RunError} when AWS does not answer, or is another account's than the cluster.
 */
export async function readAwsBeside(
    place: AwsAddress,
    queries: readonly SnapshotQuery[],
    provider: Provider,
): Promise<LiveAws["snapshots"]> {
    const aws = new Questions(place, provider);
    refuse([...guardAccount(place, (await readIdentity(aws)).account, undefined)]);
    const [snapshots] = await aws.all([readSnapshots(aws, queries)]);
    return snapshots;
}

async function readIdentity(aws: Questions): Promise<{ account: string; caller: string }> {
    const [identity] = await aws.all([aws.ask("the account of the credentials", getCallerIdentity, {})]);
    const { accountId: account = "", arn = "" } = identity ?? {};
    // arn:aws:sts::123456789012:assumed-role/deploy/session
    return { account, caller: arn.replace(/:sts:(.*):assumed-role\/([^/]+)\/.*$/, ":iam:$1:role/$2") };
}

async function readInstanceTypes(aws: Questions, { nodes }: EksModel): Promise<Map<string, InstanceTypeOffer>> {
    const types = [...new Set(Object.values(nodes?.groups ?? {}).flatMap(({ instanceTypes }) => instanceTypes))];
    const offers = await Promise.all(
        types.map(async (type): Promise<[string, InstanceTypeOffer] | undefined> => {
            const offerings = await aws.ask(`the zones of '${type}'`, getInstanceTypeOfferings, {
                locationType: "availability-zone",
                filters: [{ name: "instance-type", values: [type] }],
            });
            // What no zone has, AWS does not describe.
            if (offerings === undefined || offerings.locations.length === 0) return undefined;
            const described = await aws.find(`'${type}'`, getInstanceType, { instanceType: type });
            if (described === undefined) return undefined;
            return [
                type,
                {
                    zones: offerings.locations,
                    architectures: described.supportedArchitectures.filter(
                        (one): one is "x86_64" | "arm64" => one === "x86_64" || one === "arm64",
                    ),
                    vcpus: described.defaultVcpus,
                    memoryMi: described.memorySize,
                },
            ];
        }),
    );
    return new Map(offers.filter((offer) => offer !== undefined));
}

/** Only of what the file leaves open. */
async function readRecommended(aws: Questions, model: EksModel): Promise<LiveAws["recommended"]> {
    const { version, nodes, addons } = model;
    const [firstGroup] = Object.values(nodes?.groups ?? {});
    const architecture = firstGroup?.instanceTypes.some(isGraviton) === true ? "arm64" : "x86_64";
    const image =
        nodes === undefined || nodes.releaseVersion !== undefined
            ? undefined
            : aws.find("the nodes' image that AWS recommends", getParameter, {
                  name: `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${architecture}/standard/recommended/release_version`,
              });
    const open = addonsOf(model).filter((name) => addons[name] === undefined);
    const [parameter, ...versions] = await Promise.all([
        image,
        ...open.map((addonName) =>
            aws.find(`the version of '${addonName}' that AWS recommends`, getAddonVersion, {
                addonName,
                kubernetesVersion: version,
            }),
        ),
    ]);
    const found = open.flatMap((name, index): [string, string][] => {
        const recommended = versions[index]?.version;
        return recommended === undefined ? [] : [[name, recommended]];
    });
    return {
        ...(parameter === undefined ? {} : { releaseVersion: parameter.insecureValue }),
        addons: Object.fromEntries(found),
    };
}

async function readCluster(aws: Questions, name: string): Promise<LiveEks | undefined> {
    const clusters = await aws.ask("its EKS clusters", getClusters, {});
    if (clusters === undefined || !clusters.names.includes(name)) return undefined;
    const cluster = await aws.ask(`the EKS cluster '${name}'`, getCluster, { name });
    if (cluster === undefined) return undefined;
    return {
        name,
        version: cluster.version,
        status: cluster.status,
        endpoint: cluster.endpoint,
        certificateAuthority: cluster.certificateAuthorities[0]?.data ?? "",
        tags: cluster.tags,
        vpcId: cluster.vpcConfig.vpcId,
        autoMode: cluster.computeConfigs.some(({ enabled }) => enabled),
    };
}

/** By tag: under whatever names they are. */
async function readOwnClusters(aws: Questions, stack: string): Promise<string[]> {
    const found = await aws.ask("the clusters of this stack", getResources, {
        resourceTypeFilters: ["eks:cluster"],
        tagFilters: [{ key: awsTags.stack, values: [stack] }],
    });
    // arn:aws:eks:eu-west-2:123456789012:cluster/cht-prod
    return (found?.resourceTagMappingLists ?? []).map(({ resourceArn }) => resourceArn.split("/").at(-1) ?? "").sort();
}

/** The VPC that the file names, or the one that the cluster is in. */
async function readVpc(
    aws: Questions,
    { model, stack }: ReadAwsArgs,
    cluster: LiveEks | undefined,
): Promise<LiveVpc | undefined> {
    const { network } = model;
    const id = network.kind === "existing" ? network.vpcId : cluster?.vpcId;
    if (id === undefined) return undefined;
    const [vpc, subnets] = await Promise.all([
        aws.find(`the VPC '${id}'`, getVpc, { id }),
        network.kind === "existing"
            ? [...Object.values(network.privateSubnets), ...Object.values(network.publicSubnets)]
            : readOwnSubnets(aws, id, stack),
    ]);
    if (vpc === undefined) return undefined;
    const found = await Promise.all(
        [...new Set(subnets)].map((subnet) => aws.find(`the subnet '${subnet}'`, getSubnet, { id: subnet })),
    );
    const added = vpc.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
    return {
        id,
        cidrs: [...new Set([vpc.cidrBlock, ...added])],
        tags: vpc.tags,
        subnets: found.flatMap((subnet): LiveSubnet[] =>
            subnet === undefined
                ? []
                : [
                      {
                          id: subnet.id,
                          zone: subnet.availabilityZone,
                          vpcId: subnet.vpcId,
                          cidr: subnet.cidrBlock,
                      },
                  ],
        ),
    };
}

async function readOwnSubnets(aws: Questions, vpcId: string, stack: string): Promise<readonly string[]> {
    const found = await aws.ask("the subnets of this stack", getSubnets, {
        filters: [
            { name: "vpc-id", values: [vpcId] },
            { name: `tag:${awsTags.stack}`, values: [stack] },
        ],
    });
    return found?.ids ?? [];
}

async function readHostedZone(aws: Questions, id: string | undefined): Promise<LiveAws["hostedZone"]> {
    if (id === undefined) return undefined;
    const zone = await aws.find(`the hosted zone '${id}'`, getZone, { zoneId: id });
    if (zone === undefined) return undefined;
    return { id, domain: zone.name.replace(/\.$/, ""), private: zone.privateZone ?? false };
}

function supportOf(status: string): LiveAws["versions"][number]["support"] {
    // STANDARD_SUPPORT, EXTENDED_SUPPORT, UNSUPPORTED
    const [first] = status.toLowerCase().split(/[_-]/);
    return first === "standard" || first === "extended" ? first : "none";
}
