/** A second Docker engine with a disk of a few megabytes, to see what a full one looks like. Needs root, as the first does. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallEngine {
    /** `unix://…` */
    readonly host: string;
    /** What it has written so far. */
    log(): string;
    stop(): Promise<void>;
}

/**
 * It lives in namespaces of its own, because an engine takes the bridge and the packet filter of its machine for its own:
 * its containers reach nothing, and its disk is seen by itself alone and goes with it.
 *
 * @param megabytes of its disk, which lies in memory.
 */
export async function startSmallEngine(megabytes: number): Promise<SmallEngine> {
    const folder = mkdtempSync(join(tmpdir(), "cht-engine-"));
    const at = (name: string) => join(folder, name);
    const disk = at("disk");
    mkdirSync(disk);
    const host = `unix://${at("docker.sock")}`;
    const places = ["--data-root", disk, "--exec-root", at("exec"), "--pidfile", at("pid"), "--host", host];
    const dockerd = ["dockerd", ...places, "--bridge", "none", "--iptables=false", "--storage-driver", "vfs"];
    const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && exec "$@"`;
    const output = openSync(at("log"), "w");
    // The kernel ends it where the tests are killed.
    const alone = ["--pdeathsig", "TERM", "unshare", "--net", "--mount", "sh", "-c", script];
    const child = spawn("setpriv", [...alone, disk, ...dockerd], {
        stdio: ["ignore", output, output],
    });
    closeSync(output);
    const log = () => readFileSync(at("log"), "utf8");
    const stop = async () => {
        await end(child);
        rmSync(folder, { recursive: true, force: true });
    };
    const started = Date.now();
    while (!log().includes("API listen on")) {
        if (child.exitCode !== null || Date.now() - started > 60_000) {
            const said = log();
            await stop();
            throw new Error(`the second engine did not start: ${said}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { host, log, stop };
}

async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
}
