/**
 * What will be made in AWS: every decision, taken from plain values before the first resource, so that the first preview
 * shows every resource. The components render the plan and decide nothing.
 */
import type { LiveCluster } from "../live";
import type { InstancePlan } from "../plan";
import { type Problem, pathOf } from "../problem";
import type { InstanceModel } from "../schema";
import { guardClasses, planClasses } from "./classes";
import { eksContract, eksTags, ingressGroup, vpcRanges } from "./contract";
import { couchdbNodes } from "./couchdb-nodes";
import type { AccessPlan, EksPlan, NetworkPlan, NodeGroupPlan } from "./eks-plan";
import { type EksSubject, guardAws } from "./guard";
import { addonsOf } from "./guard-versions";
import type { EksModel, NodesModel } from "./schema";
import { planAlarms, planSnapshotPolicies } from "./snapshots";
import { planSubnets } from "./subnets";

export interface PlanEksArgs extends EksSubject {
    /** The stack file's instances, and what was planned of them. */
    readonly instances: Readonly<Record<string, InstanceModel>>;
    readonly plans: readonly InstancePlan[];
    /** What is in the cluster; empty where there is none yet. */
    readonly cluster: Pick<LiveCluster, "storageClasses">;
}

export interface PlannedEks {
    /** Only of interest where there are no problems. */
    readonly plan: EksPlan;
    readonly problems: readonly Problem[];
    /** For the preview. */
    readonly notes: readonly string[];
}

export function planEks(args: PlanEksArgs): PlannedEks {
    const { model, live, stack, instances, plans, cluster } = args;
    const storage = planClasses({ model, stack, volumes: estimatedVolumes(args), live: cluster.storageClasses });
    const classes = guardClasses(storage.plan, cluster.storageClasses, stack);
    const taken = plans.map(({ name, namespace, couchdbNodes }) => ({
        name,
        namespace,
        tier: instances[name]?.snapshots.tier,
        couchdbNodes,
    }));
    const snapshots = planSnapshotPolicies({ model, instances: taken });
    const alarms = planAlarms({ model, policies: snapshots.policies, instances: taken });
    const plan: EksPlan = {
        name: model.name,
        region: model.region,
        account: live.account,
        partition: live.partition,
        ...(model.profile === undefined ? {} : { profile: model.profile }),
        version: model.version,
        stack,
        tags: eksTags(model, stack),
        network: planNetwork(args),
        publicAccess: model.publicAccess,
        access: planAccess(model, live.partition),
        logs: model.logs,
        nodeGroups: planNodeGroups(args),
        ...(model.autoMode === undefined ? {} : { autoMode: model.autoMode }),
        addons: addonsOf(model).map((name) => ({ name, version: model.addons[name] ?? "" })),
        ...(model.loadBalancerController === undefined ? {} : { loadBalancerController: model.loadBalancerController }),
        storage: storage.plan,
        snapshotPolicies: snapshots.policies,
        ...(alarms === undefined ? {} : { alarms }),
        // The group is always said here: with Auto Mode it is not the instances' but the IngressClass' own.
        ingress: { ...eksContract(model, live, stack).ingress, group: ingressGroup(model) },
        ...(live.hostedZone === undefined
            ? {}
            : { hostedZone: { id: live.hostedZone.id, domain: live.hostedZone.domain } }),
    };
    return {
        plan,
        // Of storage and snapshots the rest was told of the file alone (`rules.ts`).
        problems: [...guardAws(args), ...storage.problems, ...classes.problems],
        notes: [...versionNotes(args), ...autoModeNotes(model), ...classes.notes, ...snapshots.notes],
    };
}

/** Volumes whose size follows from `sizing`: those that are written down were checked with the file. */
function estimatedVolumes({ instances, plans }: PlanEksArgs) {
    return plans.flatMap(({ name, volumes }) => {
        const written = instances[name]?.couchdb.volume;
        const [volume] = volumes;
        if (written?.kind !== "new" || written.size !== undefined || volume === undefined) return [];
        return [
            {
                path: pathOf("instances", name, "couchdb", "volume", "size"),
                size: volume.size,
                className: written.className,
            },
        ];
    });
}

function planNetwork({ model, live }: PlanEksArgs): NetworkPlan {
    const { network, zones } = model;
    if (network.kind === "new") return { ...network, zones: planSubnets(network.cidr, zones) };
    const { vpcId, privateSubnets, publicSubnets } = network;
    return {
        kind: "existing",
        vpcId,
        cidrs: vpcRanges(model, live),
        zones: zones.map((zone) => {
            const subnet = publicSubnets[zone];
            // The rules have looked: each zone has a private one.
            return { zone, private: privateSubnets[zone] ?? "", ...(subnet === undefined ? {} : { public: subnet }) };
        }),
    };
}

/** EKS's own policies. @see https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
const accessPolicies = {
    admin: { cluster: "AmazonEKSClusterAdminPolicy", namespaces: "AmazonEKSAdminPolicy" },
    edit: { cluster: "AmazonEKSEditPolicy", namespaces: "AmazonEKSEditPolicy" },
    view: { cluster: "AmazonEKSViewPolicy", namespaces: "AmazonEKSViewPolicy" },
} as const;

function planAccess({ access }: EksModel, partition: string): AccessPlan[] {
    return Object.entries(access).map(([name, { principal, level, namespaces }]) => {
        const policy = accessPolicies[level][namespaces === undefined ? "cluster" : "namespaces"];
        return {
            name,
            principal,
            policyArn: `arn:${partition}:eks::aws:cluster-access-policy/${policy}`,
            ...(namespaces === undefined ? {} : { namespaces }),
        };
    });
}

/** One for each zone of each kind: a CouchDB volume lives in one zone, and a group over several would not keep a node in each. */
function planNodeGroups({ model: { zones, nodes }, live }: PlanEksArgs): NodeGroupPlan[] {
    return Object.entries(nodes?.groups ?? {}).flatMap(([kind, group]) => {
        // The guard has looked: all types of a group are of one architecture.
        const arm = group.instanceTypes.some((type) => live.instanceTypes.get(type)?.architectures.includes("arm64"));
        const amiType = arm ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
        return zones
            .filter((zone) => (group.zones ?? zones).includes(zone))
            .map((zone) => planNodeGroup(kind, zone, group, { amiType, releaseVersion: nodes?.releaseVersion ?? "" }));
    });
}

function planNodeGroup(
    kind: string,
    zone: string,
    group: NodesModel,
    image: Pick<NodeGroupPlan, "amiType" | "releaseVersion">,
): NodeGroupPlan {
    const { min, desired = min, max = desired } = group.perZone;
    return {
        name: `${kind}-${zone}`,
        zone,
        instanceTypes: group.instanceTypes,
        ...image,
        min,
        desired,
        max,
        diskGi: group.diskGi,
        capacityType: group.capacity === "spot" ? "SPOT" : "ON_DEMAND",
        labels: { "cht-hosting/nodes": kind, ...(group.couchdb ? couchdbNodes.labels : {}), ...group.labels },
        taints: [...(group.couchdb ? [couchdbNodes.taint] : []), ...group.taints],
    };
}

function versionNotes({ model: { version }, live }: EksSubject): string[] {
    const support = live.versions.find((known) => known.version === version)?.support;
    return support === undefined || support === "standard"
        ? []
        : [`cluster.version: Kubernetes ${version} is out of AWS's standard support: raise it, before AWS does.`];
}

/** What it means for a database. */
function autoModeNotes({ autoMode }: EksModel): string[] {
    if (autoMode === undefined) return [];
    return [
        `cluster.autoMode: AWS replaces every node at an age of ${autoMode.maximumAgeHours} hours, and CouchDB restarts with it each time. The volumes belong to Auto Mode's own CSI driver: no other nodes can use them, so it cannot be taken back.`,
    ];
}
