// The process table is the only record of what runs: no file of process ids that a crash would leave wrong. A process of a
// sandbox is known by its program and by one argument that names the sandbox's folder and that no other process has.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxError } from "./settings.mjs";

/**
 * A program to run.
 *
 * @typedef {{ name: string, command: string, arguments: string[] }} Program
 */

/**
 * A process of a sandbox. Its start tells it from a later process with the same id.
 *
 * @typedef {{ name: string, pid: number, started: string, commandLine: string }} RunningProcess
 */

/**
 * The start of a process, in the kernel's own ticks; undefined when there is none, or when it has ended and nobody has
 * collected it. A process that is ending counts until its ports are closed: its arguments are gone before that.
 *
 * @param {number} pid
 */
function startOfLinuxProcess(pid) {
    try {
        // the name in brackets may itself hold blanks and brackets; the state and 19 fields later the start follow it
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ");
        return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
    } catch {
        return undefined;
    }
}

/** One process as /proc has it; undefined when it has ended or is not ours to look at. @param {number} pid */
function readLinuxProcess(pid) {
    try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trimEnd();
        // the file behind a running program may have been replaced by a new build
        const executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
        const started = startOfLinuxProcess(pid);
        return started === undefined ? undefined : { pid, started, executable, commandLine };
    } catch {
        return undefined;
    }
}

/** Every process that this user may see. */
function processTable() {
    if (process.platform === "linux") {
        const ids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
        return ids.map((id) => readLinuxProcess(Number(id))).filter((found) => found !== undefined);
    }
    const listed = execFileSync("ps", ["-axww", "-o", "pid=,lstart=,command="], {
        encoding: "utf8",
        maxBuffer: 1 << 26,
    });
    return listed.split("\n").flatMap((line) => {
        const [, pid, started = "", commandLine = ""] =
            /^\s*(\d+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line) ?? [];
        // the path may have blanks in it, the options begin with the first " --"
        const executable = basename(commandLine.replace(/ --.*/s, "")).split(" ")[0] ?? "";
        return pid ? [{ pid: Number(pid), started, executable, commandLine }] : [];
    });
}

/**
 * Which programs run.
 *
 * @param {{ name: string, mark: string }[]} programs each with the argument that no other process has
 * @returns {RunningProcess[]}
 */
export function findProcesses(programs) {
    const table = processTable();
    return programs.flatMap(({ name, mark }) =>
        table
            .filter(({ executable }) => [name, "sandbox-kubernetes"].includes(basename(executable)))
            .filter(({ commandLine }) => `${commandLine} `.includes(` ${mark} `))
            .map(({ pid, started, commandLine }) => ({ name, pid, started, commandLine })),
    );
}

/** Whether a process runs with the arguments that its program has now. @param {RunningProcess} running @param {Program} program */
export function isCurrent(running, program) {
    return running.commandLine.endsWith(` ${program.arguments.join(" ")}`);
}

/**
 * Starts a program that outlives this one, with its output in a log file; the log of its last run is kept beside it.
 *
 * @param {Program} program
 * @param {{ directory: string, log: string }} sandbox
 */
export async function launch(program, sandbox) {
    const path = join(sandbox.log, `${program.name}.log`);
    if (existsSync(path)) renameSync(path, join(sandbox.log, `${program.name}.previous.log`));
    const log = openSync(path, "w", 0o600);
    const child = spawn(program.command, program.arguments, {
        cwd: sandbox.directory,
        detached: true,
        stdio: ["ignore", log, log],
        // nothing of the operator's environment (passphrases, proxies) goes into processes that stay
        env: { PATH: process.env.PATH, HOME: sandbox.directory },
    });
    closeSync(log);
    child.unref();
    try {
        await once(child, "spawn");
    } catch (error) {
        throw new SandboxError(`${program.name} cannot be started: ${/** @type {Error} */ (error).message}`);
    }
}

/** When a process was started, in whatever unit the system has; undefined when there is none with this id. @param {number} pid */
export function startOf(pid) {
    if (process.platform === "linux") return startOfLinuxProcess(pid);
    return processTable().find((other) => other.pid === pid)?.started;
}

/** Whether this very process, not a later one with the same id, still runs. @param {RunningProcess} running */
function isRunning({ pid, started }) {
    return startOf(pid) === started;
}

/** @param {RunningProcess} running @param {NodeJS.Signals} signal */
function send(running, signal) {
    try {
        if (isRunning(running)) process.kill(running.pid, signal);
    } catch (error) {
        const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
        if (code === "ESRCH") return; // ended meanwhile
        throw new SandboxError(`${running.name} (process ${running.pid}) cannot be ended: ${message}`);
    }
}

/**
 * Ends processes and returns when they are gone: asks first, and after a while does not ask any more.
 *
 * @param {RunningProcess[]} processes
 * @param {{ signal?: NodeJS.Signals, patienceMilliseconds?: number }} [options] first signal, by default SIGTERM; and how
 *   long it is waited after it, by default ten seconds
 */
export async function end(processes, { signal = "SIGTERM", patienceMilliseconds = 10_000 } = {}) {
    for (const running of processes) send(running, signal);
    const patience = Date.now() + patienceMilliseconds;
    let left = processes;
    while ((left = left.filter(isRunning)).length > 0) {
        if (Date.now() > patience) for (const running of left) send(running, "SIGKILL");
        await sleep(50);
    }
}

/**
 * The lines of a program's log that say why it ended: its last errors, or else its last lines.
 *
 * @param {string} name
 * @param {{ log: string }} sandbox
 */
export function lastWords(name, sandbox) {
    const path = join(sandbox.log, `${name}.log`);
    const lines = existsSync(path)
        ? readFileSync(path, "utf8")
              .split("\n")
              .filter((line) => line.trim() !== "")
        : [];
    // klog begins errors with E or F and the date; etcd and KWOK have a level
    const errors = lines.filter((line) =>
        /^[EF]\d{4} |^Error: |^panic: |level["=:]+(error|fatal|panic)|^ERROR /i.test(line),
    );
    return (errors.length > 0 ? errors : lines)
        .slice(-5)
        .map((line) => `    ${line.slice(0, 400)}`)
        .join("\n");
}
