/** Kubernetes objects among what a program registers. */
import assert from "node:assert/strict";
import type { Container, PodSpec } from "./pod-security";
import type { Registered } from "./register";

export type Inputs = Registered["inputs"];

/** Inputs of all objects of a kind, by `metadata.name`. */
export function objectsOf(resources: readonly Registered[], kind: string): Record<string, Inputs> {
    const ofKind = resources.filter(({ type, inputs }) => type.startsWith("kubernetes:") && inputs["kind"] === kind);
    return Object.fromEntries(ofKind.map(({ inputs }) => [(inputs["metadata"] as { name: string }).name, inputs]));
}

/** The one object of a kind and name. */
export function objectOf(resources: readonly Registered[], kind: string, name: string): Inputs {
    const found = objectsOf(resources, kind)[name];
    assert(found !== undefined, `there is no ${kind} '${name}'`);
    return found;
}

/** The one resource of a type's last part and a name in the program. */
export function resourceOf(resources: readonly Registered[], kind: string, name: string): Registered {
    const found = resources.find((resource) => resource.type.endsWith(`:${kind}`) && resource.name === name);
    assert(found !== undefined, `there is no ${kind} '${name}'`);
    return found;
}

export interface Pod {
    /** The Deployment's or Job's name. */
    readonly name: string;
    readonly spec: PodSpec;
    readonly containers: readonly Container[];
    readonly metadata: { readonly labels: Record<string, string>; readonly annotations?: Record<string, string> };
}

/** What a container asks for, and may have at most. */
export function resourcesOf(container: Container): Record<"requests" | "limits", Record<string, string>> {
    return container["resources"] as Record<"requests" | "limits", Record<string, string>>;
}

/** Every pod that would run, of Deployments and Jobs; containers with the init containers first. */
export function podsOf(resources: readonly Registered[]): Pod[] {
    const owners = { ...objectsOf(resources, "Deployment"), ...objectsOf(resources, "Job") };
    return Object.entries(owners).map(([name, inputs]) => {
        const { metadata, spec } = (inputs["spec"] as { template: { metadata: Pod["metadata"]; spec: Pod["spec"] } })
            .template;
        return { name, metadata, spec, containers: [...(spec.initContainers ?? []), ...spec.containers] };
    });
}
