/**
 * What will be made of an instance: every decision, taken from plain values before the first resource exists, so that the
 * first preview shows every resource. The components render a plan and decide nothing.
 */
import * as pulumi from "@pulumi/pulumi";
import { describeInstance } from "../cht/describe";
import type { CredentialKey, InstanceDescription } from "../cht/model";
import { serviceAddress } from "../cht/names";
import { type Estimate, estimate, resourcesFor } from "../cht/sizing";
import { parseVersion } from "../cht/version";
import type { IngressModel, StorageModel } from "./cluster-schema";
import { credentialKeys, generationOf, guardCredentials, guardNew } from "./guard/credentials";
import { guardPlaces } from "./guard/place";
import { guardVersion } from "./guard/version";
import { guardVolumes } from "./guard/volumes";
import { type LiveCluster, type LiveNamespace, labels } from "./live";
import { formatProblems, type Problem, pathOf } from "./problem";
import { mergeResources } from "./resources";
import { checkIngress } from "./rules";
import type { InstanceModel, KubernetesStackModel } from "./schema";
import type { GivenSecrets } from "./secrets";
import { planVolumes } from "./volumes";

export interface InstancePlan {
    /** The instance's key in the stack file: its identity. */
    readonly name: string;
    readonly namespace: string;
    readonly host: string;
    readonly version: string;
    readonly database: string;
    readonly tls: InstanceModel["tls"];
    readonly couchdbNodes: number;
    readonly description: InstanceDescription;
    /** One per CouchDB node, in order. */
    readonly volumes: readonly VolumePlan[];
    readonly placement: InstanceModel["placement"];
    readonly images: InstanceModel["images"];
    readonly internetPorts: readonly number[];
    readonly credentials: CredentialsPlan;
    /** Annotations of the Namespace: what the data was made with. */
    readonly annotations: Readonly<Record<string, string>>;
    /** What sizing says, where the operator gave users; an output. */
    readonly estimate?: Estimate;
    /** Whether services are taken down: only what holds data stays, unprotected so that the next `up` may forget it. */
    readonly remove: boolean;
    /** Objects that exist in the cluster and are taken over, never made anew. */
    readonly adopt: Adoption;
}

/** The claim of one CouchDB node, and what stands behind it. A claim that cannot bind cannot be written. */
export type VolumePlan = {
    readonly node: number;
    readonly claimName: string;
    /** Storage request, a Kubernetes quantity. */
    readonly size: string;
    /** What stands behind the claim, as one text for its annotation: a change of it would leave the data behind. */
    readonly source: string;
} & (
    | { readonly kind: "new"; readonly className: string }
    /** A PersistentVolume that exists. */
    | { readonly kind: "persistentVolume"; readonly className: string; readonly persistentVolume: string }
    /** A disk that exists: its PersistentVolume is made, with reclaim policy Retain. */
    | {
          readonly kind: "disk";
          readonly className: string;
          readonly persistentVolume: string;
          readonly driver: string;
          readonly handle: string;
          readonly fsType: string;
          readonly attributes: Readonly<Record<string, string>>;
          readonly zone?: string;
      }
);

export interface CredentialsPlan {
    readonly user: string;
    /** Raised by one for each rotation. */
    readonly generation: number;
    /** Whether a password, secret or uuid comes from the stack's own configuration; the rest is generated. */
    readonly given: { readonly password: boolean; readonly secret: boolean; readonly uuid: boolean };
    /**
     * What the instance's Secret in the cluster holds, where it exists: the truth for its generation, because CouchDB
     * keeps the password it was first given.
     */
    readonly live?: { readonly generation: number; readonly values: Readonly<Record<CredentialKey, string>> };
}

export interface Adoption {
    readonly namespace: boolean;
    readonly credentials: boolean;
    /** Names of claims. */
    readonly claims: readonly string[];
    /** Names of PersistentVolumes of disks that the program made before. */
    readonly disks: readonly string[];
}

export interface PlanArgs {
    readonly model: KubernetesStackModel;
    /** What the cluster offers to volumes and to the way in. */
    readonly contract: { readonly name: string; readonly storage: StorageModel; readonly ingress: IngressModel };
    readonly live: LiveCluster;
    /** `<project>.<stack>` */
    readonly stack: string;
    readonly secrets: GivenSecrets;
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
    const { plans, problems, notes } = planInstances(args);
    if (problems.length > 0) {
        const file = `Pulumi.${args.stack.slice(args.stack.indexOf(".") + 1)}.yaml`;
        throw new pulumi.RunError(
            formatProblems(`${file} does not fit what runs in the cluster '${args.contract.name}'`, problems),
        );
    }
    for (const note of notes) void pulumi.log.info(note);
    return plans;
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
        ...checkIngress(new Map(instances), contract.ingress),
        ...guardPlaces(model, places, live, stack, contract.name),
    ];
    const notes: string[] = [];
    const plans = instances.map(([name, instance]) => {
        const found = live.namespaces.get(namespaceOf([name, instance]));
        const own = found?.owner?.stack === stack && found.owner.instance === name ? found : undefined;
        const plan = planInstance(name, instance, own, args);
        const guarded = guardInstance(plan, instance, own, args.secrets);
        problems.push(...guarded.problems, ...guardDisks(plan, live));
        notes.push(...guarded.notes);
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
): InstancePlan {
    const namespace = namespaceOf([name, instance]);
    const { couchdb, database, logLevel, buildsUrl, proxy, images } = instance;
    const estimated = instance.sizing === undefined ? undefined : estimate(instance.sizing);
    const volumes = planVolumes(instance, namespace, contract.storage.className, estimated, own);
    const claims = own?.claims.map((claim) => claim.name) ?? [];
    const disks = volumes.flatMap((volume) => (volume.kind === "disk" ? [volume.persistentVolume] : []));
    const description = describeInstance({
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
        placement: instance.placement,
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
        },
        annotations: {
            [labels.cluster]: contract.name,
            [labels.couchdbNodes]: String(couchdb.nodes),
            [labels.dataPath]: couchdb.dataPath,
            [labels.version]: instance.version,
        },
        estimate: estimated,
        remove: instance.remove !== undefined,
        adopt: {
            namespace: own !== undefined,
            credentials: own?.credentials !== undefined,
            claims: volumes.map(({ claimName }) => claimName).filter((claim) => claims.includes(claim)),
            disks: disks.filter((disk) => live.disks.includes(disk)),
        },
    };
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
        problems: findings.map(({ path, message }) => ({ path: `${pathOf("instances", name)}.${path}`, message })),
        notes: version.notes.map((note) => `instances.${name}.version: ${note}`),
    };
}
