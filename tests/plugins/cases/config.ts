/** The provider's own configuration, and clusters that cannot be reached. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Bag, Unknown, unknown } from "../../../sandbox/plugins/values";
import { kubeconfigPath } from "../cluster";
import { type Case, CONFIG_MAP, configMap, failure } from "./context";

const kubeconfig = (server: string, token = "t"): string =>
    JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server } }],
        users: [{ name: "u", user: { token } }],
        contexts: [
            { name: "one", context: { cluster: "c", user: "u" } },
            { name: "two", context: { cluster: "c", user: "u", namespace: "other" } },
        ],
        "current-context": "one",
    });

const here = kubeconfig("https://here.example");
const there = kubeconfig("https://there.example");

/** Nothing listens on port 1. */
const UNREACHABLE = { kubeconfig: kubeconfig("https://127.0.0.1:1") };

const providerDiffs: [what: string, olds: Bag, news: Bag, expected: Record<string, string>][] = [
    ["the same configuration", { kubeconfig: here }, { kubeconfig: here }, {}],
    ["another cluster", { kubeconfig: here }, { kubeconfig: there }, { kubeconfig: "update!" }],
    [
        "other credentials",
        { kubeconfig: here },
        { kubeconfig: kubeconfig("https://here.example", "new") },
        { kubeconfig: "update" },
    ],
    [
        "another context of the cluster",
        { kubeconfig: here, context: "one" },
        { kubeconfig: here, context: "two" },
        { context: "update" },
    ],
    ["an unknown kubeconfig", { kubeconfig: here }, { kubeconfig: unknown }, { kubeconfig: "update!" }],
    [
        "another address of a cluster with an identifier",
        { kubeconfig: here, clusterIdentifier: "a" },
        { kubeconfig: there, clusterIdentifier: "a" },
        { kubeconfig: "update" },
    ],
    [
        "an unknown kubeconfig of a cluster with an identifier",
        { kubeconfig: here, clusterIdentifier: "a" },
        { kubeconfig: unknown, clusterIdentifier: "a" },
        { kubeconfig: "update" },
    ],
    [
        "another identifier",
        { kubeconfig: here, clusterIdentifier: "a" },
        { kubeconfig: here, clusterIdentifier: "b" },
        { clusterIdentifier: "update!" },
    ],
    [
        "a new identifier",
        { kubeconfig: here },
        { kubeconfig: here, clusterIdentifier: "a" },
        { clusterIdentifier: "add" },
    ],
    [
        "a setting",
        { kubeconfig: here },
        { kubeconfig: here, enableSecretMutable: "true" },
        { enableSecretMutable: "add" },
    ],
];

export const configCases: Case[] = [
    ...providerDiffs.map(
        ([what, olds, news, expected]): Case => ({
            name: `provider: ${what} is ${JSON.stringify(expected)}`,
            async run({ plugin }) {
                const diff = await (await plugin()).diffConfig(olds, news);
                assert.deepEqual(diff.properties, expected);
                assert.deepEqual(
                    diff.replaces,
                    Object.keys(expected).filter((key) => expected[key]?.endsWith("!")),
                );
            },
        }),
    ),
    {
        name: "provider: it accepts secrets, previews and the engine's names",
        async run({ ownPlugin }) {
            const response = await (await ownPlugin()).configure({ kubeconfig: kubeconfigPath() });
            assert.deepEqual(
                [
                    response.getAcceptsecrets(),
                    response.getSupportspreview(),
                    response.getSupportsAutonamingConfiguration(),
                ],
                [true, true, true],
            );
        },
    },
    {
        // In a first preview, when the cluster is only being made: the engine then asks the plugin nothing further.
        name: "provider: a kubeconfig that is not known yet stays so",
        async run({ plugin }) {
            const inputs = await (await plugin()).checkConfig({ kubeconfig: unknown, clusterIdentifier: "a" });
            assert.ok(inputs["kubeconfig"] instanceof Unknown);
            assert.equal(inputs["clusterIdentifier"], "a");
        },
    },
    {
        name: "provider: a kubeconfig may be given by its contents",
        async run({ plugin, cluster }) {
            const kube = await plugin({ kubeconfig: readFileSync(kubeconfigPath(), "utf8") });
            const { id } = await kube.create(CONFIG_MAP, configMap(await cluster.namespace()));
            assert.match(id, /\/settings$/);
        },
    },
    {
        name: "provider: settings of the client arrive as JSON; a wrong one is refused",
        async run({ ownPlugin }) {
            await ownPlugin({ kubeClientSettings: '{"qps":"10","burst":20}' });
            assert.match(
                (await failure(ownPlugin({ kubeClientSettings: '{"qps":"many"}' }))).message,
                /kubeClientSettings.qps: "many"/,
            );
        },
    },
    {
        name: "provider: what the stand-in cannot do is refused",
        async run({ ownPlugin }) {
            assert.match(
                (await failure(ownPlugin({ enableServerSideApply: "false" }))).message,
                /server-side apply only/,
            );
            assert.match(
                (await failure(ownPlugin({ renderYamlToDirectory: "x" }))).message,
                /does not offer renderYamlToDirectory/,
            );
        },
    },
    {
        name: "unreachable: a preview goes on with the inputs, an update says why not",
        async run({ plugin }) {
            const kube = await plugin(UNREACHABLE);
            const { inputs } = await kube.check(CONFIG_MAP, configMap("default"));
            assert.deepEqual((await kube.create(CONFIG_MAP, inputs, { preview: true })).state, inputs);
            const { message } = await failure(kube.create(CONFIG_MAP, inputs));
            assert.match(
                message,
                /^configured Kubernetes cluster is unreachable: unable to load schema information from the API server: /,
            );
        },
    },
    {
        name: "unreachable: a kubeconfig that is none is told as such",
        async run({ plugin }) {
            const kube = await plugin({ kubeconfig: "no such file" });
            const { message } = await failure(kube.create(CONFIG_MAP, configMap("default")));
            assert.match(message, /unreachable: failed to parse kubeconfig data in `kubernetes:config:kubeconfig`/);
        },
    },
    {
        name: "unreachable: nothing is forgotten by a refresh or a delete",
        async run({ plugin }) {
            const kube = await plugin(UNREACHABLE);
            const read = await failure(
                kube.read(CONFIG_MAP, "default/settings", configMap("default"), configMap("default")),
            );
            assert.match(
                read.message,
                /^failed to read resource state due to unreachable cluster.*PULUMI_K8S_DELETE_UNREACHABLE/,
            );
            const deletion = await failure(kube.delete(CONFIG_MAP, "default/settings", configMap("default")));
            assert.match(
                deletion.message,
                /^configured Kubernetes cluster is unreachable.*PULUMI_K8S_DELETE_UNREACHABLE/,
            );
        },
    },
    {
        name: "unreachable: deleteUnreachable forgets",
        async run({ plugin }) {
            const kube = await plugin({ ...UNREACHABLE, deleteUnreachable: "true" });
            assert.equal(
                (await kube.read(CONFIG_MAP, "default/settings", configMap("default"), configMap("default"))).id,
                "",
            );
            await kube.delete(CONFIG_MAP, "default/settings", configMap("default"));
        },
    },
    {
        name: "unreachable: skipUpdateUnreachable keeps everything as it is",
        async run({ plugin }) {
            const kube = await plugin({ ...UNREACHABLE, skipUpdateUnreachable: "true" });
            const [olds, news] = [configMap("default"), configMap("default", { key: "new" })];
            assert.deepEqual((await kube.check(CONFIG_MAP, news, { olds })).inputs, olds);
            assert.deepEqual(await kube.read(CONFIG_MAP, "default/settings", olds, olds), {
                id: "default/settings",
                state: olds,
                inputs: olds,
            });
        },
    },
    {
        name: "invoke: unknown functions are refused by name",
        async run({ plugin }) {
            const { message } = await failure((await plugin()).invoke("kubernetes:helm:template", {}));
            assert.match(message, /kubernetes:helm:template/);
        },
    },
];
