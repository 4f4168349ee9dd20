/** Import, refresh and removal. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Bag, Secret } from "../../../sandbox/plugins/values";
import { unique } from "../cluster";
import {
    annotated,
    type Case,
    CONFIG_MAP,
    configMap,
    DEPLOYMENT,
    deployment,
    failure,
    NAMESPACE,
    podSpec,
    SECRET,
    secret,
    unschedulable,
} from "./context";

const FINALIZER = "conformance.example.com/hold";

const held = (namespace: string): Bag => configMap(namespace, {}, { finalizers: [FINALIZER] });

const release = (namespace: string): Bag => configMap(namespace, {}, { finalizers: null });

export const readCases: Case[] = [
    {
        name: "import: an object is read by namespace/name, without what only the server writes",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const live = await cluster.create(configMap(namespace, { a: "1" }, { labels: { b: "c" } }));
            const { id, state, inputs } = await kube.read(CONFIG_MAP, `${namespace}/settings`);
            assert.equal(id, `${namespace}/settings`);
            assert.deepEqual(inputs, configMap(namespace, { a: "1" }, { labels: { b: "c" } }));
            assert.equal(at(state, "metadata", "uid"), at(live, "metadata", "uid"));
            assert.deepEqual((await kube.diff(CONFIG_MAP, id, state, inputs)).properties, {});
            assert.equal((await kube.read(NAMESPACE, namespace)).id, namespace);
        },
    },
    {
        name: "import: an imported object can be updated, and an imported Secret is secret",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin({ enableSecretMutable: "true" });
            const data = { a: Buffer.from("canary").toString("base64") };
            await cluster.create(secret(namespace, { data }));
            const { id, state, inputs } = await kube.read(SECRET, `${namespace}/credentials`);
            assert.deepEqual([state["data"], inputs["data"]], [new Secret(data), new Secret(data)]);
            const updated = await kube.update(SECRET, id, state, {
                ...inputs,
                metadata: { name: "credentials", namespace, labels: { a: "b" } },
            });
            assert.deepEqual(at(updated, "metadata", "labels"), { a: "b" });
        },
    },
    {
        name: "import: what does not exist is told as such",
        async run({ plugin }) {
            assert.equal((await (await plugin()).read(CONFIG_MAP, `default/${unique("none")}`)).id, "");
        },
    },
    {
        name: "refresh: drift shows in the program's fields only",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const news = configMap(namespace, { a: "1" });
            const { id, state } = await kube.create(CONFIG_MAP, news);
            await cluster.merge(configMap(namespace, { a: "drift", theirs: "1" }, { labels: { theirs: "1" } }));
            const read = await kube.read(CONFIG_MAP, id, state, news);
            assert.deepEqual(read.inputs, configMap(namespace, { a: "drift" }));
            assert.deepEqual(read.state["data"], { a: "drift", theirs: "1" });
            assert.equal(read.state["__fieldManager"], state["__fieldManager"]);
            assert.deepEqual((await kube.diff(CONFIG_MAP, id, read.state, news)).properties, { "data.a": "update!" });
        },
    },
    {
        name: "refresh: secrets stay secret",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const news = configMap(namespace, { open: "1", password: new Secret("canary") });
            const { id, state } = await kube.create(CONFIG_MAP, news);
            const read = await kube.read(CONFIG_MAP, id, state, news);
            assert.deepEqual([read.inputs["data"], read.state["data"]], [news["data"], news["data"]]);
        },
    },
    {
        name: "refresh: an object that is gone leaves the state",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace));
            await cluster.delete(configMap(namespace));
            assert.deepEqual(await kube.read(CONFIG_MAP, id, state, configMap(namespace)), {
                id: "",
                state: {},
                inputs: {},
            });
        },
    },
    {
        name: "refresh: an object that is not ready is told of, with its state",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const inputs = deployment(namespace, unschedulable());
            const { id, state } = await failure(kube.create(DEPLOYMENT, inputs, { timeout: 1 }));
            const failed = await failure(kube.read(DEPLOYMENT, id, state, inputs));
            assert.equal(failed.message, "Resource 'web' was created but failed to initialize");
            assert.equal(failed.id, id);
            assert.ok(failed.reasons.includes("Minimum number of live Pods was not attained"));
            const silent = deployment(namespace, unschedulable(), annotated({ skipAwait: "true" }));
            assert.equal((await kube.read(DEPLOYMENT, id, state, silent)).id, id);
        },
    },
    {
        name: "delete: it waits until the object and what belongs to it are gone",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { id, state } = await kube.create(DEPLOYMENT, deployment(namespace, podSpec()));
            await kube.delete(DEPLOYMENT, id, state);
            assert.equal(await cluster.get("apps/v1", "Deployment", namespace, "web"), undefined);
            assert.deepEqual(await cluster.pods(namespace), []);
        },
    },
    {
        name: "delete: finalizers are waited for; out of time, the object stays in the state",
        async run({ plugin, cluster, messages }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { id, state } = await kube.create(CONFIG_MAP, held(namespace));
            try {
                const failed = await failure(kube.delete(CONFIG_MAP, id, state, { timeout: 1, name: namespace }));
                assert.equal(failed.message, "timed out waiting for the condition");
                assert.deepEqual([failed.isPartial, failed.id], [true, id]);
                const warning = `finalizers might be preventing deletion (${FINALIZER})`;
                assert.ok(messages.some(({ urn, text }) => urn.endsWith(namespace) && text === warning));
                const deletion = kube.delete(CONFIG_MAP, id, state, { timeout: 20 });
                await sleep(500);
                await cluster.merge(release(namespace));
                await deletion;
                assert.equal(await cluster.get("v1", "ConfigMap", namespace, "settings"), undefined);
            } finally {
                // Or the namespace would stay for ever.
                await cluster.merge(release(namespace)).catch(() => undefined);
            }
        },
    },
    {
        name: "delete: what is gone already, or whose kind is, needs no deleting",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace));
            await cluster.delete(configMap(namespace));
            await kube.delete(CONFIG_MAP, id, state);
            const unknownKind = { ...configMap(namespace), apiVersion: "gone.example.com/v1", kind: "Gone" };
            await kube.delete("kubernetes:gone.example.com/v1:Gone", id, unknownKind);
        },
    },
    {
        name: "delete: dependents go first, unless the annotation says otherwise",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const inputs = deployment(namespace, podSpec(), annotated({ deletionPropagationPolicy: "orphan" }));
            const { id, state } = await kube.create(DEPLOYMENT, inputs);
            await kube.delete(DEPLOYMENT, id, state);
            assert.equal((await cluster.pods(namespace)).length, 1);
        },
    },
    {
        name: "delete: a namespace goes with everything in it",
        async run({ plugin, cluster }) {
            const kube = await plugin();
            const name = unique("conformance");
            const { id, state } = await kube.create(
                NAMESPACE,
                cluster.cleanUp({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
            );
            await cluster.create(configMap(name));
            await kube.delete(NAMESPACE, id, state);
            assert.equal(await cluster.get("v1", "Namespace", "", name), undefined);
        },
    },
];
