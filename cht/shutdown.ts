import type { Role } from "./model";

/** What ends a role without harm. */
export interface Shutdown {
    /** Run before the container is told to end. */
    readonly preStop?: readonly string[];
    /** How long it may take, in seconds. */
    readonly gracePeriodSeconds: number;
    /** The signal that ends it, where the image's own would not. */
    readonly stopSignal?: string;
}

/**
 * Tells every process called `name` to end, and waits until none is left. Plain sh on /proc, since CouchDB's image has
 * neither ps nor pkill. The kernel cuts names after 15 characters.
 */
export function terminateAndWait(name: string): string[] {
    const script = [
        "running=",
        "for process in /proc/[0-9]*; do",
        // Processes come and go while this looks: one that is gone has no name.
        `  { read -r comm < "$process/comm"; } 2>/dev/null || continue`,
        `  [ "$comm" = ${name} ] && kill -TERM "\${process#/proc/}" && running="$running \${process#/proc/}"`,
        "done",
        "for process in $running; do",
        `  while kill -0 "$process" 2>/dev/null; do sleep 1; done`,
        "done",
    ];
    return ["/bin/sh", "-c", script.join("\n")];
}

/**
 * The whole command of CouchDB's container on Docker, which runs nothing before it tells a container to end: a shell
 * between tini and the image's start script ends Erlang first, and only then the rest. The exit code stays CouchDB's own.
 *
 * @see medic/cht-core couchdb/Dockerfile (ENTRYPOINT and CMD)
 */
export function endingCleanly(
    entrypoint: readonly string[] = ["/docker-entrypoint.sh", "/opt/couchdb/bin/couchdb"],
    name = "beam.smp",
): string[] {
    const script = [
        `"$@" &`,
        "couchdb=$!",
        "end() {",
        `${terminateAndWait(name)[2]}`,
        // Nothing of CouchDB has begun yet, or nothing is left of it.
        `kill -TERM "$couchdb" 2>/dev/null`,
        `wait "$couchdb"`,
        "exit 0",
        "}",
        "trap end TERM INT",
        `wait "$couchdb"`,
    ].join("\n");
    return ["/bin/sh", "-c", script, "couchdb", ...entrypoint];
}

/** Process 1 of CouchDB's container: it passes signals on, and buries orphans. */
const INIT = ["tini", "--"];

/** The command of `role` on Docker, where it is not the image's own. */
export function shutdownCommand(role: Role): readonly string[] | undefined {
    return role === "couchdb" ? [...INIT, ...endingCleanly()] : undefined;
}

/**
 * How each role ends.
 *
 * - couchdb: told to end, its start script dies at once and Erlang is killed with it, in the middle of whatever it writes.
 *   Hence Erlang itself is told first; what it has not done after a minute, it loses.
 * - haproxy: the image's signal, USR1, waits for open connections, and API's changes feed never ends; on TERM it goes at once.
 * - api, sentinel, healthcheck: a shell is process 1 and passes no signal on: they always last until they are killed, and
 *   lose nothing by it.
 *
 * @see medic/cht-core couchdb/docker-entrypoint.sh, api/docker-entrypoint.sh, haproxy-healthcheck/Dockerfile
 */
const SHUTDOWN: Readonly<Record<Role, Shutdown>> = {
    couchdb: { preStop: terminateAndWait("beam.smp"), gracePeriodSeconds: 60 },
    nouveau: { gracePeriodSeconds: 30 },
    haproxy: { gracePeriodSeconds: 5, stopSignal: "SIGTERM" },
    healthcheck: { gracePeriodSeconds: 5 },
    api: { gracePeriodSeconds: 5 },
    sentinel: { gracePeriodSeconds: 5 },
    "upgrade-service": { gracePeriodSeconds: 30 },
    nginx: { gracePeriodSeconds: 10 },
    // It may borrow nginx's image, whose signal is QUIT.
    certificate: { gracePeriodSeconds: 10, stopSignal: "SIGTERM" },
};

export function shutdownFor(role: Role): Shutdown {
    return SHUTDOWN[role];
}
