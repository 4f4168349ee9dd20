/** Stack files with an EKS cluster, and what AWS answers about them. */

import { eksContract } from "../../../../config/aws/contract";
import type { EksIdentity } from "../../../../config/aws/guard";
import type { LiveAws, LiveEks, LiveVpc } from "../../../../config/aws/live";
import { planEks } from "../../../../config/aws/plan";
import type { EksModel } from "../../../../config/aws/schema";
import { planSubnets } from "../../../../config/aws/subnets";
import { awsTags } from "../../../../config/aws/tags";
import { emptyCluster, type LiveCluster } from "../../../../config/live";
import { planInstances } from "../../../../config/plan";
import { givenSecrets } from "../../../../config/secrets";
import { instance, modelOf, type Raw, stack } from "../support";

export const zones = ["eu-west-2a", "eu-west-2b", "eu-west-2c"];

export const versions = {
    "vpc-cni": "v1.20.4-eksbuild.2",
    coredns: "v1.12.4-eksbuild.1",
    "kube-proxy": "v1.35.0-eksbuild.2",
    "aws-ebs-csi-driver": "v1.51.0-eksbuild.1",
    "snapshot-controller": "v8.3.0-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.9-eksbuild.3",
};

/** Two kinds of nodes in three zones, everything pinned. */
export const eks: Raw = {
    kind: "eks",
    name: "cht",
    region: "eu-west-2",
    version: "1.35",
    zones,
    publicAccess: ["203.0.113.0/24"],
    nodes: {
        releaseVersion: "1.35.2-20261101",
        groups: {
            general: { instanceTypes: ["m7g.large"] },
            couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true },
        },
    },
    addons: versions,
    loadBalancerController: { version: "1.14.1" },
};

/** The same with Auto Mode. */
export const autoMode: Raw = {
    ...eks,
    nodes: undefined,
    loadBalancerController: undefined,
    autoMode: {},
    addons: { "snapshot-controller": versions["snapshot-controller"] },
};

/** A file with that cluster and one instance, `uat`. */
export const eksFile = (cluster: Raw = {}, more: Raw = {}): Raw => ({
    cluster: { ...eks, ...cluster },
    instances: { uat: instance("uat", more) },
});

/** A file whose general nodes differ. */
export const withGroup = (general: Raw, more: Raw = {}): Raw =>
    eksFile({
        nodes: {
            releaseVersion: "1.35.2-20261101",
            groups: {
                general: { instanceTypes: ["m7g.large"], ...general },
                couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true, ...more },
            },
        },
    });

export const existingNetwork = (more: Raw = {}): Raw => ({
    kind: "existing",
    vpcId: "vpc-0123456789abcdef0",
    privateSubnets: Object.fromEntries(zones.map((zone, index) => [zone, `subnet-0000000${index}`])),
    publicSubnets: Object.fromEntries(zones.map((zone, index) => [zone, `subnet-1000000${index}`])),
    ...more,
});

/** What AWS answers where the stack has nothing yet. */
export const nothingThere: LiveAws = {
    account: "123456789012",
    caller: "arn:aws:iam::123456789012:role/deploy",
    partition: "aws",
    zones,
    instanceTypes: new Map(
        [
            ["m7g.large", "arm64"] as const,
            ["m7g.xlarge", "arm64"] as const,
            ["r7g.xlarge", "arm64"] as const,
            ["m7i.large", "x86_64"] as const,
        ].map(([type, architecture]) => [type, { zones, architectures: [architecture], vcpus: 4, memoryMi: 16_384 }]),
    ),
    versions: [
        { version: "1.36", support: "standard" },
        { version: "1.35", support: "standard" },
        { version: "1.34", support: "standard" },
        { version: "1.33", support: "extended" },
        { version: "1.30", support: "none" },
    ],
    recommended: { addons: {} },
    ownClusters: [],
    snapshots: new Map(),
};

/** The cluster that an update of `eks` has made. */
export const cluster: LiveEks = {
    name: "cht",
    version: "1.35",
    status: "ACTIVE",
    endpoint: "https://cht.example",
    certificateAuthority: "Y2E=",
    tags: { [awsTags.stack]: stack, [awsTags.cluster]: "cht" },
    vpcId: "vpc-0123456789abcdef0",
    autoMode: false,
};

export const vpc: LiveVpc = {
    id: "vpc-0123456789abcdef0",
    cidrs: ["10.0.0.0/16"],
    tags: { [awsTags.stack]: stack },
    subnets: planSubnets("10.0.0.0/16", zones).map(({ zone, private: cidr }) => ({
        id: `subnet-${zone}`,
        zone,
        vpcId: "vpc-0123456789abcdef0",
        cidr,
    })),
};

/** What AWS answers after that update. */
export const made: LiveAws = { ...nothingThere, cluster, ownClusters: ["cht"], vpc };

export const before: EksIdentity = {
    name: "cht",
    region: "eu-west-2",
    account: "123456789012",
    version: "1.35",
    zones,
};

/** Plans a file against AWS and the cluster, as the program does. */
export function planned(
    raw: Raw,
    live: LiveAws = nothingThere,
    more: { readonly before?: EksIdentity; readonly cluster?: LiveCluster } = {},
) {
    const model = modelOf(raw);
    if (model.cluster.kind !== "eks") throw new Error("the file has no EKS cluster");
    const eksModel: EksModel = model.cluster;
    const contract = eksContract(eksModel, live, stack);
    const inside = more.cluster ?? emptyCluster;
    const instances = planInstances({
        model,
        contract,
        live: inside,
        stack,
        secrets: givenSecrets(new Map()),
        aws: live,
    });
    const result = planEks({
        ...{ model: eksModel, live, stack, cluster: inside },
        ...{ instances: model.instances, plans: instances.plans },
        ...(more.before === undefined ? {} : { before: more.before }),
    });
    return { ...result, contract, instances };
}
