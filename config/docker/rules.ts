/** What must be true between the keys of a Docker host's stack file, beside what each of them must be by itself. */
import { CHT_3_ON_DOCKER, ChtVersionError } from "../../cht/version";
import { checkEach, type InstanceRule, type Instances, removalIsMeant, versionOf } from "../common-rules";
import type { ParsedHost } from "../parse";
import { type Problem, pathOf } from "../problem";
import { type HostNames, hostNames } from "./names";
import type { DockerModel, HostInstanceModel } from "./schema";

type Rule = InstanceRule<HostInstanceModel>;

export function checkHostRules({ cluster, instances }: Pick<ParsedHost, "cluster" | "instances">): Problem[] {
    return [
        ...checkEngine(cluster),
        ...checkPortsOnce(instances),
        ...checkNamesOnce(instances),
        ...checkFoldersOnce(instances),
        ...checkEach(instances, instanceRules),
    ];
}

/** What of the engine's address needs no look at this machine; the rest is told when it is looked for. */
function* checkEngine(cluster: DockerModel | undefined): Generator<Problem> {
    if (cluster === undefined) return;
    const { host, context, sshOptions } = cluster;
    if (host !== undefined && context !== undefined) {
        yield { path: "cluster.context", message: "goes without 'host': a context names its host itself" };
    }
    if (sshOptions !== undefined && host !== undefined && !host.startsWith("ssh://")) {
        yield { path: "cluster.sshOptions", message: "is allowed with an ssh:// host only" };
    }
}

const kinds = ["http", "https"] as const;

/** Two addresses share a port where they are one, or where one of them is every address. */
export function overlap(a: string, b: string): boolean {
    const every = (address: string) => ["", "0.0.0.0", "::"].includes(address);
    return a === b || every(a) || every(b);
}

/** The address that an instance listens on. */
export function addressOf({ ports, host, tls }: Pick<HostInstanceModel, "ports" | "host" | "tls">): string {
    return (
        ports.address ?? ((host ?? "localhost") === "localhost" && tls.kind !== "local-ip" ? "127.0.0.1" : "0.0.0.0")
    );
}

function* checkPortsOnce(instances: Instances<HostInstanceModel>): Generator<Problem> {
    const given: { address: string; port: number; path: string }[] = [];
    for (const [name, { ports, host, tls }] of instances) {
        if (ports === undefined || tls === undefined) continue;
        const address = addressOf({ ports, host, tls });
        for (const kind of kinds) {
            const port = ports[kind];
            if (port === undefined) continue;
            const path = pathOf("instances", name, "ports", kind);
            const other = given.find((one) => one.port === port && overlap(one.address, address));
            if (other === undefined) given.push({ address, port, path });
            else yield { path, message: `is the port of ${other.path}: one of them would not be reached` };
        }
    }
}

/** A Compose project's volumes and network keep their names, which another instance may have as its own. */
function* checkNamesOnce(instances: Instances<HostInstanceModel>): Generator<Problem> {
    const shared = {
        project: { of: (names: HostNames) => names.volume(""), what: "volumes" },
        network: { of: (names: HostNames) => names.network, what: "network" },
    };
    for (const [key, { of, what }] of Object.entries(shared)) {
        const first = new Map<string, string>();
        for (const [name, { compose }] of instances) {
            const value = of(hostNames(name, { compose }));
            const path = pathOf("instances", name, ...(compose === undefined ? [] : ["compose", key]));
            const other = first.get(value);
            if (other === undefined) first.set(value, path);
            else yield { path, message: `names the ${what} of ${other}: every instance needs its own` };
        }
    }
}

/** The folder of each CouchDB node; of a list, as many as there are. */
export function foldersOf({ nodes, data }: HostInstanceModel["couchdb"]): string[] {
    if (data.kind !== "folder") return [];
    const { path } = data;
    if (typeof path !== "string") return [...path];
    return Array.from({ length: nodes }, (_, index) => path.replaceAll("%d", String(index + 1)));
}

/** Whether one folder is the other, or lies in it. */
export function nested(a: string, b: string): boolean {
    const inside = (outer: string, inner: string) => outer === "/" || `${inner}/`.startsWith(`${outer}/`);
    return inside(a, b) || inside(b, a);
}

function* checkFoldersOnce(instances: Instances<HostInstanceModel>): Generator<Problem> {
    const taken: { folder: string; path: string }[] = [];
    for (const [name, { couchdb }] of instances) {
        if (couchdb?.data.kind !== "folder") continue;
        const path = pathOf("instances", name, "couchdb", "data", "path");
        // Nodes that share a folder for want of a %d are told of by themselves.
        const folders = typeof couchdb.data.path === "string" ? new Set(foldersOf(couchdb)) : foldersOf(couchdb);
        for (const folder of folders) {
            const other = taken.find((one) => nested(one.folder, folder));
            if (other !== undefined) {
                yield {
                    path,
                    message: `'${folder}' is, or lies within, or holds a folder of ${other.path}: every CouchDB node needs its own`,
                };
                break;
            }
            taken.push({ folder: folder, path });
        }
    }
}

/** Names that no public certificate authority gives a certificate for. */
const privateName = /^[^.]*$|\.(localhost|local|internal|test|example|invalid|lan|home|arpa)$|^[\d.]+$/;

const instanceRules: readonly Rule[] = [
    function* versionIsHosted({ version }) {
        const parsed = version === undefined ? undefined : versionOf(version);
        if (!(parsed instanceof ChtVersionError)) return;
        const message = parsed.endOfLife ? `${parsed.message} ${CHT_3_ON_DOCKER}` : parsed.message;
        yield { path: "version", message };
    },
    removalIsMeant,
    function* twoNodesAreNoCluster({ couchdb }) {
        if (couchdb?.nodes === 2) {
            yield {
                path: "couchdb.nodes",
                message: "must be 1, or from 3 to 9: CHT's clusters begin with three nodes",
            };
        }
    },
    function* folderPerNode({ couchdb }) {
        if (couchdb?.data.kind !== "folder") return;
        const { nodes, data } = couchdb;
        const path = "couchdb.data.path";
        if (typeof data.path !== "string") {
            if (data.path.length !== nodes) {
                yield { path, message: `must be as many as couchdb.nodes, ${nodes}, not ${data.path.length}` };
            }
        } else if (nodes > 1 && !data.path.includes("%d")) {
            yield {
                path,
                message: "must have %d for the node's number, or be a list: every CouchDB node needs its own folder",
            };
        }
    },
    function* addressHasHost({ host, tls }) {
        if (tls?.kind === "local-ip" && host !== undefined) {
            yield { path: "host", message: "follows from tls.address with tls 'local-ip': take it out of the file" };
        }
    },
    function* acmeIsReached({ host = "localhost", tls, ports }) {
        if (tls?.kind !== "acme") return;
        if (/^[\d.]+$/.test(host)) {
            yield { path: "host", message: "must be a host name with tls 'acme', not an address" };
        } else if (tls.server === undefined && privateName.test(host)) {
            yield {
                path: "host",
                message: `must be a public host name with tls 'acme', such as 'cht.example.org', not '${host}': Let's Encrypt asks there`,
            };
        }
        if (ports !== undefined && ports.http === undefined) {
            yield {
                path: "ports.http",
                message:
                    "is required with tls 'acme', whose server asks at port 80: 80, or the port that 80 is led to by a router",
            };
        }
    },
    function* networkIsNotShared({ compose }) {
        if (["host", "bridge", "none"].includes(compose?.network ?? "")) {
            yield {
                path: "compose.network",
                message:
                    "must be the project's own network: Docker's 'bridge', 'host' and 'none' know no service names",
            };
        }
    },
];
