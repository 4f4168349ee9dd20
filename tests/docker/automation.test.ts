/** What portals import, on the real engines of Pulumi and Docker. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { verifyArchive } from "../../automation/backup/archive";
import { backupInstance } from "../../automation/backup/backup";
import { deleteData, destroyInstance } from "../../automation/destroy";
import { OperatorError } from "../../automation/error";
import type { ProgressEvent } from "../../automation/events";
import { openInstance } from "../../automation/hosts";
import { logsOf } from "../../automation/logs";
import type { Operation } from "../../automation/operation";
import { changeInstance, newStackText } from "../../automation/stack-file";
import { editStackFile, stackFilePath, writeNewStackFile } from "../../automation/stack-files";
import { createStack, listStacks, previewStack, refreshStack, type Stack, updateStack } from "../../automation/stacks";
import { outputsOf, stateOf } from "../../automation/state";
import { listInstances } from "../../automation/status";
import { openProject, type Project } from "../../automation/workspace";
import { checkout } from "../support/checkout";
import { engine } from "./support/engine";
import { hostCluster, hostInstance, services } from "./support/host-stack";
import { startSshd } from "./support/sshd";

const nothing = { containers: [], networks: [], volumes: [] };

async function events(operation: Operation<unknown>): Promise<ProgressEvent[]> {
    const seen: ProgressEvent[] = [];
    for await (const event of operation) seen.push(event);
    return seen;
}

/** When the first resource of the update itself is made. */
async function begun(operation: Operation<unknown>): Promise<void> {
    let updating = false;
    for await (const event of operation) {
        if (event.kind === "phase") updating = event.phase === "update";
        if (updating && event.kind === "resource" && event.state === "done") return;
    }
    await operation.result;
    assert.fail("the update ended before it made anything");
}

describe("automation on a Docker host", () => {
    let home: string;
    let project: Project;
    let stack: Stack;

    before(async () => {
        home = mkdtempSync(join(tmpdir(), "cht-automation-"));
        project = await openProject({ folder: checkout(), home, backend: `file://${home}?metadata=skip` });
        const text = newStackText({ cluster: hostCluster(), instances: { auto: hostInstance() } }, ["A comment."]);
        writeNewStackFile(project.folder, "auto", text);
        stack = await createStack(project, "auto");
    });

    after(async () => {
        await engine.sweep("auto");
        rmSync(home, { recursive: true, force: true });
    });

    const resources = async () => (await stateOf(project, "auto")).length;

    it("makes a stack once, and keeps what was written in its file", async () => {
        await assert.rejects(createStack(project, "auto"), { name: "OperatorError", kind: "exists" });
        const [found] = (await listStacks(project)).filter(({ name }) => name === "auto");
        assert.deepEqual(
            { ...found, updated: undefined },
            { name: "auto", file: true, deployed: true, resources: 0, updated: undefined },
        );
        const text = readFileSync(join(project.folder, "Pulumi.auto.yaml"), "utf8");
        assert.match(text, /^# yaml-language-server: .*\n#\n# A comment\.\nconfig:/);
        assert.match(text, /^encryptionsalt: v1:/m);
    });

    it("refuses a change to a file that the program would refuse, and leaves the file as it is", () => {
        const before = readFileSync(join(project.folder, "Pulumi.auto.yaml"), "utf8");
        assert.throws(
            () =>
                editStackFile(project.folder, "auto", (text) =>
                    changeInstance(text, "auto", { version: "5", "couchdb.nodes": 0 }),
                ),
            ({ kind, problems }: OperatorError) => {
                assert.equal(kind, "invalid");
                assert.deepEqual(problems.map(({ path }) => path).sort(), [
                    "instances.auto.couchdb.nodes",
                    "instances.auto.version",
                ]);
                return true;
            },
        );
        assert.equal(readFileSync(join(project.folder, "Pulumi.auto.yaml"), "utf8"), before);
    });

    it("asks the gate with what an update would do, and does nothing of it where the gate refuses", async () => {
        let asked: { operation: string; instance?: string | undefined }[] = [];
        const update = updateStack(stack, {
            gate: ({ steps }) => {
                asked = steps.map(({ operation, instance }) => ({ operation, instance }));
                throw new OperatorError("refused", "not today");
            },
        });
        const seen = await events(update);
        await assert.rejects(update.result, { kind: "refused", message: "not today" });
        assert.deepEqual(
            seen.filter(({ kind }) => kind === "phase"),
            [{ kind: "phase", phase: "preview" }],
        );
        assert.deepEqual(new Set(asked.map(({ operation }) => operation)), new Set(["create"]));
        assert.ok(asked.filter(({ instance }) => instance === "auto").length > services("5.2.0").length);
        assert.equal(await resources(), 0);
        assert.deepEqual(await engine.objects("auto"), nothing);
    });

    it("refuses a second update of a stack, and ends the first in order when it is cancelled", async () => {
        const cancel = new AbortController();
        const first = updateStack(stack, { signal: cancel.signal });
        await begun(first);
        const second = updateStack(stack);
        await assert.rejects(second.result, {
            kind: "locked",
            message: new RegExp(
                `^another update of the stack 'auto' is running \\(.*${hostname()}.*\\): wait for it to end$`,
            ),
        });
        cancel.abort();
        await assert.rejects(first.result, {
            kind: "cancelled",
            message: "the operation on the stack 'auto' was cancelled",
        });
        assert.ok((await resources()) > 0);
    });

    it("goes on where it was cancelled, though a killed update left its lock", async () => {
        const locks = join(home, ".pulumi", "locks", "organization", "cht-hosting", "auto");
        mkdirSync(locks, { recursive: true });
        const dead = { pid: 2 ** 22 + 1, username: "u", hostname: hostname(), timestamp: new Date().toISOString() };
        writeFileSync(join(locks, "dead.json"), JSON.stringify(dead));
        const update = updateStack(stack);
        const seen = await events(update);
        const { changes, preview } = await update.result;
        assert.ok((changes.create ?? 0) > 0);
        assert.equal(preview?.stack, "auto");
        assert.deepEqual(
            seen.filter((event) => event.kind === "message" && /its lock is freed$/.test(event.text)).length,
            1,
        );
        assert.deepEqual(
            seen.flatMap((event) => (event.kind === "phase" ? [event.phase] : [])),
            ["preview", "update"],
        );
        const made = seen.flatMap((event) =>
            event.kind === "resource" && event.state === "done" && event.resource.type.endsWith(":Container")
                ? [event.resource.name]
                : [],
        );
        assert.deepEqual([...new Set(made)].sort().at(-1), "auto-sentinel");
        assert.deepEqual(
            (await engine.objects("auto")).containers,
            services("5.2.0").map((service) => `auto-${service}`),
        );
    });

    it("tells the outputs, and how the instance is", async () => {
        const { instances } = (await outputsOf(project, "auto")) as { instances: Record<string, { url: string }> };
        const [status] = await listInstances(project, ["auto"]);
        assert.equal(status?.state, "running");
        assert.equal(status?.url, instances["auto"]?.url);
        assert.equal(status?.version, "5.2.0");
        assert.equal(status?.url, `https://localhost:${status?.ports?.https}`);
        assert.deepEqual(status?.services.map(({ service }) => service).sort(), services("5.2.0"));
        assert.deepEqual(new Set(status?.services.map(({ state }) => state)), new Set(["running"]));
    });

    it("finds no drift, and shows a change without its values", async () => {
        const drift = (await events(refreshStack(stack))).flatMap((event) =>
            event.kind === "resource" && event.state === "done" ? [event.resource.type] : [],
        );
        assert.deepEqual(drift, []);
        const { steps: none } = await previewStack(stack).result;
        assert.deepEqual(none, []);
        editStackFile(project.folder, "auto", (text) => changeInstance(text, "auto", { logLevel: "debug" }));
        const { steps } = await previewStack(stack).result;
        const containers = steps.filter(({ resource }) => resource.type.endsWith(":Container"));
        assert.deepEqual(containers.map(({ resource }) => resource.name).sort(), ["auto-api", "auto-sentinel"]);
        for (const { operation, changes, protected: kept } of containers) {
            assert.equal(operation, "replace");
            assert.equal(kept, false);
            assert.ok(changes.some(({ path, replaces }) => path.startsWith("envs") && replaces));
        }
        assert.deepEqual([...new Set(steps.map(({ instance }) => instance))], ["auto"]);
        editStackFile(project.folder, "auto", (text) => changeInstance(text, "auto", { logLevel: undefined }));
    });

    it("follows logs until it is told to end", async () => {
        const instance = await openInstance(project, "auto");
        const stop = new AbortController();
        const lines: string[] = [];
        for await (const { service, text } of logsOf(instance, { follow: true, signal: stop.signal })) {
            lines.push(`${service} ${text}`);
            if (lines.length >= 3) stop.abort();
        }
        assert.ok(lines.length >= 3);
        instance.engine.close();
    });

    it("backs up while CouchDB runs and writes, and leaves the index out", async () => {
        const instance = await openInstance(project, "auto");
        const data = "/opt/couchdb/data";
        const grow = `while :; do echo more >> ${data}/shards/grows.couch; done & echo $! > /tmp/grows`;
        await engine.exec(
            "auto-couchdb",
            "sh",
            "-c",
            `head -c 20000000 /dev/urandom > ${data}/shards/big.couch; (${grow}) >/dev/null 2>&1`,
        );
        const before = await engine.started("auto");
        const { file, parts } = await backupInstance(instance, home, { online: true }).result;
        await engine.exec("auto-couchdb", "sh", "-c", "kill $(cat /tmp/grows)");
        assert.deepEqual(await engine.started("auto"), before);
        assert.deepEqual(parts, ["auto_cht-credentials", "auto_cht-ssl", "auto_couchdb-data", "auto_nouveau-data"]);
        const { files, online, block, version } = await verifyArchive(file, () => undefined);
        assert.deepEqual([online, block, version], [true, hostInstance(), "5.2.0"]);
        const paths = files.map(({ path }) => path);
        for (const path of [
            "data/cht-credentials/cht-hosting.json",
            "data/couchdb-data/shards/big.couch",
            "data/couchdb-data/shards/grows.couch",
        ]) {
            assert.ok(paths.includes(path), path);
        }
        assert.deepEqual(
            paths.filter((path) => path.startsWith("data/nouveau-data/")),
            [],
        );
        assert.doesNotMatch(stringify(block), /password/i);
        instance.engine.close();
    });

    it("works on a host over ssh as it does on this one", async () => {
        const sshd = await startSshd({ dockerHost: engine.host });
        try {
            const cluster = { kind: "docker", host: sshd.host, sshOptions: sshd.options };
            const text = newStackText({ cluster, instances: { auto: hostInstance({ host: "localhost" }) } }, []);
            const file = stackFilePath(project.folder, "auto");
            const local = readFileSync(file, "utf8");
            writeFileSync(file, text);
            const instance = await openInstance(project, "auto");
            const [status] = await listInstances(project, ["auto"]);
            assert.deepEqual([status?.state, status?.host], ["running", sshd.host]);
            const { file: archive } = await backupInstance(instance, join(home, "ssh.tar.gz"), { online: true }).result;
            const { files } = await verifyArchive(archive, () => undefined);
            const big = files.find(({ path }) => path === "data/couchdb-data/shards/big.couch");
            assert.equal(big?.size, 20_000_000);
            const sum = await engine.exec("auto-couchdb", "sha256sum", "/opt/couchdb/data/shards/big.couch");
            assert.equal(big?.sha256, sum.split(" ")[0]);
            instance.engine.close();
            writeFileSync(file, local);
        } finally {
            await sshd.stop();
        }
    });

    it("takes a cancelled backup back, and starts what it stopped", async () => {
        const instance = await openInstance(project, "auto");
        const cancel = new AbortController();
        const backup = backupInstance(instance, join(home, "cancelled.tar.gz"), { signal: cancel.signal });
        const phases: string[] = [];
        for await (const event of backup) {
            if (event.kind !== "phase") continue;
            phases.push(event.phase);
            if (event.phase.startsWith("back up")) cancel.abort();
        }
        await assert.rejects(backup.result, { kind: "cancelled" });
        const order = ["nouveau", "couchdb", "haproxy", "api, certificate, sentinel", "nginx"].map((group) =>
            group.replaceAll(/\w+/g, "auto-$&"),
        );
        assert.deepEqual(phases, [
            ...[...order].reverse().map((group) => `stop ${group}`),
            "back up auto_cht-credentials",
            ...order.map((group) => `start ${group}`),
        ]);
        assert.deepEqual(
            readdirSync(home).filter((name) => name.startsWith("cancelled")),
            [],
        );
        const [status] = await listInstances(project, ["auto"]);
        assert.equal(status?.state, "running");
        const { containers } = await engine.objects("auto");
        assert.deepEqual(
            containers,
            services("5.2.0").map((service) => `auto-${service}`),
        );
        instance.engine.close();
    });

    it("deletes no data that is confirmed wrongly, or that a container still has", async () => {
        const instance = await openInstance(project, "auto");
        const { volumes } = await engine.objects("auto");
        await assert.rejects(deleteData(instance, "aut").result, { kind: "refused" });
        await assert.rejects(deleteData(instance, "auto").result, {
            kind: "refused",
            message: /auto_couchdb-data \(auto-couchdb\)/,
        });
        await destroyInstance(project, "auto", "auto").result;
        assert.deepEqual(await engine.objects("auto"), { containers: [], networks: [], volumes });
        await engine.ask(
            "container",
            "create",
            "--name",
            "auto-other",
            "--volume",
            "auto_couchdb-data:/x",
            "public.ecr.aws/medic/cht-api:5.2.0",
        );
        await assert.rejects(deleteData(instance, "auto").result, {
            kind: "refused",
            message: /auto_couchdb-data \(auto-other\)/,
        });
        await engine.ask("container", "rm", "auto-other");
        const deleted = await deleteData(instance, "auto").result;
        assert.deepEqual(deleted, { volumes, folders: [] });
        assert.deepEqual(await engine.objects("auto"), nothing);
        instance.engine.close();
    });
});
