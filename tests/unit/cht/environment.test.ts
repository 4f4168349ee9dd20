import assert from "node:assert/strict";
import { environmentFor } from "../../../cht/environment";
import type { InstanceSettings, Platform, Role } from "../../../cht/model";
import { RELEASES, settings } from "./settings";

/** The environment as `NAME=value` and `NAME<KEY`, the credential, or `NAME@field`, the pod's. */
function environment(role: Role, given: InstanceSettings, node?: number): string[] {
    return environmentFor(role, given, node)
        .map((variable) => {
            if ("credential" in variable) return `${variable.name}<${variable.credential}`;
            if ("podField" in variable) return `${variable.name}@${variable.podField}`;
            return `${variable.name}=${variable.value}`;
        })
        .sort();
}

function assertEnvironment(role: Role, given: InstanceSettings, expected: string[], node?: number): void {
    assert.deepEqual(environment(role, given, node), [...expected].sort());
}

const LOGIN = ["COUCHDB_USER<COUCHDB_USER", "COUCHDB_PASSWORD<COUCHDB_PASSWORD"];
const IDENTITY = [...LOGIN, "COUCHDB_SECRET<COUCHDB_SECRET", "COUCHDB_UUID<COUCHDB_UUID"];
const COUCHDB = [...IDENTITY, "COUCHDB_LOG_LEVEL=info", "WAIT_THRESHOLD=720"];
const DOMAIN: Record<Platform, string> = { kubernetes: ".uat.svc.cluster.local", docker: "" };

for (const platform of ["kubernetes", "docker"] as const) {
    const name = (service: string) => `${service}${DOMAIN[platform]}`;
    /** As Compose has it: Erlang asks for a name with a dot. */
    const node = (number: number) => (platform === "docker" ? `couchdb-${number}.local` : name(`couchdb-${number}`));
    const servers = (nodes: number) =>
        nodes === 1 ? [name("couchdb")] : Array.from({ length: nodes }, (_, index) => node(index + 1));

    describe(`the environment on ${platform}`, () => {
        for (const release of RELEASES) {
            const nouveau = (service: string) =>
                release === "5.3.0" ? [`NOUVEAU_URL=http://${name(service)}:5987`] : [];
            const logLevel = release === "4.22.0" ? [] : ["LOG_LEVEL=info"];
            const upgrades = release === "4.22.0" && platform === "kubernetes";

            it(`of a single CouchDB ${release}`, () => {
                const expected = [...COUCHDB, `SVC_NAME=${name("couchdb")}`, ...nouveau("nouveau")];
                assertEnvironment("couchdb", settings(release, 1, platform), expected);
            });

            it(`of each node of a CouchDB cluster ${release}`, () => {
                const cluster = settings(release, 3, platform);
                const common = [...COUCHDB, "NODE_COUNT=3"];
                const peers = `CLUSTER_PEER_IPS=${node(2)},${node(3)}`;
                const first = [...common, `SVC_NAME=${node(1)}`, peers, ...nouveau("nouveau-1")];
                assertEnvironment("couchdb", cluster, first, 1);
                for (const number of [2, 3]) {
                    const expected = [
                        ...common,
                        `SVC_NAME=${node(number)}`,
                        `COUCHDB_SYNC_ADMINS_NODE=${node(1)}`,
                        ...nouveau(`nouveau-${number}`),
                    ];
                    assertEnvironment("couchdb", cluster, expected, number);
                }
            });

            for (const nodes of [1, 3]) {
                const given = settings(release, nodes, platform);
                const healthcheck = release === "4.22.0" || nodes === 3;

                it(`of HAProxy and the health check ${release} before ${nodes} CouchDB node(s)`, () => {
                    const list = [...LOGIN, `COUCHDB_SERVERS=${servers(nodes).join(",")}`];
                    assertEnvironment("healthcheck", given, list);
                    assertEnvironment("haproxy", given, [
                        ...list,
                        "HAPROXY_PORT=5984",
                        platform === "kubernetes" ? "HAPROXY_IP=0.0.0.0" : "HAPROXY_IP=haproxy",
                        ...(healthcheck ? [`HEALTHCHECK_ADDR=${name("healthcheck")}`] : []),
                        ...(platform === "docker" ? ["DOCKER_DNS_RESOLVER=true"] : []),
                    ]);
                });

                it(`of API and Sentinel ${release} with ${nodes} CouchDB node(s)`, () => {
                    const process = ["COUCH_URL<COUCH_URL", "API_PORT=5988", "NODE_ENV=production", ...logLevel];
                    assertEnvironment("sentinel", given, [...process, `API_HOST=${name("api")}`]);
                    assertEnvironment("api", given, [
                        ...process,
                        "BUILDS_URL=https://builds.example.org/builds",
                        ...(upgrades ? [`UPGRADE_SERVICE_URL=http://${name("upgrade-service")}:5008`] : []),
                    ]);
                });
            }
        }

        it("of the rest", () => {
            assertEnvironment("nouveau", settings("5.3.0", 1, platform), []);
            const ofKubernetes = [
                "CHT_NAMESPACE@metadata.namespace",
                "CHT_DEPLOYMENT_NAME=upgrade-service",
                "UPGRADE_SERVICE_PORT=5008",
            ];
            const expected = platform === "kubernetes" ? ofKubernetes : [];
            assertEnvironment("upgrade-service", settings("4.22.0", 1, platform), expected);
            assertEnvironment("certificate", settings("5.3.0", 1, platform), []);
            assertEnvironment("nginx", settings("5.3.0", 1, platform), [
                `API_HOST=${name("api")}`,
                "API_PORT=5988",
                "CERTIFICATE_MODE=OWN_CERT",
                "SSL_CERT_FILE_PATH=/etc/nginx/private/cert.pem",
                "SSL_KEY_FILE_PATH=/etc/nginx/private/key.pem",
            ]);
        });
    });
}

describe("settings in the environment", () => {
    const added = (role: Role, changes: Partial<InstanceSettings>, release = "5.3.0") => {
        const before = environment(role, settings(release));
        return environment(role, settings(release, 1, "kubernetes", changes)).filter((line) => !before.includes(line));
    };

    it("CouchDB's log level follows, but never to debug", () => {
        const level = (logLevel: InstanceSettings["logLevel"]) => added("couchdb", { logLevel });
        assert.deepEqual(level("error"), ["COUCHDB_LOG_LEVEL=error"]);
        assert.deepEqual(level("warn"), ["COUCHDB_LOG_LEVEL=warning"]);
        assert.deepEqual(level("debug"), []);
    });

    it("API's and Sentinel's log level follows from 5.1.0", () => {
        for (const role of ["api", "sentinel"] as const) {
            assert.deepEqual(added(role, { logLevel: "debug" }), ["LOG_LEVEL=debug"]);
            assert.deepEqual(added(role, { logLevel: "debug" }, "5.0.0"), []);
        }
    });

    it("are written only where they are on", () => {
        const agent = { addServernameToHttpAgent: true };
        assert.deepEqual(added("api", agent), ["ADD_SERVERNAME_TO_HTTP_AGENT=true"]);
        assert.deepEqual(added("sentinel", agent), ["ADD_SERVERNAME_TO_HTTP_AGENT=true"]);
        assert.deepEqual(added("api", { proxyChangeOrigin: true }), ["PROXY_CHANGE_ORIGIN=true"]);
        assert.deepEqual(added("sentinel", { proxyChangeOrigin: true }), []);
        assert.deepEqual(added("couchdb", { defaultUlimit: true }), ["DEFAULT_ULIMIT=true"]);
    });

    it("give a health check that installs packages somewhere to put them", () => {
        const home = (release: string) => environment("healthcheck", settings(release)).includes("HOME=/tmp");
        assert.deepEqual(["4.5.2", "4.6.0"].map(home), [true, false]);
    });
});
