/** Plans of instances from short inputs, made by the program's own rules for a cluster that nobody has used yet. */
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ClusterContract } from "../../components/cluster";
import { connect } from "../../components/cluster/resolve";
import { ChtInstance } from "../../components/kubernetes/instance";
import type { ExistingClusterModel } from "../../config/cluster-schema";
import { emptyCluster, type LiveCluster } from "../../config/live";
import { type InstancePlan, planInstances } from "../../config/plan";
import { kubernetesStackSchema } from "../../config/schema";
import { givenSecrets, type SecretKey } from "../../config/secrets";
import { project, type RegisterOptions, type Run, register, stackName } from "./register";

export const stack = `${project}.${stackName}`;

type KubernetesInput = z.input<typeof kubernetesStackSchema>;
export type InstanceInput = NonNullable<KubernetesInput["instances"]>[string];
type ClusterInput = Omit<Extract<KubernetesInput["cluster"], { kind: "existing" }>, "kind">;

/** The platforms that operators have. */
export const clusters = {
    /** k3s: Traefik, volumes on the node's own disk. */
    k3s: existing({ name: "k3s", storage: { className: "local-path" }, ingress: { kind: "traefik" } }),
    /** EKS: one Application Load Balancer for all instances, EBS volumes. */
    eks: existing({
        name: "eks",
        storage: { className: "gp3" },
        ingress: { kind: "alb", group: "cht", from: [{ cidr: "10.0.0.0/16" }] },
    }),
    /** vSphere: ingress-nginx, volumes by its CSI driver. */
    vsphere: existing({ name: "vsphere", storage: { className: "vmware-sc" }, ingress: { kind: "nginx" } }),
} as const satisfies Record<string, ClusterContract>;

export type Platform = keyof typeof clusters;
export const platforms = Object.keys(clusters) as Platform[];

/** The six topologies: what a release is made of depends on them and nothing else. */
export const topologies = {
    "4.x single": { version: "4.22.0" },
    "4.x cluster": { version: "4.22.0", couchdb: { nodes: 3 } },
    "5.2 single": { version: "5.2.0" },
    "5.2 cluster": { version: "5.2.0", couchdb: { nodes: 3 } },
    "5.3 single": { version: "5.3.0" },
    "5.3 cluster": { version: "5.3.0", couchdb: { nodes: 3 } },
} as const satisfies Record<string, Partial<InstanceInput>>;

export type Topology = keyof typeof topologies;
export const topologyNames = Object.keys(topologies) as Topology[];

export interface InstanceOptions {
    /** @default vsphere: nginx, of which nothing is special */
    readonly cluster?: ClusterContract;
    /** What runs in it. @default nothing */
    readonly live?: LiveCluster;
    /** Values that the operator set as secrets. */
    readonly given?: Readonly<Partial<Record<SecretKey, string>>>;
}

const name = "demo";

/** The plan of an instance `demo`: CHT 5.3 with one CouchDB node, and `input` over it. */
export function planOf(input: Partial<InstanceInput> = {}, options: InstanceOptions = {}): InstancePlan {
    const { cluster = clusters.vsphere, live = emptyCluster, given = {} } = options;
    const { couchdb, ...rest } = input;
    const { instances } = kubernetesStackSchema.parse({
        cluster: { kind: "stack", name: "organization/project/stack" },
        instances: {
            [name]: {
                version: "5.3.0",
                host: "demo.example.org",
                tls: { kind: "none" },
                couchdb: { volume: { kind: "new", size: "10Gi" }, ...couchdb },
                ...rest,
            },
        },
    });
    const { plans, problems } = planInstances({
        model: { cluster: { kind: "stack", name: "organization/project/stack" }, instances },
        contract: cluster,
        live,
        stack,
        secrets: givenSecrets(new Map([[name, given]])),
    });
    assert.deepEqual(problems, []);
    const [plan] = plans;
    assert(plan !== undefined);
    return plan;
}

/** What a stack with this instance alone registers. */
export function registerInstance(
    plan: InstancePlan,
    options: RegisterOptions & {
        readonly cluster?: ClusterContract;
        readonly given?: Readonly<Partial<Record<SecretKey, pulumi.Output<string>>>>;
    } = {},
): Promise<Run> {
    const { cluster: contract = clusters.vsphere, given, ...rest } = options;
    return register(() => {
        const cluster = connect(contract);
        new ChtInstance(plan.name, { plan, cluster, stack, given }, { provider: cluster.provider });
    }, rest);
}

const updates = new Map<Topology, Promise<Run>>();

/** What the plain instance of a topology registers in an update; made once, since many tests look at it. */
export function registerTopology(topology: Topology): Promise<Run> {
    const run = updates.get(topology) ?? registerInstance(planOf(topologies[topology]));
    updates.set(topology, run);
    return run;
}

export { emptyCluster };

function existing(input: ClusterInput): ClusterContract {
    const cluster = kubernetesStackSchema.shape.cluster.parse({
        kind: "existing",
        context: "test",
        ...input,
    }) as ExistingClusterModel;
    const { context, storage, ingress, network } = cluster;
    return { name: cluster.name, access: { context, secret: false }, storage, ingress, network };
}
