/** Which of the official components' options the stand-in offers. What it does not is refused: a test must not pass by it. */

/** `any`, or the only values it takes. */
type Offer = "any" | readonly unknown[];

const OPTIONS: Record<string, Record<string, Offer>> = {
    "eks:index:Cluster": {
        authenticationMode: ["API"],
        autoMode: "any",
        bootstrapSelfManagedAddons: "any",
        clusterTags: "any",
        corednsAddonOptions: "any",
        createInstanceRole: [false],
        createOidcProvider: [false],
        deletionProtection: "any",
        enabledClusterLogTypes: "any",
        encryptionConfigKeyArn: "any",
        endpointPrivateAccess: "any",
        endpointPublicAccess: "any",
        ipFamily: "any",
        kubeProxyAddonOptions: "any",
        kubernetesServiceIpAddressRange: "any",
        name: "any",
        privateSubnetIds: "any",
        providerCredentialOpts: "any",
        publicAccessCidrs: "any",
        publicSubnetIds: "any",
        skipDefaultNodeGroup: [true],
        skipDefaultSecurityGroups: [true],
        subnetIds: "any",
        tags: "any",
        upgradePolicy: "any",
        useDefaultVpcCni: "any",
        version: "any",
        vpcCniOptions: "any",
        vpcId: "any",
    },
    "eks:index:VpcCniAddon": {
        addonVersion: "any",
        clusterName: "any",
        clusterVersion: "any",
        configurationValues: "any",
        enableNetworkPolicy: "any",
        resolveConflictsOnCreate: "any",
        resolveConflictsOnUpdate: "any",
        tags: "any",
    },
};

/** Without these the official component makes what the stand-in does not. */
const REQUIRED: Record<string, readonly string[]> = {
    "eks:index:Cluster": ["authenticationMode", "skipDefaultNodeGroup"],
    "eks:index:VpcCniAddon": ["clusterName"],
};

/** @throws Error of every option that is not offered, or not with that value */
export function refuseOptions(type: string, inputs: Readonly<Record<string, unknown>>): void {
    const offered = OPTIONS[type] ?? {};
    const given = Object.entries(inputs).filter(([, value]) => value !== undefined);
    const refused = given.flatMap(([name, value]) => {
        const offer = offered[name];
        if (offer === undefined) return [name];
        return offer === "any" || offer.includes(value) ? [] : [`${name}: ${JSON.stringify(value)}`];
    });
    const missing = (REQUIRED[type] ?? []).filter((name) => inputs[name] === undefined).map((name) => `no ${name}`);
    const all = [...refused, ...missing];
    if (all.length > 0)
        throw new Error(`the stand-in for the eks plugin does not offer ${type} with ${all.join(", ")}`);
}
