import type { Capabilities } from "./capabilities";
import type { ContainerSecurity, Platform, Role } from "./model";

/** Conforms to Pod Security's `restricted`, with a root file system that cannot be written; as the numeric user `user`. */
function restricted(user: number): ContainerSecurity {
    return {
        runAsUser: user,
        runAsGroup: user,
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        addCapabilities: [],
        exceptions: [],
    };
}

/** The user and group of CouchDB and of nouveau, in both images. */
export const COUCHDB_USER_ID = 5984;

/**
 * CouchDB's start script needs root. `drop ALL`, no privilege escalation and the runtime's seccomp profile hold for it too.
 *
 * @see medic/cht-core couchdb/docker-entrypoint.sh
 */
const COUCHDB: ContainerSecurity = {
    runAsUser: 0,
    runAsGroup: 0,
    runAsNonRoot: false,
    readOnlyRootFilesystem: false,
    addCapabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
    exceptions: [
        "Runs as root: the start script gives files to the user couchdb and starts CouchDB with su.",
        "Writable root file system: the start script changes owners below /opt/couchdb and rewrites etc/vm.args there.",
        "CHOWN: the start script gives every file below /opt/couchdb to couchdb.",
        "DAC_OVERRIDE: the start script reads and writes files that are couchdb's and nobody else's.",
        "FOWNER: the start script sets the permissions of files that are couchdb's.",
        "KILL: the preStop command ends Erlang, which runs as couchdb.",
        "SETGID: su takes couchdb's group.",
        "SETUID: su takes couchdb's user.",
    ],
};

/** Writes what nginx reads, whoever owns it. certbot gives its files the owner and mode of those before them. */
const CERTIFICATE: ContainerSecurity = {
    runAsUser: 0,
    runAsGroup: 0,
    runAsNonRoot: false,
    readOnlyRootFilesystem: false,
    addCapabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
    exceptions: [
        "Runs as root: the key belongs to root, as nginx's master process reads it.",
        "Writable root file system: Docker can put the certificate's files into no other.",
        "CHOWN: certbot keeps the owner of what it writes anew.",
        "DAC_OVERRIDE: it writes among the certificate's files, whoever owns them.",
        "FOWNER: it sets the permissions of files that may be others'.",
    ],
};

/**
 * On Docker nouveau shares a folder with CouchDB, whose start script gives everything in it to CouchDB; before that the
 * engine has made it as root's. Kubernetes gives the folder to their common group.
 */
const NOUVEAU_ON_DOCKER: ContainerSecurity = {
    runAsUser: 0,
    runAsGroup: 0,
    runAsNonRoot: false,
    readOnlyRootFilesystem: true,
    addCapabilities: ["DAC_OVERRIDE"],
    exceptions: [
        "Runs as root: the engine makes the index's folder as root's.",
        "DAC_OVERRIDE: CouchDB's start script takes the index's files for itself.",
    ],
};

/** @see medic/cht-core nginx/Dockerfile, nginx/nginx.conf, nginx/ssl-install.sh */
const NGINX: ContainerSecurity = {
    runAsNonRoot: false,
    readOnlyRootFilesystem: false,
    addCapabilities: ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"],
    exceptions: [
        "Runs as root: the master process opens ports 80 and 443 and starts workers as the user nginx.",
        "Writable root file system: the start script writes the configuration below /etc/nginx.",
        "CHOWN: the master process gives its cache directories to nginx.",
        "DAC_OVERRIDE: the start script writes among the certificate's files, whoever owns them.",
        "NET_BIND_SERVICE: ports 80 and 443.",
        "SETGID: workers take nginx's group.",
        "SETUID: workers take nginx's user.",
    ],
};

/**
 * What each role may do, where the image's own user is root or none is said, the user that its process can do with:
 *
 * - nouveau: 5984, the index's owner; the image says none. A read-only root with its own /tmp: unverified with the real image.
 * - haproxy: 99, the user of its base image, with writable copies of the two folders that its start script writes.
 * - healthcheck: 65534, which the image calls `nobody`, but the kubelet must see a number to know that it is not root.
 * - api: 1000, which the image says from 5.0.0. Images of 4.x run as root, and as 1000 here: unverified with the real images.
 * - sentinel: 1000, it only reads world-readable code; its images say none: unverified with the real images.
 * - upgrade-service: 1000, its image says none: unverified with the real image.
 */
const SECURITY: Readonly<Record<Role, ContainerSecurity>> = {
    couchdb: COUCHDB,
    nouveau: restricted(COUCHDB_USER_ID),
    haproxy: restricted(99),
    healthcheck: restricted(65534),
    api: restricted(1000),
    sentinel: restricted(1000),
    "upgrade-service": restricted(1000),
    nginx: NGINX,
    certificate: CERTIFICATE,
};

/**
 * Roles whose start script writes among the image's own files. On Kubernetes an init container makes a copy that their user
 * may write; Docker has no init containers, so that there they stay what the image makes them.
 */
const WRITES_ITS_IMAGE: readonly Role[] = ["haproxy", "api"];

const AS_THE_IMAGE_IS: ContainerSecurity = {
    runAsNonRoot: false,
    readOnlyRootFilesystem: false,
    addCapabilities: [],
    exceptions: [
        "The image's own user and a writable root file system: the start script writes among the image's files, and Docker has no init containers to copy them.",
    ],
};

export function securityFor(role: Role, platform: Platform): ContainerSecurity {
    if (platform === "kubernetes") return SECURITY[role];
    if (role === "nouveau") return NOUVEAU_ON_DOCKER;
    return WRITES_ITS_IMAGE.includes(role) ? AS_THE_IMAGE_IS : SECURITY[role];
}

/** A folder that `role` writes, where the image's own cannot be written. */
export interface WritableFolder {
    readonly name: string;
    readonly path: string;
    /** Whether it begins as a copy of what the image has there, instead of empty. */
    readonly copied: boolean;
}

/**
 * The folders that a role must be able to write when its root file system is read-only.
 *
 * @see medic/cht-core haproxy/entrypoint.sh (backend.cfg; passwd of clusters and of 4.x), api/src/services/manifest.js,
 * deploy-info.js and generate-service-worker.js (what the web app is served from; workbox bundles it in /tmp)
 */
export function writableFolders(role: Role, platform: Platform, can: Capabilities): WritableFolder[] {
    if (!securityFor(role, platform).readOnlyRootFilesystem) {
        return [];
    }
    const temporary = { name: `${role}-tmp`, path: "/tmp", copied: false };
    switch (role) {
        case "haproxy":
            return [
                { name: "haproxy-configuration", path: "/usr/local/etc/haproxy", copied: true },
                ...(can.haproxyStoresCredentials
                    ? [{ name: "haproxy-storage", path: "/srv/storage", copied: false }]
                    : []),
            ];
        case "api":
            return [{ name: "api-webapp", path: "/service/api/build/static/webapp", copied: true }, temporary];
        case "nouveau":
            return [temporary];
        case "upgrade-service":
            // On Docker it looks for Compose files here, and must find none (capabilities.ts).
            return platform === "docker" ? [{ name: "compose-files", path: "/docker-compose", copied: false }] : [];
        case "healthcheck":
            return can.healthcheckInstallsPackages ? [temporary] : [];
        default:
            return [];
    }
}
