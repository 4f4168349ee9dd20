import { Addon } from "@pulumi/aws/eks/addon";
import { Cluster as EksCluster } from "@pulumi/aws/eks/cluster";
import { getAddonVersionOutput } from "@pulumi/aws/eks/getAddonVersion";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { AddonOptions, ClusterArgs, Tags } from "./arguments";
import { kubeconfig, outputsOf, type Roles, subnetsOf } from "./outputs";
import { ServiceRole } from "./role";
import { sortedJson, VpcCniAddon } from "./vpc-cni";

const AUTO_MODE_POLICIES = [
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
];

/** The control plane with what the official component makes around it in the configurations that are offered. */
export class Cluster extends pulumi.ComponentResource {
    readonly outputs: Record<string, unknown>;

    constructor(name: string, args: ClusterArgs, opts: pulumi.ComponentResourceOptions) {
        super("eks:index:Cluster", name, { ...args }, opts);
        const isAuto = args.autoMode?.enabled === true;
        const { partition } = getPartitionOutput({}, { parent: this });
        const roles = createRoles(this, name, args, partition);
        const cluster = createCluster(this, name, args, roles);
        if (args.kubeProxyAddonOptions?.enabled ?? !isAuto)
            createAddon(this, `${name}-kube-proxy`, "kube-proxy", cluster, args.kubeProxyAddonOptions ?? {}, args.tags);
        const kubernetes = createProvider(this, name, args, cluster);
        if (args.useDefaultVpcCni === undefined ? !isAuto : !args.useDefaultVpcCni)
            new VpcCniAddon(
                `${name}-vpc-cni`,
                {
                    ...args.vpcCniOptions,
                    clusterName: cluster.name,
                    clusterVersion: cluster.version,
                    tags: args.tags,
                },
                { parent: this, providers: { kubernetes } },
            );
        const coredns = args.corednsAddonOptions ?? {};
        // Without a node group of the component's own only where it is asked for.
        if (coredns.enabled === true || coredns.configurationValues !== undefined)
            createAddon(this, `${name}-coredns`, "coredns", cluster, coredns, args.tags);
        this.outputs = outputsOf(args, cluster, kubernetes, roles);
        this.registerOutputs(this.outputs);
    }
}

function createRoles(
    parent: Cluster,
    name: string,
    { autoMode, tags }: ClusterArgs,
    partition: pulumi.Output<string>,
): Roles {
    const cluster = new ServiceRole(
        `${name}-eksRole`,
        {
            service: "eks.amazonaws.com",
            description: "Allows EKS to manage clusters on your behalf.",
            actions: ["sts:AssumeRole", "sts:TagSession"],
            policies: ["AmazonEKSClusterPolicy", ...(autoMode?.enabled ? AUTO_MODE_POLICIES : [])],
            partition,
            tags,
        },
        { parent },
    );
    if (!autoMode?.enabled || autoMode.createNodeRole === false) return { cluster };
    const nodes = new ServiceRole(
        `${name}-nodeRole`,
        {
            service: "ec2.amazonaws.com",
            actions: ["sts:AssumeRole"],
            policies: ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"],
            partition,
            tags,
        },
        { parent },
    );
    return { cluster, nodes };
}

function createCluster(parent: Cluster, name: string, args: ClusterArgs, roles: Roles): EksCluster {
    const isAuto = args.autoMode?.enabled === true;
    const network = isAuto || args.ipFamily !== undefined || args.kubernetesServiceIpAddressRange !== undefined;
    return new EksCluster(
        `${name}-eksCluster`,
        {
            name: args.name,
            roleArn: roles.cluster.role.arn,
            version: args.version,
            computeConfig: isAuto
                ? pulumi.all([args.autoMode?.computeConfig, roles.nodes?.role.arn]).apply(([config, nodeRoleArn]) => ({
                      enabled: true,
                      nodeRoleArn,
                      nodePools: ["general-purpose", "system"],
                      ...config,
                  }))
                : undefined,
            storageConfig: isAuto ? { blockStorage: { enabled: true } } : undefined,
            kubernetesNetworkConfig: network
                ? {
                      ipFamily: args.ipFamily ?? "ipv4",
                      serviceIpv4Cidr: args.kubernetesServiceIpAddressRange,
                      ...(isAuto && { elasticLoadBalancing: { enabled: true } }),
                  }
                : undefined,
            bootstrapSelfManagedAddons: isAuto ? false : (args.bootstrapSelfManagedAddons ?? true),
            vpcConfig: {
                subnetIds: subnetsOf(args),
                endpointPrivateAccess: args.endpointPrivateAccess,
                endpointPublicAccess: args.endpointPublicAccess,
                publicAccessCidrs: pulumi
                    .all([args.publicAccessCidrs, args.endpointPublicAccess ?? true])
                    .apply(([ranges, isPublic]) => {
                        if (!isPublic && ranges)
                            throw new pulumi.ResourceError(
                                "`publicAccessCidrs` can only be set when `endpointPublicAccess` is true",
                                parent,
                            );
                        return ranges;
                    }) as pulumi.Output<string[]>,
            },
            enabledClusterLogTypes: args.enabledClusterLogTypes,
            tags: pulumi
                .all([args.tags, args.clusterTags])
                .apply(([tags, own]) => ({ Name: `${name}-eksCluster`, ...own, ...tags })),
            encryptionConfig:
                args.encryptionConfigKeyArn === undefined
                    ? undefined
                    : { provider: { keyArn: args.encryptionConfigKeyArn }, resources: ["secrets"] },
            accessConfig: {
                authenticationMode: args.authenticationMode,
                bootstrapClusterCreatorAdminPermissions: true,
            },
            upgradePolicy: args.upgradePolicy,
            deletionProtection: args.deletionProtection,
        },
        {
            parent,
            ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
            dependsOn: [roles.cluster, ...(roles.nodes ? [roles.nodes] : [])].flatMap(({ attachments }) => attachments),
        },
    );
}

function createAddon(
    parent: Cluster,
    name: string,
    addonName: string,
    cluster: EksCluster,
    options: AddonOptions,
    tags?: Tags,
): void {
    new Addon(
        name,
        {
            clusterName: cluster.name,
            addonName,
            addonVersion:
                options.version ??
                getAddonVersionOutput({ addonName, kubernetesVersion: cluster.version, mostRecent: true }, { parent })
                    .version,
            preserve: true,
            resolveConflictsOnCreate: options.resolveConflictsOnCreate ?? "OVERWRITE",
            resolveConflictsOnUpdate: options.resolveConflictsOnUpdate ?? "OVERWRITE",
            configurationValues: options.configurationValues && sortedJson(options.configurationValues),
            tags,
        },
        { parent },
    );
}

function createProvider(parent: Cluster, name: string, args: ClusterArgs, cluster: EksCluster): Provider {
    const own = kubeconfig(args, cluster, true).apply((config) => JSON.stringify(config));
    return new Provider(`${name}-eks-k8s`, { kubeconfig: own }, { parent });
}
