/** Waiting for what leads traffic and for what holds data. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Bag, listAt, Secret, textAt } from "../../../sandbox/plugins/values";
import { unique } from "../cluster";
import { type Case, DEPLOYMENT, deployment, failure, object, podSpec, SECRET, SERVICE, seconds } from "./context";

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";

const service = (namespace: string, spec: Bag): Bag =>
    object("v1", "Service", namespace, "web", { ports: [{ port: 80 }], ...spec });

const claim = (namespace: string, storageClassName: string): Bag =>
    object("v1", "PersistentVolumeClaim", namespace, "data", {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        resources: { requests: { storage: "1Gi" } },
    });

export const awaitOtherCases: Case[] = [
    {
        name: "Service: its endpoints settle for ten seconds; without pods it is ready at once",
        async run({ plugin, cluster }) {
            const [namespace, other] = [await cluster.namespace(), await cluster.namespace()];
            const kube = await plugin();
            await kube.create(DEPLOYMENT, deployment(namespace));
            const [withPods, headless, external] = await Promise.all([
                seconds(kube.create(SERVICE, service(namespace, { selector: { app: "web" } }))),
                seconds(kube.create(SERVICE, service(other, { clusterIP: "None", selector: { app: "web" } }))),
                seconds(
                    kube.create(SERVICE, {
                        ...service(await cluster.namespace(), { type: "ExternalName", externalName: "a.example" }),
                    }),
                ),
            ]);
            assert.ok(withPods >= 10 && withPods < 20, `waited ${withPods} s`);
            assert.ok(headless < 9 && external < 9, `waited ${headless} and ${external} s`);
        },
    },
    {
        name: "Service: a load balancer's address is waited for",
        async run({ plugin, cluster }) {
            const { state } = await (await plugin()).create(
                SERVICE,
                service(await cluster.namespace(), { type: "LoadBalancer" }),
            );
            assert.equal(listAt(state, "status", "loadBalancer", "ingress").length, 1);
        },
    },
    {
        name: "Ingress: it waits for the services behind it and for an address",
        async run({ plugin, cluster }) {
            const namespace = await cluster.namespace();
            const kube = await plugin();
            const ingress = (name: string, backend: string): Bag => {
                const path = {
                    path: "/",
                    pathType: "Prefix",
                    backend: { service: { name: backend, port: { number: 80 } } },
                };
                return object("networking.k8s.io/v1", "Ingress", namespace, name, {
                    ingressClassName: "none",
                    rules: [{ host: "a.example", http: { paths: [path] } }],
                });
            };
            await cluster.create(service(namespace, { selector: { app: "web" } }));
            await cluster.until(() => cluster.get("v1", "Endpoints", namespace, "web"));
            const creation = kube.create(INGRESS, ingress("good", "web"), { timeout: 20 });
            const made = await cluster.until(() => cluster.get("networking.k8s.io/v1", "Ingress", namespace, "good"));
            await sleep(300);
            await cluster.mergeStatus({ ...made, status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } });
            assert.deepEqual(listAt((await creation).state, "status", "loadBalancer", "ingress"), [
                { ip: "192.0.2.1" },
            ]);
            const { reasons } = await failure(kube.create(INGRESS, ingress("bad", "nothing"), { timeout: 1 }));
            assert.deepEqual(reasons.slice(1), [
                "Ingress has at least one rule with an unavailable target endpoint.",
                "Ingress .status.loadBalancer field was not updated with a hostname/IP address.",
            ]);
        },
    },
    {
        name: "PersistentVolumeClaim: of a class that waits for a consumer it is ready while pending, of any other when bound",
        async run({ plugin, cluster }) {
            const kube = await plugin();
            const storageClass = unique("waiting");
            await cluster.create({
                apiVersion: "storage.k8s.io/v1",
                kind: "StorageClass",
                metadata: { name: storageClass },
                provisioner: "none.example/none",
                volumeBindingMode: "WaitForFirstConsumer",
            });
            const { state } = await kube.create(CLAIM, claim(await cluster.namespace(), storageClass));
            assert.equal(textAt(state, "status", "phase"), "Pending");
            const { reasons } = await failure(
                kube.create(CLAIM, claim(await cluster.namespace(), "none"), { timeout: 1 }),
            );
            assert.ok(
                reasons.includes("Waiting for PersistentVolumeClaim to be Bound; it is Pending"),
                reasons.join("\n"),
            );
        },
    },
    {
        name: "PersistentVolume: ready when it is available",
        async run({ plugin, cluster }) {
            const kube = await plugin();
            const volume: Bag = {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: unique("volume") },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    capacity: { storage: "1Gi" },
                    storageClassName: unique("none"),
                    hostPath: { path: "/none" },
                },
            };
            const { id, state } = await kube.create("kubernetes:core/v1:PersistentVolume", cluster.cleanUp(volume));
            assert.equal(textAt(state, "status", "phase"), "Available");
            await kube.delete("kubernetes:core/v1:PersistentVolume", id, state);
        },
    },
    {
        name: "ReplicationController: ready with its pods",
        async run({ plugin, cluster }) {
            const template = { metadata: { labels: { app: "web" } }, spec: podSpec() };
            const inputs = object("v1", "ReplicationController", await cluster.namespace(), "web", {
                replicas: 1,
                selector: { app: "web" },
                template,
            });
            const { state } = await (await plugin()).create("kubernetes:core/v1:ReplicationController", inputs);
            assert.equal(at(state, "status", "availableReplicas"), 1);
        },
    },
    {
        name: "Secret: a service account's token is waited for",
        async run({ plugin, cluster }) {
            const annotations = { "kubernetes.io/service-account.name": "default" };
            const metadata = { name: "token", namespace: await cluster.namespace(), annotations };
            const inputs = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/service-account-token" };
            const { state } = await (await plugin()).create(SECRET, inputs);
            assert.ok(state["data"] instanceof Secret && textAt(state["data"].value, "token") !== "");
        },
    },
];
