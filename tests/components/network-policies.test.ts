import assert from "node:assert/strict";
import type { ClusterContract } from "../../components/cluster";
import { networkPolicies } from "../../components/kubernetes/network-policies";
import { objectsOf } from "../support/objects";
import {
    clusters,
    type InstanceInput,
    planOf,
    registerInstance,
    registerTopology,
    type Topology,
    topologyNames,
} from "../support/plan";
import type { Run } from "../support/register";

interface Peer {
    readonly podSelector?: { readonly matchLabels: Record<string, string> };
    readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
    readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

interface Port {
    readonly port: number;
    readonly protocol: string;
}

interface Policy {
    readonly podSelector: { readonly matchLabels?: Record<string, string> };
    readonly policyTypes: string[];
    readonly ingress?: { readonly from: Peer[]; readonly ports: Port[] }[];
    readonly egress?: { readonly to: Peer[]; readonly ports: Port[] }[];
}

type Policies = Readonly<Record<string, Policy>>;

/** Those that are registered. */
function policiesOf({ resources }: Run): Policies {
    const objects = Object.entries(objectsOf(resources, "NetworkPolicy"));
    return Object.fromEntries(objects.map(([name, { spec }]) => [name, spec as Policy]));
}

/** What the pure function makes of an instance and its surroundings. */
function policiesFor(
    input: Partial<InstanceInput>,
    { ingress, network }: ClusterContract = clusters.vsphere,
): Policies {
    const { description, internetPorts } = planOf(input);
    return networkPolicies(description.arrows, { ingress, network, internetPorts }) as unknown as Policies;
}

/** What policies allow, in words: `in  ingress-nginx/ > api: 5988` at one end, `out api > haproxy: 5984` at the other. */
function allowed(policies: Policies): string[] {
    return Object.values(policies).flatMap(words).sort();
}

function words({ podSelector, ingress = [], egress = [] }: Policy): string[] {
    const here = labels(podSelector.matchLabels);
    return [
        ...ingress.flatMap(({ from, ports }) => from.map((peer) => `in  ${name(peer)} > ${here}: ${numbers(ports)}`)),
        ...egress.flatMap(({ to, ports }) => to.map((peer) => `out ${here} > ${name(peer)}: ${numbers(ports)}`)),
    ];
}

function name({ podSelector, namespaceSelector, ipBlock }: Peer): string {
    if (podSelector !== undefined) {
        assert.equal(namespaceSelector, undefined, "no pod of another namespace");
        return labels(podSelector.matchLabels);
    }
    if (namespaceSelector !== undefined) return `${labels(namespaceSelector.matchLabels)}/`;
    assert(ipBlock !== undefined);
    return [ipBlock.cidr, ...(ipBlock.except ?? []).map((cidr) => `-${cidr}`)].join(" ");
}

/** Each selector here has exactly one label. */
function labels(matchLabels: Record<string, string> = {}): string {
    const entries = Object.entries(matchLabels);
    assert.equal(entries.length <= 1, true);
    return entries[0]?.[1] ?? "everything";
}

function numbers(ports: readonly Port[]): string {
    assert(ports.length > 0, "no ports would be every port");
    return ports.map(({ port, protocol }) => (protocol === "TCP" ? String(port) : `${port}/${protocol}`)).join(" ");
}

/** An arrow between two services, as it must stand at both ends. */
const between = (from: string, to: string, ports: string) => [
    `in  ${from} > ${to}: ${ports}`,
    `out ${from} > ${to}: ${ports}`,
];

const dns = (service: string) => [
    `out ${service} > 169.254.20.10/32: 53/UDP 53`,
    `out ${service} > kube-system/: 53/UDP 53`,
];

const internet = (service: string, ports = "443") => [
    `out ${service} > 0.0.0.0/0 -169.254.0.0/16: ${ports}`,
    `out ${service} > ::/0 -fe80::/10 -fd00:ec2::254/128: ${ports}`,
];

const everywhere = [
    "in  ingress-nginx/ > api: 5988",
    ...between("api", "haproxy", "5984"),
    ...between("sentinel", "haproxy", "5984"),
    ...between("sentinel", "api", "5988"),
    ...["api", "sentinel", "haproxy", "job"].flatMap(dns),
    ...["api", "sentinel"].flatMap((service) => internet(service)),
];

const nodes = (names: string[]) =>
    names.flatMap((node) => [...between("haproxy", node, "5984"), ...between("job", node, "5984"), ...dns(node)]);

const single = [...nodes(["couchdb"]), ...between("couchdb", "couchdb", "5984")];

/** Each node reaches each, itself through its own Service. */
const three = ["couchdb-1", "couchdb-2", "couchdb-3"];
const cluster = [
    ...nodes(three),
    ...three.flatMap((from) => three.flatMap((to) => between(from, to, "5984 4369 9100"))),
];

const healthcheck = (names: string[]) => [
    ...between("haproxy", "healthcheck", "5555"),
    ...names.flatMap((node) => between("healthcheck", node, "5984")),
    ...dns("healthcheck"),
];

const upgradeService = [
    ...between("api", "upgrade-service", "5008"),
    "out upgrade-service > 0.0.0.0/0: 443 6443",
    ...dns("upgrade-service"),
];

const expected: Record<Topology, string[]> = {
    "4.x single": [...everywhere, ...single, ...healthcheck(["couchdb"]), ...upgradeService],
    "4.x cluster": [...everywhere, ...cluster, ...healthcheck(three), ...upgradeService],
    "5.2 single": [...everywhere, ...single, ...between("couchdb", "couchdb", "5987")],
    // One nouveau, beside node 1.
    "5.2 cluster": [
        ...everywhere,
        ...cluster,
        ...healthcheck(three),
        ...three.flatMap((node) => between(node, "couchdb-1", "5987")),
    ],
    "5.3 single": [...everywhere, ...single, ...between("couchdb", "couchdb", "5987")],
    // One beside each.
    "5.3 cluster": [
        ...everywhere,
        ...cluster,
        ...healthcheck(three),
        ...three.flatMap((node) => between(node, node, "5987")),
    ],
};

describe("the network policies of an instance", () => {
    for (const topology of topologyNames) {
        it(`allow exactly these connections: ${topology}`, async () => {
            const run = await registerTopology(topology);
            assert.deepEqual(allowed(policiesOf(run)), expected[topology].sort());
        });
    }

    it("deny everything else, to and from every pod", async () => {
        const { "default-deny": deny, ...allow } = policiesOf(await registerTopology("5.3 single"));
        assert.deepEqual(deny, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
        for (const [name, { policyTypes, podSelector }] of Object.entries(allow)) {
            assert.deepEqual(policyTypes, ["Ingress", "Egress"], name);
            assert.equal(Object.keys(podSelector.matchLabels ?? {}).length, 1);
        }
    });

    it("let users in from where the ingress controller is, and from nowhere else", () => {
        const entrance = (contract: ClusterContract) =>
            allowed(policiesFor({}, contract)).filter(
                (arrow) => /^in  .* > api: 5988$/.test(arrow) && !arrow.includes("sentinel"),
            );
        const { vsphere, k3s, eks } = clusters;
        const from = [{ namespace: "web" }, { cidr: "10.1.0.0/24" }];
        assert.deepEqual(entrance(vsphere), ["in  ingress-nginx/ > api: 5988"]);
        assert.deepEqual(entrance(k3s), ["in  kube-system/ > api: 5988"]);
        assert.deepEqual(entrance(eks), ["in  10.0.0.0/16 > api: 5988"]);
        assert.deepEqual(entrance({ ...vsphere, ingress: { ...vsphere.ingress, from } }), [
            "in  10.1.0.0/24 > api: 5988",
            "in  web/ > api: 5988",
        ]);
        // Nobody knows where the load balancer is: then nobody gets in, rather than everybody.
        assert.deepEqual(entrance({ ...eks, ingress: { ...eks.ingress, from: undefined } }), []);
    });

    it("lead to the cluster's own DNS and API server", () => {
        const network = { dns: [{ cidr: "10.96.0.10/32" }], apiServer: ["10.96.0.1/32"], apiServerPorts: [443] };
        const arrows = allowed(policiesFor({ version: "4.22.0" }, { ...clusters.vsphere, network }));
        assert.deepEqual(
            arrows.filter((arrow) => arrow.startsWith("out upgrade-service")),
            ["out upgrade-service > 10.96.0.1/32: 443", "out upgrade-service > 10.96.0.10/32: 53/UDP 53"],
        );
    });

    it("lead to the internet at the operator's ports, and not to the cloud's metadata", () => {
        const outside = (ports: number[]) =>
            allowed(policiesFor({ internet: { ports } })).filter((arrow) => arrow.includes("/0"));
        assert.deepEqual(
            outside([443, 8443]),
            ["api", "sentinel"].flatMap((service) => internet(service, "443 8443")),
        );
        assert.deepEqual(outside([]), []);
    });

    it("let cert-manager prove the host name, where it makes the certificate", async () => {
        const plan = planOf({ tls: { kind: "cert-manager", issuer: "letsencrypt" } });
        const solver = policiesOf(await registerInstance(plan))["acme-solver"];
        assert.deepEqual(solver, {
            podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
            policyTypes: ["Ingress", "Egress"],
            ingress: [
                {
                    from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } }],
                    ports: [{ port: 8089, protocol: "TCP" }],
                },
            ],
        });
    });
});
