/**
 * Another machine, as far as Docker and the network can tell: a network namespace with an address of its own, and in it an
 * engine of its own whose images and volumes lie on a small disk, which can be full. Needs root.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/processes";
import { Engine } from "./engine";
import { eventually } from "./web";

export class OtherMachine {
    /** Where it is reached from this machine. */
    readonly address: string;
    readonly engine: Engine;
    readonly socket: string;
    private dockerd: ChildProcess | undefined;

    private constructor(
        private readonly folder: string,
        private readonly namespace: string,
        private readonly network: string,
    ) {
        this.address = `${network}.2`;
        this.socket = join(folder, "docker.sock");
        this.engine = new Engine(`unix://${this.socket}`);
    }

    /** @param megabytes the size of the disk for images and volumes */
    static async start(megabytes: number): Promise<OtherMachine> {
        const folder = mkdtempSync(join(tmpdir(), "cht-other-"));
        const number = process.pid % 65_536;
        const machine = new OtherMachine(folder, `cht-other-${process.pid}`, `10.231.${number % 256}`);
        try {
            await machine.plugIn();
            mkdirSync(machine.disk);
            mkdirSync(machine.settings);
            await succeed("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "cht-other", machine.disk);
            await machine.boot();
        } catch (error) {
            await machine.stop();
            throw error;
        }
        return machine;
    }

    /** Words before a command by which it runs there; not `ip netns exec`, which hides the cgroups. */
    get inside(): readonly string[] {
        return ["nsenter", `--net=/run/netns/${this.namespace}`];
    }

    private get settings(): string {
        return join(this.folder, "etc");
    }

    private get disk(): string {
        return join(this.folder, "disk");
    }

    /** Leaves so many megabytes free, until `makeRoom`. */
    async fillDisk(free: number): Promise<void> {
        const { bavail, bsize } = statfsSync(this.disk);
        const megabytes = Math.floor((bavail * bsize) / 2 ** 20) - free;
        await succeed("fallocate", "-l", `${megabytes}M`, join(this.disk, "filler"));
    }

    makeRoom(): void {
        rmSync(join(this.disk, "filler"), { force: true });
    }

    /** Stops its engine as a power cut would not: with what runs on it. */
    async stopEngine(): Promise<void> {
        const { dockerd } = this;
        if (dockerd?.exitCode !== null) return;
        const ended = new Promise((resolve) => dockerd.once("exit", resolve));
        dockerd.kill("SIGTERM");
        await ended;
    }

    async boot(): Promise<void> {
        const log = openSync(join(this.folder, "dockerd.log"), "a");
        const paths = {
            "--data-root": this.disk,
            "--exec-root": join(this.folder, "run"),
            "--pidfile": join(this.folder, "pid"),
        };
        // Its own /etc/docker, by which an engine up to 24 is known: two on one machine would have the same identity.
        const own = 'mkdir -p /etc/docker && mount --bind "$0" /etc/docker && exec "$@"';
        const dockerd = ["dockerd", "--host", `unix://${this.socket}`, ...Object.entries(paths).flat()];
        const [command = "", ...before] = this.inside;
        const args = [...before, "unshare", "--mount", "sh", "-c", own, this.settings, ...dockerd];
        this.dockerd = spawn(command, args, { stdio: ["ignore", log, log] });
        closeSync(log);
        const answers = async () => (await this.engine.docker(["version"])).code === 0;
        await eventually(answers, (good) => good || this.dockerd?.exitCode !== null);
        assert.equal(this.dockerd.exitCode, null, readFileSync(join(this.folder, "dockerd.log"), "utf8"));
    }

    private async plugIn(): Promise<void> {
        const [here, there] = [`cht${process.pid}`, `chtx${process.pid}`];
        await succeed("ip", "netns", "add", this.namespace);
        await succeed("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", this.namespace);
        await succeed("ip", "address", "add", `${this.network}.1/30`, "dev", here);
        await succeed("ip", "link", "set", here, "up");
        await succeed("ip", "-n", this.namespace, "address", "add", `${this.address}/30`, "dev", there);
        for (const link of [there, "lo"]) await succeed("ip", "-n", this.namespace, "link", "set", link, "up");
        await succeed("ip", "-n", this.namespace, "route", "add", "default", "via", `${this.network}.1`);
    }

    async stop(): Promise<void> {
        await this.stopEngine();
        if (existsSync(this.disk)) await run("umount", ["--recursive", this.disk], { cwd: "/", env: process.env });
        await run("ip", ["netns", "delete", this.namespace], { cwd: "/", env: process.env });
        rmSync(this.folder, { recursive: true, force: true });
    }
}

async function succeed(command: string, ...args: string[]): Promise<void> {
    const { code, stderr } = await run(command, args, { cwd: "/", env: process.env });
    assert.equal(code, 0, `${command} ${args.join(" ")}: ${stderr}`);
}
