import type * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "../../config/docker/host-plan";
import { labels } from "../../config/live";
import type { Operations } from "./operations";

/** What every part of an instance is made with. */
export interface Scope {
    readonly plan: HostPlan;
    /** `<project>.<stack>`, by which the program finds its objects again. */
    readonly stack: string;
    readonly operations: Operations;
    /** By service: when its container was made, or is made now. */
    readonly made: ReadonlyMap<string, string>;
    /** Whether the engine can limit swap, which not every kernel lets it. */
    readonly swapLimit: boolean;
    /** For what can be made again. */
    readonly child: pulumi.CustomResourceOptions;
    /**
     * For what cannot be made again: the data, and the credentials that open it. Protected while the instance is in the
     * file, retained on the engine even after it was forgotten.
     */
    readonly keep: pulumi.CustomResourceOptions;
}

/** A label of an object, as the provider wants it. */
export interface Label {
    readonly label: string;
    readonly value: string;
}

/** In the order of their names: the engine keeps none. */
export function asLabels(values: Readonly<Record<string, string>>): Label[] {
    return Object.entries(values)
        .map(([label, value]) => ({ label, value }))
        .sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** Labels of a service's container. */
export function containerLabels({ plan, stack, made }: Scope, service: string): Label[] {
    return asLabels({
        ...labels.managedBy,
        [labels.stack]: stack,
        [labels.instance]: plan.name,
        [labels.service]: service,
        [labels.version]: plan.version,
        [MADE_LABEL]: made.get(service) ?? "",
    });
}

/** When the container was made (made.ts). */
export const MADE_LABEL = "cht-hosting/made";
