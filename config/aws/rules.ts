/**
 * What must be true of an EKS cluster's keys together, before AWS is asked: a mistake that the file shows needs no
 * credentials to be found.
 */
import type { Instances } from "../common-rules";
import { oneOf, type Problem, pathOf } from "../problem";
import type { InstanceModel } from "../schema";
import { planClasses } from "./classes";
import { checkNetwork, checkPublicAccess } from "./rules-network";
import { checkNodes } from "./rules-nodes";
import type { EksModel } from "./schema";
import { checkSnapshots } from "./snapshots-rules";
import { awsTags } from "./tags";

export function checkEks(cluster: EksModel, instances: Instances<InstanceModel>): Problem[] {
    const rules = [checkZones, checkNetwork, checkPublicAccess, checkNodes, checkVersions, checkTags];
    return [
        ...rules.flatMap((rule) => [...rule(cluster)]),
        ...checkStorage(cluster, instances),
        ...checkTiers(cluster, instances),
        ...checkInstances(cluster, instances),
    ];
}

function* checkZones({ region, zones }: EksModel): Generator<Problem> {
    for (const [index, zone] of zones.entries()) {
        const path = pathOf("cluster", "zones", index);
        if (zone.slice(0, -1) !== region) yield { path, message: `is not in the region '${region}' of cluster.region` };
        if (zones.indexOf(zone) < index) yield { path, message: "is there twice" };
    }
}

/** Versions that belong to one Kubernetes. */
function* checkVersions({ version, nodes, addons }: EksModel): Generator<Problem> {
    const release = nodes?.releaseVersion;
    if (release !== undefined && !release.startsWith(`${version}.`)) {
        yield {
            path: "cluster.nodes.releaseVersion",
            message: `must be one of Kubernetes ${version}, beginning with '${version}.': leave it out, and preview tells the one that AWS recommends`,
        };
    }
    const proxy = addons["kube-proxy"];
    if (proxy !== undefined && !proxy.startsWith(`v${version}.`)) {
        yield {
            path: "cluster.addons.kube-proxy",
            message: `must be one of Kubernetes ${version}, beginning with 'v${version}.': leave it out, and preview tells the one that AWS recommends`,
        };
    }
}

/** Of volumes whose size is written down; the others are checked when they are planned. */
function checkStorage(model: EksModel, instances: Instances<InstanceModel>): Problem[] {
    const volumes = [...instances].flatMap(([name, { couchdb }]) => {
        const volume = couchdb?.volume;
        if (volume?.kind !== "new" || volume.size === undefined) return [];
        return [
            {
                path: pathOf("instances", name, "couchdb", "volume", "size"),
                size: volume.size,
                className: volume.className,
            },
        ];
    });
    return planClasses({ model, stack: "", volumes }).problems;
}

function checkTiers(model: EksModel, instances: Instances<InstanceModel>): Generator<Problem> {
    const known = [...instances].flatMap(([name, { namespace, snapshots, couchdb }]) =>
        snapshots === undefined || couchdb === undefined
            ? []
            : [{ name, namespace: namespace ?? name, tier: snapshots.tier, couchdbNodes: couchdb.nodes }],
    );
    return checkSnapshots({ model, instances: known });
}

function* checkTags({ tags }: EksModel): Generator<Problem> {
    const own: readonly string[] = Object.values(awsTags);
    for (const key of Object.keys(tags)) {
        const path = pathOf("cluster", "tags", key);
        if (/^aws:/i.test(key)) yield { path, message: "must not begin with 'aws:', which AWS keeps for itself" };
        if (own.includes(key))
            yield { path, message: "is a tag by which the program finds its own again: choose another" };
    }
}

/** What instances ask of this cluster. */
function* checkInstances(cluster: EksModel, instances: Instances<InstanceModel>): Generator<Problem> {
    const places = couchdbZones(cluster);
    for (const [name, { tls, placement, couchdb }] of instances) {
        const at = (path: string) => `${pathOf("instances", name)}.${path}`;
        if (tls?.kind === "acm" && cluster.ingress.hostedZone === undefined) {
            yield {
                path: at("tls.kind"),
                message:
                    "'acm' needs cluster.ingress.hostedZone, in which the certificate is proved; or give an ARN, with kind 'load-balancer'",
            };
        }
        if (tls !== undefined && !["acm", "load-balancer", "none"].includes(tls.kind)) {
            yield {
                path: at("tls.kind"),
                message: `'${tls.kind}' does not go with an ALB: must be 'acm', 'load-balancer' or 'none'`,
            };
        }
        const pinned = [
            ["placement.nodeSelector", placement?.nodeSelector] as const,
            ...(placement?.couchdbNodes ?? []).map(
                (labels, index) => [pathOf("placement", "couchdbNodes", index), labels] as const,
            ),
        ].map(([path, labels]) => [pathOf(path, zoneLabel), labels?.[zoneLabel]] as const);
        const volumes = couchdb?.volume.kind === "existing" ? couchdb.volume.volumes : [];
        const disks = volumes.map(
            (volume, index) =>
                [
                    pathOf("couchdb", "volume", "volumes", index, "zone"),
                    "zone" in volume ? volume.zone : undefined,
                ] as const,
        );
        for (const [path, zone] of [...pinned, ...disks]) {
            if (zone !== undefined && !places.includes(zone)) {
                yield { path: at(path), message: `no node for CouchDB is in '${zone}': must be ${oneOf(places)}` };
            }
        }
    }
}

const zoneLabel = "topology.kubernetes.io/zone";

/** The zones that CouchDB can run in: where nodes are kept for it, only those. */
export function couchdbZones({ zones, nodes }: Pick<EksModel, "zones" | "nodes">): readonly string[] {
    const groups = Object.values(nodes?.groups ?? {});
    const keeping = groups.filter(({ couchdb }) => couchdb);
    const places = (keeping.length > 0 ? keeping : groups).flatMap((group) => group.zones ?? zones);
    return groups.length === 0 ? zones : zones.filter((zone) => places.includes(zone));
}
