import type { Role } from "./model";

/**
 * The names of Kubernetes objects as the Helm charts `cht-chart-4x` and `cht-chart` gave them: an installation of theirs
 * can be adopted, and what operators have learnt stays true. Names of CouchDB take the node's number in clusters only.
 *
 * @see medic/cht-core scripts/build/helm/templates, medic/helm-charts charts/cht-chart-4x/templates
 */

/** The label of pods and Deployments whose value is the service's name; Services select on it. */
export const SERVICE_LABEL = "cht.service";

/** The value of {@link SERVICE_LABEL} for pods of Jobs: backup, rotation of the password, migration. */
export const JOB_SERVICE = "job";

/** The value of {@link SERVICE_LABEL} for the pods that take quiesced sets of snapshots. */
export const SNAPSHOTS_SERVICE = "snapshots";
/** The CronJob of quiesced sets, and all that belongs to it. */
export const SNAPSHOTS = "cht-snapshots";

export const CREDENTIALS_SECRET = "cht-couchdb-credentials";
export const SERVERS_CONFIG_MAP = "couchdb-servers-configmap";
export const INGRESS = "api-ingress";
/** The Secret of the ingress's certificate, where cert-manager or a tool like cht-deploy makes it. */
export const INGRESS_CERTIFICATE = "api-tls-secret";
export const UPGRADE_SERVICE_ACCOUNT = "cht-upgrade-service-user";
export const UPGRADE_SERVICE_ROLE = "deployment-manager";
export const UPGRADE_SERVICE_ROLE_BINDING = "deployment-manager-cht";

const WORKLOADS: Readonly<Record<Role, string>> = {
    couchdb: "cht-couchdb",
    nouveau: "cht-couchdb-nouveau",
    haproxy: "cht-haproxy",
    healthcheck: "cht-haproxy-healthcheck",
    api: "cht-api",
    sentinel: "cht-sentinel",
    "upgrade-service": "upgrade-service",
    nginx: "cht-nginx",
    certificate: "cht-certificate",
};

/** The Deployment, and the container in it, of a role: `cht-api`, `cht-couchdb-1`. */
export function workloadName(role: Role, node?: number): string {
    return numbered(WORKLOADS[role], node);
}

/** The Service of a role, and the value of the label `cht.service`: `api`, `couchdb-1`. */
export function serviceName(role: Role, node?: number): string {
    return numbered(role, node);
}

/**
 * The full name by which pods reach a Service of `namespace`. CouchDB writes it into its shard map: in a cluster it can
 * never change.
 */
export function serviceAddress(namespace: string): (role: Role, node?: number) => string {
    return (role, node) => `${serviceName(role, node)}.${namespace}.svc.cluster.local`;
}

/**
 * The name by which a service is found on Docker, as in the official Compose files: the service's own, and `.local` behind
 * it for the nodes of a CouchDB cluster, because Erlang asks for a name with a dot. CouchDB writes it into its shard map.
 *
 * @see medic/cht-core scripts/build (COUCHDB_SERVERS of a cluster)
 */
export function dockerAddress(couchdbNodes: number): (role: Role, node?: number) => string {
    return (role, node) => `${serviceName(role, node)}${role === "couchdb" && couchdbNodes > 1 ? ".local" : ""}`;
}

/** The PersistentVolumeClaim of a CouchDB node: `couchdb-claim0`, or `couchdb-1-claim0` in a cluster. */
export function claimName(node?: number): string {
    return `${numbered("couchdb", node)}-claim0`;
}

/** The PersistentVolume made for data that existed before: unlike all others its name is unique in the Kubernetes cluster. */
export function volumeName(namespace: string, node?: number): string {
    return numbered(`couchdb-pv-${namespace}`, node);
}

/** The node numbers to name things by: 1 to n in a cluster, `undefined` alone where CouchDB is a single node. */
export function nodeNumbers(couchdbNodes: number): readonly (number | undefined)[] {
    return couchdbNodes === 1 ? [undefined] : Array.from({ length: couchdbNodes }, (_, index) => index + 1);
}

function numbered(name: string, node: number | undefined): string {
    return node === undefined ? name : `${name}-${node}`;
}
