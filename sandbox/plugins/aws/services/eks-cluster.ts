/** EKS clusters. */
import { isDeepStrictEqual } from "node:util";
import { at, type Bag, bagAt, isBag, textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, hex, type ResourceFacts, textsAt, type Work } from "../facts";
import type { Item } from "../world";
import { minor, ROLE, SUBNET } from "./eks-parts";

function checkVersion(work: Work): void {
    const version = textAt(work.inputs, "version");
    const known = work.settings.kubernetesVersions.find((one) => one.version === version);
    if (version && (!known || known.status === "UNSUPPORTED"))
        throw new AwsError("InvalidParameterException", "unsupported Kubernetes version");
}

function checkCluster(work: Work): void {
    checkVersion(work);
    if (zonesOf(work, work.inputs).length < 2)
        throw new AwsError("InvalidParameterException", "Subnets specified must be in at least two different AZs");
}

/** Of the control plane's subnets. */
function zonesOf({ inventory, region }: Work, properties: Bag): string[] {
    const subnets = textsAt(properties, "vpcConfig.subnetIds").map((id) => inventory.get(SUBNET.type, region, id));
    return [...new Set(subnets.map((one) => textAt(one?.properties, "availabilityZone")))].sort();
}

/** @see https://github.com/aws/containers-roadmap/issues/2258 */
function checkZones(work: Work, { properties }: Item): void {
    const [before, after] = [zonesOf(work, properties), zonesOf(work, work.inputs)];
    if (!isDeepStrictEqual(before, after))
        throw new AwsError(
            "InvalidParameterException",
            `Provided subnets belong to the AZs '${after.join(",")}'. But they should belong to the exact set of AZs '${before.join(",")}' in which subnets were provided during cluster creation.`,
        );
}

/** One minor version at a time, and never back. */
function checkUpgrade(work: Work, { properties }: Item): void {
    checkVersion(work);
    const [from, to] = [textAt(properties, "version"), textAt(work.inputs, "version")];
    if (from && to && from !== to && minor(to) !== minor(from) + 1)
        throw new AwsError(
            "InvalidParameterException",
            `Unsupported Kubernetes minor version update from ${from} to ${to}`,
        );
}

/** All of Auto Mode or nothing of it. */
function checkAutoMode(inputs: Bag) {
    const switches = [
        at(inputs, "computeConfig", "enabled"),
        at(inputs, "storageConfig", "blockStorage", "enabled"),
        at(inputs, "kubernetesNetworkConfig", "elasticLoadBalancing", "enabled"),
    ].map((one) => one === true);
    return switches.every((one) => one === switches[0])
        ? []
        : [
              {
                  property: "computeConfig",
                  reason: "compute_config.enabled, kubernetes_network_config.elastic_load_balancing.enabled, and storage_config.block_storage.enabled must all be set to either true or false",
              },
          ];
}

const held = (work: Work, item: Item): Item | undefined =>
    work.inventory
        .all("aws:eks/nodeGroup:NodeGroup", work.region)
        .find((one) => one.properties["clusterName"] === item.properties["name"]);

export const cluster: ResourceFacts = {
    cloudFormation: "AWS::EKS::Cluster",
    createOnly: {
        OutpostConfig: "outpostConfig",
        // The provider can add encryption to a cluster without; changing or taking it away makes a new one.
        EncryptionConfig: "encryptionConfig",
        "KubernetesNetworkConfig/IpFamily": "kubernetesNetworkConfig.ipFamily",
        "KubernetesNetworkConfig/ServiceIpv4Cidr": "kubernetesNetworkConfig.serviceIpv4Cidr",
        "AccessConfig/BootstrapClusterCreatorAdminPermissions": "accessConfig.bootstrapClusterCreatorAdminPermissions",
        Name: "name",
        RoleArn: "roleArn",
        BootstrapSelfManagedAddons: "bootstrapSelfManagedAddons",
    },
    replaces: (path, olds) => (path === "encryptionConfig" && !isBag(olds["encryptionConfig"]) ? false : undefined),
    autoname: "name",
    defaults: { bootstrapSelfManagedAddons: true },
    references: [
        { path: "roleArn", ...ROLE },
        { path: "computeConfig.nodeRoleArn", ...ROLE },
        { path: "vpcConfig.subnetIds", ...SUBNET },
        {
            path: "encryptionConfig.provider.keyArn",
            type: "aws:kms/key:Key",
            by: "arn",
            code: "InvalidParameterException",
        },
    ],
    unique: { key: ({ inputs }) => textAt(inputs, "name"), code: "ResourceInUseException" },
    check: checkAutoMode,
    id: ({ inputs }) => textAt(inputs, "name"),
    nested: [
        "vpcConfig.clusterSecurityGroupId",
        "vpcConfig.vpcId",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
        "accessConfig.authenticationMode",
    ],
    beforeCreate: checkCluster,
    computed: (work) => {
        const { inputs, settings } = work;
        const [subnet = ""] = textsAt(inputs, "vpcConfig.subnetIds");
        const network = bagAt(inputs, "kubernetesNetworkConfig");
        const issuer = `https://oidc.eks.${work.region}.amazonaws.com/id/${hex(32).toUpperCase()}`;
        return {
            accessConfig: { authenticationMode: "CONFIG_MAP", ...bagAt(inputs, "accessConfig") },
            arn: arnOf(work, "eks", `cluster/${textAt(inputs, "name")}`),
            certificateAuthority: { data: settings.apiServer.certificateAuthority },
            certificateAuthorities: [{ data: settings.apiServer.certificateAuthority }],
            createdAt: new Date().toISOString(),
            deletionProtection: false,
            endpoint: settings.apiServer.endpoint,
            identities: [{ oidcs: [{ issuer }] }],
            kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: "172.20.0.0/16", ...network },
            platformVersion: "eks.1",
            status: "ACTIVE",
            upgradePolicy: { supportType: "EXTENDED" },
            version: settings.kubernetesVersions.find((one) => one.default)?.version ?? "",
            vpcConfig: {
                endpointPrivateAccess: false,
                endpointPublicAccess: true,
                publicAccessCidrs: ["0.0.0.0/0"],
                ...bagAt(inputs, "vpcConfig"),
                clusterSecurityGroupId: `sg-0${hex(16)}`,
                vpcId: textAt(work.inventory.get("aws:ec2/subnet:Subnet", work.region, subnet)?.properties, "vpcId"),
            },
        };
    },
    beforeUpdate: (work, item) => {
        checkUpgrade(work, item);
        checkZones(work, item);
    },
    beforeDelete: (work, item) => {
        const { deletionProtection } = item.properties;
        const name = textAt(item.properties, "name");
        if (deletionProtection === true)
            throw new AwsError(
                "InvalidRequestException",
                `Cannot delete cluster ${name} because deletion protection is enabled`,
            );
        const group = held(work, item);
        if (group) throw new AwsError("ResourceInUseException", "Cluster has nodegroups attached");
        // What belongs to a cluster goes with it.
        for (const one of work.inventory.items.filter((each) => each.properties["clusterName"] === name))
            work.inventory.remove(one);
    },
    broken: { status: "FAILED" },
};
