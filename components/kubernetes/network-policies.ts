import type { types } from "@pulumi/kubernetes";
import * as k8s from "@pulumi/kubernetes";
import type { NetworkArrow, NetworkPeer } from "../../cht/model";
import { SERVICE_LABEL } from "../../cht/names";
import type { IngressModel, NetworkModel } from "../../config/cluster-schema";
import { metadata, type Scope, unlessEmpty } from "./scope";

type Peer = types.input.networking.v1.NetworkPolicyPeer;
type Rules = Pick<types.input.networking.v1.NetworkPolicySpec, "policyTypes"> & {
    readonly podSelector: { readonly matchLabels?: Record<string, string> };
    readonly ingress?: types.input.networking.v1.NetworkPolicyIngressRule[];
    readonly egress?: types.input.networking.v1.NetworkPolicyEgressRule[];
};

/** Where the parts of a network lie that are not the instance's own. */
export interface Surroundings {
    readonly ingress: IngressModel;
    readonly network: NetworkModel;
    readonly internetPorts: readonly number[];
}

/**
 * Denies everything in the namespace, then allows the arrows of the description, from both ends. CouchDB needs it most: all
 * CHT instances share one Erlang cookie, so whoever reaches a cluster's port 9100 owns its data.
 */
export function createNetworkPolicies(scope: Scope): k8s.networking.v1.NetworkPolicy[] {
    const { plan, cluster, child } = scope;
    const around = { ingress: cluster.ingress, network: cluster.network, internetPorts: plan.internetPorts };
    const policies = networkPolicies(plan.description.arrows, around);
    if (plan.tls.kind === "cert-manager") {
        policies["acme-solver"] = acmeSolver(around);
    }
    return Object.entries(policies).map(
        ([name, spec]) =>
            new k8s.networking.v1.NetworkPolicy(
                `${plan.name}-${name}`,
                { metadata: metadata(scope, name), spec },
                child,
            ),
    );
}

/** The policies by name. A pure function over the arrows: what is allowed can be read in one table. */
export function networkPolicies(arrows: readonly NetworkArrow[], around: Surroundings): Record<string, Rules> {
    const policies: Record<string, Rules> = {
        "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    };
    const connections = arrows
        .map((arrow) => ({
            ...arrow,
            sources: peers(arrow.from, around),
            targets: peers(arrow.to, around),
            ports: ports(arrow, around),
        }))
        // In a rule, an empty list would mean everything, and not nothing.
        .filter(({ sources, targets, ports }) => [sources, targets, ports].every((list) => list.length > 0));
    for (const service of servicesOf(connections)) {
        const isThis = (peer: NetworkPeer) => peer.kind === "workload" && peer.service === service;
        const ingress = connections.filter(({ to }) => isThis(to));
        const egress = connections.filter(({ from }) => isThis(from));
        policies[`allow-${service}`] = {
            podSelector: { matchLabels: { [SERVICE_LABEL]: service } },
            policyTypes: ["Ingress", "Egress"],
            ingress: unlessEmpty(ingress.map(({ sources, ports }) => ({ from: sources, ports }))),
            egress: unlessEmpty(egress.map(({ targets, ports }) => ({ to: targets, ports }))),
        };
    }
    return policies;
}

function servicesOf(arrows: readonly Pick<NetworkArrow, "from" | "to">[]): string[] {
    const ends = arrows.flatMap(({ from, to }) => [from, to]);
    return [...new Set(ends.flatMap((end) => (end.kind === "workload" ? [end.service] : [])))].sort();
}

/** cert-manager answers the certificate authority's question from a pod of its own, which the ingress controller asks. */
function acmeSolver(around: Surroundings): Rules {
    return {
        podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: peers({ kind: "ingress" }, around), ports: [{ port: 8089, protocol: "TCP" }] }],
    };
}

function peers(peer: NetworkPeer, { ingress, network }: Surroundings): Peer[] {
    switch (peer.kind) {
        case "workload":
            return [{ podSelector: { matchLabels: { [SERVICE_LABEL]: peer.service } } }];
        case "ingress":
            return (ingress.from ?? usualController[ingress.kind]).map(outside);
        case "dns":
            return network.dns.map(outside);
        case "internet":
            // Everywhere but the link-local addresses, where clouds hand a node's own credentials to whoever asks.
            return [
                { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } },
                { ipBlock: { cidr: "::/0", except: ["fe80::/10", "fd00:ec2::254/128"] } },
            ];
        case "kubernetes-api":
            return network.apiServer.map((cidr) => ({ ipBlock: { cidr } }));
    }
}

/** Where each controller runs when nothing else is said; an ALB comes from the VPC, which only the operator knows. */
const usualController: Record<IngressModel["kind"], { namespace: string }[]> = {
    nginx: [{ namespace: "ingress-nginx" }],
    traefik: [{ namespace: "kube-system" }],
    alb: [],
};

function outside(peer: { namespace: string } | { cidr: string }): Peer {
    return "cidr" in peer
        ? { ipBlock: { cidr: peer.cidr } }
        : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } } };
}

/** The two ports that depend on where the instance runs are the cluster's and the operator's to say. */
function ports({ to, ports }: NetworkArrow, { network, internetPorts }: Surroundings) {
    const tcp = (port: number) => ({ port, protocol: "TCP" });
    switch (to.kind) {
        case "internet":
            return internetPorts.map(tcp);
        case "kubernetes-api":
            return network.apiServerPorts.map(tcp);
        default:
            return ports.map(({ port, protocol }) => ({ port, protocol }));
    }
}
