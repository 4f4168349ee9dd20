/** Machines stop, processes are killed: what the next `up` finds, it completes; nothing is lost, nothing made twice. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { call, checkout, crash, startSandbox } from "../support/checkout";
import { eventually, get, objectsIn, secretValues, uids } from "../support/kubectl";
import { processesWith, type Running } from "../support/processes";
import { Stack, smallInstance, succeeded } from "../support/stack";

describe("an interrupted update", () => {
    before(async () => {
        const stack = await Stack.create("undisturbed", {
            instances: { i: smallInstance("undisturbed", { namespace: "undisturbed" }) },
        });
        await stack.deploy();
        complete = { objects: await objectsIn("undisturbed"), resources: (await stack.resources()).map(withoutStack) };
    });

    /** After how many finished resources the engine is killed: namespace and passwords; half of it; while Deployments start. */
    for (const finished of [3, 12, 22]) {
        it(`by kill -9 of the engine after ${finished} resources is completed by the next up`, async () => {
            const name = `killed-${finished}`;
            const stack = await newStack(name);
            const running = stack.start("up", "--yes", "--skip-preview");
            await after(running, finished);
            await killEngine(running);
            const before = await data(name);

            // What an engine that was killed leaves locked.
            const locked = await stack.up();
            assert.notEqual(locked.code, 0);
            assert.match(locked.stderr + locked.stdout, /the stack is currently locked by 1 lock/);
            succeeded(await call("pulumi", ["cancel", "--yes", "--stack", name]));
            await stack.deploy();
            await isComplete(stack, name, before);
        });
    }

    it("of a version is completed by the next up, on the same volume", async () => {
        const file = (version: string) => ({
            instances: { i: smallInstance("bumped", { namespace: "bumped", version }) },
        });
        const stack = await Stack.create("bumped", file("5.2.0"));
        await stack.deploy();
        stack.write(file("5.2.1"));
        const running = stack.start("up", "--yes", "--skip-preview");
        await after(running, 2);
        await killEngine(running);
        const before = await data("bumped");
        succeeded(await call("pulumi", ["cancel", "--yes", "--stack", "bumped"]));
        await stack.deploy();
        const images = (await get("deployments", "--namespace=bumped")).flatMap(({ spec }) =>
            spec.template.spec.containers.map(({ image }: { image: string }) => image.split(":").at(-1)),
        );
        assert.deepEqual([...new Set(images)], ["5.2.1"]);
        await isComplete(stack, "bumped", before);
    });

    it("by the death of the plugin fails, and is completed by the next up", async () => {
        const stack = await newStack("without-plugin");
        const running = stack.start("up", "--yes", "--skip-preview");
        await after(running, 12);
        const plugin = childrenOf(running.child.pid).filter(({ args }) => args.includes("kubernetes"));
        assert.equal(plugin.length, 1);
        process.kill(plugin[0]?.pid ?? 0, "SIGKILL");
        assert.notEqual((await running.result).code, 0);
        const before = await data("without-plugin");
        await stack.deploy();
        await isComplete(stack, "without-plugin", before);
    });

    it("by a restart of the API server is completed by itself or by the next up", async () => {
        const stack = await newStack("without-api");
        const running = stack.start("up", "--yes", "--skip-preview");
        await after(running, 12);
        await crash("kube-apiserver");
        const restarted = startSandbox();
        const { code } = await running.result;
        await restarted;
        const before = await data("without-api");
        if (code !== 0) await stack.deploy();
        await isComplete(stack, "without-api", before);
    });
});

function newStack(name: string): Promise<Stack> {
    return Stack.create(name, { instances: { i: smallInstance(name, { namespace: name }) } });
}

/** Waits until Pulumi has told that so many resources are made, or changed. */
async function after({ child, result }: Running, finished: number): Promise<void> {
    let said = "";
    const enough = new Promise<void>((resolve) => {
        child.stdout.on("data", (text: string) => {
            said += text;
            if ((said.match(/ (created|updated)( \(|$)/gm) ?? []).length >= finished) resolve();
        });
    });
    await Promise.race([
        enough,
        result.then(({ stdout }) => assert.fail(`ended before it could be interrupted:\n${stdout}`)),
    ]);
}

/** Without a word to those that it has started: program and plugins end by themselves, and may write until then. */
async function killEngine({ child, result }: Running): Promise<void> {
    const host = childrenOf(child.pid).filter(({ args }) => args.includes("pulumi-language-nodejs"));
    child.kill("SIGKILL");
    assert.equal((await result).code, undefined);
    // Pulumi's language host looks for its engine every five minutes only.
    for (const { pid } of host) process.kill(pid);
    const left = () => processesWith(checkout()).filter(({ args }) => !args.includes("sandbox-kubernetes"));
    await eventually(left, (processes) => processes.length === 0);
}

interface Data {
    readonly namespace: string | undefined;
    readonly claims: Record<string, string>;
    readonly credentials: Record<string, string> | undefined;
}

/** What must not be lost, as far as it was made. */
async function data(namespace: string): Promise<Data> {
    const [found] = await get(`namespace/${namespace}`);
    const secrets = await get("secrets", `--namespace=${namespace}`);
    return {
        namespace: found?.metadata.uid,
        claims: await uids("persistentvolumeclaims", namespace),
        credentials: secrets.length === 0 ? undefined : await secretValues("cht-couchdb-credentials", namespace),
    };
}

let complete: { objects: string[]; resources: string[] };

async function isComplete(stack: Stack, namespace: string, before: Data): Promise<void> {
    assert.deepEqual(await objectsIn(namespace), complete.objects);
    assert.deepEqual((await stack.resources()).map(withoutStack), complete.resources);
    // Creations that were under way stay noted until somebody has looked at them: now that everything is there, they may go.
    if ((await stack.export()).pending.length > 0)
        succeeded(await stack.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates"));
    assert.deepEqual((await stack.export()).pending, []);
    const now = await data(namespace);
    assert.equal(now.namespace, before.namespace ?? now.namespace);
    assert.deepEqual(now.claims, { ...now.claims, ...before.claims });
    assert.deepEqual(now.credentials, before.credentials ?? now.credentials);
    for (const { metadata, status } of await get("deployments", `--namespace=${namespace}`))
        assert.equal(status.availableReplicas, 1, metadata.name);
    await stack.expectNoChanges();
}

const withoutStack = (resource: string): string => resource.replace(/^Stack .*/, "Stack");

function childrenOf(parent: number | undefined): ReturnType<typeof processesWith> {
    const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    return processesWith(checkout()).filter(({ pid }) => parentOf(pid) === parent);
}
