// What of a sandbox runs, from the process table and the API server.
import { existsSync } from "node:fs";
import { Api } from "./api.mjs";
import { kubeconfigOf, readConnection } from "./credentials.mjs";
import { countNodes, nodeNames } from "./nodes.mjs";
import { findProcesses } from "./processes.mjs";
import { markOf, programNames } from "./programs.mjs";
import { openSandbox } from "./settings.mjs";

/** @typedef {import("./settings.mjs").Sandbox} Sandbox */
/** @typedef {import("./settings.mjs").SandboxOptions} SandboxOptions */
/** @typedef {import("./programs.mjs").ProgramName} ProgramName */

/**
 * @typedef {object} SandboxStatus
 * @property {"running" | "partly running" | "stopped"} state partly running: some program has ended, or a machine is not Ready
 * @property {string} directory
 * @property {string} kubeconfig path of the operator's kubeconfig
 * @property {string | undefined} server address of the API server
 * @property {Record<ProgramName, number | undefined>} processes the process id of each program that runs
 * @property {{ all: number, ready: number }} nodes
 */

/**
 * What runs. Nothing is changed.
 *
 * @param {SandboxOptions} [options]
 * @returns {Promise<SandboxStatus>}
 */
export async function status(options) {
    return look(openSandbox(options));
}

/** The processes of these programs, of all by default. @param {Sandbox} sandbox @param {readonly ProgramName[]} names */
export function running(sandbox, names = programNames) {
    return findProcesses(names.map((name) => markOf(sandbox, name)));
}

/** @param {Sandbox} sandbox @returns {Promise<SandboxStatus>} */
export async function look(sandbox) {
    const found = running(sandbox);
    const processes = Object.fromEntries(
        programNames.map((name) => [name, found.find((one) => one.name === name)?.pid]),
    );
    const known = existsSync(kubeconfigOf(sandbox, "operator"));
    const connection = known ? readConnection(sandbox) : undefined;
    // without etcd the API server accepts calls and never answers them
    const askable = connection && processes.etcd && processes["kube-apiserver"];
    const nodes = askable ? await countNodesOrNone(new Api(connection)) : { all: 0, ready: 0 };
    const complete = programNames.every((name) => processes[name]) && nodes.ready >= nodeNames(sandbox).length;
    return {
        state: complete ? "running" : found.length > 0 ? "partly running" : "stopped",
        directory: sandbox.directory,
        kubeconfig: sandbox.kubeconfig,
        server: connection?.server,
        processes: /** @type {SandboxStatus["processes"]} */ (processes),
        nodes,
    };
}

/** An API server that does not answer, or is not ready, has no nodes. @param {Api} api */
async function countNodesOrNone(api) {
    try {
        if (await api.isReady()) return await countNodes(api);
    } catch {
        // it went while it was asked
    }
    return { all: 0, ready: 0 };
}
