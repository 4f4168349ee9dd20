/** The network's keys: ranges, subnets, and who may reach the API server. */
import { oneOf, type Problem, pathOf } from "../problem";
import { isWithin, overlap, rangeOf, rangeText } from "./cidr";
import type { EksModel } from "./schema";

/** What AWS allows, or advises, a VPC to be made of: nobody else on the internet has these. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

export function* checkNetwork({ network, zones, ingress }: EksModel): Generator<Problem> {
    if (network.kind === "new") {
        yield* checkRange(network.cidr);
        return;
    }
    yield* checkSubnets("privateSubnets", network.privateSubnets, zones);
    if (ingress.scheme === "internet-facing" || Object.keys(network.publicSubnets).length > 0) {
        yield* checkSubnets("publicSubnets", network.publicSubnets, zones);
    }
    const first = new Map<string, string>();
    for (const key of ["privateSubnets", "publicSubnets"] as const) {
        for (const [zone, subnet] of Object.entries(network[key])) {
            const path = pathOf("cluster", "network", key, zone);
            const other = first.get(subnet);
            if (other === undefined) first.set(subnet, path);
            else yield { path, message: `is the subnet of ${other}: each zone needs its own, private and public` };
        }
    }
}

function* checkRange(cidr: string): Generator<Problem> {
    const path = "cluster.network.cidr";
    const range = rangeOf(cidr);
    if (range.prefix < 16 || range.prefix > 20) {
        yield {
            path,
            message: `must be a range of /16 to /20, not /${range.prefix}: AWS has no larger VPC, and in a smaller one pods run out of addresses`,
        };
    }
    if (rangeText(range) !== cidr) {
        yield { path, message: `must begin with the range's first address: '${rangeText(range)}'` };
    }
    if (!privateRanges.some((allowed) => isWithin(range, rangeOf(allowed)))) {
        yield { path, message: `must be within a private range: ${oneOf(privateRanges)}` };
    }
}

/** Of an existing VPC: one for each zone of the cluster, and none besides. */
function* checkSubnets(
    key: string,
    subnets: Readonly<Record<string, string>>,
    zones: readonly string[],
): Generator<Problem> {
    const path = pathOf("cluster", "network", key);
    const missing = zones.filter((zone) => !(zone in subnets));
    if (missing.length > 0) {
        const why = key === "publicSubnets" ? ", for the load balancer (or ingress.scheme 'internal')" : "";
        yield {
            path,
            message: `must have a subnet of each zone of cluster.zones${why}; missing: ${missing.join(", ")}`,
        };
    }
    for (const zone of Object.keys(subnets)) {
        if (!zones.includes(zone)) {
            yield {
                path: pathOf("cluster", "network", key, zone),
                message: `must be a zone of cluster.zones: ${oneOf(zones)}`,
            };
        }
    }
}

/** AWS lets at most 40 ranges in, and none that the internet does not have. */
export function* checkPublicAccess({ publicAccess }: EksModel): Generator<Problem> {
    if (publicAccess.length > 40) {
        yield { path: "cluster.publicAccess", message: `must be at most 40 ranges, not ${publicAccess.length}` };
    }
    for (const [index, text] of publicAccess.entries()) {
        const path = pathOf("cluster", "publicAccess", index);
        const range = rangeOf(text);
        if (rangeText(range) !== text) {
            yield { path, message: `must begin with the range's first address: '${rangeText(range)}'` };
        }
        if (range.prefix > 0 && privateRanges.some((allowed) => overlap(range, rangeOf(allowed)))) {
            yield {
                path,
                message:
                    "is a private range, which never comes from the internet: inside the VPC the API server is reached anyway",
            };
        }
        if (publicAccess.indexOf(text) < index) yield { path, message: "is there twice" };
    }
}
