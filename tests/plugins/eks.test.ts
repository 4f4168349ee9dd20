/**
 * The stand-in for the eks plugin registers what the official components register in the configurations that are offered.
 *
 * @see https://github.com/pulumi/pulumi-eks/blob/master/nodejs/eks/cluster/cluster.ts
 */
import assert from "node:assert/strict";
import { version } from "@pulumi/eks/package.json";
import * as pulumi from "@pulumi/pulumi";
import { construct } from "../../sandbox/plugins/eks/construct";
import { type Registered, register } from "../support/register";
import { Plugin, startEngine, startPlugin } from "./engine";

const own = {
    name: "prod",
    version: "1.35",
    subnetIds: ["subnet-1", "subnet-2"],
    vpcId: "vpc-1",
    authenticationMode: "API",
    skipDefaultNodeGroup: true,
    skipDefaultSecurityGroups: true,
    createOidcProvider: false,
    bootstrapSelfManagedAddons: false,
    corednsAddonOptions: { enabled: false },
    kubeProxyAddonOptions: { enabled: true, version: "v1.35.0-eksbuild.2" },
    vpcCniOptions: { addonVersion: "v1.20.4-eksbuild.2", enableNetworkPolicy: true },
    encryptionConfigKeyArn: "key",
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    publicAccessCidrs: ["203.0.113.0/24"],
    deletionProtection: true,
};
const without = (...names: (keyof typeof own)[]): pulumi.Inputs =>
    Object.fromEntries(Object.entries(own).filter(([name]) => !(names as string[]).includes(name)));
const auto = {
    ...without("kubeProxyAddonOptions", "vpcCniOptions", "bootstrapSelfManagedAddons"),
    autoMode: { enabled: true },
};

const made = (type: string) => ({
    ...(type === "aws:eks/cluster:Cluster" && {
        arn: "arn:aws:eks:eu-west-2:123456789012:cluster/prod",
        endpoint: "https://api.example",
        certificateAuthority: { data: "Q0E=" },
        identities: [{ oidcs: [{ issuer: "https://oidc.example" }] }],
    }),
    ...(type === "aws:iam/role:Role" && { arn: "arn:role", name: "role-1234567" }),
});

const answer = (token: string, inputs: Record<string, unknown>) =>
    token.endsWith(":getPartition") ? { partition: "aws" } : { version: `latest of ${String(inputs["addonName"])}` };

async function run(inputs: pulumi.Inputs, type = "eks:index:Cluster", firstPreview = false) {
    let state: pulumi.Inputs = {};
    const { resources } = await register(
        async () => {
            ({ state } = await construct("c", type, inputs, {}));
        },
        { made, answer, firstPreview },
    );
    const value = (name: string): Promise<unknown> => promise(pulumi.output(state[name] as unknown));
    return { resources, state, value };
}

const promise = (output: pulumi.Output<unknown>): Promise<unknown> =>
    new Promise((resolve) => void output.apply(resolve));

const named = (resources: readonly Registered[]): string[] =>
    resources.map(({ type, name, options }) => `${type} ${name} < ${options.parent.split("::").at(-1) ?? ""}`).sort();

const find = (resources: readonly Registered[], name: string, type = ""): Registered => {
    const found = resources.find((one) => one.name === name && one.type.includes(type));
    assert.ok(found, name);
    return found;
};

describe("the stand-in for the eks plugin", () => {
    it("has the official plugin's version", async () => {
        const engine = await startEngine([]);
        const started = await startPlugin("eks", engine.address);
        const plugin = new Plugin(started.port);
        try {
            assert.equal(await plugin.info(), version);
        } finally {
            plugin.close();
            started.process.kill();
            engine.stop();
        }
    });

    it("makes a cluster with its role and two add-ons", async () => {
        const { resources } = await run(own);
        assert.deepEqual(named(resources), [
            "aws:eks/addon:Addon c-kube-proxy < c",
            "aws:eks/addon:Addon c-vpc-cni < c-vpc-cni",
            "aws:eks/cluster:Cluster c-eksCluster < c",
            "aws:iam/role:Role c-eksRole-role < c-eksRole",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment c-eksRole-4b490823 < c-eksRole",
            "eks:index:Cluster c < cht-hosting-test",
            "eks:index:ServiceRole c-eksRole < c",
            "eks:index:VpcCniAddon c-vpc-cni < c",
            "pulumi:providers:kubernetes c-eks-k8s < c",
        ]);
    });

    it("registers in a first preview what it registers in an update", async () => {
        const [update, preview] = [await run(own), await run(own, "eks:index:Cluster", true)];
        assert.deepEqual(named(preview.resources), named(update.resources));
    });

    it("gives the cluster what it was told", async () => {
        const { inputs, options } = find((await run(own)).resources, "c-eksCluster");
        assert.deepEqual(inputs, {
            name: "prod",
            version: "1.35",
            roleArn: "arn:role",
            bootstrapSelfManagedAddons: false,
            vpcConfig: {
                subnetIds: ["subnet-1", "subnet-2"],
                endpointPrivateAccess: true,
                endpointPublicAccess: true,
                publicAccessCidrs: ["203.0.113.0/24"],
            },
            tags: { Name: "c-eksCluster" },
            encryptionConfig: { provider: { keyArn: "key" }, resources: ["secrets"] },
            accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
            deletionProtection: true,
        });
        assert.deepEqual(options.ignoreChanges, [
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
            "bootstrapSelfManagedAddons",
        ]);
        assert.ok(options.dependsOn.some((one) => one.endsWith("c-eksRole-4b490823")));
    });

    it("sets vpc-cni as the official component does, the caller's values over it", async () => {
        const options = { ...own.vpcCniOptions, configurationValues: { env: { WARM_ENI_TARGET: "2" } } };
        const { inputs } = find((await run({ ...own, vpcCniOptions: options })).resources, "c-vpc-cni", "addon");
        const values = String(inputs["configurationValues"]);
        assert.ok(values.startsWith('{"enableNetworkPolicy":"true","env":{"AWS_VPC_ENI_MTU":"9001"'));
        const { env, init } = JSON.parse(values) as { env: Record<string, string>; init: object };
        assert.deepEqual([env["WARM_ENI_TARGET"], env["ENABLE_POD_ENI"]], ["2", "false"]);
        assert.deepEqual(init, { env: { DISABLE_TCP_EARLY_DEMUX: "false" } });
        assert.deepEqual([inputs["preserve"], inputs["resolveConflictsOnCreate"]], [true, "OVERWRITE"]);
    });

    it("takes the newest version of an add-on that has none", async () => {
        const options = { enabled: true };
        const { resources } = await run({ ...own, kubeProxyAddonOptions: options, corednsAddonOptions: options });
        assert.equal(find(resources, "c-kube-proxy").inputs["addonVersion"], "latest of kube-proxy");
        assert.equal(find(resources, "c-coredns").inputs["addonVersion"], "latest of coredns");
    });

    it("makes Auto Mode with a role of the nodes and no add-ons", async () => {
        const { resources, value } = await run(auto);
        const policies = resources.filter(({ type }) => type.endsWith(":RolePolicyAttachment"));
        assert.deepEqual(policies.map(({ inputs }) => String(inputs["policyArn"]).split("/")[1]).sort(), [
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKSBlockStoragePolicy",
            "AmazonEKSClusterPolicy",
            "AmazonEKSComputePolicy",
            "AmazonEKSLoadBalancingPolicy",
            "AmazonEKSNetworkingPolicy",
            "AmazonEKSWorkerNodeMinimalPolicy",
        ]);
        assert.deepEqual(
            resources.filter(({ type }) => type.endsWith(":Addon")),
            [],
        );
        const { inputs } = find(resources, "c-eksCluster");
        assert.deepEqual(
            [inputs["computeConfig"], inputs["storageConfig"], inputs["kubernetesNetworkConfig"]],
            [
                { enabled: true, nodeRoleArn: "arn:role", nodePools: ["general-purpose", "system"] },
                { blockStorage: { enabled: true } },
                { ipFamily: "ipv4", elasticLoadBalancing: { enabled: true } },
            ],
        );
        assert.equal(await value("autoModeNodeRoleName"), "role-1234567");
    });

    it("tells a kubeconfig without the profile, and uses one with it", async () => {
        const { value, resources } = await run({ ...own, providerCredentialOpts: { profileName: "health" } });
        const shared = JSON.stringify(await value("kubeconfig"));
        assert.ok(shared.includes("https://api.example") && shared.includes("get-token") && shared.includes("Q0E="));
        assert.ok(!shared.includes("health"));
        assert.equal(await value("kubeconfigJson"), shared);
        assert.match(String(find(resources, "c-eks-k8s").inputs["kubeconfig"]), /"--profile","health"/);
    });

    it("makes the add-on vpc-cni alone", async () => {
        const { resources } = await run({ clusterName: "prod", addonVersion: "v1" }, "eks:index:VpcCniAddon");
        assert.deepEqual(named(resources), ["aws:eks/addon:Addon c < c", "eks:index:VpcCniAddon c < cht-hosting-test"]);
    });

    const refused: [what: string, inputs: pulumi.Inputs, message: RegExp][] = [
        ["an option of its own that it does not know", { ...own, instanceType: "m7g.large" }, /with instanceType$/],
        ["a value of an option", { ...own, authenticationMode: "CONFIG_MAP" }, /authenticationMode: "CONFIG_MAP"/],
        ["a default node group", without("skipDefaultNodeGroup"), /no skipDefaultNodeGroup/],
        ["an OIDC provider", { ...own, createOidcProvider: true }, /createOidcProvider: true/],
    ];
    for (const [what, inputs, message] of refused)
        it(`refuses ${what}, by name`, () => assert.rejects(run(inputs), message));

    it("refuses components that it does not make", () =>
        assert.rejects(run({}, "eks:index:ManagedNodeGroup"), /does not offer eks:index:ManagedNodeGroup/));
});
