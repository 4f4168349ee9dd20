import { certificateHealth } from "./certificate";
import type { Probe, ProbeAction, Probes, Role } from "./model";
import { PORTS } from "./ports";

/**
 * `GET /_up` with the administrator's credentials, since CouchDB refuses everybody else (`require_valid_user`). curl reads
 * them from standard input, in its own configuration syntax, where `\` and `"` need a `\`: in an argument list any process
 * on the node could read them. printf is the shell's own.
 *
 * @see https://curl.se/docs/manpage.html#-K
 */
const COUCHDB_UP = [
    `escaped=$(printf %s "$COUCHDB_PASSWORD" | sed 's/[\\\\"]/\\\\&/g')`,
    `printf 'user = "%s:%s"\\n' "$COUCHDB_USER" "$escaped" | curl -fsm5 -o /dev/null -K - http://127.0.0.1:${PORTS.couchdb}/_up`,
].join("\n");

const couchdbUp: ProbeAction = { kind: "command", command: ["/bin/sh", "-c", COUCHDB_UP] };
const apiPage: ProbeAction = { kind: "http", path: "/", port: PORTS.api };
const nouveauPing: ProbeAction = { kind: "http", path: "/ping", port: PORTS.nouveauAdmin };
const nginxPage: ProbeAction = {
    kind: "command",
    command: ["/bin/sh", "-c", "curl -fksm5 -o /dev/null https://localhost/"],
};

function tcp(port: number): ProbeAction {
    return { kind: "tcp", port };
}

function probe(action: ProbeAction, periodSeconds: number, timeoutSeconds: number, failureThreshold: number): Probe {
    return { action, periodSeconds, timeoutSeconds, failureThreshold };
}

/**
 * How it is seen whether each role is well. Nothing is restarted because another service is down: no liveness probe leaves
 * its container.
 *
 * - couchdb: an hour to start, as the start script looks through the whole volume for files of others; liveness is the open
 *   port for ten minutes, because a node that builds views may answer late.
 * - nouveau: `/ping` of its administration port; its other port answers 403 to the kubelet's User-Agent.
 * - haproxy: the open port. Its answers come from CouchDB, and readiness must not: API's start-up page would be lost.
 * - healthcheck: the open port, seldom: each connection makes it ask CouchDB, whatever is asked of it.
 * - api: `GET /`, which never asks CouchDB, and during start-up, half an hour at most, shows users how far it is;
 *   `/api/info` and `/api/v2/monitoring` do ask. Whether the set-up is done, `GET /setup/poll` says (monitoring.ts).
 * - sentinel has no port, and ends when its process ends. The upgrade service: the open port.
 *
 * @see medic/cht-core couchdb/docker-entrypoint.sh, api/src/services/setup/router.js, api/src/routing.js,
 * haproxy-healthcheck/check.py; apache/couchdb nouveau UserAgentFilter
 */
const PROBES: Readonly<Record<Role, Probes>> = {
    couchdb: {
        startup: probe(couchdbUp, 5, 6, 720),
        readiness: probe(couchdbUp, 10, 6, 3),
        liveness: probe(tcp(PORTS.couchdb), 30, 5, 20),
    },
    nouveau: {
        startup: probe(nouveauPing, 5, 5, 60),
        readiness: probe(nouveauPing, 10, 5, 3),
        liveness: probe(nouveauPing, 30, 5, 10),
    },
    haproxy: {
        readiness: probe(tcp(PORTS.haproxy), 5, 5, 3),
        liveness: probe(tcp(PORTS.haproxy), 30, 5, 10),
    },
    healthcheck: {
        readiness: probe(tcp(PORTS.healthcheck), 30, 5, 3),
        liveness: probe(tcp(PORTS.healthcheck), 30, 5, 10),
    },
    api: {
        startup: probe(apiPage, 5, 5, 360),
        readiness: probe(apiPage, 10, 5, 3),
        liveness: probe(apiPage, 30, 5, 10),
    },
    sentinel: {},
    // Not on Kubernetes: its health check (health.ts) is its own.
    certificate: { readiness: probe({ kind: "command", command: ["/bin/sh", "-c", certificateHealth()] }, 30, 10, 3) },
    "upgrade-service": { readiness: probe(tcp(PORTS.upgradeService), 10, 5, 3) },
    nginx: { readiness: probe(nginxPage, 10, 6, 3), liveness: probe(tcp(PORTS.https), 30, 5, 10) },
};

export function probesFor(role: Role): Probes {
    return PROBES[role];
}
