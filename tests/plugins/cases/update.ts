/** Changing objects by server-side apply, beside others who change them too. */
import assert from "node:assert/strict";
import { at, type Bag, textAt, unknown } from "../../../sandbox/plugins/values";
import { managersOf, type TestCluster } from "../cluster";
import {
    annotated,
    type Case,
    CONFIG_MAP,
    CUSTOM_RESOURCE_DEFINITION,
    configMap,
    DEPLOYMENT,
    deployment,
    failure,
    podSpec,
} from "./context";
import { customResource } from "./create";

const MUTABLE = { enableConfigMapMutable: "true" };

const settings = (cluster: TestCluster, namespace: string): Promise<Bag | undefined> =>
    cluster.get("v1", "ConfigMap", namespace, "settings");

/** Only what identifies the object, and what somebody else writes into it. */
const byOthers = (namespace: string, data: Bag): Bag => configMap(namespace, data);

export const updateCases: Case[] = [
    {
        name: "update: a field left out goes, others' fields stay, and the fields are the resource's own",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin(MUTABLE);
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace, { a: "1", b: "1" }));
            await cluster.merge(byOthers(namespace, { theirs: "1" }), "someone");
            const news = configMap(namespace, { a: "2" });
            const updated = await kube.update(CONFIG_MAP, id, state, news);
            assert.deepEqual(updated["data"], { a: "2", theirs: "1" });
            assert.deepEqual(updated["__inputs"], news);
            assert.equal(updated["__fieldManager"], state["__fieldManager"]);
            const live = await settings(cluster, namespace);
            assert.deepEqual(live?.["data"], { a: "2", theirs: "1" });
            assert.deepEqual(
                managersOf(live).sort(),
                [`${textAt(state, "__fieldManager")} Apply`, "someone Update"].sort(),
            );
        },
    },
    {
        name: "update: fields that kubectl wrote are taken over",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin(MUTABLE);
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace, { a: "1" }));
            await cluster.merge(byOthers(namespace, { a: "drift", extra: "1" }), "kubectl-edit");
            const updated = await kube.update(CONFIG_MAP, id, state, configMap(namespace, { a: "2" }));
            assert.deepEqual(updated["data"], { a: "2" });
        },
    },
    {
        name: "update: a field of somebody else is a conflict that names both, unless patchForce takes it",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin(MUTABLE);
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace, { a: "1" }));
            await cluster.apply(byOthers(namespace, { a: "theirs" }), "someone", true);
            const refused = await failure(kube.update(CONFIG_MAP, id, state, configMap(namespace, { a: "2" })));
            assert.match(refused.message, /server-side apply field conflict detected, see https/);
            assert.match(
                refused.message,
                /field manager "pulumi-kubernetes-[0-9a-f]{8}" had an apply conflict: .*conflict with "someone"/,
            );
            assert.deepEqual((await settings(cluster, namespace))?.["data"], { a: "theirs" });
            const forced = configMap(namespace, { a: "2" }, annotated({ patchForce: "true" }));
            assert.deepEqual((await kube.update(CONFIG_MAP, id, state, forced))["data"], { a: "2" });
        },
    },
    {
        name: "update: a refused change keeps the object in the state, with the reason",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { id, state } = await kube.create(
                DEPLOYMENT,
                deployment(namespace, podSpec(), annotated({ skipAwait: "true" })),
            );
            const wrong = deployment(namespace, podSpec(), {}, { replicas: -1 });
            const refused = await failure(kube.update(DEPLOYMENT, id, state, wrong));
            assert.equal(refused.isPartial, true);
            assert.equal(refused.id, id);
            assert.equal(at(refused.state, "spec", "replicas"), 1);
            assert.match(
                refused.message,
                /^the Kubernetes API server reported that ".*\/web" failed to fully initialize or become live: .*spec.replicas: Invalid value: -1/,
            );
        },
    },
    {
        name: "update preview: the server is asked and nothing changes",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin(MUTABLE);
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace, { a: "1" }));
            const preview = await kube.update(CONFIG_MAP, id, state, configMap(namespace, { a: "2" }), {
                preview: true,
            });
            assert.deepEqual(preview["data"], { a: "2" });
            const live = await settings(cluster, namespace);
            assert.deepEqual(live?.["data"], { a: "1" });
            assert.deepEqual(managersOf(live), ["pulumi-kubernetes Update"]);
            const open = configMap(namespace, { a: unknown });
            assert.deepEqual(await kube.update(CONFIG_MAP, id, state, open, { preview: true }), open);
            const wrong = configMap(namespace, { "not a key": "1" });
            assert.match(
                (await failure(kube.update(CONFIG_MAP, id, state, wrong, { preview: true }))).message,
                /not a key/,
            );
        },
    },
    {
        name: "update: an ignored field keeps its live value, whoever wrote it",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const inputs = deployment(namespace, podSpec(), annotated({ skipAwait: "true" }));
            const { id, state } = await kube.create(DEPLOYMENT, inputs);
            await cluster.merge({ ...inputs, spec: { replicas: 3 } }, "autoscaler");
            const news = deployment(namespace, podSpec({ hostname: "h" }), annotated({ skipAwait: "true" }));
            const updated = await kube.update(DEPLOYMENT, id, state, news, { ignoreChanges: ["spec.replicas"] });
            assert.deepEqual(
                [at(updated, "spec", "replicas"), at(updated, "spec", "template", "spec", "hostname")],
                [3, "h"],
            );
        },
    },
    {
        name: "update: another field manager takes the fields over from the one before",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin(MUTABLE);
            const { id, state } = await kube.create(CONFIG_MAP, configMap(namespace, { a: "1" }));
            const owned = await kube.update(CONFIG_MAP, id, state, configMap(namespace, { a: "2" }));
            const news = configMap(namespace, { a: "2" }, annotated({ patchFieldManager: "mine" }));
            const updated = await kube.update(CONFIG_MAP, id, owned, news);
            assert.equal(updated["__fieldManager"], "mine");
            assert.deepEqual(managersOf(await settings(cluster, namespace)), ["mine Apply"]);
        },
    },
    {
        name: "update: a definition is replaced as a whole",
        async run({ plugin, cluster }) {
            const kube = await plugin();
            const { definition } = customResource(await cluster.namespace());
            const { id, state } = await kube.create(CUSTOM_RESOURCE_DEFINITION, cluster.cleanUp(definition));
            const [version] = (definition["spec"] as Bag)["versions"] as Bag[];
            const versions = [version as Bag, { ...version, name: "v2", storage: false }];
            const news = { ...definition, spec: { ...(definition["spec"] as Bag), versions } };
            const updated = await kube.update(CUSTOM_RESOURCE_DEFINITION, id, state, news);
            assert.deepEqual(
                (at(updated, "spec", "versions") as Bag[]).map((one) => one["name"]),
                ["v1", "v2"],
            );
            assert.deepEqual((await kube.diff(CUSTOM_RESOURCE_DEFINITION, id, updated, news)).properties, {});
            await kube.delete(CUSTOM_RESOURCE_DEFINITION, id, updated);
        },
    },
    {
        name: "update: a second time nothing differs",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const pod = podSpec({
                automountServiceAccountToken: false,
                containers: [
                    {
                        name: "main",
                        image: "program:1",
                        env: [{ name: "EMPTY", value: "" }],
                        ports: [{ containerPort: 80 }],
                        resources: { requests: { cpu: 0.25, memory: "1024Mi" }, limits: { memory: "1.5Gi" } },
                        securityContext: { privileged: false, runAsUser: 0, capabilities: { drop: ["ALL"] } },
                        volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
                    },
                ],
                volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1000Mi" } }],
            });
            const { inputs } = await kube.check(DEPLOYMENT, deployment(namespace, pod));
            const { id, state } = await kube.create(DEPLOYMENT, inputs);
            assert.deepEqual((await kube.diff(DEPLOYMENT, id, state, inputs)).properties, {});
            const read = await kube.read(DEPLOYMENT, id, state, inputs);
            assert.deepEqual(read.inputs, inputs);
            assert.deepEqual((await kube.diff(DEPLOYMENT, id, read.state, inputs)).properties, {});
        },
    },
    {
        name: "patch: it writes its own fields only, and takes only them away again",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            await cluster.create(configMap(namespace, { theirs: "1" }));
            const type = "kubernetes:core/v1:ConfigMapPatch";
            const { id, state } = await kube.create(type, configMap(namespace, { ours: "1" }));
            assert.deepEqual((await settings(cluster, namespace))?.["data"], { theirs: "1", ours: "1" });
            const updated = await kube.update(type, id, state, configMap(namespace, { ours: "2" }));
            assert.deepEqual((await settings(cluster, namespace))?.["data"], { theirs: "1", ours: "2" });
            await kube.delete(type, id, updated);
            assert.deepEqual((await settings(cluster, namespace))?.["data"], { theirs: "1" });
        },
    },
];
