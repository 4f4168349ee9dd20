import type { Port, Role } from "./model";

/** Where each role listens. @see medic/cht-core, the Dockerfile and the start script of each image */
export const PORTS = {
    couchdb: 5984,
    /** Erlang's port mapper, and its distribution, which cht-core couchdb/vm.args fixes to one port. */
    epmd: 4369,
    erlang: 9100,
    nouveau: 5987,
    nouveauAdmin: 5988,
    haproxy: 5984,
    healthcheck: 5555,
    api: 5988,
    upgradeService: 5008,
    http: 80,
    https: 443,
} as const;

/** What Erlang's nodes need of one another. Their cookie is the same in every CHT: open to the instance's nodes only. */
const CLUSTER: readonly Port[] = [
    { name: "epmd", port: PORTS.epmd, purpose: "CouchDB nodes find one another's Erlang port" },
    { name: "erlang", port: PORTS.erlang, purpose: "CouchDB nodes read and write one another's shards" },
];

const OPEN: Readonly<Record<Role, readonly Port[]>> = {
    couchdb: [{ name: "couchdb", port: PORTS.couchdb, purpose: "HAProxy and the health check reach the database" }],
    nouveau: [{ name: "nouveau", port: PORTS.nouveau, purpose: "CouchDB reads and writes the full-text index" }],
    haproxy: [{ name: "haproxy", port: PORTS.haproxy, purpose: "API and Sentinel reach CouchDB, with an audit log" }],
    healthcheck: [
        { name: "healthcheck", port: PORTS.healthcheck, purpose: "HAProxy asks which CouchDB nodes are well" },
    ],
    api: [{ name: "api", port: PORTS.api, purpose: "the ingress brings users; Sentinel asks whether API is up" }],
    sentinel: [],
    certificate: [],
    "upgrade-service": [
        {
            name: "upgrade-service",
            port: PORTS.upgradeService,
            purpose: "API asks for other images, at an administrator's click",
        },
    ],
    nginx: [
        { name: "http", port: PORTS.http, purpose: "redirects users to https" },
        { name: "https", port: PORTS.https, purpose: "users reach API, over TLS" },
    ],
};

/** The ports that `role` opens to other workloads. */
export function openPorts(role: Role, couchdbNodes: number): readonly Port[] {
    return role === "couchdb" && couchdbNodes > 1 ? [...OPEN.couchdb, ...CLUSTER] : OPEN[role];
}
