/** Waiting until objects are ready, and what is said when they are not. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Bag, numberAt, textAt } from "../../../sandbox/plugins/values";
import { unique } from "../cluster";
import {
    annotated,
    type Case,
    CONFIG_MAP,
    configMap,
    DEPLOYMENT,
    deployment,
    failure,
    JOB,
    job,
    object,
    podSpec,
    seconds,
    unschedulable,
} from "./context";

const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
const POD = "kubernetes:core/v1:Pod";

const workload = (kind: string, namespace: string, pod: Bag, spec: Bag = {}): Bag =>
    object("apps/v1", kind, namespace, "workload", {
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: pod },
        ...spec,
    });

export const awaitCases: Case[] = [
    {
        name: "Deployment: created and updated, it is ready when its newest pods are",
        async run({ plugin, cluster, messages }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const name = unique("web");
            const { id, state } = await kube.create(DEPLOYMENT, deployment(namespace, podSpec(), {}, { replicas: 2 }), {
                name,
            });
            assert.equal(at(state, "status", "readyReplicas"), 2);
            const news = deployment(
                namespace,
                { containers: [{ name: "main", image: "program:2" }] },
                {},
                { replicas: 2 },
            );
            const updated = await kube.update(DEPLOYMENT, id, state, news, { name });
            assert.equal(at(updated, "status", "updatedReplicas"), 2);
            assert.equal(at(updated, "metadata", "generation"), at(updated, "status", "observedGeneration"));
            const told = messages.filter(({ urn }) => urn.endsWith(name));
            assert.ok(told.length > 0 && told.every(({ ephemeral }) => ephemeral));
            assert.equal(told.at(-1)?.text, "");
        },
    },
    {
        name: "Deployment: out of time, it is kept with the scheduler's reason",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const failed = await failure(
                kube.create(DEPLOYMENT, deployment(namespace, unschedulable()), { timeout: 2 }),
            );
            assert.equal(failed.isPartial, true);
            assert.equal(failed.id, `${namespace}/web`);
            assert.equal(textAt(failed.state, "metadata", "name"), "web");
            assert.match(
                failed.message,
                /successfully created, but .* failed to fully initialize or become live: 'web' timed out waiting to be Ready/,
            );
            assert.ok(failed.reasons.includes("Minimum number of live Pods was not attained"));
            assert.ok(
                failed.reasons.some((reason) => /^\[Pod .*\/web-.*\]: .*nodes are available/.test(reason)),
                failed.reasons.join("\n"),
            );
        },
    },
    {
        name: "Deployment: an image that cannot be pulled is named",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            // No scheduler looks at this pod: it would write over the status below.
            const pulling = podSpec({ schedulerName: "nobody" });
            const creation = (await plugin()).create(DEPLOYMENT, deployment(namespace, pulling), { timeout: 4 });
            const [pod] = await cluster.until(async () => {
                const pods = await cluster.pods(namespace);
                return pods.length > 0 && pods;
            });
            const waiting = { reason: "ImagePullBackOff", message: 'Back-off pulling image "program:1"' };
            const status = {
                name: "main",
                image: "program:1",
                imageID: "",
                ready: false,
                restartCount: 0,
                state: { waiting },
            };
            const ready = {
                type: "Ready",
                status: "False",
                reason: "ContainersNotReady",
                message: "containers with unready status: [main]",
            };
            const conditions = [{ type: "PodScheduled", status: "True" }, ready];
            const metadata = { name: textAt(pod, "metadata", "name"), namespace };
            await cluster.mergeStatus({
                apiVersion: "v1",
                kind: "Pod",
                metadata,
                status: { conditions, containerStatuses: [status] },
            });
            const { reasons } = await failure(creation);
            const expected =
                /containers with unready status: \[main\] \[ImagePullBackOff\] Back-off pulling image "program:1"$/;
            assert.ok(
                reasons.some((reason) => expected.test(reason)),
                reasons.join("\n"),
            );
        },
    },
    {
        name: "Deployment: a quota that admits no pods is named",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            await kube.create(
                "kubernetes:core/v1:ResourceQuota",
                object("v1", "ResourceQuota", namespace, "none", { hard: { pods: "0" } }),
            );
            const { reasons } = await failure(kube.create(DEPLOYMENT, deployment(namespace), { timeout: 2 }));
            assert.ok(
                reasons.some((reason) => /^\[FailedCreate\] .*exceeded quota: none/.test(reason)),
                reasons.join("\n"),
            );
        },
    },
    {
        name: "skipAwait: nothing is waited for",
        async run({ plugin, cluster }) {
            const inputs = deployment(await cluster.namespace(), unschedulable(), annotated({ skipAwait: "true" }));
            assert.ok((await seconds((await plugin()).create(DEPLOYMENT, inputs, { timeout: 20 }))) < 10);
        },
    },
    {
        name: "timeoutSeconds: the annotation bounds the waiting, the program's own time-out comes first",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const waits = (timeoutSeconds: string, timeout: number) => {
                const inputs = deployment(namespace, unschedulable(), {
                    name: unique("web"),
                    ...annotated({ timeoutSeconds }),
                });
                return seconds(failure(kube.create(DEPLOYMENT, inputs, { timeout })));
            };
            const [byAnnotation, byProgram] = await Promise.all([waits("1", 0), waits("1", 6)]);
            assert.ok(byAnnotation >= 1 && byAnnotation < 6, `waited ${byAnnotation} s`);
            assert.ok(byProgram >= 6, `waited ${byProgram} s`);
        },
    },
    {
        name: "waitFor: the annotation's conditions are waited for instead",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const expressions = ["jsonpath={.data.ready}=yes", "jsonpath={.data.also}"];
            const waitFor = JSON.stringify(expressions);
            const creation = kube.create(CONFIG_MAP, configMap(namespace, { key: "value" }, annotated({ waitFor })), {
                timeout: 20,
            });
            await cluster.until(() => cluster.get("v1", "ConfigMap", namespace, "settings"));
            await sleep(300);
            await cluster.merge(configMap(namespace, { ready: "yes", also: "1" }));
            assert.deepEqual((await creation).state["data"], { key: "value", ready: "yes", also: "1" });
            const never = deployment(namespace, podSpec(), annotated({ waitFor: "condition=Never" }));
            const { reasons } = await failure(kube.create(DEPLOYMENT, never, { timeout: 1 }));
            assert.ok(reasons.includes("Waiting for condition=Never"));
        },
    },
    {
        name: "StatefulSet: ready with its pods, kept with their reason when not",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { state } = await kube.create(
                STATEFUL_SET,
                workload("StatefulSet", namespace, podSpec(), { replicas: 2, serviceName: "x" }),
            );
            assert.equal(at(state, "status", "readyReplicas"), 2);
            const stuck = workload("StatefulSet", await cluster.namespace(), unschedulable(), { serviceName: "x" });
            const { reasons } = await failure(kube.create(STATEFUL_SET, stuck, { timeout: 2 }));
            assert.ok(reasons.includes("0 out of 1 replicas succeeded readiness checks"), reasons.join("\n"));
            assert.ok(reasons.some((reason) => reason.startsWith("[Pod ")));
        },
    },
    {
        name: "DaemonSet: ready with a pod on every node",
        async run({ plugin, cluster }) {
            const inputs = workload("DaemonSet", await cluster.namespace(), podSpec());
            const { state } = await (await plugin()).create("kubernetes:apps/v1:DaemonSet", inputs);
            assert.ok(numberAt(state, "status", "desiredNumberScheduled") > 0);
            assert.equal(at(state, "status", "numberReady"), at(state, "status", "desiredNumberScheduled"));
        },
    },
    {
        name: "Job: ready when it has succeeded, given up at once when it has failed",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { state } = await kube.create(JOB, job(namespace));
            assert.equal(at(state, "status", "succeeded"), 1);
            const pod = { ...unschedulable(), restartPolicy: "Never" };
            const doomed = job(namespace, pod, { name: "doomed" }, { activeDeadlineSeconds: 1 });
            const failed = await failure(kube.create(JOB, doomed, { timeout: 60 }));
            assert.match(failed.message, /'doomed' was created but failed to initialize/);
            assert.ok(
                failed.reasons.some((reason) => reason.startsWith("[DeadlineExceeded] ")),
                failed.reasons.join("\n"),
            );
        },
    },
    {
        name: "Pod: ready, or told why not",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const { state } = await kube.create(POD, object("v1", "Pod", namespace, "one", podSpec()));
            assert.equal(textAt(state, "status", "phase"), "Running");
            const { reasons } = await failure(
                kube.create(POD, object("v1", "Pod", namespace, "two", unschedulable()), { timeout: 1 }),
            );
            assert.ok(
                reasons.some((reason) => reason.startsWith("[Pod ")),
                reasons.join("\n"),
            );
        },
    },
    {
        name: "Cancel: the waiting ends and the object is kept",
        async run({ ownPlugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await ownPlugin();
            const creation = failure(kube.create(DEPLOYMENT, deployment(namespace, unschedulable()), { timeout: 60 }));
            await cluster.until(() => cluster.get("apps/v1", "Deployment", namespace, "web"));
            await sleep(300);
            await kube.cancel();
            const cancelled = await creation;
            assert.match(cancelled.message, /Resource operation was cancelled for "web"/);
            assert.equal(cancelled.isPartial, true);
        },
    },
];
