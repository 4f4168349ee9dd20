/** Takes the kubernetes stand-in's behaviours out one at a time: the conformance cases must notice. */
import assert from "node:assert/strict";
import { official } from "../../sandbox/plugins/kubernetes/behaviours";
import { KubernetesProvider } from "../../sandbox/plugins/kubernetes/provider";
import { listen } from "../../sandbox/plugins/server";
import { cases } from "./cases";
import type { Context } from "./cases/context";
import { kubeconfigPath, TestCluster } from "./cluster";
import { type Message, Plugin, startEngine } from "./engine";
import { type Mutation, mutations } from "./kubernetes.mutations";
import { startAll, type Work } from "./pool";

const keyOf = (mutation: Mutation, name: string): string => `${mutation.what}: ${name}`;

const noticedBy = (beginning: string) => {
    const found = cases.filter(({ name }) => name.startsWith(beginning));
    assert.ok(found.length > 0, `no case is called ${beginning}`);
    return found;
};

describe("the conformance cases of the kubernetes plugin notice", function () {
    this.timeout(120_000);
    let cluster: TestCluster;
    let stop: () => Promise<void>;
    const running: { stop(): void }[] = [];
    const results = new Map<string, Promise<void>>();

    /** Runs one case against a plugin in this process, some of whose behaviours are others. */
    async function run(mutation: Mutation, beginning: string): Promise<void> {
        const messages: Message[] = [];
        const engine = await startEngine(messages);
        running.push(engine);
        const ownPlugin = async (config: Record<string, string> = {}): Promise<Plugin> => {
            const behaviours = { ...official, ...mutation.behaviours };
            const server = await listen((to) => new KubernetesProvider("0.0.0", to, behaviours), engine.address);
            const plugin = new Plugin(server.port);
            running.push(server, { stop: () => plugin.close() });
            await plugin.configure({ kubeconfig: kubeconfigPath(), ...config });
            return plugin;
        };
        const plugins = new Map<string, Promise<Plugin>>();
        const plugin = (config: Record<string, string> = {}): Promise<Plugin> => {
            const key = JSON.stringify(config);
            const known = plugins.get(key) ?? ownPlugin(config);
            plugins.set(key, known);
            return known;
        };
        const context: Context = { cluster, plugin, ownPlugin, messages };
        for (const one of noticedBy(beginning)) {
            const failed = await one.run(context).then(
                () => false,
                () => true,
            );
            if (failed) return;
        }
        throw new Error(`no case called ${beginning} has noticed`);
    }

    before(async () => {
        cluster = await TestCluster.open();
        const work: Work[] = mutations.flatMap((mutation) =>
            mutation.fails.map((name) => ({ key: keyOf(mutation, name), run: () => run(mutation, name) })),
        );
        stop = startAll(work, results);
    });

    after(async () => {
        await stop();
        for (const one of running) one.stop();
        await cluster.close();
    });

    it("that something is wrong with every behaviour there is", () => {
        const touched = new Set(mutations.flatMap(({ behaviours }) => Object.keys(behaviours)));
        assert.deepEqual(
            [...touched].sort(),
            Object.keys(official)
                .filter((name) => name !== "checkReady")
                .sort(),
        );
    });

    for (const mutation of mutations)
        it(mutation.what, async () => {
            for (const name of mutation.fails) await results.get(keyOf(mutation, name));
        });
});
