import { Addon } from "@pulumi/aws/eks/addon";
import { getAddonVersionOutput } from "@pulumi/aws/eks/getAddonVersion";
import * as pulumi from "@pulumi/pulumi";

export interface VpcCniAddonArgs {
    clusterName: pulumi.Input<string>;
    clusterVersion?: pulumi.Input<string>;
    addonVersion?: pulumi.Input<string>;
    enableNetworkPolicy?: pulumi.Input<boolean>;
    configurationValues?: pulumi.Input<Record<string, unknown>>;
    resolveConflictsOnCreate?: pulumi.Input<string>;
    resolveConflictsOnUpdate?: pulumi.Input<string>;
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** What the official component sets where nothing is said. */
const ENVIRONMENT = {
    WARM_ENI_TARGET: "1",
    AWS_VPC_K8S_CNI_LOGLEVEL: "DEBUG",
    AWS_VPC_K8S_CNI_LOG_FILE: "/host/var/log/aws-routed-eni/ipamd.log",
    AWS_VPC_K8S_CNI_VETHPREFIX: "eni",
    AWS_VPC_ENI_MTU: "9001",
    AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "DEBUG",
    AWS_VPC_K8S_PLUGIN_LOG_FILE: "/var/log/aws-routed-eni/plugin.log",
    ENABLE_POD_ENI: "false",
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false",
    AWS_VPC_K8S_CNI_EXTERNALSNAT: "false",
};
const INIT_ENVIRONMENT = { DISABLE_TCP_EARLY_DEMUX: "false" };

/** The add-on vpc-cni with the component's own defaults. */
export class VpcCniAddon extends pulumi.ComponentResource {
    readonly addon: pulumi.Output<Addon>;

    constructor(name: string, args: VpcCniAddonArgs, opts: pulumi.ComponentResourceOptions) {
        super("eks:index:VpcCniAddon", name, { ...args }, opts);
        const addonVersion =
            args.addonVersion ??
            getAddonVersionOutput(
                { addonName: "vpc-cni", kubernetesVersion: args.clusterVersion ?? "", mostRecent: true },
                { parent: this },
            ).version;
        const configurationValues = pulumi
            .all([args.enableNetworkPolicy, args.configurationValues])
            .apply(([enableNetworkPolicy, values]) => sortedJson(configuration(enableNetworkPolicy, values)));
        const addon = new Addon(
            name,
            {
                clusterName: args.clusterName,
                addonName: "vpc-cni",
                addonVersion,
                resolveConflictsOnCreate: args.resolveConflictsOnCreate ?? "OVERWRITE",
                resolveConflictsOnUpdate: args.resolveConflictsOnUpdate ?? "OVERWRITE",
                preserve: true,
                configurationValues,
                tags: args.tags,
            },
            { parent: this },
        );
        this.addon = pulumi.output(addon);
        this.registerOutputs({ addon: this.addon });
    }
}

/** The caller's own values come before the component's. */
export function configuration(enableNetworkPolicy: boolean | undefined, values: Record<string, unknown> = {}): object {
    const init = values["init"] as { env?: object } | undefined;
    return {
        ...(enableNetworkPolicy !== undefined && { enableNetworkPolicy: String(enableNetworkPolicy) }),
        ...values,
        env: { ...ENVIRONMENT, ...(values["env"] as object | undefined) },
        init: { ...init, env: { ...INIT_ENVIRONMENT, ...init?.env } },
    };
}

export const sortedJson = (value: object): string =>
    JSON.stringify(value, (_, item: unknown) =>
        typeof item === "object" && item !== null && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
            : item,
    );
