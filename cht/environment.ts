import { type Capabilities, capabilitiesOf } from "./capabilities";
import { CERTIFICATE_FOLDER } from "./certificate";
import type { EnvironmentVariable, InstanceSettings, Role } from "./model";
import { nodeNumbers } from "./names";
import { PORTS } from "./ports";

/** The names of CouchDB's nodes, as the others reach them: `COUCHDB_SERVERS`. */
export function couchdbServers(settings: Pick<InstanceSettings, "couchdbNodes" | "address">): string[] {
    return nodeNumbers(settings.couchdbNodes).map((node) => settings.address("couchdb", node));
}

/**
 * CouchDB's own log level. `debug` is not passed on: at that level CouchDB logs requests in detail that nobody who debugs
 * API wants, and that may hold what users sent.
 */
const COUCHDB_LOG_LEVEL = { error: "error", warn: "warning", info: "info", debug: "info" } as const;

/**
 * How often CouchDB's start script looks whether a node answers, every 5 s, before it gives up for good: an hour, as long
 * as the startup probe. Its own default, 20, is over before the ownership of a large volume has been checked.
 *
 * @see medic/cht-core couchdb/set-up-cluster.sh
 */
const WAIT_THRESHOLD = "720";

const USER: EnvironmentVariable = { name: "COUCHDB_USER", credential: "COUCHDB_USER" };
const PASSWORD: EnvironmentVariable = { name: "COUCHDB_PASSWORD", credential: "COUCHDB_PASSWORD" };
const COUCH_URL: EnvironmentVariable = { name: "COUCH_URL", credential: "COUCH_URL" };

/**
 * The environment of `role`'s container; of CouchDB's node `node`, where there is a cluster.
 *
 * @see medic/cht-core couchdb/docker-entrypoint.sh, haproxy/entrypoint.sh, haproxy-healthcheck/check.py,
 * shared-libs/environment, scripts/build/helm/templates, scripts/build/*.yml.template
 */
export function environmentFor(role: Role, settings: InstanceSettings, node?: number): EnvironmentVariable[] {
    const can = capabilitiesOf(settings);
    switch (role) {
        case "couchdb":
            return couchdb(settings, can, node);
        case "haproxy":
            return haproxy(settings, can);
        case "healthcheck":
            return [
                USER,
                PASSWORD,
                value("COUCHDB_SERVERS", couchdbServers(settings).join(",")),
                // pip, which installs for a user without rights below that user's home.
                ...when(can.healthcheckInstallsPackages, value("HOME", "/tmp")),
            ];
        case "api":
            return [
                COUCH_URL,
                value("BUILDS_URL", settings.buildsUrl),
                value("API_PORT", PORTS.api),
                ...nodeProcess(settings, can),
                ...when(settings.proxyChangeOrigin, value("PROXY_CHANGE_ORIGIN", true)),
                ...when(
                    can.upgradeService,
                    value(
                        "UPGRADE_SERVICE_URL",
                        `http://${settings.address("upgrade-service")}:${PORTS.upgradeService}`,
                    ),
                ),
            ];
        case "sentinel":
            return [
                COUCH_URL,
                value("API_HOST", settings.address("api")),
                value("API_PORT", PORTS.api),
                ...nodeProcess(settings, can),
            ];
        case "upgrade-service":
            if (settings.platform === "docker") return [];
            return [
                { name: "CHT_NAMESPACE", podField: "metadata.namespace" },
                value("CHT_DEPLOYMENT_NAME", "upgrade-service"),
                value("UPGRADE_SERVICE_PORT", PORTS.upgradeService),
            ];
        case "nginx":
            return [
                value("API_HOST", settings.address("api")),
                value("API_PORT", PORTS.api),
                // Always a certificate that is given (certificate.ts): the image's own is never renewed (ssl-install.sh).
                value("CERTIFICATE_MODE", "OWN_CERT"),
                value("SSL_CERT_FILE_PATH", `${CERTIFICATE_FOLDER}/cert.pem`),
                value("SSL_KEY_FILE_PATH", `${CERTIFICATE_FOLDER}/key.pem`),
            ];
        case "nouveau":
        case "certificate":
            return [];
    }
}

function couchdb(settings: InstanceSettings, can: Capabilities, node?: number): EnvironmentVariable[] {
    const servers = couchdbServers(settings);
    const [first = "", ...peers] = servers;
    return [
        USER,
        PASSWORD,
        { name: "COUCHDB_SECRET", credential: "COUCHDB_SECRET" },
        { name: "COUCHDB_UUID", credential: "COUCHDB_UUID" },
        value("COUCHDB_LOG_LEVEL", COUCHDB_LOG_LEVEL[settings.logLevel]),
        value("SVC_NAME", settings.address("couchdb", node)),
        value("WAIT_THRESHOLD", WAIT_THRESHOLD),
        ...when(node !== undefined, value("NODE_COUNT", settings.couchdbNodes)),
        // Only node 1 makes the cluster; the others wait for it, and take the hash of the password from it.
        ...when(node === 1, value("CLUSTER_PEER_IPS", peers.join(","))),
        ...when(node !== undefined && node > 1, value("COUCHDB_SYNC_ADMINS_NODE", first)),
        ...when(
            can.nouveau === "every-node",
            value("NOUVEAU_URL", `http://${settings.address("nouveau", node)}:${PORTS.nouveau}`),
        ),
        ...when(settings.defaultUlimit === true, value("DEFAULT_ULIMIT", true)),
    ];
}

function haproxy(settings: InstanceSettings, can: Capabilities): EnvironmentVariable[] {
    const docker = settings.platform === "docker";
    return [
        USER,
        PASSWORD,
        value("COUCHDB_SERVERS", couchdbServers(settings).join(",")),
        // A pod has no name for its own address until it is ready; on Docker the name keeps HAProxy to the instance's network.
        value("HAPROXY_IP", docker ? settings.address("haproxy") : "0.0.0.0"),
        value("HAPROXY_PORT", PORTS.haproxy),
        ...when(can.healthcheck, value("HEALTHCHECK_ADDR", settings.address("healthcheck"))),
        // Docker's own resolver, so that HAProxy starts before, and notices a new address of, a server.
        ...when(docker, value("DOCKER_DNS_RESOLVER", true)),
    ];
}

/** What API and Sentinel have in common. */
function nodeProcess(settings: InstanceSettings, can: Capabilities): EnvironmentVariable[] {
    return [
        value("NODE_ENV", "production"),
        ...when(can.logLevel, value("LOG_LEVEL", settings.logLevel)),
        ...when(settings.addServernameToHttpAgent, value("ADD_SERVERNAME_TO_HTTP_AGENT", true)),
    ];
}

function value(name: string, content: string | number | boolean): EnvironmentVariable {
    return { name, value: String(content) };
}

function when(condition: boolean, variable: EnvironmentVariable): EnvironmentVariable[] {
    return condition ? [variable] : [];
}
