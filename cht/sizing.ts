import type { ResourceNeeds, Role } from "./model";

/** What an instance has to carry, as its operator knows it: documents counted, or the people it is to serve. */
export type Load =
    | { readonly users: number; readonly documents: number }
    | {
          /** Health workers and managers who log in. */
          readonly users: number;
          /** People they care for. */
          readonly population: number;
          /** Documents written for one person in a year: one for each workflow, as the documentation counts. @default 1 */
          readonly workflowsPerYear?: number;
          /** How many years of documents to keep. */
          readonly years: number;
      };

/** What carries it. */
export interface Estimate {
    readonly documents: number;
    readonly cpus: number;
    readonly memoryGi: number;
    /** The volumes of all CouchDB nodes together, with room for views to be built anew. */
    readonly volumeGi: number;
    /** The disk of the machine itself: images and logs. */
    readonly rootDiskGi: number;
}

/** Figures of the documentation's cost calculator. @see https://docs.communityhealthtoolkit.org/hosting/cht/costs/ */
const PLACES_PER_PERSON = 0.36;
const DOCUMENTS_PER_GB = 186_089;
const USERS_PER_CPU = 288;
const MEMORY_GI_PER_CPU = 2;
const ROOT_DISK_GI = 50;
/** Room for compaction, for growth, and for views that are built anew beside the old ones when a release changes them. */
const OVER_PROVISIONING = 5;
/** The documentation's least: a developer's instance. @see https://docs.communityhealthtoolkit.org/hosting/cht/requirements/ */
const LEAST_VOLUME_GI = 8;

/** Estimates what `load` needs by the documented formulae. It never falls when a figure of the load rises. */
export function estimate(load: Load): Estimate {
    const documents = Math.ceil("documents" in load ? load.documents : countDocuments(load));
    const cpus = Math.max(1, Math.ceil(load.users / USERS_PER_CPU));
    return {
        documents,
        cpus,
        memoryGi: cpus * MEMORY_GI_PER_CPU,
        volumeGi: Math.max(LEAST_VOLUME_GI, Math.ceil((documents / DOCUMENTS_PER_GB) * OVER_PROVISIONING)),
        rootDiskGi: ROOT_DISK_GI,
    };
}

function countDocuments(load: Extract<Load, { population: number }>): number {
    const { users, population, workflowsPerYear = 1, years } = load;
    return users + population + PLACES_PER_PERSON * population + population * workflowsPerYear * years;
}

/** How one role shares in an estimate. Memory in Mi, processors in thousandths. */
interface Share {
    readonly cpu: number;
    readonly memory: number;
    /** The part of the estimate it asks for, where that is more than the least above. @default none: the least is enough */
    readonly part?: number;
    /** What it cannot use more of, however large the instance. */
    readonly most?: { readonly cpu: number; readonly memory: number };
    readonly memoryLimit: (request: number) => number;
}

const twice = (request: number) => 2 * request;

/**
 * Least requests and limits. Only HAProxy's limit is a figure of CHT's own (1G in its Compose file), and nouveau's follows
 * from its `-Xmx2g`; all others are proposals that nobody has measured, and so are the parts: API and Sentinel run one
 * Node process each, with one event loop, so that they stop growing; what is left of an estimate is CouchDB's.
 *
 * @see medic/cht-core scripts/build/cht-core.yml.template, couchdb-nouveau/Dockerfile
 */
const SHARES: Readonly<Record<Role, Share>> = {
    couchdb: { cpu: 1000, memory: 2048, memoryLimit: twice },
    nouveau: { cpu: 250, memory: 1024, memoryLimit: () => 3072 },
    haproxy: { cpu: 100, memory: 256, memoryLimit: () => 1024 },
    healthcheck: { cpu: 20, memory: 64, memoryLimit: twice },
    api: { cpu: 500, memory: 1024, part: 0.15, most: { cpu: 2000, memory: 4096 }, memoryLimit: twice },
    sentinel: { cpu: 250, memory: 512, part: 0.1, most: { cpu: 1000, memory: 2048 }, memoryLimit: twice },
    "upgrade-service": { cpu: 50, memory: 128, memoryLimit: twice },
    nginx: { cpu: 50, memory: 64, memoryLimit: twice },
    // certbot is Python, and loads much of it.
    certificate: { cpu: 10, memory: 64, memoryLimit: () => 256 },
};

/** The roles whose requests are taken off an estimate before CouchDB gets the rest: every instance has them. */
const BESIDE_COUCHDB: readonly Role[] = ["nouveau", "haproxy", "api", "sentinel"];

/**
 * Shares an estimate out among the roles. Without one (`undefined`), everybody gets the least.
 *
 * @param couchdbNodes CouchDB's nodes, who share its part evenly: the figures are for one node.
 */
export function resourcesFor(
    total: Pick<Estimate, "cpus" | "memoryGi"> | undefined,
    couchdbNodes = 1,
): Readonly<Record<Role, ResourceNeeds>> {
    const cpus = 1000 * (total?.cpus ?? 0);
    const memory = 1024 * (total?.memoryGi ?? 0);
    const cpuOf = (role: Role) => request(SHARES[role].cpu, (SHARES[role].part ?? 0) * cpus, SHARES[role].most?.cpu);
    const memoryOf = (role: Role) =>
        request(SHARES[role].memory, (SHARES[role].part ?? 0) * memory, SHARES[role].most?.memory);
    const rest = (all: number, of: (role: Role) => number) =>
        (all - BESIDE_COUCHDB.reduce((sum, role) => sum + of(role), 0)) / couchdbNodes;
    const needs = (role: Role): ResourceNeeds => {
        const share = SHARES[role];
        const cpu = role === "couchdb" ? request(share.cpu, rest(cpus, cpuOf)) : cpuOf(role);
        const mebibytes = role === "couchdb" ? request(share.memory, rest(memory, memoryOf)) : memoryOf(role);
        return {
            requests: { cpu: `${cpu}m`, memory: `${mebibytes}Mi` },
            limits: { memory: `${share.memoryLimit(mebibytes)}Mi` },
        };
    };
    return Object.fromEntries((Object.keys(SHARES) as Role[]).map((role) => [role, needs(role)])) as Record<
        Role,
        ResourceNeeds
    >;
}

function request(least: number, wanted: number, most = Number.POSITIVE_INFINITY): number {
    return Math.min(most, Math.max(least, Math.floor(wanted)));
}
