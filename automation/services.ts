/** The order in which the services of an instance start; they are stopped the other way round. */
import type { Role } from "../cht/model";

/** Each needs those before it. What CHT's documentation starts first is first, CouchDB's own needs before CouchDB. */
const order: Readonly<Record<Role, number>> = {
    nouveau: 0,
    couchdb: 1,
    healthcheck: 2,
    haproxy: 3,
    "upgrade-service": 4,
    api: 5,
    sentinel: 6,
    certificate: 7,
    nginx: 8,
};

/** What this version knows nothing of starts last. */
const others = 9;

/** The role of a service: `couchdb` of `couchdb-2`; nothing of what CHT has not. */
export function roleOf(service: string): Role | undefined {
    const role = service.replace(/-\d+$/, "");
    return Object.hasOwn(order, role) ? (role as Role) : undefined;
}

/** In the order of their start; services of one kind by name, CouchDB's first node before the others, which need it. */
export function inStartOrder<T extends { readonly service: string }>(services: readonly T[]): T[] {
    const rank = ({ service }: T) => order[roleOf(service) as Role] ?? others;
    return [...services].sort(
        (a, b) => rank(a) - rank(b) || a.service.localeCompare(b.service, "en", { numeric: true }),
    );
}
