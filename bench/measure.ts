/**
 * Runs commands and measures them with all they start: wall time, processor time, and the most memory of each kind of
 * process. Reads /proc, so this is for Linux.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What one step took. */
export interface Cost {
    /** Wall time. */
    readonly seconds: number;
    /** Processor time of every process of the step, user and system. */
    readonly cpuSeconds: number;
    /** By kind of process. */
    readonly processes: ReadonlyMap<string, ProcessCost>;
}

export interface ProcessCost {
    /** Processor time of all processes of the kind, up to the last look at each: the least, not the exact amount. */
    readonly cpuSeconds: number;
    /** The most memory that one of them ever held (VmHWM), in MB of 10^6 bytes. */
    readonly peakMegabytes: number;
}

export interface Command {
    readonly command: string;
    readonly args: readonly string[];
    readonly cwd?: string;
    /** Added to the environment of the benchmark. */
    readonly env?: NodeJS.ProcessEnv;
}

interface Process {
    readonly pid: number;
    readonly kind: string;
    readonly cpu: number;
    readonly peak: number;
}

const lookMilliseconds = 150;

/** The kernel's unit in /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * @param work runs commands, with {@link run}.
 * @param seconds how long it may take; then everything that it started is ended.
 * @throws when the work fails or takes too long.
 */
export async function measure(work: () => Promise<void>, seconds: number): Promise<Cost> {
    if (interrupted) throw new Error("interrupted");
    const found = new Map<number, Process>();
    const look = () => {
        // One that has ended, and that nobody has waited for yet, has neither arguments nor memory any more.
        for (const process of descendants()) if (process.kind !== "") found.set(process.pid, process);
    };
    const timer = setInterval(look, lookMilliseconds);
    const cpuBefore = cpuOfEndedChildren();
    const began = performance.now();
    const limit = new AbortController();
    try {
        await Promise.race([
            work(),
            sleep(seconds * 1000, undefined, { signal: limit.signal, ref: false }).then(() => {
                throw new Error(`not done after ${seconds} s`);
            }),
        ]);
    } catch (error) {
        endEverything();
        throw error;
    } finally {
        limit.abort();
        clearInterval(timer);
    }
    return {
        seconds: (performance.now() - began) / 1000,
        cpuSeconds: cpuOfEndedChildren() - cpuBefore,
        processes: byKind([...found.values()]),
    };
}

/**
 * Runs a command to its end.
 *
 * @returns what it printed on standard output.
 * @throws where it ends with another code than 0, with the last lines it printed.
 */
export function run({ command, args, cwd, env }: Command): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) return resolve(stdout);
            const lines = `${stdout}\n${stderr}`.trim().split("\n").slice(-20).join("\n");
            reject(new Error(`${command} ${args.join(" ")}: exit code ${code ?? "none, ended by a signal"}\n${lines}`));
        });
    });
}

/** Does the work for each item, so many at a time. */
export async function atATime<T>(
    limit: number,
    items: readonly T[],
    work: (item: T) => Promise<unknown>,
): Promise<void> {
    const left = [...items];
    const worker = async () => {
        for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

let interrupted = false;

/** Lets what is measured now fail, and nothing be measured any more. */
export function interrupt(): void {
    interrupted = true;
    endEverything();
}

/** Ends every process that this one has started, and those that they have. */
function endEverything(): void {
    for (const { pid } of descendants()) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // it has ended meanwhile
        }
    }
}

function byKind(processes: readonly Process[]): Map<string, ProcessCost> {
    const kinds = new Map<string, ProcessCost>();
    for (const { kind, cpu, peak } of processes) {
        const before = kinds.get(kind) ?? { cpuSeconds: 0, peakMegabytes: 0 };
        kinds.set(kind, {
            cpuSeconds: before.cpuSeconds + cpu,
            peakMegabytes: Math.max(before.peakMegabytes, peak),
        });
    }
    return kinds;
}

function descendants(): Process[] {
    const all = readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .flatMap((entry) => {
            const fields = statOf(entry);
            return fields === undefined ? [] : [{ pid: Number(entry), parent: Number(fields[1]), fields }];
        });
    const family = new Set([process.pid]);
    // A child may have a smaller number than its parent, once the numbers have begun anew.
    for (let size = 0; size !== family.size; ) {
        size = family.size;
        for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    return all
        .filter(({ pid }) => pid !== process.pid && family.has(pid))
        .map(({ pid, fields }) => ({
            pid,
            kind: kindOf(read(`/proc/${pid}/cmdline`).split("\0")),
            cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
            peak: (Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024) / 1e6,
        }));
}

/** What a person would call the process. */
function kindOf(args: readonly string[]): string {
    const program = basename(args[0] ?? "");
    if (program === "pulumi") return "engine";
    if (program !== "node") return program;
    const standIn = args.map((arg) => /sandbox\/plugins\/(\w+)\/main\.js$/.exec(arg)?.[1]).find((name) => name);
    if (standIn !== undefined) return `pulumi-resource-${standIn}`;
    return args.some((arg) => /@pulumi\/pulumi\/cmd\/run/.test(arg)) ? "program" : program;
}

/** The fields of /proc/<pid>/stat from the state on; undefined when the process has ended. */
function statOf(pid: string): string[] | undefined {
    // The name in brackets may itself hold blanks and brackets.
    const text = read(`/proc/${pid}/stat`).replace(/^.*\) /s, "");
    return text === "" ? undefined : text.split(" ");
}

/** Of every process that this one, or one that it has waited for, has waited for. */
function cpuOfEndedChildren(): number {
    const fields = statOf("self") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
