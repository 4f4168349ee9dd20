import { LogGroup } from "@pulumi/aws/cloudwatch";
// By its own path: the package's index loads all of @pulumi/aws.
import { Cluster } from "@pulumi/eks/cluster";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonName } from "../../../config/aws/schema";
import type { Keys } from "./encryption";
import type { Network } from "./network";
import type { EksScope } from "./scope";

/**
 * The control plane, with the two add-ons that are made with it: vpc-cni and kube-proxy. None of its children needs a node,
 * or it would wait for nodes that wait for it: so CoreDNS is not among them.
 *
 * Cluster, logs and all that is made with it are protected and retained, and EKS itself refuses to delete it
 * (`deletionProtection`).
 *
 * @see https://www.pulumi.com/registry/packages/eks/api-docs/cluster/
 */
export function createControlPlane(scope: EksScope, network: Network, keys: Keys): Cluster {
    const { plan, name, keep } = scope;
    // EKS would make it by itself at the first line, and keep every line for ever.
    const logs = new LogGroup(
        `${name}-control-plane`,
        { name: `/aws/eks/${plan.name}/cluster`, retentionInDays: plan.logs.retentionDays },
        keep,
    );
    const fromInternet = plan.publicAccess.length > 0;
    const aws = keep.parent.getProvider("aws:eks/cluster:Cluster");
    return new Cluster(
        name,
        {
            name: plan.name,
            version: plan.version,
            // After a version's standard support AWS upgrades it, instead of taking six times the price for the extended one.
            upgradePolicy: { supportType: "STANDARD" },
            vpcId: network.vpcId,
            subnetIds: controlPlaneSubnets(scope, network),
            endpointPrivateAccess: true,
            endpointPublicAccess: fromInternet,
            publicAccessCidrs: fromInternet ? [...plan.publicAccess] : undefined,
            authenticationMode: "API",
            encryptionConfigKeyArn: keys.secrets,
            enabledClusterLogTypes: [...plan.logs.types],
            deletionProtection: true,
            skipDefaultNodeGroup: true,
            skipDefaultSecurityGroups: true,
            createOidcProvider: false,
            corednsAddonOptions: { enabled: false },
            providerCredentialOpts: plan.profile === undefined ? undefined : { profileName: plan.profile },
            ...(plan.autoMode === undefined ? ownAddons(scope) : { autoMode: { enabled: true } }),
        },
        {
            ...keep,
            // Not 'provider': to a component of the package 'eks' that would be the provider of that package.
            providers: aws === undefined ? [] : [aws],
            dependsOn: logs,
        },
    );
}

/**
 * Where the control plane has its network interfaces. Their zones can never change after the cluster was made, so they are the
 * first two, the least that AWS takes: a zone can be added to the nodes at any time. Auto Mode makes nodes in these subnets
 * only, so that it has all of them, and no zone can be added.
 *
 * @see https://github.com/aws/containers-roadmap/issues/2258
 */
function controlPlaneSubnets({ plan }: EksScope, { privateSubnets }: Network): pulumi.Output<string>[] {
    const all = [...privateSubnets.values()];
    return plan.autoMode === undefined ? all.slice(0, 2) : all;
}

/** Every add-on is EKS's and of a version that somebody wrote: nothing comes with the cluster by itself. */
function ownAddons({ plan }: EksScope) {
    const versionOf = (addon: AddonName) => plan.addons.find(({ name }) => name === addon)?.version;
    return {
        bootstrapSelfManagedAddons: false,
        kubeProxyAddonOptions: { enabled: true, version: versionOf("kube-proxy") },
        // Without it Kubernetes takes network policies and lets everything through.
        vpcCniOptions: { addonVersion: versionOf("vpc-cni"), enableNetworkPolicy: true },
    };
}
