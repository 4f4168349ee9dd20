/** What a cluster tells the program: the official component's outputs, in their shapes. */
import type { Cluster as EksCluster } from "@pulumi/aws/eks/cluster";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterArgs } from "./arguments";
import { kubeconfigOf } from "./kubeconfig";
import type { ServiceRole } from "./role";

export interface Roles {
    cluster: ServiceRole;
    /** Auto Mode's. */
    nodes?: ServiceRole;
}

export function subnetsOf({ subnetIds, publicSubnetIds, privateSubnetIds }: ClusterArgs): pulumi.Output<string[]> {
    if (subnetIds !== undefined) return pulumi.output(subnetIds);
    return pulumi.all([publicSubnetIds ?? [], privateSubnetIds ?? []]).apply(([others, own]) => [...others, ...own]);
}

/** With the profile for the component itself, without for its outputs. */
export function kubeconfig(args: ClusterArgs, cluster: EksCluster, withProfile: boolean): pulumi.Output<object> {
    return pulumi
        .all([cluster.name, cluster.endpoint, cluster.certificateAuthority, cluster.arn, args.providerCredentialOpts])
        .apply(([name, endpoint, authority, arn, options]) =>
            kubeconfigOf({
                name,
                endpoint,
                certificateAuthority: authority.data,
                region: arn.split(":")[3] ?? "",
                role: options?.roleArn,
                profile: withProfile ? options?.profileName : undefined,
            }),
        );
}

export function outputsOf(
    args: ClusterArgs,
    cluster: EksCluster,
    provider: Provider,
    roles: Roles,
): Record<string, unknown> {
    const shared = kubeconfig(args, cluster, false);
    const securityGroupId = cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId);
    const issuer = cluster.identities.apply(([identity]) => identity?.oidcs?.[0]?.issuer ?? "");
    const autoModeNodeRoleName = roles.nodes?.role.name ?? "";
    return {
        autoModeNodeRoleName,
        clusterIngressRuleId: "",
        clusterSecurityGroupId: securityGroupId,
        core: {
            autoModeNodeRoleName,
            cluster,
            clusterIamRole: roles.cluster.role,
            endpoint: cluster.endpoint,
            encryptionConfig: cluster.encryptionConfig,
            instanceRoles: [],
            kubeconfig: shared,
            provider,
            storageClasses: {},
            subnetIds: subnetsOf(args),
            tags: args.tags,
            vpcId: args.vpcId,
        },
        defaultNodeGroupAsgName: "",
        eksCluster: cluster,
        fargateProfileId: "",
        fargateProfileStatus: "",
        instanceRoles: [],
        kubeconfig: shared,
        kubeconfigJson: shared.apply((config) => JSON.stringify(config)),
        nodeSecurityGroupId: securityGroupId,
        oidcIssuer: issuer,
        oidcProviderArn: "",
        oidcProviderUrl: issuer,
    };
}
