/** NetworkPolicies as the API server has them, as lines that a person can compare. */
import type { KubernetesObject } from "../support/kubectl";

interface Peer {
    podSelector?: { matchLabels?: Record<string, string> };
    namespaceSelector?: { matchLabels?: Record<string, string> };
    ipBlock?: { cidr: string; except?: string[] };
}

interface Rule {
    from?: Peer[];
    to?: Peer[];
    ports?: { port: number; protocol: string }[];
}

/**
 * Each permission as `service: in from peer port`, or `out to`, sorted; also what a mistake would permit: a rule without peers
 * or ports allows all of them.
 */
export function arrowsOf(policies: readonly KubernetesObject[]): string[] {
    const lines = policies.flatMap((policy) => {
        const {
            podSelector,
            ingress = [],
            egress = [],
        } = policy["spec"] as { podSelector: Peer["podSelector"]; ingress?: Rule[]; egress?: Rule[] };
        const subject = labels(podSelector?.matchLabels);
        return [
            ...ingress.flatMap((rule) => arrows(rule.from, rule.ports, `${subject}: in from`)),
            ...egress.flatMap((rule) => arrows(rule.to, rule.ports, `${subject}: out to`)),
        ];
    });
    return [...new Set(lines)].sort();
}

function arrows(peers: Peer[] | undefined, ports: Rule["ports"], start: string): string[] {
    const ends = peers === undefined ? ["anybody"] : peers.map(describe);
    const doors =
        ports === undefined
            ? ["any port"]
            : ports.map(({ port, protocol }) => `${port}${protocol === "TCP" ? "" : `/${protocol}`}`);
    return ends.flatMap((end) => doors.map((door) => `${start} ${end} ${door}`));
}

function describe({ podSelector, namespaceSelector, ipBlock }: Peer): string {
    if (ipBlock !== undefined) return [ipBlock.cidr, ...(ipBlock.except ?? []).map((each) => `-${each}`)].join("");
    const parts = [
        ...(namespaceSelector === undefined ? [] : [`namespace ${labels(namespaceSelector.matchLabels)}`]),
        ...(podSelector === undefined ? [] : [labels(podSelector.matchLabels)]),
    ];
    return parts.join(" ");
}

function labels(matchLabels: Record<string, string> | undefined): string {
    if (matchLabels === undefined || Object.keys(matchLabels).length === 0) return "(all)";
    const known = matchLabels["cht.service"] ?? matchLabels["kubernetes.io/metadata.name"];
    return known !== undefined && Object.keys(matchLabels).length === 1 ? known : JSON.stringify(matchLabels);
}
