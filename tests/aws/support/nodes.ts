/**
 * What EKS does in a cluster: nodes appear for node groups, with their labels, taints, zone and size. They are KWOK's; the
 * scheduler that places pods on them is the real one.
 */
import { createHash } from "node:crypto";
import { get, kubectl } from "../../support/kubectl";
import type { Account, AwsResource } from "./account";

interface NodeManifest {
    readonly apiVersion: "v1";
    readonly kind: "Node";
    readonly metadata: { readonly name: string; readonly labels: object; readonly annotations: object };
    readonly spec: object;
    readonly status: object;
}

interface Taint {
    readonly key: string;
    readonly value?: string;
    readonly effect: string;
}

/** Looks for node groups as long as something runs that may make them. */
export async function keepNodes(account: Account, until: Promise<unknown>): Promise<void> {
    let over = false;
    const end = () => (over = true);
    void until.then(end, end);
    while (!over) {
        // A file that is being written cannot be read: the next look finds it.
        await makeNodes(account).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

const made = new WeakMap<Account, string>();

/** Makes the nodes that there should be by now, and takes away those whose group has gone. */
export async function makeNodes(account: Account): Promise<void> {
    const wanted = account.resources("aws:eks/nodeGroup:NodeGroup").flatMap((group) => nodesOf(account, group));
    const now = JSON.stringify(wanted);
    if (made.get(account) === now) return;
    const found = (await get("nodes", `--selector=${groupLabel}`)).map(({ metadata }) => metadata.name);
    const names = wanted.map(({ metadata }) => metadata.name);
    const gone = found.filter((name) => !names.includes(name));
    if (gone.length > 0) await kubectl(["delete", "node", ...gone]);
    await create(wanted.filter(({ metadata }) => !found.includes(metadata.name)));
    made.set(account, now);
}

/** Nodes of EKS Auto Mode, which makes them as pods ask for them: one in each zone for each NodePool, and two for the rest. */
export async function makeAutoModeNodes(zones: readonly string[]): Promise<void> {
    const pools = (await get("nodepools.karpenter.sh")).map(({ metadata, spec }) => ({
        name: metadata.name,
        labels: spec.template.metadata?.labels as Record<string, string> | undefined,
        taints: (spec.template.spec.taints as Taint[] | undefined) ?? [],
    }));
    const all = [{ name: "general-purpose", labels: undefined, taints: [] }, ...pools];
    const nodes = zones.flatMap((zone) =>
        all.map(({ name, labels, taints }) =>
            node(name, 0, zone, "m7g.2xlarge", { "karpenter.sh/nodepool": name, ...labels }, taints),
        ),
    );
    const found = (await get("nodes")).map(({ metadata }) => metadata.name);
    await create(nodes.filter(({ metadata }) => !found.includes(metadata.name)));
}

async function create(nodes: readonly NodeManifest[]): Promise<void> {
    if (nodes.length === 0) return;
    await kubectl(["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: nodes }));
}

/** As EKS labels the nodes of a group. */
const groupLabel = "eks.amazonaws.com/nodegroup";

/** EKS has names of its own for the effects of taints. */
const effects: Readonly<Record<string, string>> = {
    NO_SCHEDULE: "NoSchedule",
    PREFER_NO_SCHEDULE: "PreferNoSchedule",
    NO_EXECUTE: "NoExecute",
};

function nodesOf(account: Account, { properties }: AwsResource): NodeManifest[] {
    const group = String(properties["nodeGroupName"]);
    const [subnetId] = properties["subnetIds"] as string[];
    const [type = ""] = properties["instanceTypes"] as string[];
    const subnet = account.resources("aws:ec2/subnet:Subnet").find(({ id }) => id === subnetId);
    const labels = properties["labels"] as Record<string, string> | undefined;
    const taints = ((properties["taints"] as Taint[] | undefined) ?? []).map((taint) => ({
        ...taint,
        effect: effects[taint.effect] ?? "",
    }));
    const zone = String(subnet?.properties["availabilityZone"]);
    return Array.from({ length: Number(properties["scalingConfig"].desiredSize) }, (_, index) =>
        node(group, index, zone, type, { [groupLabel]: group, ...labels }, taints),
    );
}

function node(
    group: string,
    index: number,
    zone: string,
    type: string,
    labels: Readonly<Record<string, string>>,
    taints: readonly Taint[],
): NodeManifest {
    // <zone>-<number>: the sandbox's volumes take their zone from the name.
    const number = parseInt(createHash("sha1").update(group).digest("hex").slice(0, 6), 16) * 10 + index;
    const name = `${zone}-${number}`;
    return {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
            name,
            labels: {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "arm64",
                "node.kubernetes.io/instance-type": type,
                "topology.kubernetes.io/zone": zone,
                ...labels,
            },
            annotations: { "kwok.x-k8s.io/node": "fake" },
        },
        spec: { taints },
        // As a kubelet registers itself.
        status: { capacity: sizeOf(type), allocatable: sizeOf(type) },
    };
}

/**
 * What pods can have of an instance type of the families m, r, c and t: less what EKS keeps for the system and the kubelet,
 * and what its own pods on each node ask for.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
 */
function sizeOf(type: string): Record<string, string> {
    const [family = "", size = ""] = type.split(".");
    const [, many] = /^(\d*)xlarge$/.exec(size) ?? [];
    const processors = many === undefined ? 2 : 4 * Number(many || 1);
    const memoryGi = processors * ({ c: 2, m: 4, t: 4, r: 8 }[family.slice(0, 1)] ?? 4);
    const pods = processors === 2 ? 29 : 58;
    const forSystem = { cpu: 80 + 250, memoryMi: 0.03 * memoryGi * 1024 + 355 + 11 * pods + 400 };
    return {
        cpu: `${processors * 1000 - forSystem.cpu}m`,
        memory: `${Math.floor(memoryGi * 1024 - forSystem.memoryMi)}Mi`,
        pods: String(pods),
        "ephemeral-storage": "50Gi",
    };
}
