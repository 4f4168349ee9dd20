// The simulated machines: Node objects that KWOK looks after. Their names are <zone>-<number>, on which stages/volumes.yaml
// relies.

/** @typedef {import("./settings.mjs").Sandbox} Sandbox */
/** @typedef {import("./api.mjs").Api} Api */

const marked = { key: "kwok.x-k8s.io/node", value: "fake" };

/** @param {Sandbox} sandbox */
export function nodeNames({ nodes }) {
    return nodes.zones.flatMap((zone) => Array.from({ length: nodes.perZone }, (_, index) => `${zone}-${index + 1}`));
}

/**
 * Makes the machines what the settings say, and removes those that are no longer among them.
 *
 * @param {Sandbox} sandbox
 * @param {Api} api
 */
export async function applyNodes(sandbox, api) {
    const { cpu, memory, pods } = sandbox.nodes;
    const resources = { cpu, memory, pods: String(pods), "ephemeral-storage": "1Ti" };
    const names = nodeNames(sandbox);
    await Promise.all(
        names.map(async (name) => {
            const zone = name.replace(/-\d+$/, "");
            const node = { apiVersion: "v1", kind: "Node", metadata: { name } };
            const labels = {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "simulated",
                "topology.kubernetes.io/region": "sandbox",
                "topology.kubernetes.io/zone": zone,
            };
            const metadata = { name, labels, annotations: { [marked.key]: marked.value } };
            await api.apply(`/api/v1/nodes/${name}`, { ...node, metadata });
            const status = {
                capacity: resources,
                allocatable: resources,
                addresses: [
                    { type: "InternalIP", address: "127.0.0.1" },
                    { type: "Hostname", address: name },
                ],
                daemonEndpoints: { kubeletEndpoint: { Port: sandbox.ports.kwok } },
                nodeInfo: simulatedMachine,
            };
            await api.apply(`/api/v1/nodes/${name}/status`, { ...node, status });
        }),
    );
    const { items } = await api.get("/api/v1/nodes");
    for (const { metadata } of items) {
        const ours = metadata.annotations?.[marked.key] === marked.value;
        if (ours && !names.includes(metadata.name)) await api.remove(`/api/v1/nodes/${metadata.name}`);
    }
}

/**
 * Takes the machines from a KWOK that has ended: the next one would wait for its leases to run out, and no pod would start
 * for 40 seconds.
 *
 * @param {Api} api
 */
export async function releaseNodes(api) {
    await api.remove("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases");
}

const simulatedMachine = {
    architecture: "amd64",
    operatingSystem: "linux",
    kubeletVersion: "simulated",
    kubeProxyVersion: "",
    containerRuntimeVersion: "kwok://simulated",
    kernelVersion: "simulated",
    osImage: "simulated by KWOK",
    machineID: "",
    systemUUID: "",
    bootID: "",
};

/**
 * How many machines there are and how many of them are Ready.
 *
 * @param {Api} api
 * @returns {Promise<{ all: number, ready: number }>}
 */
export async function countNodes(api) {
    const { items } = await api.get("/api/v1/nodes");
    const ready = items.filter((/** @type {any} */ node) =>
        node.status?.conditions?.some(
            (/** @type {any} */ condition) => condition.type === "Ready" && condition.status === "True",
        ),
    );
    return { all: items.length, ready: ready.length };
}
