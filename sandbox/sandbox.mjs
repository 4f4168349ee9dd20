// The sandbox: a real Kubernetes API on this machine, for one user, with simulated machines.
//
//     npm run sandbox -- start | stop | status | reset | kubeconfig | kubectl …
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { reset, start, stop } from "./lifecycle.mjs";
import { programNames, resolveProgram } from "./programs.mjs";
import { openSandbox, SandboxError } from "./settings.mjs";
import { status } from "./status.mjs";

export { kill, reset, restart, start, stop } from "./lifecycle.mjs";
export { SandboxError } from "./settings.mjs";
export { status } from "./status.mjs";

const usage = `Usage: npm run sandbox -- [--directory=<folder>] <command>

  start        start it, or whatever of it does not run
               --zones=zone-a,zone-b,zone-c  --nodes-per-zone=2  --cpu=64  --memory=256Gi  --pods=500
  stop         end it; its data stay
  status       say what runs (exit code 3 when it does not)
  reset        end it and delete its data
  kubeconfig   print the path of its kubeconfig
  kubectl …    call kubectl on it

--directory is for another sandbox than the one in .sandbox.
`;

const text = /** @type {const} */ ({ type: "string" });
const startOptions = { zones: text, "nodes-per-zone": text, cpu: text, memory: text, pods: text };

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function run(args) {
    const directory = args[0]?.startsWith("--directory=") ? args.shift()?.replace("--directory=", "") : undefined;
    const [command = "", ...rest] = args;
    if (command === "kubectl") return kubectl(openSandbox({ directory }), rest);
    const { values } = parseArgs({ args: rest, options: command === "start" ? startOptions : {} });
    switch (command) {
        case "start": {
            const { kubeconfig } = await start({ directory, nodes: nodesFrom(values), progress: print });
            print(`KUBECONFIG=${kubeconfig}`);
            return 0;
        }
        case "stop": {
            const ended = await stop({ directory });
            print(ended.length === 0 ? "nothing was running" : `stopped ${ended.join(", ")}; nothing is left running`);
            return 0;
        }
        case "status":
            return printStatus(await status({ directory }));
        case "reset":
            await reset({ directory });
            print("stopped, and its data deleted");
            return 0;
        case "kubeconfig":
            print(openSandbox({ directory }).kubeconfig);
            return 0;
        case "help":
            print(usage);
            return 0;
        default:
            process.stderr.write(usage);
            return 2;
    }
}

/** The machines as the command line names them. @param {Partial<Record<keyof typeof startOptions, string>>} values */
function nodesFrom(values) {
    /** @param {"nodes-per-zone" | "pods"} name @param {number} most */
    const count = (name, most) => {
        const value = values[name];
        if (value === undefined) return undefined;
        const number = Number(value);
        if (Number.isInteger(number) && number >= 1 && number <= most) return number;
        throw new SandboxError(`--${name}=${value}: must be a whole number from 1 to ${most}`);
    };
    const given = {
        zones: values.zones?.split(","),
        perZone: count("nodes-per-zone", 20),
        cpu: values.cpu,
        memory: values.memory,
        pods: count("pods", 1000),
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** @param {Awaited<ReturnType<typeof status>>} found */
function printStatus(found) {
    print(`${found.state} in ${found.directory}`);
    for (const name of programNames) {
        const pid = found.processes[name];
        print(`  ${name.padEnd(24)} ${pid === undefined ? "not running" : `process ${pid}`}`);
    }
    print(`  ${"nodes".padEnd(24)} ${found.nodes.ready} of ${found.nodes.all} Ready`);
    if (found.server) print(`  ${"API server".padEnd(24)} ${found.server}`);
    print(`  ${"kubeconfig".padEnd(24)} ${found.kubeconfig}`);
    // 3 is what service managers say for a service that does not run
    return found.state === "running" ? 0 : 3;
}

/**
 * @param {import("./settings.mjs").Sandbox} sandbox
 * @param {string[]} args
 * @returns {Promise<number>} kubectl's own exit code
 */
async function kubectl(sandbox, args) {
    if (!existsSync(sandbox.kubeconfig)) throw new SandboxError("no sandbox was started yet: npm run sandbox -- start");
    const { command, first } = resolveProgram(sandbox, "kubectl");
    const child = spawn(command, [...first, ...args], {
        stdio: "inherit",
        env: { ...process.env, KUBECONFIG: sandbox.kubeconfig },
    });
    return new Promise((answer, refuse) => {
        child.on("error", refuse);
        child.on("exit", (code, signal) => answer(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        process.exitCode = await run(process.argv.slice(2));
    } catch (error) {
        const { code, message, stack, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
        // also what the system refuses (no space left, no permission) and what the command line has wrong
        const expected = error instanceof SandboxError || syscall || code?.startsWith("ERR_PARSE_ARGS");
        process.stderr.write(`sandbox: ${expected ? message : stack}\n`);
        process.exitCode = 1;
    }
}
