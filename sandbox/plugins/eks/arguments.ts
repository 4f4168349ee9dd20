import type * as pulumi from "@pulumi/pulumi";
import type { VpcCniAddonArgs } from "./vpc-cni";

export type Tags = pulumi.Input<Record<string, pulumi.Input<string>>>;

export interface AddonOptions {
    enabled?: boolean;
    version?: pulumi.Input<string>;
    configurationValues?: object;
    resolveConflictsOnCreate?: string;
    resolveConflictsOnUpdate?: string;
}

/** Of the official component's options those that are offered. */
export interface ClusterArgs {
    authenticationMode?: string;
    autoMode?: { enabled: boolean; createNodeRole?: boolean; computeConfig?: pulumi.Input<object> };
    bootstrapSelfManagedAddons?: pulumi.Input<boolean>;
    clusterTags?: Tags;
    corednsAddonOptions?: AddonOptions;
    deletionProtection?: pulumi.Input<boolean>;
    enabledClusterLogTypes?: pulumi.Input<pulumi.Input<string>[]>;
    encryptionConfigKeyArn?: pulumi.Input<string>;
    endpointPrivateAccess?: pulumi.Input<boolean>;
    endpointPublicAccess?: pulumi.Input<boolean>;
    ipFamily?: pulumi.Input<string>;
    kubeProxyAddonOptions?: AddonOptions;
    kubernetesServiceIpAddressRange?: pulumi.Input<string>;
    name?: pulumi.Input<string>;
    privateSubnetIds?: pulumi.Input<pulumi.Input<string>[]>;
    providerCredentialOpts?: pulumi.Input<{ profileName?: string; roleArn?: string }>;
    publicAccessCidrs?: pulumi.Input<pulumi.Input<string>[]>;
    publicSubnetIds?: pulumi.Input<pulumi.Input<string>[]>;
    subnetIds?: pulumi.Input<pulumi.Input<string>[]>;
    tags?: Tags;
    upgradePolicy?: pulumi.Input<{ supportType: string }>;
    useDefaultVpcCni?: boolean;
    version?: pulumi.Input<string>;
    vpcCniOptions?: Omit<VpcCniAddonArgs, "clusterName">;
    vpcId?: pulumi.Input<string>;
}
