// Starts and stops a sandbox. Every operation begins with what is really there, so each of them may be killed at any
// moment and done again.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Api } from "./api.mjs";
import { certificateKey, kubeconfigOf, makeCredentials, readConnection, writeKubeconfigs } from "./credentials.mjs";
import { withLock } from "./lock.mjs";
import { applyNodes, countNodes, nodeNames, releaseNodes } from "./nodes.mjs";
import { end, isCurrent, launch } from "./processes.mjs";
import { programNames, programOf, resolveProgram } from "./programs.mjs";
import {
    deleteData,
    freePort,
    isFree,
    keepSettings,
    makeFolders,
    openSandbox,
    projectFolder,
    writeWhole,
} from "./settings.mjs";
import { look, running } from "./status.mjs";
import { waitFor } from "./wait.mjs";

/** @typedef {import("./settings.mjs").Sandbox} Sandbox */
/** @typedef {import("./settings.mjs").SandboxOptions} SandboxOptions */
/** @typedef {import("./programs.mjs").ProgramName} ProgramName */
/** @typedef {import("./status.mjs").SandboxStatus} SandboxStatus */

/**
 * Starts what does not run; changes nothing when all of it does.
 *
 * @param {SandboxOptions} [options]
 * @returns {Promise<SandboxStatus>}
 * @throws {SandboxError} when a program is missing or ends at its start, with the last words of its log
 */
export async function start(options) {
    const asked = openSandbox(options);
    mkdirSync(asked.directory, { recursive: true, mode: 0o700 });
    return withLock(asked.lock, async () => {
        const sandbox = openSandbox(options); // again: another start may have chosen the ports
        const before = await look(sandbox);
        if (before.state === "running" && sameSettings(sandbox)) {
            sandbox.progress(`already running: ${before.nodes.ready} nodes, API at ${before.server}`);
            return before;
        }
        const began = Date.now();
        const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
        makeFolders(sandbox);
        makeCredentials(sandbox);
        await choosePorts(sandbox);
        await bringUp(sandbox, ["etcd", "kube-apiserver"]);
        const api = await waitForApi(sandbox);
        sandbox.progress(`Kubernetes API at https://127.0.0.1:${sandbox.ports.api} after ${seconds()}`);
        await bringUp(sandbox, ["kube-controller-manager", "kube-scheduler"]);
        await applyManifests(sandbox, api);
        await bringUpNodes(sandbox, api);
        sandbox.progress(
            `${nodeNames(sandbox).length} nodes Ready in ${sandbox.nodes.zones.join(", ")} after ${seconds()}`,
        );
        return look(sandbox);
    });
}

/**
 * Ends every process of the sandbox; its data stay.
 *
 * @param {SandboxOptions} [options]
 * @returns {Promise<ProgramName[]>} what was running
 */
export async function stop(options) {
    const sandbox = openSandbox(options);
    if (!existsSync(sandbox.directory)) return [];
    return withLock(sandbox.lock, () => endAll(sandbox));
}

/**
 * Ends every process of the sandbox and deletes its data. Ports and machines stay as they were chosen.
 *
 * @param {SandboxOptions} [options]
 */
export async function reset(options) {
    const sandbox = openSandbox(options);
    if (!existsSync(sandbox.directory)) return;
    await withLock(sandbox.lock, async () => {
        await endAll(sandbox);
        deleteData(sandbox);
    });
}

/**
 * Ends one program without warning, as a crash does; for tests.
 *
 * @param {ProgramName} name
 * @param {SandboxOptions} [options]
 */
export async function kill(name, options) {
    await end(running(openSandbox(options), [name]), { signal: "SIGKILL" });
}

/**
 * Ends one program in good order and starts the sandbox again; for tests.
 *
 * @param {ProgramName} name
 * @param {SandboxOptions} [options]
 */
export async function restart(name, options) {
    // an API server that still has clients would take its time to take leave of them
    await end(running(openSandbox(options), [name]), { patienceMilliseconds: 1000 });
    await start(options);
}

/** Whether what runs was started as it would be started now. @param {Sandbox} sandbox */
function sameSettings(sandbox) {
    const kept = existsSync(sandbox.settingsFile) ? readFileSync(sandbox.settingsFile, "utf8") : "";
    const wanted = `${JSON.stringify({ ports: sandbox.ports, nodes: sandbox.nodes }, null, 4)}\n`;
    const programs = programNames.map((name) => programOf(sandbox, name));
    return kept === wanted && running(sandbox).every((one) => programs.some((program) => isCurrent(one, program)));
}

/**
 * The ports of the last start, unless somebody else listens there now; then every program begins anew with other ones.
 *
 * @param {Sandbox} sandbox
 */
async function choosePorts(sandbox) {
    /** @type {["api" | "kwok", ProgramName][]} */
    const uses = [
        ["api", "kube-apiserver"],
        ["kwok", "kwok"],
    ];
    for (const [port, name] of uses) {
        const chosen = sandbox.ports[port];
        if (chosen !== undefined && (running(sandbox, [name]).length > 0 || (await isFreeSoon(chosen)))) continue;
        sandbox.ports[port] = await freePort();
        if (chosen !== undefined)
            sandbox.progress(`port ${chosen} is taken by another program: ${sandbox.ports[port]} from now on`);
        if (port === "api") await endAll(sandbox);
    }
    keepSettings(sandbox);
}

/** A program that was killed a moment ago may not have closed its port yet. @param {number} port */
async function isFreeSoon(port) {
    for (const patience = Date.now() + 2000; Date.now() < patience; await sleep(100)) {
        if (await isFree(port)) return true;
    }
    return false;
}

/**
 * Starts the programs that do not run, and again those that run with other arguments than they have now.
 *
 * @param {Sandbox} sandbox
 * @param {ProgramName[]} names
 */
async function bringUp(sandbox, names) {
    for (const name of names) {
        const program = programOf(sandbox, name);
        const found = running(sandbox, [name]);
        const outdated = found.filter((one) => !isCurrent(one, program));
        await end(outdated);
        if (found.length === outdated.length) await launch(program, sandbox);
        sandbox.broughtUp.add(name);
    }
}

/** @param {Sandbox} sandbox @returns {Promise<Api>} */
async function waitForApi(sandbox) {
    // it writes the certificate first and then its key
    await waitFor("the API server's certificate", sandbox, () => existsSync(certificateKey(sandbox)));
    writeKubeconfigs(sandbox);
    const api = new Api(readConnection(sandbox));
    await waitFor("the API server", sandbox, () => api.isReady());
    return api;
}

/**
 * Applies sandbox/manifests until the API server takes all of it: objects of a new kind are refused until that kind is served.
 *
 * @param {Sandbox} sandbox
 * @param {Api} api
 */
async function applyManifests(sandbox, api) {
    const { command, first } = resolveProgram(sandbox, "kubectl");
    const kubectl = [...first, `--kubeconfig=${kubeconfigOf(sandbox, "operator")}`];
    const folder = join(projectFolder, "sandbox", "manifests");
    const apply = [...kubectl, "apply", "--server-side", "--force-conflicts", `--filename=${folder}`];
    const call = () => promisify(execFile)(command, apply, { env: { HOME: sandbox.directory } });
    await waitFor("the cluster's own objects", sandbox, call);
    // KWOK ends when a kind that its stages name is served but not yet described
    const description = "/openapi/v3/apis/snapshot.storage.k8s.io/v1";
    await waitFor("the description of the snapshot API", sandbox, () => api.call(description));
}

/**
 * Starts KWOK and waits until its machines are Ready and pods can be made.
 *
 * @param {Sandbox} sandbox
 * @param {Api} api
 */
async function bringUpNodes(sandbox, api) {
    writeWhole(join(sandbox.directory, "kwok.yaml"), kwokConfiguration());
    if (running(sandbox, ["kwok"]).length === 0) await releaseNodes(api);
    await bringUp(sandbox, ["kwok"]);
    await applyNodes(sandbox, api);
    const health = `http://127.0.0.1:${sandbox.ports.kwok}/healthz`;
    await waitFor("KWOK", sandbox, async () => (await fetch(health)).ok);
    const wanted = nodeNames(sandbox).length;
    await waitFor("the nodes to be Ready", sandbox, async () => (await countNodes(api)).ready >= wanted);
    // pods are admitted only once their namespace has its service account
    const account = "/api/v1/namespaces/default/serviceaccounts/default";
    await waitFor("the default service account", sandbox, () => api.call(account));
}

/** KWOK reads one file: every stage, and the log that all simulated containers share. */
function kwokConfiguration() {
    const folder = join(projectFolder, "sandbox", "stages");
    const stages = readdirSync(folder)
        .filter((file) => file.endsWith(".yaml"))
        .sort();
    const logs = { logsFile: join(folder, "logs.txt"), follow: false };
    const clusterLogs = {
        apiVersion: "kwok.x-k8s.io/v1alpha1",
        kind: "ClusterLogs",
        metadata: { name: "all" },
        spec: { logs: [logs] },
    };
    return [...stages.map((file) => readFileSync(join(folder, file), "utf8")), JSON.stringify(clusterLogs)].join(
        "\n---\n",
    );
}

/** Ends what runs, users of the API server first and etcd last. @param {Sandbox} sandbox @returns {Promise<ProgramName[]>} */
async function endAll(sandbox) {
    const found = running(sandbox);
    for (const names of [["kwok", "kube-scheduler", "kube-controller-manager"], ["kube-apiserver"], ["etcd"]]) {
        await end(found.filter(({ name }) => names.includes(name)));
    }
    return found.map(({ name }) => /** @type {ProgramName} */ (name));
}
