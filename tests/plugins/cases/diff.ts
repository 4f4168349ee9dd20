/** What changes, and whether it can be done in place. */
import assert from "node:assert/strict";
import type { Bag } from "../../../sandbox/plugins/values";
import { changes } from "./changes";
import {
    annotated,
    type Case,
    CONFIG_MAP,
    type Context,
    configMap,
    DEPLOYMENT,
    deployment,
    JOB,
    job,
    podSpec,
    unschedulable,
} from "./context";

/** The state an object would have; nothing is made for it. */
async function stateOf({ plugin }: Context, type: string, inputs: Bag, config?: Record<string, string>): Promise<Bag> {
    const kube = await plugin(config);
    return (await kube.create(type.replace(/Patch$/, ""), inputs, { preview: true })).state;
}

export const diffCases: Case[] = [
    ...changes.map(
        ([what, type, before, after, expected, config]): Case => ({
            name: `diff: ${what}${config ? " (mutable)" : ""} is ${JSON.stringify(expected)}`,
            async run(context) {
                const namespace = await context.cluster.namespace();
                const kube = await context.plugin(config);
                const olds = await stateOf(context, type, before(namespace), config);
                const diff = await kube.diff(type, "id", olds, after(namespace));
                assert.deepEqual(diff.properties, expected);
                assert.equal(diff.hasChanges, Object.keys(expected).length > 0);
                assert.deepEqual(
                    diff.replaces,
                    Object.keys(expected).filter((path) => expected[path]?.endsWith("!")),
                );
            },
        }),
    ),
    {
        name: "diff: an object of a fixed name is deleted before its replacement is made",
        async run(context) {
            const namespace = await context.cluster.namespace();
            const kube = await context.plugin();
            const deletesFirst = async (before: Bag, after: Bag) =>
                (await kube.diff(CONFIG_MAP, "id", await stateOf(context, CONFIG_MAP, before), after))
                    .deleteBeforeReplace;
            const autonamed = annotated({ autonamed: "true" });
            assert.deepEqual(
                [
                    await deletesFirst(configMap(namespace), configMap(namespace, { key: "new" })),
                    await deletesFirst(
                        configMap(namespace, {}, autonamed),
                        configMap(namespace, { key: "new" }, autonamed),
                    ),
                    await deletesFirst(configMap(namespace), configMap("default")),
                    await deletesFirst(configMap(namespace), configMap(namespace, undefined, { name: "other" })),
                    await deletesFirst(configMap(namespace), configMap(namespace, undefined, { labels: { a: "b" } })),
                ],
                [true, false, false, false, false],
            );
        },
    },
    {
        name: "diff: ignored paths are not looked at",
        async run(context) {
            const namespace = await context.cluster.namespace();
            const olds = await stateOf(context, DEPLOYMENT, deployment(namespace));
            const news = deployment(
                namespace,
                podSpec({ hostname: "h", containers: [{ name: "main", image: "program:2" }] }),
                {},
                { replicas: 5 },
            );
            const ignored = ["spec.replicas", "spec.template.spec.containers"];
            const { properties } = await (await context.plugin()).diff(DEPLOYMENT, "id", olds, news, ignored);
            assert.deepEqual(properties, { "spec.template.spec.hostname": "add" });
        },
    },
    {
        name: "diff: an unready Job with replaceUnready is replaced, as long as it is unready",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const inputs = job(
                namespace,
                { ...unschedulable(), restartPolicy: "Never" },
                annotated({ replaceUnready: "true", skipAwait: "true" }),
            );
            const { id, state } = await kube.create(JOB, inputs);
            const path = 'metadata.annotations["pulumi.com/replaceUnready"]';
            assert.deepEqual((await kube.diff(JOB, id, state, inputs)).replaces, [path]);
            await cluster.delete(inputs);
            await cluster.until(async () => !(await cluster.get("batch/v1", "Job", namespace, "once")));
            assert.deepEqual((await kube.diff(JOB, id, state, inputs)).replaces, []);
        },
    },
];
