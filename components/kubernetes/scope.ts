import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../../config/live";
import type { InstancePlan } from "../../config/plan";
import type { Cluster } from "../cluster";

/** What every part of an instance is made with. */
export interface Scope {
    readonly plan: InstancePlan;
    readonly cluster: Cluster;
    /** `<project>.<stack>`, by which the program finds its objects again. */
    readonly stack: string;
    /** The namespace's name, known once the namespace is there. */
    readonly namespace: pulumi.Output<string>;
    /** For what can be made again. */
    readonly child: pulumi.CustomResourceOptions;
    /**
     * For what cannot be made again: the data, its namespace, and the credentials that open it. Protected while the
     * instance is in the file, retained in the cluster even after it was forgotten.
     */
    readonly keep: pulumi.CustomResourceOptions;
}

/** Labels of every object of the instance. */
export function instanceLabels({ plan, stack }: Pick<Scope, "plan" | "stack">): Record<string, string> {
    return {
        ...labels.managedBy,
        "app.kubernetes.io/part-of": "cht",
        "app.kubernetes.io/instance": plan.name,
        [labels.stack]: stack,
        [labels.instance]: plan.name,
    };
}

/** An object's name as operators know it, in the instance's namespace, with the instance's labels. */
export function metadata(
    scope: Scope,
    name: string,
    more: {
        labels?: Record<string, string>;
        annotations?: Record<string, pulumi.Input<string>>;
    } = {},
) {
    return {
        name,
        namespace: scope.namespace,
        labels: { ...instanceLabels(scope), ...more.labels },
        annotations: more.annotations,
    };
}

/** Leaves out what is empty: the API server does not keep an empty list or map, and a refresh would take it for drift. */
export function unlessEmpty<T extends object>(value: T): T | undefined {
    return Object.keys(value).length === 0 ? undefined : value;
}

/**
 * Adds `import` where the object exists in the cluster: it is taken over with its content, and once it is in the state the
 * option does nothing. Without it, a lost state or a re-added instance would end in "already exists".
 */
export function adopting(
    options: pulumi.CustomResourceOptions,
    exists: boolean,
    id: string,
): pulumi.CustomResourceOptions {
    return exists ? { ...options, import: id } : options;
}
