import assert from "node:assert/strict";
import type { Registered } from "../../support/register";
import { isAws } from "./convert";
import { render } from "./render";
import { each, find, type Inputs, of } from "./rules";
import { type Variant, variants } from "./variants";

/** What AWS's schemas do not say, and what is the project's own promise, of every variant. */
describe("aws: what no schema says", function () {
    this.timeout(60_000);
    each("Auto Mode's three switches are one, and nodes are either AWS's or the program's", ({ plan, resources }) => {
        const [cluster] = of(resources, "AWS::EKS::Cluster");
        const { ComputeConfig, StorageConfig, KubernetesNetworkConfig } = cluster as Inputs;
        const switches = [
            (ComputeConfig as Inputs | undefined)?.["Enabled"],
            ((StorageConfig as Inputs | undefined)?.["BlockStorage"] as Inputs | undefined)?.["Enabled"],
            ((KubernetesNetworkConfig as Inputs | undefined)?.["ElasticLoadBalancing"] as Inputs | undefined)?.[
                "Enabled"
            ],
        ];
        const wanted = plan.autoMode === undefined ? undefined : true;
        assert.deepEqual(switches, [wanted, wanted, wanted]);
        const groups = of(resources, "AWS::EKS::Nodegroup").length;
        assert.equal(groups === 0, plan.autoMode !== undefined);
        // The switches are the component's; the program only says one word, which it must not say twice.
        const given = find(resources, "eks:index:Cluster").map(
            ({ inputs }) => (inputs["autoMode"] as Inputs | undefined)?.["enabled"],
        );
        assert.deepEqual(given, [wanted]);
        return groups;
    });

    each(
        "a node group has nodes in one zone, and at least as many as desired, at most as many as allowed",
        ({ plan, resources }) => {
            const zoneOf = new Map(
                plan.network.kind === "existing"
                    ? plan.network.zones.map(({ zone, private: id }) => [id, zone])
                    : find(resources, "aws:ec2/subnet:Subnet").map(({ inputs, name }) => [
                          idOf(resources, name),
                          inputs["availabilityZone"] as string,
                      ]),
            );
            const groups = of(resources, "AWS::EKS::Nodegroup");
            assert.equal(groups.length, plan.nodeGroups.length);
            for (const [index, group] of groups.entries()) {
                const subnets = group["Subnets"] as string[];
                assert.equal(subnets.length, 1);
                assert.equal(zoneOf.get(subnets[0] as string), plan.nodeGroups[index]?.zone);
                const { MinSize, DesiredSize, MaxSize } = group["ScalingConfig"] as Record<string, number>;
                assert.ok(
                    (MinSize as number) <= (DesiredSize as number) && (DesiredSize as number) <= (MaxSize as number),
                );
                assert.ok((MaxSize as number) >= 1);
            }
            return groups.length;
        },
    );

    each("a node's taints are in AWS's words", ({ plan, resources }) => {
        const words = new Set(["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"]);
        const taints = of(resources, "AWS::EKS::Nodegroup").flatMap(({ Taints }) => (Taints ?? []) as Inputs[]);
        assert.equal(taints.length, plan.nodeGroups.flatMap((group) => group.taints).length);
        for (const { Effect } of taints) assert.ok(words.has(Effect as string), String(Effect));
        return taints.length;
    });

    each("nodes answer no metadata without a token, and their disks are encrypted", ({ plan, resources }) => {
        const templates = of(resources, "AWS::EC2::LaunchTemplate").map(
            ({ LaunchTemplateData }) => LaunchTemplateData as Inputs,
        );
        assert.equal(templates.length, plan.nodeGroups.length);
        for (const { MetadataOptions, BlockDeviceMappings, ImageId } of templates) {
            assert.deepEqual(MetadataOptions, {
                HttpEndpoint: "enabled",
                HttpPutResponseHopLimit: 1,
                HttpTokens: "required",
            });
            for (const { Ebs } of BlockDeviceMappings as { Ebs: Inputs }[]) {
                assert.deepEqual([Ebs["Encrypted"], Ebs["VolumeType"]], ["true", "gp3"]);
            }
            // The release of EKS's image is the node group's.
            assert.equal(ImageId, undefined);
        }
        return templates.length;
    });

    each("every version is written down, and none is the most recent", ({ plan, resources }) => {
        const [cluster] = find(resources, "eks:index:Cluster");
        assert.equal(cluster?.inputs["version"], plan.version);
        const text = JSON.stringify(resources.filter(isAws).map(({ inputs }) => inputs));
        assert.doesNotMatch(text, /mostRecent|"latest"/i);
        const addons = of(resources, "AWS::EKS::Addon").map(({ AddonName, AddonVersion }) => [AddonName, AddonVersion]);
        // Two are made with the cluster, by the component.
        const withCluster = plan.autoMode === undefined ? ["kube-proxy", "vpc-cni"] : [];
        const planned = plan.addons
            .map(({ name, version }) => [name, version])
            .filter(([name]) => !withCluster.includes(name as string));
        assert.deepEqual(addons.sort(), planned.sort());
        if (plan.autoMode === undefined) {
            const { kubeProxyAddonOptions, vpcCniOptions } = cluster?.inputs as Record<string, Inputs>;
            const versionOf = (name: string) => plan.addons.find((addon) => addon.name === name)?.version;
            assert.equal(kubeProxyAddonOptions?.["version"], versionOf("kube-proxy"));
            assert.equal(vpcCniOptions?.["addonVersion"], versionOf("vpc-cni"));
            assert.equal(vpcCniOptions?.["enableNetworkPolicy"], true);
        }
        for (const { ReleaseVersion } of of(resources, "AWS::EKS::Nodegroup")) {
            assert.ok((ReleaseVersion as string).startsWith(`${plan.version}.`));
        }
        return addons.length;
    });

    each("nothing is open to everybody but what the operator wrote", ({ plan, resources }) => {
        const routes = find(resources, "aws:ec2/route:Route");
        const others = resources.filter((resource) => isAws(resource) && !routes.includes(resource));
        for (const { name, inputs } of others) {
            const open = JSON.stringify(inputs).match(/"(0\.0\.0\.0\/0|::\/0)"/g) ?? [];
            assert.deepEqual(open, [], name);
            assert.notEqual(inputs["mapPublicIpOnLaunch"], true, name);
        }
        const [cluster] = of(resources, "AWS::EKS::Cluster");
        const { EndpointPublicAccess, PublicAccessCidrs } = cluster?.["ResourcesVpcConfig"] as Inputs;
        assert.equal(EndpointPublicAccess, plan.publicAccess.length > 0);
        assert.deepEqual(PublicAccessCidrs ?? [], plan.publicAccess);
        // Ways out are by a NAT gateway, and of the public subnets by the internet gateway.
        for (const { inputs } of routes) assert.ok("natGatewayId" in inputs || "gatewayId" in inputs);
        return routes.length;
    });

    it("opens the API server to everybody where the operator says so, and only that", async () => {
        const least = variants["the least"] as Variant;
        const open = { ...least, cluster: { ...least.cluster, publicAccess: ["0.0.0.0/0"] } };
        const { resources } = await render(open);
        const found = resources.filter(
            ({ type, inputs }) => type !== "aws:ec2/route:Route" && JSON.stringify(inputs).includes("0.0.0.0/0"),
        );
        const aws = found.filter(isAws).map(({ type }) => type);
        assert.deepEqual(aws, ["eks:index:Cluster"]);
    });

    each("what is at rest is encrypted with a key that turns", ({ plan, resources }) => {
        const keys = find(resources, "aws:kms/key:Key");
        for (const { inputs } of keys) {
            assert.deepEqual([inputs["enableKeyRotation"], inputs["deletionWindowInDays"]], [true, 30]);
        }
        assert.equal(
            keys.some(({ name }) => name.endsWith("-volumes")),
            plan.storage.keyArn === undefined,
        );
        const [cluster] = of(resources, "AWS::EKS::Cluster");
        assert.ok(cluster?.["EncryptionConfig"] !== undefined);
        for (const { KmsMasterKeyId } of of(resources, "AWS::SNS::Topic")) assert.ok(KmsMasterKeyId !== undefined);
        return keys.length;
    });

    each(
        "the cluster, its network and its keys are protected, and what is retained is protected too",
        ({ plan, resources }) => {
            const kept = resources
                .filter((resource) => isAws(resource) && resource.options.protect)
                .map(({ type }) => type);
            const expected = [
                "aws:kms/key:Key",
                ...(plan.storage.keyArn === undefined ? ["aws:kms/key:Key"] : []),
                "eks:index:Cluster",
                ...(plan.network.kind === "new"
                    ? [
                          "aws:ec2/vpc:Vpc",
                          ...plan.network.zones.flatMap(() => Array(2).fill("aws:ec2/subnet:Subnet") as string[]),
                      ]
                    : []),
            ];
            assert.deepEqual(kept.filter((type) => expected.includes(type)).sort(), expected.sort());
            // But for tags on subnets that somebody else made.
            for (const { type, name, options } of resources.filter(isAws)) {
                if (options.retainOnDelete && type !== "aws:ec2/tag:Tag") assert.ok(options.protect, name);
            }
            return kept.length;
        },
    );

    each("logs are not kept for ever", ({ resources }) => {
        const logs = of(resources, "AWS::Logs::LogGroup");
        for (const { RetentionInDays } of logs) assert.ok((RetentionInDays as number) > 0);
        return logs.length;
    });
});

/** The id of a subnet, from the association of a route table that names it. */
function idOf(resources: readonly Registered[], name: string): string {
    const association = resources.find(
        (resource) => resource.type.endsWith(":RouteTableAssociation") && resource.name === name,
    );
    return String(association?.inputs["subnetId"]);
}
