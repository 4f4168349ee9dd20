import type { HealthCheck, ProbeAction, Role } from "./model";
import { PORTS } from "./ports";
import { probesFor } from "./probes";

/**
 * Whether a process listens on `port`, without a connection to it: each one makes the health check ask CouchDB, and each
 * is a line in a log. The kernel's table has ports in hexadecimal; state 0A is "listening".
 */
function listening(port: number): string[] {
    const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
    return ["/bin/sh", "-c", `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ':${hexadecimal} 0*:0000 0A '`];
}

/** nouveau's image has no curl; bash, which it has, can open a connection by itself. */
const NOUVEAU = [
    `exec 3<>/dev/tcp/127.0.0.1/${PORTS.nouveauAdmin}`,
    `printf 'GET /ping HTTP/1.0\\r\\n\\r\\n' >&3`,
    "read -r _ status _ <&3",
    `[ "$status" = 200 ]`,
].join(" && ");

/**
 * What it answers HAProxy: that it answers is not enough. HAProxy takes every node for well until it has asked, and a
 * database that API makes before the nodes have found each other would lie on one of them alone.
 *
 * @see medic/cht-core haproxy-healthcheck/check.py
 */
const ALL_NODES_JOINED = `import socket, sys; sys.exit(socket.create_connection(("127.0.0.1", ${PORTS.healthcheck}), 4).recv(8) != b"up\\n")`;

/** What Docker runs in the container, where Kubernetes would ask from outside. */
const COMMANDS: Readonly<Partial<Record<Role, readonly string[]>>> = {
    nouveau: ["/bin/bash", "-c", NOUVEAU],
    healthcheck: ["python3", "-c", ALL_NODES_JOINED],
    api: ["/bin/sh", "-c", `curl -fsm5 -o /dev/null http://localhost:${PORTS.api}/`],
};

/**
 * Docker's single health check of a role, made of the Kubernetes probes (probes.ts): what says that a container is ready,
 * with the time that it may take to start. Docker restarts nothing because of it: it orders the start of services, and
 * tells people. Sentinel has none, as it has no port and ends when its process ends.
 *
 * @see medic/cht-core, the Dockerfile of each image, for the programs that are there
 */
export function healthFor(role: Role): HealthCheck | undefined {
    const { startup, readiness } = probesFor(role);
    const command = COMMANDS[role] ?? commandOf(readiness?.action);
    if (command === undefined || readiness === undefined) return undefined;
    return {
        command,
        periodSeconds: readiness.periodSeconds,
        timeoutSeconds: readiness.timeoutSeconds,
        failureThreshold: readiness.failureThreshold,
        startSeconds: startup === undefined ? START_SECONDS : startup.periodSeconds * startup.failureThreshold,
    };
}

/** How long those may take that have no startup probe. */
const START_SECONDS = 300;

function commandOf(action: ProbeAction | undefined): readonly string[] | undefined {
    switch (action?.kind) {
        case "command":
            return action.command;
        case "tcp":
            return listening(action.port);
        default:
            return undefined;
    }
}
