import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
    existsSync,
    linkSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    realpathSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import {
    apply,
    commandLine,
    dispose,
    eventually,
    field,
    kubectl,
    processesOf,
    programs,
    project,
    run,
    type SandboxModule,
    type Status,
    sandboxModule,
    temporaryFolder,
} from "./support";

const configMap = (name: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { kept: "yes" },
});

describe("sandbox: start, stop, status, reset", function () {
    this.timeout(120_000);
    let directory: string;
    let sandbox: SandboxModule;
    let running: Status;

    before(async () => {
        directory = temporaryFolder();
        sandbox = await sandboxModule();
        running = await sandbox.start({ directory });
    });
    after(() => dispose(directory));

    it("runs every program once, and every node is Ready", async () => {
        assert.equal(running.state, "running");
        assert.deepEqual(running.nodes, { all: 6, ready: 6 });
        assert.deepEqual(await sandbox.status({ directory }), running);
        const found = processesOf(directory).map((line) => line.split(" ")[0]);
        assert.deepEqual(found.map(Number).sort(), Object.values(running.processes).sort());
    });

    it("listens on loopback only, below the ports of outgoing connections", () => {
        const [, port] = /^https:\/\/127\.0\.0\.1:(\d+)$/.exec(running.server ?? "") ?? [];
        assert.ok(Number(port) >= 20000 && Number(port) < 30000, running.server);
        assert.deepEqual(
            listeners(running).filter((address) => !address.startsWith("127.0.0.1:")),
            [],
        );
        assert.equal(listeners(running).length, 2, "the API server and KWOK");
    });

    it("keeps its tokens where nobody else can read them, and out of arguments and environments", () => {
        const tokens = readFileSync(join(directory, "credentials/tokens.csv"), "utf8")
            .trim()
            .split("\n")
            .map((line) => line.split(",")[0] ?? "");
        assert.deepEqual(
            tokens.map((token) => /^[0-9a-f]{64}$/.test(token)),
            [true, true, true, true],
        );
        for (const pid of Object.values(running.processes)) {
            const visible = readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/environ`, "utf8");
            for (const token of tokens) assert.ok(!visible.includes(token));
        }
        assert.equal(statSync(directory).mode & 0o777, 0o700);
        for (const file of ["kubeconfig", "credentials/tokens.csv", "credentials/service-accounts.key"]) {
            assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file);
        }
    });

    it("gives its processes nothing of the operator's environment", () => {
        const variables = readFileSync(`/proc/${running.processes.etcd}/environ`, "utf8")
            .split("\0")
            .filter((line) => line !== "");
        assert.deepEqual(variables.map((line) => line.split("=")[0]).sort(), ["HOME", "PATH"]);
    });

    it("changes nothing when it runs, in less than a second", async () => {
        const began = Date.now();
        assert.deepEqual(await sandbox.start({ directory }), running);
        assert.ok(Date.now() - began < 1000);
    });

    it("stops without leaving a process, and starts with its objects, port and kubeconfig as they were", async () => {
        apply(directory, configMap("survivor"));
        const uid = field(directory, "default", "configmap/survivor", ".metadata.uid");
        kubectl(directory, ["config", "set-context", "--current", "--namespace=kube-system"]);
        const kubeconfig = readFileSync(running.kubeconfig, "utf8");

        assert.deepEqual(await sandbox.stop({ directory }), programs);
        assert.deepEqual(processesOf(directory), []);
        assert.equal((await sandbox.status({ directory })).state, "stopped");
        assert.deepEqual(await sandbox.stop({ directory }), []);

        const again = await sandbox.start({ directory });
        assert.equal(again.state, "running");
        assert.equal(again.server, running.server);
        assert.ok(readFileSync(running.kubeconfig, "utf8") === kubeconfig, "the operator's namespace is kept");
        assert.equal(field(directory, "default", "configmap/survivor", ".metadata.uid"), uid);
        running = again;
    });

    for (const name of programs) {
        it(`starts ${name} again, and nothing else, after it was killed`, async () => {
            const before = await sandbox.status({ directory });
            await sandbox.kill(name, { directory });
            assert.equal((await sandbox.status({ directory })).state, "partly running");
            const after = await sandbox.start({ directory });
            assert.equal(after.state, "running");
            const changed = programs.filter((each) => after.processes[each] !== before.processes[each]);
            assert.deepEqual(changed, [name]);
            assert.equal(processesOf(directory).length, programs.length);
            running = after;
        });
    }

    it("still schedules and runs pods after the API server was restarted under the others", async () => {
        await sandbox.restart("kube-apiserver", { directory });
        kubectl(directory, ["create", "deployment", "after-restart", "--namespace=default", "--image=example"]);
        await eventually(
            () => field(directory, "default", "deployment/after-restart", ".status.readyReplicas"),
            (ready) => ready === "1",
        );
    });

    it("loses nothing, and runs pods at once, when everything was killed", async () => {
        apply(directory, configMap("written-last"));
        const { processes } = await sandbox.status({ directory });
        for (const pid of Object.values(processes)) process.kill(pid as number, "SIGKILL");
        await eventually(
            () => processesOf(directory),
            (left) => left.length === 0,
        );
        await sandbox.start({ directory });
        assert.equal(field(directory, "default", "configmap/written-last", ".data.kept"), "yes");
        // KWOK has died holding its machines for 40 seconds: the next one must not wait for them
        kubectl(directory, ["create", "deployment", "after-crash", "--namespace=default", "--image=example"]);
        await eventually(
            () => field(directory, "default", "deployment/after-crash", ".status.readyReplicas"),
            (ready) => ready === "1",
            20,
        );
    });

    for (const moment of ["etcd", "kwok"] as const) {
        it(`is put right by the next start when a start was killed as soon as ${moment} ran`, async () => {
            await sandbox.stop({ directory });
            const starter = spawn(process.execPath, [commandLine, `--directory=${directory}`, "start"], {
                stdio: "ignore",
            });
            await eventually(
                async () => (await sandbox.status({ directory })).processes[moment],
                (pid) => pid !== undefined,
            );
            starter.kill("SIGKILL");
            await once(starter, "exit");
            assert.equal((await sandbox.start({ directory })).state, "running");
            assert.equal(processesOf(directory).length, programs.length);
        });
    }

    it("is started once by starts at the same time, though a dead process holds the lock", async () => {
        await sandbox.stop({ directory });
        writeFileSync(join(directory, "lock"), "1 0 a process with this id, but started at another time");
        const starts = await Promise.all([1, 2, 3].map(() => run([`--directory=${directory}`, "start"])));
        assert.deepEqual(
            starts.map(({ code }) => code),
            [0, 0, 0],
            JSON.stringify(starts),
        );
        assert.equal(starts.filter(({ output }) => output.startsWith("already running")).length, 2);
        assert.equal(processesOf(directory).length, programs.length);
        assert.ok(!existsSync(join(directory, "lock")));
    });

    it("moves to other ports when its own are taken, and says so in the kubeconfig", async () => {
        await sandbox.stop({ directory });
        const taken = ["api", "kwok"].map((name) => settings(directory).ports[name] ?? 0);
        const others = taken.map((port) => createServer().listen(port, "127.0.0.1"));
        try {
            const lines: string[] = [];
            const moved = await sandbox.start({ directory, progress: (line) => lines.push(line) });
            assert.equal(moved.state, "running");
            const now = settings(directory).ports;
            assert.ok(!taken.includes(now.api ?? 0) && !taken.includes(now.kwok ?? 0));
            assert.equal(moved.server, `https://127.0.0.1:${now.api}`);
            assert.ok(readFileSync(moved.kubeconfig, "utf8").includes(`server: ${moved.server}\n`));
            assert.deepEqual(lines.slice(0, 2), [
                `port ${taken[0]} is taken by another program: ${now.api} from now on`,
                `port ${taken[1]} is taken by another program: ${now.kwok} from now on`,
            ]);
            assert.equal(field(directory, "default", "configmap/survivor", ".data.kept"), "yes");
        } finally {
            for (const other of others) other.close();
        }
    });

    it("changes the machines when asked, while it runs, and keeps them so", async () => {
        const nodes = { zones: ["east"], perZone: 1, cpu: "8" };
        const changed = await sandbox.start({ directory, nodes });
        assert.deepEqual(changed.nodes, { all: 1, ready: 1 });
        assert.equal(field(directory, "default", "node/east-1", ".status.allocatable.cpu"), "8");
        assert.deepEqual(await sandbox.start({ directory }), changed);
    });

    it("ends processes of its own only", async () => {
        const idle = ["-e", "setInterval(() => {}, 1000)", "--", `--data-dir=${directory}/etcd`];
        const lookalike = spawn(process.execPath, idle, { stdio: "ignore" });
        await once(lookalike, "spawn");
        await sandbox.stop({ directory });
        assert.equal(lookalike.exitCode ?? lookalike.signalCode, null);
        lookalike.kill();
    });

    it("stops what was started from a binary that has been deleted since", async () => {
        const source = realpathSync(join(project, ".toolchain/bin/sandbox-kubernetes"));
        // a link needs no second 150 MB, but only works inside one file system
        const binaries = mkdtempSync(join(dirname(source), "test-"));
        try {
            linkSync(source, join(binaries, "sandbox-kubernetes"));
            await sandbox.start({ directory, binaries });
            assert.equal((await sandbox.status({ directory })).state, "running");
            rmSync(binaries, { recursive: true });
            assert.deepEqual(await sandbox.stop({ directory, binaries }), programs);
            assert.deepEqual(processesOf(directory), []);
        } finally {
            rmSync(binaries, { recursive: true, force: true });
        }
    });

    it("deletes its data, and only its own, when reset", async () => {
        const { ports } = settings(directory);
        writeFileSync(join(directory, "not-of-the-sandbox"), "");
        await sandbox.reset({ directory });
        assert.deepEqual(processesOf(directory), []);
        assert.deepEqual(
            ["etcd", "credentials", "certificates", "kubeconfig", "log"].filter((name) =>
                existsSync(join(directory, name)),
            ),
            [],
        );
        assert.ok(existsSync(join(directory, "not-of-the-sandbox")));
        await sandbox.start({ directory });
        assert.deepEqual(settings(directory).ports, ports);
        assert.equal(
            kubectl(directory, ["--namespace=default", "get", "configmap/survivor", "--ignore-not-found"]),
            "",
        );
    });
});

describe("sandbox: what goes wrong at a start", function () {
    this.timeout(120_000);
    let directory: string;

    beforeEach(() => {
        directory = temporaryFolder();
    });
    afterEach(() => dispose(directory));

    it("says which program ended, with the reason from its log", async () => {
        mkdirSync(join(directory, "etcd"));
        writeFileSync(join(directory, "etcd/member"), "a file where etcd needs a folder");
        const { code, output } = await run([`--directory=${directory}`, "start"]);
        assert.equal(code, 1);
        assert.match(output, /^sandbox: etcd ended while waiting for .*\n {4}.*not a directory/m);
        assert.doesNotMatch(output, /\n\s+at /, "no stack trace");
    });

    it("says which program is missing and what gets it", async () => {
        const sandbox = await sandboxModule();
        await assert.rejects(sandbox.start({ directory, binaries: join(directory, "none") }), {
            message: `etcd is missing: neither ${directory}/none/etcd nor ${directory}/none/sandbox-kubernetes exists. \`npm start\` gets it.`,
        });
    });
});

function settings(directory: string): { ports: Record<string, number> } {
    return JSON.parse(readFileSync(join(directory, "settings.json"), "utf8")) as { ports: Record<string, number> };
}

/** The addresses on which a sandbox listens for TCP, from the sockets that its processes hold. */
function listeners(status: Status): string[] {
    const table = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
        existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(1) : [],
    );
    const listening = table.map((line) => line.trim().split(/\s+/)).filter((columns) => columns[3] === "0A");
    const owned = new Set(Object.values(status.processes).flatMap((pid) => sockets(pid as number)));
    return listening.filter((columns) => owned.has(columns[9] ?? "")).map((columns) => address(columns[1] ?? ""));
}

/** The inodes of a process's sockets. */
function sockets(pid: number): string[] {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
        } catch {
            return []; // closed meanwhile
        }
    });
}

/** `0100007F:4E20` of the kernel as `127.0.0.1:20000`; an IPv6 address as it is. */
function address(hexadecimal: string): string {
    const [ip = "", port = ""] = hexadecimal.split(":");
    const readable =
        ip.length === 8
            ? (ip.match(/../g) ?? [])
                  .reverse()
                  .map((byte) => parseInt(byte, 16))
                  .join(".")
            : ip;
    return `${readable}:${parseInt(port, 16)}`;
}
