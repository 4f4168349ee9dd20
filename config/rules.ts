/**
 * What must be true between keys, where each of them is right by itself. Every rule looks at what it can see: a key that
 * is missing because it is wrong is spoken of elsewhere (`parse.ts`), and never hides another mistake.
 */
import { ChtVersionError } from "../cht/version";
import type { AwsPlace } from "./aws/place";
import { checkEks } from "./aws/rules";
import type { ClusterModel, IngressModel } from "./cluster-schema";
import { checkEach, type InstanceRule, type Instances, removalIsMeant, unique, versionOf } from "./common-rules";
import { checkHostRules } from "./docker/rules";
import type { ParsedKubernetes, ParsedStack } from "./parse";
import { oneOf, type Problem, pathOf } from "./problem";
import { compareQuantities } from "./quantity";
import type { InstanceModel } from "./schema";
import { snapshotRules } from "./snapshot-rules";

export function checkRules(parsed: ParsedStack): Problem[] {
    return parsed.platform === "docker" ? checkHostRules(parsed) : checkKubernetesRules(parsed);
}

function checkKubernetesRules({ cluster, instances }: Pick<ParsedKubernetes, "cluster" | "instances">): Problem[] {
    return [
        ...checkCluster(cluster),
        ...(cluster?.kind === "existing" ? checkIngress(instances, cluster) : []),
        ...(cluster?.kind === "eks" ? checkEks(cluster, instances) : checkTiers(cluster, instances)),
        ...unique(instances, "host", (instance) => instance.host),
        ...unique(instances, "namespace", namespaceOf),
        ...checkVolumesOnce(instances),
        ...checkEach(instances, instanceRules),
    ];
}

/** What of a cluster certificates depend on. */
interface WayIn {
    readonly ingress: Pick<IngressModel, "kind">;
    readonly aws?: Pick<AwsPlace, "hostedZone">;
}

/**
 * Whether the instances' certificates fit the ingress. Apart, because the ingress of a cluster that another stack made is
 * known only when that stack has been read, and a hosted zone's domain when AWS has.
 */
export function checkIngress(instances: Instances<InstanceModel>, { ingress, aws }: WayIn): Problem[] {
    const zone = aws?.hostedZone;
    const fitting: readonly InstanceModel["tls"]["kind"][] =
        ingress.kind !== "alb"
            ? ["secret", "cert-manager", "none"]
            : zone === undefined
              ? ["load-balancer", "none"]
              : ["acm", "load-balancer", "none"];
    return [...instances].flatMap(([name, { tls, host }]) => {
        if (tls === undefined) return [];
        const refuse = (path: string, message: string) => [{ path: pathOf("instances", name, path), message }];
        if (ingress.kind === "alb" && tls.kind === "acm" && zone === undefined) {
            return refuse(
                "tls.kind",
                `'acm' needs a hosted zone in which the certificate is proved, cluster.ingress.hostedZone of the cluster; without one it must be ${oneOf(fitting)}`,
            );
        }
        if (!fitting.includes(tls.kind)) {
            return refuse(
                "tls.kind",
                `'${tls.kind}' does not go with the cluster's ingress '${ingress.kind}': must be ${oneOf(fitting)}`,
            );
        }
        const domain = zone?.domain;
        if (tls.kind === "acm" && domain !== undefined && host !== undefined && !isInside(host, domain)) {
            return refuse(
                "host",
                `is not in the cluster's hosted zone, '${domain}', where its certificate would be proved: must be '${domain}' or end with '.${domain}'`,
            );
        }
        return [];
    });
}

/** Whether a host's record belongs into the zone of `domain`. */
export function isInside(host: string, domain: string): boolean {
    return host === domain || host.endsWith(`.${domain}`);
}

function* checkCluster(cluster: ClusterModel | undefined): Generator<Problem> {
    if (cluster?.kind !== "existing") return;
    if (cluster.kubeconfig === undefined && cluster.context === undefined) {
        yield {
            path: "cluster",
            message:
                "must have a kubeconfig, a context or both: whatever cluster happens to be the current one is not a choice",
        };
    }
    const { kind, from, group, scheme, webAcl } = cluster.ingress;
    if (kind === "alb" && from === undefined) {
        yield {
            path: "cluster.ingress.from",
            message:
                "is required with 'alb', whose load balancer has no namespace: the VPC's address ranges, such as [{ cidr: '10.0.0.0/16' }]",
        };
    }
    if (kind !== "alb" && group !== undefined) {
        yield { path: "cluster.ingress.group", message: `is allowed with kind 'alb' only, not with '${kind}'` };
    }
    if (kind !== "alb" && webAcl !== undefined) {
        yield { path: "cluster.ingress.webAcl", message: `is allowed with kind 'alb' only, not with '${kind}'` };
    }
    if (kind !== "alb" && scheme !== "internet-facing") {
        yield { path: "cluster.ingress.scheme", message: `is allowed with kind 'alb' only, not with '${kind}'` };
    }
}

/** Tiers of snapshots are made with an EKS cluster, by the stack that makes it. */
function* checkTiers(cluster: ClusterModel | undefined, instances: Instances<InstanceModel>): Generator<Problem> {
    if (cluster === undefined) return;
    for (const [name, { snapshots, namespace }] of instances) {
        if (snapshots?.tier === undefined || snapshots.tier === "none") continue;
        const message =
            cluster.kind === "stack"
                ? `is said in the stack that makes the cluster: name '${namespace ?? name}' there, in cluster.snapshots.tiers.${snapshots.tier}.namespaces`
                : "needs a cluster of kind 'eks', which has tiers; what takes snapshots of this one's volumes is outside the program";
        yield { path: pathOf("instances", name, "snapshots", "tier"), message };
    }
}

/** A namespace that is wrong is none, rather than the instance's name. */
function namespaceOf(instance: Partial<InstanceModel>, name: string): string | undefined {
    return "namespace" in instance ? (instance.namespace ?? name) : undefined;
}

/**
 * A volume holds the data of one CouchDB node. Paths of their own would not keep two apart: the password file and the
 * full-text index have one place on a volume.
 */
function* checkVolumesOnce(instances: Instances<InstanceModel>): Generator<Problem> {
    const first = new Map<string, string>();
    for (const [name, { couchdb }] of instances) {
        if (couchdb?.volume.kind !== "existing") continue;
        for (const [index, volume] of couchdb.volume.volumes.entries()) {
            const identity =
                "handle" in volume ? `disk ${volume.driver} ${volume.handle}` : `volume ${volume.persistentVolume}`;
            const path = pathOf("instances", name, "couchdb", "volume", "volumes", index);
            const other = first.get(identity);
            if (other === undefined) first.set(identity, path);
            else yield { path, message: `is the volume of ${other}: every CouchDB node needs its own` };
        }
    }
}

const instanceRules: readonly InstanceRule<InstanceModel>[] = [
    ...snapshotRules,
    function* versionIsHosted({ version }) {
        const parsed = version === undefined ? undefined : versionOf(version);
        if (parsed instanceof ChtVersionError) yield { path: "version", message: parsed.message };
    },
    removalIsMeant,
    function* volumePerNode({ couchdb }) {
        if (couchdb?.volume.kind !== "existing") return;
        const { nodes, volume } = couchdb;
        if (volume.volumes.length !== nodes) {
            yield {
                path: "couchdb.volume.volumes",
                message: `must be as many as couchdb.nodes, ${nodes}, not ${volume.volumes.length}`,
            };
        }
    },
    function* volumeHasSize(instance) {
        const volume = instance.couchdb?.volume;
        // `in`: a sizing that is wrong is told already, and is not the same as none.
        if (
            volume?.kind === "new" &&
            volume.size === undefined &&
            "sizing" in instance &&
            instance.sizing === undefined
        ) {
            yield {
                path: "couchdb.volume.size",
                message: "is required, such as '50Gi', unless 'sizing' tells users and documents",
            };
        }
    },
    function* labelsPerNode({ couchdb, placement }) {
        const labels = placement?.couchdbNodes;
        if (couchdb !== undefined && labels !== undefined && labels.length !== couchdb.nodes) {
            yield {
                path: "placement.couchdbNodes",
                message: `must be as many as couchdb.nodes, ${couchdb.nodes}, not ${labels.length}`,
            };
        }
    },
    function* tolerationsHold({ placement }) {
        for (const [index, { key, operator, value }] of (placement?.tolerations ?? []).entries()) {
            const path = pathOf("placement", "tolerations", index);
            if (operator === "Exists" && value !== undefined) {
                yield {
                    path: `${path}.value`,
                    message: "is not allowed with operator 'Exists', which tolerates every value",
                };
            }
            if (operator === "Equal" && key === undefined) {
                yield {
                    path: `${path}.key`,
                    message: "is required with operator 'Equal'; operator 'Exists' without a key tolerates every taint",
                };
            }
        }
    },
    function* limitsCoverRequests({ resources }) {
        for (const [role, needs] of Object.entries(resources ?? {})) {
            for (const kind of ["cpu", "memory"] as const) {
                const [request, limit] = [needs?.requests[kind], needs?.limits[kind]];
                if (request !== undefined && limit !== undefined && compareQuantities(request, limit) > 0) {
                    yield { path: `resources.${role}.limits.${kind}`, message: `must be at least requests.${kind}` };
                }
            }
        }
    },
];
