import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { couchdbNodes } from "../../../config/aws/couchdb-nodes";
import type { EksPlan } from "../../../config/aws/eks-plan";
import { serviceAccounts } from "./policies";

export interface EksPlatformArgs {
    /** What was decided: {@link EksPlan}. */
    readonly plan: EksPlan;
    /** The VPC's id, which the load balancer controller cannot ask the nodes for. */
    readonly vpcId: pulumi.Input<string>;
}

/** Where AWS publishes the controller's chart. */
const chartRepository = "https://aws.github.io/eks-charts";

/** Seconds: its pods may have to wait for the nodes' images. */
const chartTimeout = 600;

/**
 * What an EKS cluster needs inside Kubernetes before instances: what makes load balancers of Ingresses and, in Auto Mode,
 * nodes for CouchDB.
 *
 * Needs the provider `kubernetes` of the cluster, and to come after {@link EksCluster.ready}: then an Ingress is gone, with
 * its load balancer, before the controller, and the controller before its rights and nodes.
 */
export class EksPlatform extends pulumi.ComponentResource {
    /** What an Ingress, and in Auto Mode a pod of CouchDB, needs. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, { plan, vpcId }: EksPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cht-hosting:cluster:EksPlatform", name, {}, opts);
        const child = { parent: this };
        this.ready = [
            ...createLoadBalancerController(name, plan, vpcId, child),
            ...(plan.autoMode === undefined ? [] : createAutoModeObjects(name, plan, plan.autoMode, child)),
        ];
        this.registerOutputs({});
    }
}

/** @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/ */
function createLoadBalancerController(
    name: string,
    { name: clusterName, region, loadBalancerController, ingress, tags }: EksPlan,
    vpcId: pulumi.Input<string>,
    child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    if (loadBalancerController === undefined) {
        return [];
    }
    const { version, chart, image } = loadBalancerController;
    const account = serviceAccounts["load-balancer"];
    return [
        new k8s.helm.v3.Release(
            `${name}-load-balancer-controller`,
            {
                name: account.name,
                namespace: account.namespace,
                chart: chart ?? account.name,
                version,
                repositoryOpts: chart === undefined ? { repo: chartRepository } : undefined,
                // A release that fails half-way is taken back, so that the next update begins anew.
                atomic: true,
                cleanupOnFail: true,
                timeout: chartTimeout,
                values: {
                    clusterName,
                    region,
                    vpcId,
                    serviceAccount: { create: true, name: account.name },
                    ...(image === undefined ? {} : { image: { repository: image } }),
                    podDisruptionBudget: { maxUnavailable: 1 },
                    defaultTags: { ...tags },
                    // What its rights do not cover.
                    enableShield: false,
                    enableWaf: false,
                    enableWafv2: ingress.webAcl !== undefined,
                    // It would stand between every new Service and the API server, and refuse all while its pods start.
                    enableServiceMutatorWebhook: false,
                },
            },
            child,
        ),
    ];
}

/** What Auto Mode asks for as Kubernetes objects. */
function createAutoModeObjects(
    name: string,
    { ingress, network }: EksPlan,
    { maximumAgeHours }: NonNullable<EksPlan["autoMode"]>,
    child: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const className = ingress.className ?? "alb";
    // Without it Kubernetes takes network policies and lets everything through:
    // https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
    const networkPolicies = new k8s.core.v1.ConfigMap(
        `${name}-network-policies`,
        {
            metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
            data: { "enable-network-policy-controller": "true" },
        },
        child,
    );
    // The group is here, because Auto Mode does not read it from an Ingress' annotations:
    // https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
    const parameters = new k8s.apiextensions.CustomResource(
        `${name}-ingress-class`,
        {
            apiVersion: "eks.amazonaws.com/v1",
            kind: "IngressClassParams",
            metadata: { name: className },
            spec: {
                scheme: ingress.scheme,
                ...(ingress.group === undefined ? {} : { group: { name: ingress.group } }),
            },
        },
        child,
    );
    const ingressClass = new k8s.networking.v1.IngressClass(
        `${name}-ingress-class`,
        {
            metadata: { name: className },
            spec: {
                controller: "eks.amazonaws.com/alb",
                parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: className },
            },
        },
        { ...child, dependsOn: parameters },
    );
    return [networkPolicies, parameters, ingressClass, createCouchdbNodePool(name, network, maximumAgeHours, child)];
}

/**
 * Nodes that Auto Mode makes when a pod of CouchDB asks for one. They are left alone while CouchDB runs on them, but for
 * their age, at which AWS replaces every node: one at a time.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
 */
function createCouchdbNodePool(
    name: string,
    network: EksPlan["network"],
    maximumAgeHours: number,
    child: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const isIn = (key: string, values: readonly string[]) => ({ key, operator: "In", values: [...values] });
    return new k8s.apiextensions.CustomResource(
        `${name}-couchdb`,
        {
            apiVersion: "karpenter.sh/v1",
            kind: "NodePool",
            metadata: { name: "couchdb" },
            spec: {
                template: {
                    metadata: { labels: { ...couchdbNodes.labels } },
                    spec: {
                        nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
                        taints: [{ ...couchdbNodes.taint }],
                        expireAfter: `${maximumAgeHours}h`,
                        requirements: [
                            isIn("karpenter.sh/capacity-type", ["on-demand"]),
                            isIn("eks.amazonaws.com/instance-category", ["m", "r"]),
                            // Every CHT image is of this one.
                            isIn("kubernetes.io/arch", ["amd64"]),
                            isIn(
                                "topology.kubernetes.io/zone",
                                network.zones.map(({ zone }) => zone),
                            ),
                        ],
                    },
                },
                disruption: {
                    consolidationPolicy: "WhenEmpty",
                    consolidateAfter: "30m",
                    budgets: [{ nodes: "1" }],
                },
            },
        },
        child,
    );
}
