/** What becomes of a program's inputs before anything is done with them. */
import assert from "node:assert/strict";
import { at, type Bag, Secret, textAt, unknown } from "../../../sandbox/plugins/values";
import {
    AUTONAME,
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
} from "./context";

const AUTONAMED = { "pulumi.com/autonamed": "true" };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const nameless = (): Bag => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default" } });

export const checkCases: Case[] = [
    {
        name: "check: inputs that are complete are kept as they are",
        async run({ plugin }) {
            const inputs = deployment("default", podSpec(), { labels: { a: "b" } });
            assert.deepEqual(await (await plugin()).check(DEPLOYMENT, inputs), { inputs, failures: {} });
        },
    },
    {
        name: "check: an object without a name gets the resource's, with eight digits, and is marked",
        async run({ plugin }) {
            const { inputs } = await (await plugin()).check(CONFIG_MAP, nameless());
            assert.match(textAt(inputs, "metadata", "name"), AUTONAME);
            assert.deepEqual(at(inputs, "metadata", "annotations"), AUTONAMED);
        },
    },
    {
        name: "check: a name that was made up once stays",
        async run({ plugin }) {
            const kube = await plugin();
            const { inputs: olds } = await kube.check(CONFIG_MAP, nameless());
            const { inputs } = await kube.check(CONFIG_MAP, { ...nameless(), data: { new: "value" } }, { olds });
            assert.deepEqual(inputs["metadata"], olds["metadata"]);
        },
    },
    {
        name: "check: the engine's naming is followed",
        async run({ plugin }) {
            const kube = await plugin();
            const { inputs } = await kube.check(CONFIG_MAP, nameless(), { autonaming: [0, "proposed"] });
            assert.equal(textAt(inputs, "metadata", "name"), "proposed");
            const disabled = await failure(kube.check(CONFIG_MAP, nameless(), { autonaming: [2, ""] }));
            assert.match(
                disabled.message,
                /autonaming is disabled, resource requires the .metadata.name field to be set/,
            );
        },
    },
    {
        name: "check: an unknown name is left alone",
        async run({ plugin }) {
            const inputs = configMap("default", {}, { name: unknown });
            assert.deepEqual((await (await plugin()).check(CONFIG_MAP, inputs)).inputs, inputs);
        },
    },
    {
        name: "check: generateName is refused",
        async run({ plugin }) {
            const inputs = { ...nameless(), metadata: { generateName: "x-" } };
            assert.match((await failure((await plugin()).check(CONFIG_MAP, inputs))).message, /generateName/);
        },
    },
    {
        name: "check: a namespaced object without a namespace gets the provider's, any other none",
        async run({ plugin }) {
            const bare = (kind: string): Bag => ({ apiVersion: "v1", kind, metadata: { name: "x" } });
            const kube = await plugin({ namespace: "elsewhere" });
            assert.equal(
                textAt((await kube.check(CONFIG_MAP, bare("ConfigMap"))).inputs, "metadata", "namespace"),
                "elsewhere",
            );
            assert.deepEqual((await kube.check(NAMESPACE, bare("Namespace"))).inputs, bare("Namespace"));
            const usual = await (await plugin()).check(CONFIG_MAP, bare("ConfigMap"));
            assert.equal(textAt(usual.inputs, "metadata", "namespace"), "default");
        },
    },
    {
        name: "check: apiVersion and kind come from the resource's type",
        async run({ plugin }) {
            const { inputs } = await (await plugin()).check(DEPLOYMENT, { metadata: { name: "x", namespace: "y" } });
            assert.deepEqual([inputs["apiVersion"], inputs["kind"]], ["apps/v1", "Deployment"]);
        },
    },
    {
        name: "check: List kinds are refused",
        async run({ plugin }) {
            const inputs = { apiVersion: "v1", kind: "ConfigMapList", items: [] };
            const { message } = await failure((await plugin()).check("kubernetes:core/v1:ConfigMapList", inputs));
            assert.match(
                message,
                /^list resources exist for compatibility with YAML manifests.*cannot be created directly/,
            );
        },
    },
    {
        name: "check: a Patch without a name is refused",
        async run({ plugin }) {
            const { message } = await failure((await plugin()).check("kubernetes:core/v1:ConfigMapPatch", nameless()));
            assert.equal(message, "patch resources require the `.metadata.name` field to be set");
        },
    },
    {
        name: "check: a Secret's contents are secret, and stringData becomes data",
        async run({ plugin }) {
            const news = secret("default", { data: { a: base64("one") }, stringData: { b: "two" } });
            const { inputs } = await (await plugin()).check(SECRET, news);
            assert.deepEqual(inputs, secret("default", { data: new Secret({ a: base64("one"), b: base64("two") }) }));
        },
    },
    {
        name: "check: what is secret stays secret, a list as a whole, and what is unknown stays unknown",
        async run({ plugin }) {
            const container = (env: Bag["x"]): Bag => ({ name: "main", image: "program:1", env });
            const value = { name: "TOKEN", value: new Secret("canary") };
            const news = deployment(
                "default",
                { containers: [container([value])], hostname: unknown },
                { labels: new Secret({ a: "b" }) },
            );
            const { inputs } = await (await plugin()).check(DEPLOYMENT, news);
            assert.deepEqual(at(inputs, "metadata", "labels"), new Secret({ a: "b" }));
            assert.deepEqual(
                at(inputs, "spec", "template", "spec", "containers"),
                new Secret([container([{ name: "TOKEN", value: "canary" }])]),
            );
            assert.equal(at(inputs, "spec", "template", "spec", "hostname"), unknown);
        },
    },
    {
        name: "check: metadata that only the server writes is dropped",
        async run({ plugin }) {
            const news = configMap(
                "default",
                {},
                { uid: "u", resourceVersion: "1", generation: 2, creationTimestamp: "2020-01-01T00:00:00Z" },
            );
            assert.deepEqual((await (await plugin()).check(CONFIG_MAP, news)).inputs, configMap("default", {}));
        },
    },
    {
        name: "check: quantities are written as Kubernetes writes them",
        async run({ plugin }) {
            const hard = (cpu: string | number, memory: string, pods: string | number): Bag => ({
                apiVersion: "v1",
                kind: "ResourceQuota",
                metadata: { name: "x", namespace: "default" },
                spec: { hard: { cpu, memory, pods } },
            });
            const { inputs } = await (await plugin()).check(
                "kubernetes:core/v1:ResourceQuota",
                hard(0.5, "2048Mi", 10),
            );
            assert.deepEqual(inputs, hard("500m", "2Gi", "10"));
        },
    },
    {
        name: "check: a user's own autonamed annotation is warned of",
        async run({ plugin, messages }) {
            await (await plugin()).check(CONFIG_MAP, configMap("default", {}, annotated({ autonamed: "true" })), {
                name: "warned",
            });
            const warning = 'ignoring user-specified value for internal annotation "pulumi.com/autonamed"';
            assert.ok(messages.some(({ urn, text }) => urn.endsWith("::warned") && text === warning));
        },
    },
];
