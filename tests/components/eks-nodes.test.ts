import assert from "node:assert/strict";
import { couchdbNodes } from "../../config/aws/couchdb-nodes";
import { autoModePlan, before, eksPlan, find, inputsOf, nodeGroup, registerEks, standard } from "./eks-support";

describe("the nodes of an EKS cluster", () => {
    it("are of one zone each, pinned, repaired, and updated one at a time", async () => {
        const { resources } = await standard();
        assert.deepEqual(inputsOf(find(resources, "eks/nodeGroup", "prod-couchdb-eu-west-2b")), {
            clusterName: "prod",
            nodeGroupNamePrefix: "couchdb-eu-west-2b-",
            nodeRoleArn: "arn:aws:iam::123456789012:role/prod-nodes",
            subnetIds: ["prod-private-eu-west-2b-id"],
            version: "1.35",
            releaseVersion: "1.35.2-20261101",
            amiType: "AL2023_ARM_64_STANDARD",
            capacityType: "ON_DEMAND",
            instanceTypes: ["m7g.xlarge"],
            scalingConfig: { minSize: 1, maxSize: 1, desiredSize: 1 },
            updateConfig: { maxUnavailable: 1 },
            nodeRepairConfig: { enabled: true },
            forceUpdateVersion: false,
            labels: { "cht-hosting/couchdb": "true" },
            taints: [{ key: "cht-hosting/couchdb", value: "true", effect: "NO_SCHEDULE" }],
            launchTemplate: { id: "prod-couchdb-eu-west-2b-id", version: "3" },
        });
    });

    it("have an encrypted disk, metadata that pods do not reach, and tags on what they are made of", async () => {
        const { resources } = await standard();
        const { blockDeviceMappings, metadataOptions, tagSpecifications, ...rest } = inputsOf(
            find(resources, "ec2/launchTemplate", "prod-general-eu-west-2a"),
        );
        assert.deepEqual(blockDeviceMappings, [
            {
                deviceName: "/dev/xvda",
                ebs: { volumeType: "gp3", volumeSize: 50, encrypted: "true", deleteOnTermination: "true" },
            },
        ]);
        assert.deepEqual(metadataOptions, {
            httpEndpoint: "enabled",
            httpTokens: "required",
            httpPutResponseHopLimit: 1,
        });
        const tags = { ...eksPlan().tags, Name: "prod-general-eu-west-2a" };
        assert.deepEqual(
            tagSpecifications,
            ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
        );
        // Image, instance type and role are EKS's business.
        assert.deepEqual(rest, {
            description: "Nodes general-eu-west-2a of the EKS cluster prod",
            updateDefaultVersion: true,
        });
    });

    it("keep the number that an autoscaler or somebody gave them, where they may vary", async () => {
        const varying = nodeGroup("general", "eu-west-2a", { min: 1, desired: 2, max: 4 });
        const { resources } = await registerEks(eksPlan({ nodeGroups: [varying, nodeGroup("couchdb", "eu-west-2a")] }));
        assert.deepEqual(find(resources, "eks/nodeGroup", "prod-general-eu-west-2a").options.ignoreChanges, [
            "scalingConfig.desiredSize",
        ]);
        assert.deepEqual(find(resources, "eks/nodeGroup", "prod-couchdb-eu-west-2a").options.ignoreChanges, []);
    });

    it("start when they can be reached and reach others, CouchDB's zone after zone", async () => {
        const { resources } = await standard();
        const group = (name: string) => before(find(resources, "eks/nodeGroup", `prod-${name}`));
        const ready = [
            "ec2 launchTemplate",
            "ec2 route prod-private-eu-west-2a-internet",
            "ec2 routeTableAssociation prod-private-eu-west-2a",
            "eks addon prod-eks-pod-identity-agent",
            "eks podIdentityAssociation prod-vpc-cni",
            "eks:index:Cluster::prod",
            "iam rolePolicyAttachment prod-nodes-AmazonEKSWorkerNodePolicy",
        ];
        for (const name of ["general-eu-west-2a", "couchdb-eu-west-2a", "couchdb-eu-west-2b"]) {
            for (const needed of ready) {
                assert.ok(
                    group(name).some((urn) => urn.startsWith(needed)),
                    `${name} before ${needed}: ${group(name).join(", ")}`,
                );
            }
        }
        const groups = (name: string) => group(name).filter((urn) => urn.startsWith("eks nodeGroup"));
        assert.deepEqual(groups("general-eu-west-2a"), []);
        assert.deepEqual(groups("couchdb-eu-west-2a"), []);
        assert.deepEqual(groups("couchdb-eu-west-2b"), ["eks nodeGroup prod-couchdb-eu-west-2a"]);
    });

    it("translate every taint that Kubernetes knows", async () => {
        const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        const taints = effects.map((effect) => ({ key: effect, value: "true", effect }));
        const { resources } = await registerEks(
            eksPlan({ nodeGroups: [nodeGroup("general", "eu-west-2a", { taints, labels: {} })] }),
        );
        assert.deepEqual(
            (
                inputsOf(find(resources, "eks/nodeGroup", "prod-general-eu-west-2a"))["taints"] as { effect: string }[]
            ).map(({ effect }) => effect),
            ["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"],
        );
        assert.equal(couchdbNodes.taint.effect, "NoSchedule");
    });
});

describe("the add-ons of an EKS cluster", () => {
    const addons = ["eks-pod-identity-agent", "coredns", "snapshot-controller", "aws-ebs-csi-driver"];

    it("are of the version in the plan, keep running when taken out, and obey the stack file", async () => {
        const { resources } = await standard();
        const plan = eksPlan();
        for (const name of addons) {
            const inputs = inputsOf(find(resources, "eks/addon", `prod-${name}`));
            assert.deepEqual(
                { ...inputs, configurationValues: undefined },
                {
                    configurationValues: undefined,
                    clusterName: "prod",
                    addonName: name,
                    addonVersion: plan.addons.find((addon) => addon.name === name)?.version,
                    resolveConflictsOnCreate: "OVERWRITE",
                    resolveConflictsOnUpdate: "OVERWRITE",
                    preserve: true,
                },
            );
        }
    });

    it("tag what the EBS driver makes, by which its rights go", async () => {
        const { resources } = await standard();
        const configuration = (name: string) =>
            find(resources, "eks/addon", `prod-${name}`).inputs["configurationValues"];
        assert.deepEqual(JSON.parse(String(configuration("aws-ebs-csi-driver"))), {
            controller: {
                extraVolumeTags: { "cht-hosting/cluster": "prod", "cht-hosting/stack": "cht-hosting.test" },
            },
        });
        assert.deepEqual(["coredns", "snapshot-controller", "eks-pod-identity-agent"].map(configuration), [
            undefined,
            undefined,
            undefined,
        ]);
    });

    it("run on Auto Mode's own nodes there", async () => {
        const { resources } = await registerEks(autoModePlan());
        assert.deepEqual(
            JSON.parse(String(find(resources, "eks/addon", "prod-snapshot-controller").inputs["configurationValues"])),
            { nodeSelector: { "karpenter.sh/nodepool": "system" } },
        );
    });

    it("come after nodes where they need them, and not where nodes need them", async () => {
        const { resources } = await standard();
        const needs = Object.fromEntries(
            addons.map((name) => [
                name,
                before(find(resources, "eks/addon", `prod-${name}`)).filter((urn) =>
                    /nodeGroup|addon|podIdentity/.test(urn),
                ),
            ]),
        );
        const nodes = ["couchdb-eu-west-2a", "couchdb-eu-west-2b", "general-eu-west-2a"].map(
            (name) => `eks nodeGroup prod-${name}`,
        );
        assert.deepEqual(needs, {
            "eks-pod-identity-agent": [],
            coredns: nodes,
            "snapshot-controller": nodes,
            "aws-ebs-csi-driver": [
                "eks addon prod-snapshot-controller",
                ...nodes,
                "eks podIdentityAssociation prod-ebs-csi",
            ],
        });
    });
});
