import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { importModule } from "../support/import-module";

export const project = resolve(__dirname, "../../..");
export const commandLine = join(project, "sandbox/sandbox.mjs");

export type Program = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok";
export const programs: Program[] = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"];

export interface Options {
    directory: string;
    binaries?: string;
    ports?: { api?: number; kwok?: number };
    nodes?: { zones?: string[]; perZone?: number; cpu?: string; memory?: string; pods?: number };
    progress?: (line: string) => void;
}

export interface Status {
    state: "running" | "partly running" | "stopped";
    kubeconfig: string;
    server: string | undefined;
    processes: Record<Program, number | undefined>;
    nodes: { all: number; ready: number };
}

/** What sandbox/sandbox.mjs exports. */
export interface SandboxModule {
    start(options: Options): Promise<Status>;
    stop(options: Options): Promise<Program[]>;
    status(options: Options): Promise<Status>;
    reset(options: Options): Promise<void>;
    kill(name: Program, options: Options): Promise<void>;
    restart(name: Program, options: Options): Promise<void>;
}

export const sandboxModule = () => importModule<SandboxModule>(commandLine);

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "cht-sandbox-"));

/** Ends a test's sandbox and removes what it left. */
export async function dispose(directory: string): Promise<void> {
    await (await sandboxModule()).stop({ directory });
    rmSync(directory, { recursive: true, force: true });
}

/** kubectl on a test's sandbox; what it prints, or an error with what it says. */
export function kubectl(directory: string, args: string[], input?: string): string {
    const multiCall = join(project, ".toolchain/bin/sandbox-kubernetes");
    const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: join(directory, "kubeconfig") };
    return execFileSync(multiCall, ["kubectl", ...args], { encoding: "utf8", env, input, stdio: "pipe" });
}

/** Applies objects given as plain data. */
export function apply(directory: string, ...objects: object[]): void {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    kubectl(directory, ["apply", "--server-side", "--filename=-"], JSON.stringify(list));
}

/** A field of an object; empty when it is not set. */
export function field(directory: string, namespace: string, object: string, path: string): string {
    return kubectl(directory, ["--namespace", namespace, "get", object, `--output=jsonpath={${path}}`]);
}

/** Waits until a value is as expected, and shows the last one when it never is. Patient, for machines that are busy. */
export async function eventually<T>(
    read: () => T | Promise<T>,
    expected: (value: T) => boolean,
    seconds = 60,
): Promise<T> {
    const patience = Date.now() + seconds * 1000;
    for (;;) {
        const value = await read();
        if (expected(value)) return value;
        if (Date.now() > patience) throw new Error(`after ${seconds} s still ${JSON.stringify(value)}`);
        await sleep(100);
    }
}

/** Calls the command line; never throws. */
export async function run(
    args: string[],
    options: { as?: string[]; home?: string } = {},
): Promise<{ code: number; output: string }> {
    const [command = "", ...rest] = [...(options.as ?? []), process.execPath, commandLine, ...args];
    try {
        const { stdout, stderr } = await promisify(execFile)(command, rest, {
            env: { ...process.env, HOME: options.home ?? process.env.HOME },
        });
        return { code: 0, output: stdout + stderr };
    } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, output: stdout + stderr };
    }
}

/** Every process that names a folder in its arguments or works in it, as `<pid> <arguments>`; Linux only. */
export function processesOf(directory: string): string[] {
    return readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .flatMap((pid) => {
            try {
                const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
                const inside = readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
                return args !== "" && (inside || args.includes(directory)) ? [`${pid} ${args}`] : [];
            } catch {
                return []; // ended meanwhile
            }
        });
}
