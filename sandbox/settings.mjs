// Where a sandbox keeps what: its folder, its ports, and the size of its simulated machines.
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readFileSync,
    realpathSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the program, whatever folder it is called from. */
export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The simulated machines. What is not given stays as at the last start; at first three zones with two machines each, of
 * 64 processors, 256 GiB and 500 pods.
 *
 * @typedef {object} NodeSettings
 * @property {string[]} zones availability zones, each a label value
 * @property {number} perZone machines in each zone
 * @property {string} cpu processors of each machine, a Kubernetes quantity
 * @property {string} memory memory of each machine, a Kubernetes quantity
 * @property {number} pods most pods on one machine, at most 1000 (each machine has 1022 pod addresses)
 */

/**
 * @typedef {object} SandboxOptions
 * @property {string} [directory] the folder for everything the sandbox writes; by default .sandbox in the project
 * @property {string} [binaries] the folder of the programs; by default .toolchain/bin in the project
 * @property {{ api?: number, kwok?: number }} [ports] the loopback ports of the API server and of KWOK; by default those of
 *   the last start, at first free ones
 * @property {Partial<NodeSettings>} [nodes] the simulated machines
 * @property {(line: string) => void} [progress] called with each line of progress
 */

/** @type {NodeSettings} */
const defaultNodes = { zones: ["zone-a", "zone-b", "zone-c"], perZone: 2, cpu: "64", memory: "256Gi", pods: 500 };

/** An error whose message is all that its reader needs: it is printed without a stack trace. */
export class SandboxError extends Error {}

/**
 * The folders and files of one sandbox, with the settings kept from its last start.
 *
 * @param {SandboxOptions} options
 */
export function openSandbox(options = {}) {
    const given = resolve(options.directory ?? join(projectFolder, ".sandbox"));
    // One spelling only: processes are recognised by this path in their arguments.
    const directory = existsSync(dirname(given)) ? join(realpathSync(dirname(given)), basename(given)) : given;
    const settingsFile = join(directory, "settings.json");
    /** @type {{ ports?: { api: number, kwok: number }, nodes?: NodeSettings }} */
    const kept = existsSync(settingsFile) ? JSON.parse(readFileSync(settingsFile, "utf8")) : {};
    return {
        directory,
        binaries: options.binaries ?? join(projectFolder, ".toolchain", "bin"),
        /** The operator's kubeconfig. Its path never changes. */
        kubeconfig: join(directory, "kubeconfig"),
        credentials: join(directory, "credentials"),
        certificates: join(directory, "certificates"),
        data: join(directory, "etcd"),
        log: join(directory, "log"),
        lock: join(directory, "lock"),
        settingsFile,
        ports: { ...kept.ports, ...options.ports },
        nodes: { ...defaultNodes, ...kept.nodes, ...options.nodes },
        /** What must be running by now. @type {Set<string>} */
        broughtUp: new Set(),
        progress: options.progress ?? (() => {}),
    };
}

/** @typedef {ReturnType<typeof openSandbox>} Sandbox */

/** Makes the sandbox's folders, which nobody else may read. @param {Sandbox} sandbox */
export function makeFolders(sandbox) {
    for (const folder of [sandbox.directory, sandbox.credentials, sandbox.certificates, sandbox.log]) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    chmodSync(sandbox.directory, 0o700);
}

/** Deletes what the sandbox wrote, and only that: the folder may have been named by mistake. @param {Sandbox} sandbox */
export function deleteData(sandbox) {
    for (const path of [sandbox.data, sandbox.credentials, sandbox.certificates, sandbox.log, sandbox.kubeconfig]) {
        rmSync(path, { recursive: true, force: true });
    }
    // .kube is kubectl's cache
    for (const file of ["etcd:0", "peer:0", "kwok.yaml", ".kube"]) {
        rmSync(join(sandbox.directory, file), { recursive: true, force: true });
    }
}

/**
 * Writes a whole file or nothing: a reader never sees half of one, even when the writer is killed.
 *
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
}

/** Keeps ports and machines for the next start. @param {Sandbox} sandbox */
export function keepSettings(sandbox) {
    writeWhole(sandbox.settingsFile, `${JSON.stringify({ ports: sandbox.ports, nodes: sandbox.nodes }, null, 4)}\n`);
}

/** Whether nothing listens on a loopback port. @param {number} port @returns {Promise<boolean>} */
export function isFree(port) {
    return new Promise((answer) => {
        const server = createServer();
        server.once("error", () => answer(false));
        server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
    });
}

/**
 * A free loopback port. From 20000 to 29999: below the range that outgoing connections take theirs from (Linux from 32768,
 * macOS from 49152), which would block a restart now and then, and below the node ports of Kubernetes (from 30000).
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
    for (let attempt = 0; attempt < 100; attempt++) {
        const port = 20000 + Math.floor(Math.random() * 10000);
        if (await isFree(port)) return port;
    }
    throw new SandboxError("no free port found on 127.0.0.1 between 20000 and 29999");
}
