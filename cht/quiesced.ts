/**
 * A quiesced set: snapshots of all CouchDB nodes' volumes, taken while nothing writes. The only consistent snapshot of a
 * CouchDB cluster: CHT keeps each document on one node only (`n=1`), so that volumes of different moments do not belong
 * together.
 *
 * @see medic/cht-core couchdb/10-docker-default.ini (`n=1`)
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkArrow, Role } from "./model";
import { SNAPSHOTS_SERVICE } from "./names";
import type { QuiescedPatience } from "./quiesced-set/settings";

export {
    type QuiescedSettings,
    REPLICAS_ANNOTATION,
    type Retention,
    SET_LABEL,
    SET_STATE_LABEL,
} from "./quiesced-set/settings";

/**
 * Who writes, in the order in which they are stopped; they start the other way round. Users' requests reach HAProxy through
 * API only; Sentinel waits for API when it starts. HAProxy and CouchDB go on: what they were given is on the disk when it
 * is answered, and what CouchDB does by itself (compaction, views) is safe in any snapshot of one volume.
 *
 * @see medic/cht-core sentinel/server.js
 */
export const WRITERS: readonly Role[] = ["sentinel", "api"];

export const PATIENCE: QuiescedPatience = { poll: 2, pods: 180, snapshots: 600, api: 240, lease: 60 };

/** A run that takes longer is ended, and starts the writers while it ends. More than all steps may take together. */
export const DEADLINE_SECONDS = 1800;

/** Where Kubernetes puts the service account's token and the cluster's certificate. */
export const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The files of the program that takes a set; `run.js` is what is started. */
const FILES = ["kubernetes", "lease", "run", "sets", "settings", "writers"];

/**
 * The program by file name, as it is compiled: CommonJS for Node 16, which the oldest API image has, with nothing beside Node
 * but `settings.json` in the same folder.
 */
export function quiescedProgram(): Record<string, string> {
    const text = (file: string) => readFileSync(join(__dirname, "quiesced-set", file), "utf8");
    return Object.fromEntries(
        FILES.map((name) => [`${name}.js`, text(`${name}.js`).replace(/^\/\/# sourceMappingURL=.*\n?/m, "")]),
    );
}

/** It reaches Kubernetes by the address that every pod is told: not even DNS is needed. */
export function quiescedArrows(): NetworkArrow[] {
    return [
        {
            from: { kind: "workload", service: SNAPSHOTS_SERVICE },
            to: { kind: "kubernetes-api" },
            ports: [443, 6443].map((port) => ({ port, protocol: "TCP" })),
            purpose: "the quiesced set stops and starts API and Sentinel, and takes snapshots",
        },
    ];
}

/** Node and nothing else: as the user of CHT's API image, and nothing is written. */
export const quiescedSecurity = {
    runAsUser: 1000,
    runAsGroup: 1000,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
} as const;
