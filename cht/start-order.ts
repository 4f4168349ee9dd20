/**
 * The order in which the services of an instance start, of whatever version it is; they are stopped the other way round.
 * `startsAfter` of a description says the same of one version.
 */
import type { Role } from "./model";

/** What has one number starts at once. Each needs what has lower ones; nginx also the certificate. */
const order: Readonly<Record<Role, number>> = {
    nouveau: 0,
    couchdb: 1,
    healthcheck: 2,
    haproxy: 3,
    "upgrade-service": 4,
    api: 4,
    sentinel: 4,
    certificate: 4,
    nginx: 5,
};

/** What this version knows nothing of starts last. */
const others = 6;

/** The role of a service: `couchdb` of `couchdb-2`; nothing of what CHT has not. */
export function roleOf(service: string): Role | undefined {
    const role = service.replace(/-\d+$/, "");
    return Object.hasOwn(order, role) ? (role as Role) : undefined;
}

function rank(service: string): number {
    const role = roleOf(service);
    if (role === undefined) return others;
    // The other nodes of a cluster get the password's hash from the first.
    const follower = role === "couchdb" && !/^couchdb(-1)?$/.test(service);
    return order[role] + (follower ? 0.5 : 0);
}

/** In the order of their start; services that start at once by name. */
export function inStartOrder<T extends { readonly service: string }>(services: readonly T[]): T[] {
    return [...services].sort(
        (a, b) => rank(a.service) - rank(b.service) || a.service.localeCompare(b.service, "en", { numeric: true }),
    );
}

/** Those that start at once together, in the order of their start. */
export function startGroups<T extends { readonly service: string }>(services: readonly T[]): T[][] {
    const groups = new Map<number, T[]>();
    for (const service of inStartOrder(services)) {
        const at = rank(service.service);
        groups.set(at, [...(groups.get(at) ?? []), service]);
    }
    return [...groups.values()];
}
