/**
 * What will be made of an instance: every decision, taken from plain values before the first resource exists, so that the
 * first preview shows every resource. The components render a plan and decide nothing.
 */
import * as pulumi from "@pulumi/pulumi";
import { describeInstance } from "../cht/describe";
import type { CredentialKey } from "../cht/model";
import { serviceAddress } from "../cht/names";
import { quiescedArrows } from "../cht/quiesced";
import { estimate, resourcesFor } from "../cht/sizing";
import { parseVersion } from "../cht/version";
import type { LiveAws } from "./aws/live";
import type { AwsPlace } from "./aws/place";
import type { ClusterPlacement, IngressModel, StorageModel } from "./cluster-schema";
import { credentialKeys, generationOf, guardCredentials, guardNew } from "./guard/credentials";
import { guardPlaces } from "./guard/place";
import type { Finding } from "./guard/subject";
import { guardVersion } from "./guard/version";
import { guardVolumes } from "./guard/volumes";
import type { CredentialsPlan, InstancePlan } from "./instance-plan";
import { type LiveCluster, type LiveNamespace, labels } from "./live";
import { formatProblems, type Problem, pathOf } from "./problem";
import { mergeResources } from "./resources";
import { checkIngress, isInside } from "./rules";
import type { InstanceModel, KubernetesStackModel } from "./schema";
import type { GivenSecrets } from "./secrets";
import { pinOf } from "./snapshot-source";
import {
    keptForEver,
    planQuiesced,
    planRestore,
    type QuiescedPlan,
    type RestorePlan,
    sendsMessages,
    withoutMessages,
    withoutOutside,
} from "./snapshots";
import { planVolumes } from "./volumes";

export type { CredentialsPlan, InstancePlan, VolumePlan } from "./instance-plan";
export type { QuiescedPlan } from "./snapshots";

export interface PlanArgs {
    readonly model: KubernetesStackModel;
    /** What the cluster offers to volumes and to the way in. */
    readonly contract: {
        readonly name: string;
        readonly storage: StorageModel;
        readonly ingress: IngressModel;
        readonly aws?: AwsPlace;
        readonly placement?: ClusterPlacement;
    };
    readonly live: LiveCluster;
    /** `<project>.<stack>` */
    readonly stack: string;
    readonly secrets: GivenSecrets;
    /** Of a cluster on AWS: the snapshots that volumes are made of. */
    readonly aws?: Pick<LiveAws, "snapshots">;
}

/** The namespace of an instance, from its entry in the stack file. */
export function namespaceOf([name, { namespace }]: readonly [string, Pick<InstanceModel, "namespace">]): string {
    return namespace ?? name;
}

/**
 * Plans the instances of a stack.
 *
 * @throws {pulumi.RunError} with everything that what runs in the cluster does not allow, each with the way out.
 */
export function planStack(args: PlanArgs): readonly InstancePlan[] {
    const { plans, ...told } = planInstances(args);
    tell(args, told);
    return plans;
}

/**
 * Tells what was found out: the notes in the preview.
 *
 * @throws {pulumi.RunError} with all problems, where there are any.
 */
export function tell({ stack, contract }: Pick<PlanArgs, "stack" | "contract">, { problems, notes }: Findings): void {
    if (problems.length > 0) {
        const file = `Pulumi.${stack.slice(stack.indexOf(".") + 1)}.yaml`;
        const there = contract.aws === undefined ? "what runs" : "what there is in AWS, and";
        throw new pulumi.RunError(
            formatProblems(`${file} does not fit ${there} in the cluster '${contract.name}'`, problems),
        );
    }
    for (const note of notes) void pulumi.log.info(note);
}

export interface Findings {
    readonly problems: readonly Problem[];
    /** For the preview. */
    readonly notes: readonly string[];
}

/** What {@link planStack} does, as plain values. Where there are problems, the plans are only of interest to tests. */
export function planInstances(args: PlanArgs): {
    plans: readonly InstancePlan[];
    problems: readonly Problem[];
    notes: readonly string[];
} {
    const { model, contract, live, stack } = args;
    const instances = Object.entries(model.instances);
    const places = new Map(instances.map((entry) => [entry[0], namespaceOf(entry)]));
    const problems = [
        ...checkIngress(new Map(instances), contract),
        ...guardPlaces(model, places, live, stack, contract.name),
    ];
    const notes: string[] = [];
    const plans = instances.map(([name, instance]) => {
        const found = live.namespaces.get(namespaceOf([name, instance]));
        const own = found?.owner?.stack === stack && found.owner.instance === name ? found : undefined;
        const subject = { name, namespace: namespaceOf([name, instance]), instance, own, secrets: args.secrets };
        const restore = planRestore({ ...subject, version: parseVersion(instance.version) }, args);
        const quiesced = planQuiesced(instance, contract.storage.snapshotClassName, annotationsOf(instance, contract));
        const plan = planInstance(name, instance, own, args, restore, quiesced.plan);
        const guarded = guardInstance(plan, instance, own, args.secrets);
        const findings = [...restore.findings, ...quiesced.findings].map((finding) => problemOf(name, finding));
        problems.push(...findings, ...guarded.problems, ...guardDisks(plan, live));
        notes.push(...guarded.notes, ...restore.notes.map((note) => `instances.${name}.${note}`));
        if (!sendsMessages(instance)) notes.push(`instances.${name}.${withoutMessages}`);
        if (plan.quiesced !== undefined) {
            const { words, snapshotClassName } = plan.quiesced;
            const told = [
                `${words}; API and Sentinel stop meanwhile.`,
                ...keptForEver(live.snapshots?.deletionPolicy, snapshotClassName),
            ];
            notes.push(...told.map((note) => `instances.${name}.snapshots.quiesced: ${note}`));
        }
        return plan;
    });
    return { plans, problems, notes };
}

/** A PersistentVolume belongs to no namespace: one of this name may be somebody else's, and would be laid over. */
function guardDisks({ name, volumes }: InstancePlan, live: LiveCluster): Problem[] {
    return volumes.flatMap((volume, index) =>
        volume.kind === "disk" && live.otherVolumes.includes(volume.persistentVolume)
            ? [
                  {
                      path: pathOf("instances", name, "couchdb", "volume", "volumes", index),
                      message: `The PersistentVolume '${volume.persistentVolume}', by which the disk would be used, exists and was not made by this stack. Use it: persistentVolume: ${volume.persistentVolume}.`,
                  },
              ]
            : [],
    );
}

/** @param own the instance's own namespace, where it exists */
function planInstance(
    name: string,
    instance: InstanceModel,
    own: LiveNamespace | undefined,
    { contract, live, secrets }: PlanArgs,
    restore: RestorePlan,
    quiesced: QuiescedPlan | undefined,
): InstancePlan {
    const namespace = namespaceOf([name, instance]);
    const { couchdb, database, logLevel, buildsUrl, proxy, images } = instance;
    const estimated = instance.sizing === undefined ? undefined : estimate(instance.sizing);
    const volumes = planVolumes(instance, namespace, contract.storage.className, estimated, own, restore.source);
    const claims = own?.claims.map((claim) => claim.name) ?? [];
    const disks = volumes.flatMap((volume) => (volume.kind === "disk" ? [volume.persistentVolume] : []));
    const described = describeInstance({
        version: parseVersion(instance.version),
        platform: "kubernetes",
        couchdbNodes: couchdb.nodes,
        database,
        logLevel,
        buildsUrl,
        addServernameToHttpAgent: proxy.addServernameToHttpAgent,
        proxyChangeOrigin: proxy.changeOrigin,
        images,
        dataPath: couchdb.dataPath,
        resources: mergeResources(resourcesFor(estimated, couchdb.nodes), instance.resources),
        address: serviceAddress(namespace),
    });
    const description = {
        ...described,
        arrows: [
            ...(sendsMessages(instance) ? described.arrows : withoutOutside(described)),
            ...(quiesced === undefined ? [] : quiescedArrows()),
        ],
    };
    return {
        name,
        namespace,
        host: instance.host,
        version: instance.version,
        database,
        tls: instance.tls,
        couchdbNodes: couchdb.nodes,
        description,
        volumes,
        placement: { ...instance.placement, ...contract.placement },
        images,
        internetPorts: instance.internet.ports,
        credentials: {
            ...instance.credentials,
            given: {
                password: secrets.has(name, "password"),
                secret: secrets.has(name, "secret"),
                uuid: secrets.has(name, "uuid"),
            },
            live: liveCredentials(own),
            ...(restore.inherited === undefined ? {} : { inherited: restore.inherited }),
        },
        annotations: {
            ...annotationsOf(instance, contract),
            ...(restore.source === undefined ? {} : { [labels.snapshotSource]: pinOf(restore.source) }),
        },
        estimate: estimated,
        ...(quiesced === undefined ? {} : { quiesced }),
        ...planRoute(instance, contract.aws),
        remove: instance.remove !== undefined,
        adopt: {
            namespace: own !== undefined,
            credentials: own?.credentials !== undefined,
            claims: volumes.map(({ claimName }) => claimName).filter((claim) => claims.includes(claim)),
            disks: disks.filter((disk) => live.disks.includes(disk)),
        },
    };
}

/** What the data is made with, and may not change. */
function annotationsOf({ couchdb, version }: InstanceModel, { name }: PlanArgs["contract"]): Record<string, string> {
    return {
        [labels.cluster]: name,
        [labels.couchdbNodes]: String(couchdb.nodes),
        [labels.dataPath]: couchdb.dataPath,
        [labels.version]: version,
    };
}

function problemOf(name: string, { path, message }: Finding): Problem {
    return { path: `${pathOf("instances", name)}.${path}`, message };
}

/** A host outside the zone has its record elsewhere; a certificate there is refused (`rules.ts`). */
function planRoute({ host, tls, remove }: InstanceModel, aws: AwsPlace | undefined): Pick<InstancePlan, "route"> {
    const zone = aws?.hostedZone;
    if (zone?.domain === undefined || remove !== undefined || !isInside(host, zone.domain)) return {};
    return { route: { hostedZoneId: zone.id, certificate: tls.kind === "acm" } };
}

/** The Secret's contents, where they are whole; where they are not, the guard refuses the instance. */
function liveCredentials(own: LiveNamespace | undefined): CredentialsPlan["live"] {
    if (own?.credentials === undefined) return undefined;
    const { values } = own.credentials;
    if (!credentialKeys.every((key) => values[key] !== undefined)) return undefined;
    return { generation: generationOf(own.credentials), values: values as Record<CredentialKey, string> };
}

function guardInstance(
    { name, description, volumes }: InstancePlan,
    instance: InstanceModel,
    own: LiveNamespace | undefined,
    secrets: GivenSecrets,
): { problems: Problem[]; notes: string[] } {
    const subject = own && { name, instance, version: description.version, volumes, secrets, live: own };
    const version = subject === undefined ? { findings: [], notes: [] } : guardVersion(subject);
    const findings =
        subject === undefined
            ? guardNew(instance.credentials.generation)
            : [...version.findings, ...guardVolumes(subject), ...guardCredentials(subject)];
    return {
        problems: findings.map((finding) => problemOf(name, finding)),
        notes: version.notes.map((note) => `instances.${name}.version: ${note}`),
    };
}
