import type { ChtInstance } from "./kubernetes/instance";

/**
 * What a stack tells: for people, for portals, and for the neighbours of CHT. Names and addresses only; whoever may read a
 * password reads it in the cluster.
 */
export function stackOutputs(instances: readonly ChtInstance[]) {
    return {
        instances: Object.fromEntries(instances.map((instance) => [instance.plan.name, describe(instance)])),
        monitoring: {
            /** What cht-watchdog lists in `cht-instances.yml`: the public addresses of what runs. */
            targets: instances.filter(({ plan }) => !plan.remove).map(({ url }) => url),
        },
    };
}

function describe({ plan, url, namespace, credentialsSecret, volumes }: ChtInstance) {
    return {
        url,
        namespace,
        version: plan.version,
        couchdbNodes: plan.couchdbNodes,
        credentialsSecret,
        volumes,
        sizing: plan.estimate,
        removed: plan.remove,
    };
}
