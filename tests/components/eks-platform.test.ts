import assert from "node:assert/strict";
import type { EksPlan } from "../../config/aws/eks-plan";
import { autoModePlan, eksPlan, registerPlatform } from "./eks-support";
import { identities } from "./identities";

const own = ["EksPlatform prod", "Release prod-load-balancer-controller"];
const autoMode = [
    "EksPlatform prod",
    "eks.amazonaws.com/v1 IngressClassParams alb",
    "karpenter.sh/v1 NodePool couchdb",
    "networking.k8s.io/v1 IngressClass alb",
    "v1 ConfigMap amazon-vpc-cni",
];

describe("what an EKS cluster needs inside Kubernetes", () => {
    for (const [variant, plan, expected] of [
        ["own nodes", eksPlan(), own],
        ["Auto Mode", autoModePlan(), autoMode],
    ] as const) {
        it(`with ${variant}, in a first preview too`, async () => {
            assert.deepEqual(identities(await registerPlatform(plan)), [...expected].sort());
            assert.deepEqual(identities(await registerPlatform(plan, { firstPreview: true })), [...expected].sort());
        });
    }

    const release = async (plan: EksPlan) => {
        const found = (await registerPlatform(plan)).find(({ type }) => type === "kubernetes:helm.sh/v3:Release");
        const inputs = { ...found?.inputs };
        // The SDK's own mark, of no meaning to a chart.
        delete inputs["compat"];
        return inputs as { values: Record<string, unknown>; [key: string]: unknown };
    };

    it("is the load balancer controller of a pinned chart, told where it is", async () => {
        assert.deepEqual(await release(eksPlan()), {
            name: "aws-load-balancer-controller",
            namespace: "kube-system",
            chart: "aws-load-balancer-controller",
            version: "1.14.1",
            repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
            atomic: true,
            cleanupOnFail: true,
            timeout: 600,
            values: {
                clusterName: "prod",
                region: "eu-west-2",
                vpcId: "vpc-1",
                serviceAccount: { create: true, name: "aws-load-balancer-controller" },
                podDisruptionBudget: { maxUnavailable: 1 },
                defaultTags: eksPlan().tags,
                enableShield: false,
                enableWaf: false,
                enableWafv2: false,
                enableServiceMutatorWebhook: false,
            },
        });
    });

    it("takes chart and image from elsewhere", async () => {
        const chart = "oci://registry.example.org/aws-load-balancer-controller";
        const image = "registry.example.org/eks/aws-load-balancer-controller";
        const inputs = await release(eksPlan({ loadBalancerController: { version: "1.14.1", chart, image } }));
        assert.deepEqual([inputs["chart"], inputs["repositoryOpts"]], [chart, undefined]);
        assert.deepEqual(inputs.values["image"], { repository: image });
    });

    it("has WAF on where there is a web ACL", async () => {
        const webAcl = "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/cht/0123";
        const { values } = await release(eksPlan({ ingress: { ...eksPlan().ingress, webAcl } }));
        assert.equal(values["enableWafv2"], true);
    });

    it("makes Auto Mode's nodes for CouchDB one at a time, and replaces them by age", async () => {
        const resources = await registerPlatform(autoModePlan({ autoMode: { maximumAgeHours: 168 } }));
        const pool = resources.find(({ name }) => name === "prod-couchdb");
        assert.deepEqual(pool?.inputs["spec"], {
            template: {
                metadata: { labels: { "cht-hosting/couchdb": "true" } },
                spec: {
                    nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
                    taints: [{ key: "cht-hosting/couchdb", value: "true", effect: "NoSchedule" }],
                    expireAfter: "168h",
                    requirements: [
                        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
                        { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["m", "r"] },
                        { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
                        { key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-west-2a", "eu-west-2b"] },
                    ],
                },
            },
            disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30m", budgets: [{ nodes: "1" }] },
        });
    });

    it("leads Auto Mode's Ingresses to one load balancer, and enforces network policies", async () => {
        const resources = await registerPlatform(autoModePlan());
        const spec = (kind: string) => resources.find(({ type }) => type.endsWith(`:${kind}`))?.inputs["spec"];
        assert.deepEqual(spec("IngressClassParams"), { scheme: "internet-facing", group: { name: "prod" } });
        assert.deepEqual(spec("IngressClass"), {
            controller: "eks.amazonaws.com/alb",
            parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "alb" },
        });
        assert.deepEqual(resources.find(({ type }) => type.endsWith(":ConfigMap"))?.inputs["data"], {
            "enable-network-policy-controller": "true",
        });
    });
});
