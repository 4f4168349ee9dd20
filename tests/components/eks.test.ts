import assert from "node:assert/strict";
import type { EksPlan } from "../../config/aws/eks-plan";
import {
    autoModePlan,
    eksPlan,
    existingNetwork,
    names,
    newNetwork,
    nodeGroup,
    registerEks,
    threeZones,
    twoZones,
} from "./eks-support";

const inZone = (zone: string) => [
    `ec2/subnet prod-private-${zone}`,
    `ec2/subnet prod-public-${zone}`,
    `ec2/routeTable prod-private-${zone}`,
    `ec2/route prod-private-${zone}-internet`,
    `ec2/routeTableAssociation prod-private-${zone}`,
    `ec2/routeTableAssociation prod-public-${zone}`,
];
const natIn = (zone: string) => [`ec2/eip prod-nat-${zone}`, `ec2/natGateway prod-nat-${zone}`];
const vpc = [
    "ec2/vpc prod-vpc",
    "ec2/defaultSecurityGroup prod-default",
    "ec2/internetGateway prod-internet-gateway",
    "ec2/routeTable prod-public",
    "ec2/route prod-public-internet",
    "ec2/vpcEndpoint prod-s3",
];
const existing = [
    "ec2/tag prod-private-eu-west-2a",
    "ec2/tag prod-public-eu-west-2a",
    "ec2/tag prod-private-eu-west-2b",
];
const secretsKey = ["kms/alias prod-secrets", "kms/key prod-secrets"];
const volumeKey = ["kms/alias prod-volumes", "kms/key prod-volumes"];
const controlPlane = [
    "cht-hosting:cluster:EksCluster prod",
    "cloudwatch/logGroup prod-control-plane",
    "eks:index:Cluster prod",
];
const podIdentity = (purpose: string, rights: string) => [
    `eks/podIdentityAssociation prod-${purpose}`,
    `iam/role prod-${purpose}`,
    `iam/${rights} prod-${purpose}`,
];
const nodes = (...groups: string[]) => [
    "iam/role prod-nodes",
    "iam/rolePolicyAttachment prod-nodes-AmazonEC2ContainerRegistryPullOnly",
    "iam/rolePolicyAttachment prod-nodes-AmazonEKSWorkerNodePolicy",
    ...groups.flatMap((group) => [`ec2/launchTemplate prod-${group}`, `eks/nodeGroup prod-${group}`]),
];
const ownNodes = [
    ...podIdentity("vpc-cni", "rolePolicyAttachment"),
    ...podIdentity("ebs-csi", "rolePolicy"),
    ...podIdentity("load-balancer", "rolePolicy"),
    "eks/addon prod-eks-pod-identity-agent",
    "eks/addon prod-coredns",
    "eks/addon prod-snapshot-controller",
    "eks/addon prod-aws-ebs-csi-driver",
    ...nodes("general-eu-west-2a", "couchdb-eu-west-2a", "couchdb-eu-west-2b"),
];
const autoMode = ["iam/rolePolicy prod-auto-mode-storage", "eks/addon prod-snapshot-controller"];

const network = (zones: string[], natZones: string[]) => [...vpc, ...zones.flatMap(inZone), ...natZones.flatMap(natIn)];
const keys = [...secretsKey, ...volumeKey];
const keyArn = "arn:aws:kms:eu-west-2:123456789012:key/own";

/** Each variant, and all that is registered for it. */
const variants: Record<string, [EksPlan, string[]]> = {
    "two zones": [eksPlan(), [...network(twoZones, twoZones), ...keys, ...controlPlane, ...ownNodes]],
    "three zones": [
        eksPlan({
            network: newNetwork(threeZones),
            nodeGroups: [...eksPlan().nodeGroups, nodeGroup("couchdb", "eu-west-2c")],
        }),
        [
            ...network(threeZones, threeZones),
            ...keys,
            ...controlPlane,
            ...ownNodes,
            "ec2/launchTemplate prod-couchdb-eu-west-2c",
            "eks/nodeGroup prod-couchdb-eu-west-2c",
        ],
    ],
    "a single NAT gateway": [
        eksPlan({ network: newNetwork(threeZones, "single") }),
        [...network(threeZones, ["eu-west-2a"]), ...keys, ...controlPlane, ...ownNodes],
    ],
    "an existing network": [
        eksPlan({ network: existingNetwork }),
        [...existing, ...keys, ...controlPlane, ...ownNodes],
    ],
    "a given key": [
        eksPlan({ storage: { ...eksPlan().storage, keyArn } }),
        [...network(twoZones, twoZones), ...secretsKey, ...controlPlane, ...ownNodes],
    ],
    "a private endpoint": [
        eksPlan({ publicAccess: [] }),
        [...network(twoZones, twoZones), ...keys, ...controlPlane, ...ownNodes],
    ],
    access: [
        eksPlan({
            access: [
                {
                    name: "operators",
                    principal: "arn:aws:iam::123456789012:role/operators",
                    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                },
            ],
        }),
        [
            ...network(twoZones, twoZones),
            ...keys,
            ...controlPlane,
            ...ownNodes,
            "eks/accessEntry prod-access-operators",
            "eks/accessPolicyAssociation prod-access-operators",
        ],
    ],
    "Auto Mode": [autoModePlan(), [...network(twoZones, twoZones), ...keys, ...controlPlane, ...autoMode]],
    "Auto Mode in an existing network": [
        autoModePlan({ network: existingNetwork }),
        [...existing, ...keys, ...controlPlane, ...autoMode],
    ],
};

describe("an EKS cluster", () => {
    for (const [variant, [plan, expected]] of Object.entries(variants)) {
        it(`with ${variant} is made of these`, async () => {
            assert.deepEqual(names((await registerEks(plan)).resources), [...expected].sort());
        });

        it(`with ${variant} shows the same in a first preview`, async () => {
            const preview = await registerEks(plan, { firstPreview: true });
            assert.deepEqual(names(preview.resources), [...expected].sort());
        });
    }

    it("protects and keeps cluster, logs, keys, VPC and subnets, and nothing else", async () => {
        const { resources } = await registerEks(eksPlan({ network: newNetwork(threeZones) }));
        const kept = resources.filter(({ options }) => options.protect || options.retainOnDelete);
        assert.deepEqual(names(kept), [
            "cloudwatch/logGroup prod-control-plane",
            ...threeZones.map((zone) => `ec2/subnet prod-private-${zone}`),
            ...threeZones.map((zone) => `ec2/subnet prod-public-${zone}`),
            "ec2/vpc prod-vpc",
            "eks:index:Cluster prod",
            "kms/key prod-secrets",
            "kms/key prod-volumes",
        ]);
        assert.deepEqual(
            kept.filter(({ options }) => !(options.protect && options.retainOnDelete)),
            [],
        );
    });

    it("leaves the tags of somebody else's subnets where they are", async () => {
        const { resources } = await registerEks(eksPlan({ network: existingNetwork }));
        const tags = resources.filter(({ type }) => type === "aws:ec2/tag:Tag");
        assert.deepEqual(
            tags.map(({ inputs, options }) => [
                inputs["resourceId"],
                inputs["key"],
                inputs["value"],
                options.retainOnDelete,
            ]),
            [
                ["subnet-0a", "kubernetes.io/role/internal-elb", "1", true],
                ["subnet-0b", "kubernetes.io/role/elb", "1", true],
                ["subnet-0c", "kubernetes.io/role/internal-elb", "1", true],
            ],
        );
    });

    it("moves and renames nothing when a zone is added at the end", async () => {
        const before = (await registerEks(eksPlan())).resources;
        const after = (await registerEks(eksPlan({ network: newNetwork(threeZones) }))).resources;
        const changed = before.filter((resource) => {
            const same = after.find(({ type, name }) => type === resource.type && name === resource.name);
            return JSON.stringify(same?.inputs) !== JSON.stringify(resource.inputs);
        });
        // It gets the new route table. AWS would refuse a control plane with another zone.
        assert.deepEqual(names(changed), ["ec2/vpcEndpoint prod-s3"]);
    });

    it("hands out a kubeconfig without a secret, with the operator's profile", async () => {
        const { kubeconfig } = await registerEks(eksPlan({ profile: "ministry" }));
        const { clusters, users } = JSON.parse(kubeconfig) as {
            clusters: unknown;
            users: { user: { exec: { args: string[] } } }[];
        };
        assert.deepEqual(clusters, [
            { name: "prod", cluster: { server: "https://prod.eks.example", "certificate-authority-data": "Y2E=" } },
        ]);
        assert.ok(users[0]?.user.exec.args.join(" ").includes("--profile ministry eks get-token --cluster-name prod"));
    });

    it("lets pods wait for nodes, add-ons and rights", async () => {
        const { ready } = await registerEks(eksPlan());
        const kinds = ready.map((urn) => urn.replace(/^.*[/:](\w+)::/, "$1 ")).sort();
        assert.deepEqual(
            kinds.filter((name) => /^(Addon|NodeGroup|PodIdentity|Cluster)/.test(name)),
            [
                "Addon prod-aws-ebs-csi-driver",
                "Addon prod-coredns",
                "Addon prod-eks-pod-identity-agent",
                "Addon prod-snapshot-controller",
                "Cluster prod",
                "NodeGroup prod-couchdb-eu-west-2a",
                "NodeGroup prod-couchdb-eu-west-2b",
                "NodeGroup prod-general-eu-west-2a",
                "PodIdentityAssociation prod-ebs-csi",
                "PodIdentityAssociation prod-load-balancer",
                "PodIdentityAssociation prod-vpc-cni",
            ],
        );
    });
});
