/** Child processes of tests. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Result {
    /** The exit code, or undefined where a signal ended it. */
    readonly code: number | undefined;
    readonly stdout: string;
    readonly stderr: string;
}

export interface Options {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly input?: string;
}

/** A program that is running. */
export interface Running {
    readonly child: ChildProcessWithoutNullStreams;
    readonly result: Promise<Result>;
}

export function start(command: string, args: readonly string[], { cwd, env, input }: Options): Running {
    const child = spawn(command, args, { cwd, env, stdio: "pipe" });
    const result = new Promise<Result>((resolve, reject) => {
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("error", reject);
        child.on("exit", (code) => {
            const end = () => resolve({ code: code ?? undefined, stdout, stderr });
            // Not `close` alone: what a killed program started may hold its output open. Else all of it is read by then.
            const timer = setTimeout(end, 1_000);
            child.on("close", () => {
                clearTimeout(timer);
                end();
            });
        });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    return { child, result };
}

export function run(command: string, args: readonly string[], options: Options): Promise<Result> {
    return start(command, args, options).result;
}

/** Every process whose arguments or environment name `text`, but not this one. */
export function processesWith(text: string): { pid: number; args: string }[] {
    return allProcesses().filter(({ pid, args }) => {
        if (pid === process.pid) return false;
        return args.includes(text) || read(`/proc/${pid}/environ`).includes(text);
    });
}

/** Every process of this machine with its arguments, as any user sees them. */
export function allProcesses(): { pid: number; args: string }[] {
    return readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map((pid) => ({ pid: Number(pid), args: read(`/proc/${pid}/cmdline`).split("\0").join(" ").trim() }));
}

/** Empty where the process has ended meanwhile, or is somebody else's. */
function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
