/** The stand-in for the kubernetes plugin, as a process of its own, against a real API server. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { version } from "@pulumi/kubernetes/package.json";
import { cases } from "./cases";
import type { Context } from "./cases/context";
import { kubeconfigPath, TestCluster } from "./cluster";
import { type Message, Plugin, startEngine, startPlugin } from "./engine";
import { startAll } from "./pool";

describe("the stand-in for the kubernetes plugin", function () {
    this.timeout(120_000);
    const processes: ChildProcess[] = [];
    const plugins = new Map<string, Promise<Plugin>>();
    const messages: Message[] = [];
    const results = new Map<string, Promise<void>>();
    let engine: Awaited<ReturnType<typeof startEngine>>;
    let cluster: TestCluster;
    let stop: () => Promise<void>;

    const ownPlugin = async (config: Record<string, string> = {}): Promise<Plugin> => {
        const started = await startPlugin("kubernetes", engine.address);
        processes.push(started.process);
        const plugin = new Plugin(started.port);
        await plugin.configure({ kubeconfig: kubeconfigPath(), ...config });
        return plugin;
    };
    const plugin = (config: Record<string, string> = {}): Promise<Plugin> => {
        const key = JSON.stringify(config);
        const known = plugins.get(key) ?? ownPlugin(config);
        plugins.set(key, known);
        return known;
    };

    before(async () => {
        engine = await startEngine(messages);
        cluster = await TestCluster.open();
        const context: Context = { cluster, plugin, ownPlugin, messages };
        stop = startAll(
            cases.map((one) => ({ key: one.name, run: () => one.run(context) })),
            results,
        );
    });

    after(async () => {
        await stop();
        for (const one of await Promise.allSettled(plugins.values())) if (one.status === "fulfilled") one.value.close();
        for (const process of processes) process.kill();
        engine.stop();
        await cluster.close();
    });

    it("has the official plugin's version", async () => {
        assert.equal(await (await plugin()).info(), version);
    });

    // The cases run side by side, since most of them wait most of the time.
    for (const { name } of cases) it(name, () => results.get(name));
});
