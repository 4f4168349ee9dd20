import assert from "node:assert/strict";
import { autoModePlan, before, eksPlan, find, inputsOf, keyOf, registerEks, standard } from "./eks-support";

describe("the control plane of an EKS cluster", () => {
    it("is private to its nodes, encrypted, logged, and not deleted by anybody", async () => {
        const { resources } = await standard();
        const cluster = find(resources, "eks:index:Cluster", "prod");
        const { vpcCniOptions, ...inputs } = inputsOf(cluster);
        assert.deepEqual(inputs, {
            name: "prod",
            version: "1.35",
            upgradePolicy: { supportType: "STANDARD" },
            vpcId: "prod-vpc-id",
            subnetIds: ["prod-private-eu-west-2a-id", "prod-private-eu-west-2b-id"],
            endpointPrivateAccess: true,
            endpointPublicAccess: true,
            publicAccessCidrs: ["203.0.113.0/24"],
            authenticationMode: "API",
            encryptionConfigKeyArn: keyOf("secrets"),
            enabledClusterLogTypes: ["api", "audit"],
            deletionProtection: true,
            skipDefaultNodeGroup: true,
            skipDefaultSecurityGroups: true,
            createOidcProvider: false,
            bootstrapSelfManagedAddons: false,
            corednsAddonOptions: {
                enabled: false,
                resolveConflictsOnCreate: "OVERWRITE",
                resolveConflictsOnUpdate: "OVERWRITE",
            },
            kubeProxyAddonOptions: {
                enabled: true,
                version: "v1.35.0-eksbuild.2",
                resolveConflictsOnCreate: "OVERWRITE",
                resolveConflictsOnUpdate: "OVERWRITE",
            },
        });
        const { addonVersion, enableNetworkPolicy } = vpcCniOptions as Record<string, unknown>;
        assert.deepEqual(
            { addonVersion, enableNetworkPolicy },
            {
                addonVersion: "v1.20.4-eksbuild.2",
                enableNetworkPolicy: true,
            },
        );
        assert.deepEqual(cluster.options.providers, ["pulumi:providers:aws::aws"]);
        // The provider of the package 'eks' is not asked for: an AWS provider in its place is an error of the plugin's.
        assert.equal(cluster.options.provider, "");
    });

    it("has its log group, with a time after which logs go, before it writes to it", async () => {
        const { resources } = await standard();
        const logs = find(resources, "cloudwatch/logGroup", "prod-control-plane");
        assert.deepEqual(inputsOf(logs), {
            name: "/aws/eks/prod/cluster",
            retentionInDays: 90,
        });
        assert.ok(
            before(find(resources, "eks:index:Cluster", "prod")).includes("cloudwatch logGroup prod-control-plane"),
        );
    });

    it("answers only inside the VPC where nobody is named", async () => {
        const { resources } = await registerEks(eksPlan({ publicAccess: [] }));
        const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = inputsOf(
            find(resources, "eks:index:Cluster", "prod"),
        );
        assert.deepEqual([endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs], [true, false, undefined]);
    });

    it("is asked for with the operator's profile", async () => {
        const { resources } = await registerEks(eksPlan({ profile: "ministry" }));
        assert.deepEqual(inputsOf(find(resources, "eks:index:Cluster", "prod"))["providerCredentialOpts"], {
            profileName: "ministry",
        });
    });

    it("brings nothing of its own with Auto Mode but what AWS keeps", async () => {
        const { resources } = await registerEks(autoModePlan());
        const { autoMode, corednsAddonOptions, kubeProxyAddonOptions, vpcCniOptions, bootstrapSelfManagedAddons } =
            inputsOf(find(resources, "eks:index:Cluster", "prod"));
        assert.equal((autoMode as { enabled: boolean }).enabled, true);
        assert.equal((corednsAddonOptions as { enabled: boolean }).enabled, false);
        assert.deepEqual(
            [kubeProxyAddonOptions, vpcCniOptions, bootstrapSelfManagedAddons],
            [undefined, undefined, undefined],
        );
        const rights = find(resources, "iam/rolePolicy", "prod-auto-mode-storage");
        assert.equal(rights.inputs["role"], "prod-eksRole-role-1");
        assert.ok(String(rights.inputs["policy"]).includes(keyOf("volumes")));
    });
});

describe("the keys of an EKS cluster", () => {
    it("are turned every year, and can be had back for a month", async () => {
        const { resources } = await standard();
        for (const purpose of ["secrets", "volumes"]) {
            const { enableKeyRotation, deletionWindowInDays } = inputsOf(find(resources, "kms/key", `prod-${purpose}`));
            assert.deepEqual([enableKeyRotation, deletionWindowInDays], [true, 30]);
            assert.deepEqual(inputsOf(find(resources, "kms/alias", `prod-${purpose}`)), {
                name: `alias/prod-${purpose}`,
                targetKeyId: `prod-${purpose}`,
            });
        }
    });

    it("open snapshots to the accounts that they are shared with, and to no other", async () => {
        const principals = async (shareWith: string[]) => {
            const schedule = {
                name: "daily",
                rule: { cron: "" },
                retain: { count: 1 },
                copies: [],
                fastRestoreZones: [],
                everyHours: 24,
                words: "",
            };
            const policy = { tier: "daily", description: "", targetTags: {}, everyHours: 24 };
            const plan = eksPlan({ snapshotPolicies: [{ ...policy, schedules: [{ ...schedule, shareWith }] }] });
            const key = find((await registerEks(plan)).resources, "kms/key", "prod-volumes");
            const { Statement } = JSON.parse(String(key.inputs["policy"])) as {
                Statement: { Sid: string; Principal: { AWS: string | string[] } }[];
            };
            return Statement.map(({ Sid, Principal }) => [Sid, Principal.AWS]);
        };
        const own = ["Account", "arn:aws:iam::123456789012:root"];
        assert.deepEqual(await principals([]), [own]);
        assert.deepEqual(await principals(["222222222222", "111111111111"]), [
            own,
            ["CopySharedSnapshots", ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]],
            ["CopySharedSnapshotsByEbs", ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]],
        ]);
    });
});
