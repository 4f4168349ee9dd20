/** Whether every instance may have its namespace, and no instance would be lost from sight. */
import type { LiveCluster } from "../live";
import { labels } from "../live";
import { type Problem, pathOf } from "../problem";
import type { KubernetesStackModel } from "../schema";

/** By instance, the namespace it is to have. */
type Places = ReadonlyMap<string, string>;

/**
 * @param stack `<project>.<stack>`
 * @param clusterName the name that the cluster's contract has now
 */
export function guardPlaces(
    model: KubernetesStackModel,
    places: Places,
    live: LiveCluster,
    stack: string,
    clusterName: string,
): Problem[] {
    return [
        ...namespacesOfOthers(places, live, stack),
        ...movedInstances(places, live, stack),
        ...forgottenInstances(places, live, stack),
        ...renamedCluster(model, places, live, stack, clusterName),
    ];
}

function* namespacesOfOthers(places: Places, live: LiveCluster, stack: string): Generator<Problem> {
    for (const [name, namespace] of places) {
        const found = live.namespaces.get(namespace);
        if (found === undefined) continue;
        const path = pathOf("instances", name, "namespace");
        if (found.terminating) {
            yield {
                path,
                message: `The namespace '${namespace}' is being deleted. Wait until it is gone, or name another one.`,
            };
        } else if (found.owner === undefined) {
            yield {
                path,
                message: `The namespace '${namespace}' exists, and was not made by this program. Name another one.`,
            };
        } else if (found.owner.stack !== stack) {
            yield {
                path,
                message: `The namespace '${namespace}' belongs to the stack '${found.owner.stack}', where it holds the instance '${found.owner.instance}'. Name another one.`,
            };
        } else if (found.owner.instance !== name) {
            yield {
                path,
                message: `The namespace '${namespace}' holds the data of the instance '${found.owner.instance}' of this stack. Name another one, or call this instance '${found.owner.instance}'.`,
            };
        }
    }
}

/** Data does not follow a new namespace, and CouchDB clusters have the old one in their shard map. */
function* movedInstances(places: Places, live: LiveCluster, stack: string): Generator<Problem> {
    for (const { name: namespace, owner } of live.namespaces.values()) {
        if (owner?.stack !== stack) continue;
        const { instance } = owner;
        const planned = places.get(instance);
        if (planned !== undefined && planned !== namespace) {
            yield {
                path: pathOf("instances", instance, "namespace"),
                message: `The instance's data is in the namespace '${namespace}', and cannot follow it to '${planned}'. Set namespace: ${namespace}.`,
            };
        }
    }
}

/** A missing key may be a slip of the hand: taking services down is said by name. */
function* forgottenInstances(places: Places, live: LiveCluster, stack: string): Generator<Problem> {
    for (const { instance, namespace } of running(live, stack)) {
        if (places.has(instance)) continue;
        yield {
            path: pathOf("instances", instance),
            message: `The instance runs in the namespace '${namespace}', but is not in the stack file any more. To take it down, put it back with 'remove: ${instance}', run 'pulumi up', and then take it out of the file; its data stays in the cluster.`,
        };
    }
}

/** The cluster's name is its identity in Pulumi's state: with another, everything would be replaced. */
function* renamedCluster(
    model: KubernetesStackModel,
    places: Places,
    live: LiveCluster,
    stack: string,
    clusterName: string,
): Generator<Problem> {
    for (const [name, namespace] of places) {
        const found = live.namespaces.get(namespace);
        const before = found?.annotations[labels.cluster];
        if (
            found?.owner?.stack === stack &&
            found.owner.instance === name &&
            before !== undefined &&
            before !== clusterName
        ) {
            const path = model.cluster.kind === "stack" ? "cluster" : "cluster.name";
            yield {
                path,
                message: `The instance '${name}' was made on the cluster '${before}', and this one is named '${clusterName}': with another name, everything would be replaced. Set it back to '${before}'.`,
            };
            return;
        }
    }
}

/** Each running instance of the stack with its namespace, once. */
function running(live: LiveCluster, stack: string): { instance: string; namespace: string }[] {
    return [...live.namespaces.values()].flatMap(({ name, deployments }) => {
        const owners = deployments.flatMap(({ owner }) => (owner?.stack === stack ? [owner.instance] : []));
        return [...new Set(owners)].map((instance) => ({ instance, namespace: name }));
    });
}
