/** Helm releases, made by the real `helm`. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { at, type Bag, hasSecret, Secret, textAt, Unknown, unknown } from "../../../sandbox/plugins/values";
import { type Case, type Context, failure } from "./context";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** In the sources: what is compiled has no charts. */
const chart = resolve(__dirname, "../../../../tests/plugins/chart");

const release = (namespace: string, rest: Bag = {}): Bag => ({ chart, namespace, name: "settings", ...rest });

async function install({ plugin, cluster }: Context, rest: Bag = {}) {
    const [kube, namespace] = [await plugin(), await cluster.namespace()];
    const { inputs } = await kube.check(RELEASE, release(namespace, rest));
    const made = await kube.create(RELEASE, inputs);
    return { kube, namespace, inputs, ...made };
}

const greeting = async ({ cluster }: Context, namespace: string): Promise<string> =>
    textAt(await cluster.get("v1", "ConfigMap", namespace, "settings"), "data", "greeting");

/** A repository of charts that holds the one of the tests. */
async function serveCharts(): Promise<{ url: string; close(): void }> {
    const folder = mkdtempSync(join(tmpdir(), "cht-hosting-charts-"));
    execFileSync("helm", ["package", chart, "--destination", folder], { stdio: "pipe" });
    execFileSync("helm", ["repo", "index", folder], { stdio: "pipe" });
    const server = createServer((request, response) => {
        const file = join(folder, basename(request.url ?? ""));
        response.writeHead(existsSync(file) ? 200 : 404).end(existsSync(file) ? readFileSync(file) : "");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = () => {
        server.close();
        rmSync(folder, { recursive: true });
    };
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

export const helmCases: Case[] = [
    {
        name: "Release: a chart comes from a repository, in the version that is asked for",
        async run({ plugin, cluster }) {
            const [kube, namespace, charts] = [await plugin(), await cluster.namespace(), await serveCharts()];
            try {
                const from = (version: string): Bag =>
                    release(namespace, { chart: "settings", version, repositoryOpts: { repo: charts.url } });
                const wrong = await kube.check(RELEASE, from("9.9.9"));
                assert.match(wrong.failures["chart"] ?? "", /9\.9\.9.*not found/);
                const { inputs } = await kube.check(RELEASE, from("1.2.3"));
                const { state } = await kube.create(RELEASE, inputs);
                assert.equal(at(state, "status", "version"), "1.2.3");
            } finally {
                charts.close();
            }
        },
    },
    {
        name: "Release: check renders the chart, names what it makes, and fills in namespace, name and time-out",
        async run({ plugin }) {
            const kube = await plugin();
            const { inputs, failures } = await kube.check(RELEASE, { chart, values: { greeting: "hi" } });
            assert.deepEqual(failures, {});
            assert.match(textAt(inputs, "name"), /^name-[0-9a-f]{8}$/);
            assert.deepEqual([inputs["namespace"], inputs["timeout"]], ["default", 300]);
            assert.deepEqual(inputs["resourceNames"], { "ConfigMap/v1": [`default/${textAt(inputs, "name")}`] });
            assert.match(textAt(inputs, "checksum"), /^[0-9a-f]{64}$/);
            const again = await kube.check(RELEASE, { chart, values: { greeting: "hi" } }, { olds: inputs });
            assert.deepEqual(again.inputs, inputs);
        },
    },
    {
        name: "Release: check refuses a chart that is not there, or cannot be rendered",
        async run({ plugin }) {
            const kube = await plugin();
            const missing = await kube.check(RELEASE, { chart: "./no-such-chart" });
            assert.match(missing.failures["chart"] ?? "", /no-such-chart.*check the chart name and repository/s);
            const wrong = await kube.check(RELEASE, { chart, values: { greeting: "" } });
            assert.match(wrong.failures["chart"] ?? "", /a greeting is needed/);
        },
    },
    {
        name: "Release: check takes values that are not known yet as they are",
        async run({ plugin }) {
            const { inputs } = await (await plugin()).check(
                RELEASE,
                release("default", { values: { greeting: unknown } }),
            );
            assert.equal(inputs["checksum"], undefined);
            assert.ok(at(inputs, "values", "greeting") instanceof Unknown);
        },
    },
    {
        name: "Release: options that the stand-in does not offer are refused by name",
        async run({ plugin }) {
            const kube = await plugin();
            const { failures } = await kube.check(
                RELEASE,
                release("default", { postrender: "sed", repositoryOpts: { repo: "https://a.example", password: "p" } }),
            );
            assert.match(failures["chart"] ?? "", /does not offer postrender, repositoryOpts.password/);
        },
    },
    {
        name: "Release: a preview makes nothing",
        async run(context) {
            const [kube, namespace] = [await context.plugin(), await context.cluster.namespace()];
            const { inputs } = await kube.check(RELEASE, release(namespace));
            const { id, state } = await kube.create(RELEASE, inputs, { preview: true });
            assert.deepEqual([id, state["chart"], state["status"]], ["", chart, undefined]);
            assert.equal(await greeting(context, namespace), "");
        },
    },
    {
        name: "Release: created with its values; the state tells what Helm says of it",
        async run(context) {
            const { namespace, id, state, kube } = await install(context, { values: { greeting: "good morning" } });
            assert.equal(id, `${namespace}/settings`);
            assert.equal(await greeting(context, namespace), "good morning");
            assert.deepEqual(state["status"], {
                appVersion: "4.5",
                chart: "settings",
                name: "settings",
                namespace,
                revision: 1,
                status: "deployed",
                version: "1.2.3",
            });
            await kube.delete(RELEASE, id, state);
            assert.equal(await greeting(context, namespace), "");
        },
    },
    {
        name: "Release: a namespace is made where that is asked for",
        async run(context) {
            const [kube, namespace] = [await context.plugin(), `${await context.cluster.namespace()}-own`];
            context.cluster.cleanUp({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
            const without = await kube.check(RELEASE, release(namespace));
            assert.match(
                (await failure(kube.create(RELEASE, without.inputs))).message,
                /namespaces ".*-own" not found/,
            );
            const { inputs } = await kube.check(RELEASE, release(namespace, { createNamespace: true }));
            await kube.create(RELEASE, inputs);
            assert.equal(await greeting(context, namespace), "hello");
        },
    },
    {
        name: "Release: secret values stay secret in inputs and state",
        async run(context) {
            const { inputs, state } = await install(context, { values: { password: new Secret("hush") } });
            for (const one of [inputs, state]) {
                assert.ok(at(one, "values", "password") instanceof Secret);
                assert.equal(hasSecret(one["values"]), true);
                const clear = JSON.stringify(one, (_, value: unknown) => (value instanceof Secret ? "secret" : value));
                assert.ok(!clear.includes("hush"));
            }
            assert.ok(state["__inputs"] instanceof Secret);
        },
    },
    {
        name: "Release: nothing changed is no difference; values and a changed chart are updates; name and namespace replace",
        async run(context) {
            const { kube, id, state, inputs, namespace } = await install(context);
            const diff = async (news: Bag) => {
                const checked = await kube.check(RELEASE, news, { olds: inputs });
                return (await kube.diff(RELEASE, id, state, checked.inputs)).properties;
            };
            assert.deepEqual(await diff(release(namespace)), {});
            assert.deepEqual(await diff(release(namespace, { values: { greeting: "hi" } })), {
                values: "add",
                checksum: "update",
            });
            const other = await diff(release(namespace, { name: "other" }));
            assert.deepEqual([other["name"], other["checksum"]], ["update!", "update"]);
            assert.equal((await diff(release("default")))["namespace"], "update!");
        },
    },
    {
        name: "Release: an update is another revision",
        async run(context) {
            const { kube, id, state, namespace, inputs } = await install(context);
            const news = await kube.check(RELEASE, release(namespace, { values: { greeting: "hi" } }), {
                olds: inputs,
            });
            const planned = await kube.update(RELEASE, id, state, news.inputs, { preview: true });
            assert.equal(at(planned, "status", "revision"), 1);
            assert.equal(await greeting(context, namespace), "hello");
            const updated = await kube.update(RELEASE, id, state, news.inputs);
            assert.equal(at(updated, "status", "revision"), 2);
            assert.equal(await greeting(context, namespace), "hi");
        },
    },
    {
        name: "Release: a refresh sees another revision, and that it is gone",
        async run(context) {
            const { kube, id, state, inputs } = await install(context);
            const read = await kube.read(RELEASE, id, state, inputs);
            assert.deepEqual([read.id, at(read.state, "status", "revision")], [id, 1]);
            assert.deepEqual(read.inputs, inputs);
            await kube.delete(RELEASE, id, state);
            assert.equal((await kube.read(RELEASE, id, state, inputs)).id, "");
            await kube.delete(RELEASE, id, state);
        },
    },
    {
        name: "Release: an import takes name, chart and values from the cluster",
        async run(context) {
            const { kube, id, namespace } = await install(context, { values: { greeting: "hi" } });
            const { inputs } = await kube.read(RELEASE, id);
            assert.deepEqual(inputs, { name: "settings", namespace, chart: "settings", values: { greeting: "hi" } });
        },
    },
    {
        name: "Release: one that does not become ready is kept with the reason; atomic leaves nothing",
        async run(context) {
            const [kube, namespace] = [await context.plugin(), await context.cluster.namespace()];
            const never = { values: { image: "program:missing" }, timeout: 3 };
            const failed = await kube.check(RELEASE, release(namespace, never));
            const error = await failure(kube.create(RELEASE, failed.inputs));
            assert.equal(error.isPartial, true);
            assert.equal(error.id, `${namespace}/settings`);
            assert.equal(at(error.state, "status", "status"), "failed");
            assert.match(error.message, /failed to initialize completely/);
            const atomic = await kube.check(RELEASE, release(namespace, { ...never, name: "other", atomic: true }));
            const gone = await failure(kube.create(RELEASE, atomic.inputs));
            assert.equal(gone.isPartial, false);
            assert.equal(await context.cluster.get("v1", "ConfigMap", namespace, "other"), undefined);
        },
    },
    {
        name: "Release: skipAwait does not wait",
        async run(context) {
            const { state } = await install(context, { values: { image: "program:missing" }, skipAwait: true });
            assert.deepEqual([state["timeout"], at(state, "status", "status")], [undefined, "deployed"]);
        },
    },
];
