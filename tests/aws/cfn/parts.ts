/** Types whose parts are resources of their own to the provider, or the other way round. */
import type { Registered } from "../../support/register";
import { type CfnResource, capitalized, type Inputs, type Properties, parsed, resource, tagList } from "./shapes";

export function attachedTo(role: unknown, all: readonly Registered[]): unknown {
    const attached = all
        .filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter(({ inputs }) => inputs["role"] === role)
        .map(({ inputs }) => inputs["policyArn"]);
    return attached.length === 0 ? undefined : attached;
}

export function eventTarget({ name, inputs }: Registered): Properties {
    const { targetId, arn, inputTransformer, input } = inputs;
    const { inputPaths, inputTemplate } = (inputTransformer ?? {}) as Inputs;
    return {
        Id: targetId ?? name,
        Arn: arn,
        Input: input,
        InputTransformer: inputTransformer && { InputPathsMap: inputPaths, InputTemplate: inputTemplate },
    };
}

export function stackResources({ templateBody, parameters }: Inputs): CfnResource[] {
    const template = parsed(templateBody) as { Resources: Record<string, CfnResource> };
    // What the template asks for is given: a reference alone would not be judged.
    const given = JSON.stringify(template.Resources).replace(
        /\{"Ref":"(\w+)"\}/g,
        (reference, parameter: string) => JSON.stringify((parameters as Inputs | undefined)?.[parameter]) ?? reference,
    );
    return Object.values(JSON.parse(given) as Record<string, CfnResource>);
}

export function eksCluster(inputs: Inputs): CfnResource {
    const autoMode = (inputs["autoMode"] as Inputs | undefined)?.["enabled"] === true;
    const subnets = [
        ...((inputs["privateSubnetIds"] as string[] | undefined) ?? []),
        ...((inputs["publicSubnetIds"] as string[] | undefined) ?? []),
        ...((inputs["subnetIds"] as string[] | undefined) ?? []),
    ];
    const logs = (inputs["enabledClusterLogTypes"] as string[] | undefined) ?? [];
    const key = inputs["encryptionConfigKeyArn"];
    const clusterTags = inputs["clusterTags"] ?? inputs["tags"];
    return resource("AWS::EKS::Cluster", {
        Name: inputs["name"],
        Version: inputs["version"],
        RoleArn: "arn:aws:iam::123456789012:role/made-by-the-component",
        BootstrapSelfManagedAddons: autoMode ? false : inputs["bootstrapSelfManagedAddons"],
        AccessConfig: {
            AuthenticationMode: inputs["authenticationMode"],
            BootstrapClusterCreatorAdminPermissions: true,
        },
        ResourcesVpcConfig: {
            SubnetIds: subnets,
            EndpointPrivateAccess: inputs["endpointPrivateAccess"],
            EndpointPublicAccess: inputs["endpointPublicAccess"],
            PublicAccessCidrs: inputs["publicAccessCidrs"],
        },
        EncryptionConfig: key && [{ Resources: ["secrets"], Provider: { KeyArn: key } }],
        Logging: { ClusterLogging: { EnabledTypes: logs.map((Type) => ({ Type })) } },
        DeletionProtection: inputs["deletionProtection"],
        UpgradePolicy: capitalized(inputs["upgradePolicy"]),
        ...(autoMode
            ? {
                  ComputeConfig: {
                      Enabled: true,
                      NodePools: ["general-purpose", "system"],
                      NodeRoleArn: "arn:aws:iam::123456789012:role/made-by-the-component",
                  },
                  StorageConfig: { BlockStorage: { Enabled: true } },
                  KubernetesNetworkConfig: { IpFamily: "ipv4", ElasticLoadBalancing: { Enabled: true } },
              }
            : {}),
        Tags: tagList(clusterTags),
    });
}
