/** Making objects, and previews of it. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Bag, Secret, textAt, unknown, without } from "../../../sandbox/plugins/values";
import { managersOf, unique } from "../cluster";
import {
    type Case,
    CONFIG_MAP,
    CUSTOM_RESOURCE_DEFINITION,
    configMap,
    DEPLOYMENT,
    deployment,
    failure,
    NAMESPACE,
    podSpec,
    SECRET,
    secret,
} from "./context";

/** A definition of a kind of our own, and an object of it. */
export function customResource(namespace: string): { definition: Bag; type: string; object: Bag } {
    const singular = unique("thing");
    const group = "conformance.example.com";
    const names = { plural: `${singular}s`, singular, kind: `Thing${singular.slice(-8)}` };
    const schema = { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } };
    return {
        definition: {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: `${names.plural}.${group}` },
            spec: {
                group,
                names,
                scope: "Namespaced",
                versions: [{ name: "v1", served: true, storage: true, schema }],
            },
        },
        type: `kubernetes:${group}/v1:${names.kind}`,
        object: {
            apiVersion: `${group}/v1`,
            kind: names.kind,
            metadata: { name: "one", namespace },
            spec: { size: 1 },
        },
    };
}

export const createCases: Case[] = [
    {
        name: "create: the state holds the live object, its inputs, its apiVersion and its field manager",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const inputs = configMap(namespace);
            const { id, state } = await (await plugin()).create(CONFIG_MAP, inputs);
            const live = without(state, "__inputs", "__initialApiVersion", "__fieldManager");
            assert.equal(id, `${namespace}/settings`);
            assert.deepEqual(state["__inputs"], inputs);
            assert.equal(state["__initialApiVersion"], "v1");
            assert.match(textAt(state, "__fieldManager"), /^pulumi-kubernetes-[0-9a-f]{8}$/);
            assert.deepEqual(live, await cluster.get("v1", "ConfigMap", namespace, "settings"));
            assert.deepEqual(managersOf(live), ["pulumi-kubernetes Update"]);
        },
    },
    {
        name: "create: secrets stay secret in the state",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const data = { password: Buffer.from("canary").toString("base64") };
            const { state } = await kube.create(SECRET, secret(namespace, { data }));
            assert.deepEqual(state["data"], new Secret(data));
            assert.deepEqual(at(state["__inputs"], "data"), new Secret(data));
            const inputs = configMap(namespace, { open: "1", password: new Secret("canary") });
            const created = await kube.create(CONFIG_MAP, inputs);
            assert.deepEqual(created.state["data"], inputs["data"]);
            assert.deepEqual(created.state["__inputs"], inputs);
        },
    },
    {
        name: "create: an object that exists is refused with the ways out, not changed",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            await cluster.create(configMap(namespace));
            const { message, isPartial } = await failure(
                (await plugin()).create(CONFIG_MAP, configMap(namespace, { key: "new" })),
            );
            assert.match(
                message,
                /was not successfully created by the Kubernetes API server: .*"settings" already exists/,
            );
            assert.match(message, /pulumi import/);
            assert.equal(isPartial, false);
            const live = await cluster.get("v1", "ConfigMap", namespace, "settings");
            assert.deepEqual(live?.["data"], { key: "value" });
        },
    },
    {
        name: "create: upsertExistingObjects takes an object over",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin({ upsertExistingObjects: "true" });
            await cluster.create(configMap(namespace, { other: "1" }));
            const { state } = await kube.create(CONFIG_MAP, configMap(namespace, { key: "new" }));
            assert.deepEqual(state["data"], { key: "new", other: "1" });
        },
    },
    {
        name: "create: it waits for a namespace that is made at the same time",
        async run({ plugin, cluster, messages }) {
            const namespace = unique("conformance");
            const creation = (await plugin()).create(CONFIG_MAP, configMap(namespace), { name: namespace });
            await sleep(500);
            await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
            assert.equal((await creation).id, `${namespace}/settings`);
            assert.ok(
                messages.some(({ urn, text }) => urn.endsWith(namespace) && /^Retry #0; creation failed/.test(text)),
            );
        },
    },
    {
        name: "create: a kind the cluster does not have is refused after some tries, with the reason",
        async run({ plugin, cluster }) {
            const { type, object } = customResource(await cluster.namespace());
            const kube = await plugin();
            assert.deepEqual((await kube.create(type, object, { preview: true })).state, object);
            const { message } = await failure(kube.create(type, object));
            assert.match(
                message,
                /apiVersion for this resource does not exist. Verify that any required CRDs have been created: no matches for kind/,
            );
        },
    },
    {
        name: "create: a definition is established before its first object",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { definition, type, object } = customResource(namespace);
            const created = await kube.create(CUSTOM_RESOURCE_DEFINITION, cluster.cleanUp(definition));
            const conditions = at(created.state, "status", "conditions") as Bag[];
            assert.equal(conditions.find((one) => one["type"] === "Established")?.["status"], "True");
            const { id, state } = await kube.create(type, object);
            assert.equal(id, `${namespace}/one`);
            await kube.delete(type, id, state);
            await kube.delete(CUSTOM_RESOURCE_DEFINITION, created.id, created.state);
            assert.equal(
                await cluster.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", created.id),
                undefined,
            );
        },
    },
    {
        name: "create: a field the kind does not have is refused",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const wrong = deployment(namespace, podSpec(), {}, { replica: 3 });
            const { message } = await failure((await plugin()).create(DEPLOYMENT, wrong, { preview: true }));
            assert.match(message, /unknown field "spec.replica"/);
        },
    },
    {
        name: "preview: the server fills in its defaults and nothing is made",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const { id, state } = await (await plugin()).create(DEPLOYMENT, deployment(namespace), { preview: true });
            assert.equal(id, "");
            assert.equal(at(state, "spec", "strategy", "type"), "RollingUpdate");
            assert.equal(state["status"], undefined);
            assert.equal(await cluster.get("apps/v1", "Deployment", namespace, "web"), undefined);
        },
    },
    {
        name: "preview: a missing required field is refused",
        async run({ plugin, cluster }) {
            const inputs = deployment(await cluster.namespace(), podSpec(), {}, { selector: {} });
            const { message } = await failure((await plugin()).create(DEPLOYMENT, inputs, { preview: true }));
            assert.match(message, /spec.selector: Invalid value|spec.selector: Required value/);
        },
    },
    {
        name: "preview: a wrong type is refused",
        async run({ plugin, cluster }) {
            const inputs = deployment(await cluster.namespace(), podSpec(), {}, { replicas: "two" });
            assert.match(
                (await failure((await plugin()).create(DEPLOYMENT, inputs, { preview: true }))).message,
                /replicas/,
            );
        },
    },
    {
        name: "preview: what is not known yet is not asked of the server",
        async run({ plugin }) {
            const inputs = configMap("no-such-namespace", { key: unknown });
            assert.deepEqual(await (await plugin()).create(CONFIG_MAP, inputs, { preview: true }), {
                id: "",
                state: inputs,
            });
        },
    },
    {
        name: "preview: neither a namespace that is not there yet nor an object that still is stops it",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const missing = configMap(unique("none"));
            assert.deepEqual((await kube.create(CONFIG_MAP, missing, { preview: true })).state, missing);
            await cluster.create(configMap(namespace));
            const existing = configMap(namespace, { key: "new" });
            assert.deepEqual((await kube.create(CONFIG_MAP, existing, { preview: true })).state, existing);
        },
    },
    {
        name: "quota: a refusal shows in the update, not in the preview",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const quota: Bag = {
                apiVersion: "v1",
                kind: "ResourceQuota",
                metadata: { name: "none", namespace },
                spec: { hard: { "count/secrets": "0" } },
            };
            const { state } = await kube.create("kubernetes:core/v1:ResourceQuota", quota);
            assert.deepEqual(at(state, "status", "hard"), { "count/secrets": "0" });
            const inputs = secret(namespace, { data: {} });
            assert.deepEqual((await kube.create(SECRET, inputs, { preview: true })).state, inputs);
            assert.match((await failure(kube.create(SECRET, inputs))).message, /exceeded quota: none/);
        },
    },
    {
        name: "create: a namespaced object's id is namespace/name, any other's its name",
        async run({ plugin, cluster }) {
            const kube = await plugin();
            const name = unique("conformance");
            const { id, state } = await kube.create(
                NAMESPACE,
                cluster.cleanUp({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
            );
            assert.equal(id, name);
            assert.equal(textAt(state, "status", "phase"), "Active");
            await kube.delete(NAMESPACE, id, state);
        },
    },
];
