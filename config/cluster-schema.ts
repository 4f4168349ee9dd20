/** The kinds of Kubernetes cluster, each behind the contract of `components/cluster`. A Docker host is in `docker/`. */
import { z } from "zod";
import { type EksModel, eksSchema } from "./aws/schema";
import { kinds, nodeLabels } from "./formats";
import { tolerationSchema } from "./pods-schema";

const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "must be an address range such as '10.0.0.0/16'" });

const ingressPeer = z.union(
    [
        z.strictObject({ namespace: z.string().min(1).describe("The ingress controller's namespace.") }),
        z.strictObject({ cidr: cidr.describe("The address range that the load balancer reaches pods from.") }),
    ],
    { error: "must be either { namespace } or { cidr }" },
);

export const ingressSchema = z.strictObject({
    kind: z
        .enum(["nginx", "traefik", "alb"], { error: "must be 'nginx', 'traefik' or 'alb'" })
        .describe("The controller: decides annotations and time-outs."),
    className: z.string().min(1).optional().describe("The IngressClass; default: the kind's own name."),
    group: z.string().min(1).optional().describe("ALB only: the group of instances that share one load balancer."),
    scheme: z.enum(["internet-facing", "internal"]).default("internet-facing").describe("ALB only."),
    webAcl: z
        .string()
        .regex(
            /^arn:aws[-a-z]*:wafv2:/,
            "must be an ARN such as 'arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/cht/0123…'",
        )
        .optional()
        .describe("ALB only: the WAF web ACL that the load balancer uses."),
    from: z
        .array(ingressPeer)
        .min(1)
        .optional()
        .describe(
            "What may reach API: default, the controller's usual namespace ('ingress-nginx', 'kube-system' for traefik). ALB: the VPC's ranges, required.",
        ),
});

export const storageSchema = z.strictObject({
    className: z.string().min(1).describe("The storage class of new CouchDB volumes. It must keep volumes (Retain)."),
    snapshotClassName: z
        .string()
        .min(1)
        .optional()
        .describe("The VolumeSnapshotClass, where the storage can snapshot."),
    driver: z
        .string()
        .min(1)
        .optional()
        .describe(
            "The storage class' CSI driver; default: what the class in the cluster says. For volumes of snapshots.",
        ),
});

export const networkSchema = z
    .strictObject({
        dns: z
            .array(ingressPeer)
            .min(1)
            .default([{ namespace: "kube-system" }, { cidr: "169.254.20.10/32" }])
            .describe("Where cluster DNS answers: CoreDNS's namespace and NodeLocal DNSCache."),
        apiServer: z
            .array(cidr)
            .min(1)
            .default(["0.0.0.0/0"])
            .describe("Address ranges of the Kubernetes API server, for the upgrade service of 4.x."),
        apiServerPorts: z
            .array(z.int().min(1).max(65535))
            .min(1)
            .default([443, 6443])
            .describe("Ports of the Kubernetes API server, behind its Service too."),
    })
    .prefault({});

/** Nodes that a cluster keeps for CouchDB: what its pods have beside what the instance says. */
export const clusterPlacementSchema = z.strictObject({
    couchdb: z.strictObject({ nodeSelector: nodeLabels, tolerations: z.array(tolerationSchema) }),
});

/** A cluster that exists; the program makes nothing of it. */
const existingCluster = z.strictObject({
    kind: z.literal("existing"),
    name: z
        .string()
        .min(1)
        .describe("The cluster's name: its identity in state. Changing it would replace everything."),
    kubeconfig: z
        .string()
        .min(1)
        .optional()
        .describe("Path of a kubeconfig, relative to the project; default: $KUBECONFIG or ~/.kube/config."),
    context: z
        .string()
        .min(1)
        .optional()
        .describe("The kubeconfig's context; default: its current one. Required without kubeconfig."),
    storage: storageSchema.describe("Where new volumes come from."),
    ingress: ingressSchema.describe("The ingress controller that the cluster has."),
    network: networkSchema.describe("What the network policies must know of the cluster."),
    share: z
        .boolean()
        .default(false)
        .describe(
            "Whether the stack exports the cluster, kubeconfig included, as the secret output 'cluster' for other stacks.",
        ),
});

/** A cluster that another stack made and exports. */
const stackCluster = z.strictObject({
    kind: z.literal("stack"),
    name: z.string().min(1).describe("The stack: '<organization>/<project>/<stack>'."),
});

/** A kind that is announced but not built: refused by name rather than half-done. */
function announced<Kind extends string>(kind: Kind, message: string) {
    return z.looseObject({ kind: z.literal(kind) }).refine(() => false, { path: ["kind"], message });
}

export const clusterSchema = z
    .discriminatedUnion(
        "kind",
        [
            existingCluster,
            stackCluster,
            eksSchema,
            announced("k3s", "'k3s' is not built yet: use kind 'existing' with the kubeconfig of a k3s cluster"),
        ],
        kinds("must be 'eks', 'existing', 'stack' or 'docker' ('k3s' is announced, but not built yet)"),
    )
    // The announced kind never passes, so what is left is what is built.
    .transform((cluster) => cluster as ClusterModel)
    .describe("Where the instances run.");

export type ExistingClusterModel = z.output<typeof existingCluster>;
export type ClusterModel = ExistingClusterModel | z.output<typeof stackCluster> | EksModel;
export type IngressModel = z.output<typeof ingressSchema>;
export type NetworkModel = z.output<typeof networkSchema>;
export type ClusterPlacement = z.output<typeof clusterPlacementSchema>;
export type StorageModel = z.output<typeof storageSchema>;
