/** The network: a VPC that exists, and one that the cluster has already. Its addresses never change. */
import { type Problem, pathOf } from "../problem";
import { overlap, rangeOf } from "./cidr";
import type { EksSubject } from "./guard";
import { planSubnets } from "./subnets";
import { awsTags } from "./tags";

export function* guardNetwork(subject: EksSubject): Generator<Problem> {
    const { model, live, stack } = subject;
    const { network } = model;
    const owned = live.cluster?.tags[awsTags.stack] === stack;
    if (network.kind === "existing") {
        yield* guardExistingNetwork(subject);
        if (owned && live.cluster?.vpcId !== network.vpcId) {
            yield {
                path: "cluster.network.vpcId",
                message: `The cluster is in the VPC ${live.cluster?.vpcId}, and cannot follow to another. Set it back.`,
            };
        }
        return;
    }
    if (!owned || live.vpc === undefined) return;
    const [range] = live.vpc.cidrs;
    if (live.vpc.tags[awsTags.stack] !== stack) {
        yield {
            path: "cluster.network.kind",
            message: `The cluster is in the VPC ${live.vpc.id}, which this stack has not made. Set kind: existing, with vpcId: ${live.vpc.id}.`,
        };
    } else if (range !== network.cidr) {
        yield {
            path: "cluster.network.cidr",
            message: `The cluster's VPC has the range ${range}, which cannot change: all that is in it would be made anew. Set cidr: ${range}.`,
        };
    } else if (subject.before === undefined) {
        yield* guardSubnets(subject, live.vpc.subnets, network.cidr);
    }
}

/** A zone holds volumes that live nowhere else; and its place in the list decides about its addresses. */
function* guardSubnets(
    { model: { zones } }: EksSubject,
    subnets: readonly { readonly zone: string; readonly cidr: string }[],
    cidr: string,
): Generator<Problem> {
    const lost = [...new Set(subnets.map(({ zone }) => zone))].filter((zone) => !zones.includes(zone)).sort();
    if (lost.length > 0) {
        yield { path: "cluster.zones", message: lostZones(lost) };
        return;
    }
    const planned = planSubnets(cidr, zones);
    const moved = subnets.some(({ zone, cidr: has }) => {
        const ours = planned.find((subnet) => subnet.zone === zone);
        return ours !== undefined && has !== ours.private && has !== ours.public;
    });
    if (moved) yield { path: "cluster.zones", message: movedZones };
}

/** The same of the stack's last update, which knows the zones of an existing VPC too. */
export function* guardZonesBefore({ model: { zones, autoMode }, before }: EksSubject): Generator<Problem> {
    if (before === undefined) return;
    const path = "cluster.zones";
    const lost = before.zones.filter((zone) => !zones.includes(zone));
    if (lost.length > 0) yield { path, message: lostZones(lost) };
    else if (before.zones.some((zone, index) => zones[index] !== zone)) yield { path, message: movedZones };
    else if (autoMode !== undefined && zones.length > before.zones.length) {
        yield {
            path,
            message: `With Auto Mode AWS makes nodes in the zones of the control plane only, which never change: ${before.zones.join(", ")}. For another zone, make a second cluster.`,
        };
    }
}

function lostZones(lost: readonly string[]): string {
    return `The cluster has subnets in ${lost.join(", ")}, with nodes, and volumes that exist nowhere else. A zone cannot be taken out: put it back.`;
}

const movedZones =
    "The order of the zones decides about their addresses, and about those of the control plane, which never change. Keep the order, and add zones at the end.";

function* guardExistingNetwork({ model, live }: EksSubject): Generator<Problem> {
    const { network, region } = model;
    if (network.kind !== "existing") return;
    if (live.vpc === undefined) {
        yield {
            path: "cluster.network.vpcId",
            message: `There is no VPC '${network.vpcId}' in ${region} that the credentials may see.`,
        };
        return;
    }
    const services = serviceRange(live.vpc.cidrs);
    const taken = live.vpc.cidrs.filter((cidr) => overlap(rangeOf(cidr), rangeOf(services)));
    if (taken.length > 0) {
        yield {
            path: "cluster.network.vpcId",
            message: `The VPC's range ${taken.join(", ")} overlaps ${services}, which Kubernetes' Services have: their addresses would lead to the wrong place. Use another VPC.`,
        };
    }
    for (const key of ["privateSubnets", "publicSubnets"] as const) {
        for (const [zone, id] of Object.entries(network[key])) {
            const path = pathOf("cluster", "network", key, zone);
            const subnet = live.vpc.subnets.find((found) => found.id === id);
            if (subnet === undefined) {
                yield { path, message: `There is no subnet '${id}' in ${region} that the credentials may see.` };
            } else if (subnet.vpcId !== network.vpcId) {
                yield {
                    path,
                    message: `The subnet '${id}' is of the VPC '${subnet.vpcId}', not of '${network.vpcId}'.`,
                };
            } else if (subnet.zone !== zone) {
                yield { path, message: `The subnet '${id}' is in '${subnet.zone}', not in '${zone}'.` };
            }
        }
    }
}

/** What AWS gives Kubernetes' Services: of two ranges the one that is not near the VPC's own. */
export function serviceRange([vpc = "10.0.0.0/16"]: readonly string[]): string {
    return overlap(rangeOf(vpc), rangeOf("10.0.0.0/8")) ? "172.20.0.0/16" : "10.100.0.0/16";
}
