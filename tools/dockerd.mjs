/**
 * A Docker engine of our own: in a folder of its own, and gone with the process that started it, however that ends.
 */
import { spawn } from "node:child_process";
import {
    closeSync,
    existsSync,
    mkdtempSync,
    openSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execute } from "./command.mjs";
import { systemEnvironment } from "./debian.mjs";
import { Failure } from "./failure.mjs";

const prefix = "cht-docker-";
const startTimeout = 60_000;
const stopTimeout = 60_000;

/**
 * @typedef {object} Dockerd
 * @property {string} host as in DOCKER_HOST
 * @property {string} folder with its data and its log
 * @property {() => Promise<void>} stop ends it and removes all that it made
 */

/**
 * Needs root, `dockerd` with what belongs to it, and a network namespace without another: engines that share one take each
 * other's firewall rules away.
 *
 * @returns {Promise<Dockerd>}
 * @throws {Failure} where it does not start, with its own reason
 */
export async function startDockerd() {
    removeLeftovers();
    // Not below the checkout: a socket's path may have some hundred characters at most.
    const folder = mkdtempSync(join(tmpdir(), prefix));
    writeFileSync(join(folder, "owner"), String(process.pid));
    const host = `unix://${join(folder, "docker.sock")}`;
    const log = openSync(join(folder, "log"), "a");
    const args = [
        ...["--host", host, "--pidfile", join(folder, "pid"), "--data-root", join(folder, "data")],
        ...["--exec-root", join(folder, "exec"), "--shutdown-timeout", "5"],
    ];
    // The kernel tells it when we are gone, and it stops its containers and itself. It is out of the terminal's process group:
    // ^C ends the tests first, and then they end the engine.
    const child = spawn("setpriv", ["--pdeathsig", "TERM", "dockerd", ...args], {
        env: systemEnvironment(),
        stdio: ["ignore", log, log],
        detached: true,
    });
    closeSync(log);
    let ended = false;
    const end = new Promise((resolve) => {
        child.on("error", resolve);
        child.on("exit", resolve);
    }).then(() => (ended = true));

    const stop = async () => {
        if (!ended) await removeEverything(host);
        child.kill("SIGTERM");
        await Promise.race([end, sleep(stopTimeout, undefined, { ref: false })]);
        if (!ended) child.kill("SIGKILL");
        await end;
        // For whoever wants to see how a test ended.
        if (process.env.CHT_KEEP === undefined) rmSync(folder, { recursive: true, force: true });
    };
    for (const began = Date.now(); !(await engineVersion(host)); await sleep(200)) {
        if (!ended && Date.now() - began < startTimeout) continue;
        const reason = reasonIn(join(folder, "log"));
        await stop();
        throw new Failure(`dockerd ${ended ? "does not start" : "does not answer"}: ${reason}`);
    }
    return { host, folder, stop };
}

/** @param {string} host as in DOCKER_HOST @returns {Promise<string | undefined>} */
export async function engineVersion(host) {
    const { code, stdout } = await docker(host, ["version", "--format", "{{.Server.Version}}"]);
    return code === 0 ? stdout.trim() : undefined;
}

/** @param {string} host @param {string[]} args */
const docker = (host, args) => execute("docker", args, { env: { ...systemEnvironment(), ...dockerVariables(host) } });

/**
 * The variables that make the docker CLI, Compose and the plugin talk to one engine, whatever the caller's own say.
 * @param {string} host
 */
export const dockerVariables = (host) => ({
    DOCKER_HOST: host,
    DOCKER_CONTEXT: undefined,
    DOCKER_TLS_VERIFY: undefined,
    DOCKER_CERT_PATH: undefined,
});

/** Containers would be stopped one by one, and the bridges of networks stay behind. */
async function removeEverything(/** @type {string} */ host) {
    const { stdout } = await docker(host, ["ps", "--all", "--quiet"]);
    const containers = stdout.split("\n").filter(Boolean);
    if (containers.length > 0) await docker(host, ["rm", "--force", "--volumes", ...containers]);
    await docker(host, ["network", "prune", "--force"]);
}

/** Folders whose engine has ended, and nobody is left to remove them. */
function removeLeftovers() {
    const runs = (/** @type {string} */ file) => existsSync(join("/proc", readOrNothing(file).trim() || "none"));
    for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
        const folder = join(tmpdir(), name);
        if (!existsSync(join(folder, "owner")) || runs(join(folder, "owner")) || runs(join(folder, "pid"))) continue;
        rmSync(folder, { recursive: true, force: true });
    }
}

/** The process ids of engines in our network namespace. */
export function runningDockerds() {
    const ours = readlinkSync("/proc/self/ns/net");
    return readdirSync("/proc").filter((pid) => {
        if (!/^\d+$/.test(pid) || readOrNothing(`/proc/${pid}/comm`) !== "dockerd\n") return false;
        try {
            return readlinkSync(`/proc/${pid}/ns/net`) === ours;
        } catch {
            return false;
        }
    });
}

/** dockerd's own word for what went wrong: the last error of its log. */
function reasonIn(/** @type {string} */ log) {
    const lines = readOrNothing(log).trim().split("\n");
    const told = lines.findLast((line) => /level=(error|fatal)|^failed/.test(line)) ?? lines.at(-1) ?? "";
    return /msg="((?:[^"\\]|\\.)*)"/.exec(told)?.[1]?.replaceAll('\\"', '"') ?? told;
}

function readOrNothing(/** @type {string} */ file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
