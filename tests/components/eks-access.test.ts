import assert from "node:assert/strict";
import { before, eksPlan, find, inputsOf, keyOf, registerEks, standard } from "./eks-support";

describe("rights in AWS", () => {
    it("are given to service accounts, once their role has them", async () => {
        const { resources } = await standard();
        const table = ["vpc-cni", "ebs-csi", "load-balancer"].map((purpose) => {
            const association = find(resources, "eks/podIdentityAssociation", `prod-${purpose}`);
            const { namespace, serviceAccount, roleArn } = association.inputs;
            const rights = before(association).filter((urn) => urn.startsWith("iam rolePolicy"));
            return [namespace, serviceAccount, roleArn, rights];
        });
        assert.deepEqual(table, [
            [
                "kube-system",
                "aws-node",
                "arn:aws:iam::123456789012:role/prod-vpc-cni",
                ["iam rolePolicyAttachment prod-vpc-cni"],
            ],
            [
                "kube-system",
                "ebs-csi-controller-sa",
                "arn:aws:iam::123456789012:role/prod-ebs-csi",
                ["iam rolePolicy prod-ebs-csi"],
            ],
            [
                "kube-system",
                "aws-load-balancer-controller",
                "arn:aws:iam::123456789012:role/prod-load-balancer",
                ["iam rolePolicy prod-load-balancer"],
            ],
        ]);
    });

    it("go by the cluster, the namespace and the service account", async () => {
        const { resources } = await standard();
        const role = find(resources, "iam/role", "prod-ebs-csi");
        assert.deepEqual(JSON.parse(String(role.inputs["assumeRolePolicy"])), {
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "Pods",
                    Effect: "Allow",
                    Principal: { Service: "pods.eks.amazonaws.com" },
                    Action: ["sts:AssumeRole", "sts:TagSession"],
                    Condition: {
                        StringEquals: {
                            "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-2:123456789012:cluster/prod",
                            "aws:RequestTag/kubernetes-namespace": "kube-system",
                            "aws:RequestTag/kubernetes-service-account": "ebs-csi-controller-sa",
                        },
                    },
                },
            ],
        });
    });

    it("of the volume driver are on the key that the volumes have", async () => {
        const keyArn = "arn:aws:kms:eu-west-2:123456789012:key/own";
        for (const [plan, key] of [
            [eksPlan(), keyOf("volumes")],
            [eksPlan({ storage: { ...eksPlan().storage, keyArn } }), keyArn],
        ] as const) {
            const { resources } = await registerEks(plan);
            const policy = String(find(resources, "iam/rolePolicy", "prod-ebs-csi").inputs["policy"]);
            assert.ok(policy.includes(`"Resource":"${key}"`), policy);
        }
    });

    it("of people are entries, replaced one after the other", async () => {
        const principal = "arn:aws:iam::123456789012:role/operators";
        const policyArn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy";
        const { resources } = await registerEks(
            eksPlan({
                access: [
                    { name: "operators", principal, policyArn },
                    { name: "helpers", principal: `${principal}-helpers`, policyArn, namespaces: ["uat"] },
                ],
            }),
        );
        const association = (name: string) => find(resources, "eks/accessPolicyAssociation", `prod-access-${name}`);
        assert.deepEqual(inputsOf(association("operators")), {
            clusterName: "prod",
            principalArn: principal,
            policyArn,
            accessScope: { type: "cluster" },
        });
        assert.deepEqual(inputsOf(association("helpers"))["accessScope"], { type: "namespace", namespaces: ["uat"] });
        assert.equal(association("helpers").options.deleteBeforeReplace, true);
        assert.ok(before(association("helpers")).includes("eks accessEntry prod-access-helpers"));
    });
});
