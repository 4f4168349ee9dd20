/** What a conformance case is given: plugins to call, and the cluster to look at. */
import assert from "node:assert/strict";
import type { Bag } from "../../../sandbox/plugins/values";
import type { TestCluster } from "../cluster";
import type { CallError, Message, Plugin } from "../engine";

export interface Context {
    cluster: TestCluster;
    /** A plugin that is configured with the test cluster and these settings. */
    plugin: (config?: Record<string, string>) => Promise<Plugin>;
    /** A plugin that no other case shares. */
    ownPlugin: (config?: Record<string, string>) => Promise<Plugin>;
    /** Everything the plugins have told the engine, the newest last. */
    messages: Message[];
}

/** One thing the official plugin does, by its documentation or its behaviour. */
export interface Case {
    name: string;
    run(context: Context): Promise<void>;
}

export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
export const CUSTOM_RESOURCE_DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const JOB = "kubernetes:batch/v1:Job";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const SECRET = "kubernetes:core/v1:Secret";
export const SERVICE = "kubernetes:core/v1:Service";

export const AUTONAME = /^name-[0-9a-f]{8}$/;

export const configMap = (namespace: string, data: Bag = { key: "value" }, metadata: Bag = {}): Bag => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace, ...metadata },
    data,
});

export const secret = (namespace: string, rest: Bag): Bag => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "credentials", namespace },
    ...rest,
});

export const object = (apiVersion: string, kind: string, namespace: string, name: string, spec: Bag): Bag => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
});

/** A pod that every simulated node can run. */
export const podSpec = (rest: Bag = {}): Bag => ({ containers: [{ name: "main", image: "program:1" }], ...rest });

/** A pod that no node can run. */
export const unschedulable = (): Bag => podSpec({ nodeSelector: { no: "such-node" } });

export const deployment = (namespace: string, pod: Bag = podSpec(), metadata: Bag = {}, spec: Bag = {}): Bag => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace, ...metadata },
    spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: pod },
        ...spec,
    },
});

export const job = (
    namespace: string,
    pod: Bag = podSpec({ restartPolicy: "Never" }),
    metadata: Bag = {},
    spec: Bag = {},
): Bag => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace, ...metadata },
    spec: { template: { spec: pod }, ...spec },
});

export const annotated = (annotations: Record<string, string>): Bag => ({
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`pulumi.com/${name}`, value])),
});

/** The failure of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<CallError> {
    let result: unknown;
    try {
        result = await call;
    } catch (error) {
        return error as CallError;
    }
    return assert.fail(`expected a failure, got ${JSON.stringify(result)}`);
}

/** How long something takes. */
export async function seconds(work: Promise<unknown>): Promise<number> {
    const start = Date.now();
    await work;
    return (Date.now() - start) / 1000;
}
