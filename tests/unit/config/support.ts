/** Stack files as an operator writes them, and clusters as their instances leave them. */
import { couchUrl } from "../../../cht/credentials";
import { emptyCluster, type LiveCluster, type LiveNamespace, labels } from "../../../config/live";
import { readConfig } from "../../../config/load";
import { type InstancePlan, type PlanArgs, planInstances } from "../../../config/plan";
import type { Problem } from "../../../config/problem";
import type { KubernetesStackModel } from "../../../config/schema";
import { givenSecrets, type InstanceSecrets } from "../../../config/secrets";

export const stack = "cht-hosting.test";

/** Plain values of a stack file: what YAML makes of it. */
export type Raw = { [key: string]: unknown };

export const cluster: Raw = {
    kind: "existing",
    name: "test",
    context: "test",
    storage: { className: "standard" },
    ingress: { kind: "nginx" },
};

/** The shortest instance that is valid. */
export const instance = (name: string, more: Raw = {}): Raw => ({
    version: "5.3.0",
    host: `${name}.example.org`,
    tls: { kind: "none" },
    couchdb: { volume: { kind: "new", size: "50Gi" } },
    ...more,
});

/** A file with one instance, `uat`. */
export const file = (more: Raw = {}): Raw => ({ cluster, instances: { uat: instance("uat", more) } });

/** Values as the engine hands them to a program: text, and JSON for what is no text. */
export function asConfig(raw: Raw): Record<string, string> {
    const entries = Object.entries(raw).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return Object.fromEntries(entries) as Record<string, string>;
}

/** The problems of a file; `secrets` are its flat keys that were set with --secret. */
export function problemsOf(raw: Raw, secrets: Readonly<Record<string, string>> = {}): readonly Problem[] {
    return readConfig({ ...asConfig(raw), ...secrets }, (key) => key in secrets).problems;
}

export function modelOf(raw: Raw): KubernetesStackModel {
    const { decided, problems } = readConfig(asConfig(raw), () => false);
    if (decided?.platform !== "kubernetes") throw new Error(JSON.stringify(problems));
    return decided.model;
}

export const nothing: LiveCluster = emptyCluster;

/** Plans a file against a cluster as `planStack` does. */
export function plan(
    raw: Raw,
    live: LiveCluster = nothing,
    secrets: Readonly<Record<string, InstanceSecrets>> = {},
    contract: Partial<PlanArgs["contract"]> = {},
) {
    const model = modelOf(raw);
    if (model.cluster.kind !== "existing") throw new Error("only an existing cluster is known without an engine");
    return planInstances({
        model,
        contract: { ...model.cluster, ...contract },
        live,
        stack,
        secrets: givenSecrets(new Map(Object.entries(secrets))),
    });
}

/** The one plan of a file with one instance. */
export function onlyPlan(raw: Raw, live?: LiveCluster): InstancePlan {
    const [only] = plan(raw, live).plans;
    if (only === undefined) throw new Error("there is no instance");
    return only;
}

export const credentials = {
    COUCHDB_USER: "medic",
    COUCHDB_PASSWORD: "live-password",
    COUCHDB_SECRET: "live-secret",
    COUCHDB_UUID: "live-uuid",
    COUCH_URL: couchUrl({ user: "medic", password: "live-password", host: "haproxy", port: 5984, database: "medic" }),
};

/** What an instance leaves in its namespace when it runs. */
export function namespaceOfPlan(made: InstancePlan): LiveNamespace {
    const owner = { stack, instance: made.name };
    return {
        name: made.namespace,
        owner,
        annotations: made.annotations,
        terminating: false,
        deployments: made.description.workloads.map(({ name, service, containers }) => ({
            name,
            service,
            owner,
            images: containers.map(({ image }) => image),
        })),
        claims: made.volumes.map(({ claimName, size, className, source, ...volume }) => ({
            name: claimName,
            size,
            className,
            source,
            volumeName:
                volume.kind === "new" || volume.kind === "snapshot" ? `pvc-of-${claimName}` : volume.persistentVolume,
        })),
        credentials: { generation: made.credentials.generation, values: credentials },
    };
}

export function clusterOf(...namespaces: readonly LiveNamespace[]): LiveCluster {
    return { ...emptyCluster, namespaces: new Map(namespaces.map((namespace) => [namespace.name, namespace])) };
}

/** The cluster in which everything of a file runs. */
export function running(raw: Raw): LiveCluster {
    return clusterOf(...plan(raw).plans.map(namespaceOfPlan));
}

/** The cluster in which a file's only instance runs, with something changed in its namespace. */
export function runningWith(raw: Raw, change: Partial<LiveNamespace>): LiveCluster {
    return clusterOf({ ...namespaceOfPlan(onlyPlan(raw)), ...change });
}

export { labels };
