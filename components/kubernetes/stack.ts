/** The half of the program for a stack whose instances run on Kubernetes. */
import type { LoadedStack } from "../../config/load";
import { namespaceOf, planStack } from "../../config/plan";
import { readKubeconfig, readLive } from "../cluster/read-live";
import { connect, resolveCluster } from "../cluster/resolve";
import { exportCluster } from "../cluster/stack";
import { ChtInstance } from "./instance";

/**
 * @returns the instances, and what the stack exports of the cluster to others.
 * @throws {pulumi.RunError} with everything that the cluster, or what runs in it, does not allow.
 */
export async function createInstances(loaded: LoadedStack & { platform: "kubernetes" }) {
    const { model, given, secrets, stack } = loaded;
    const contract = await resolveCluster(model.cluster);
    const live = await readLive(contract, Object.entries(model.instances).map(namespaceOf), stack);
    const plans = planStack({ model, contract, live, stack, secrets });

    const cluster = connect(contract);
    const instances = plans.map(
        (plan) =>
            new ChtInstance(
                plan.name,
                { plan, cluster, stack, given: given.get(plan.name) },
                { provider: cluster.provider },
            ),
    );
    const shared = model.cluster.kind === "existing" && model.cluster.share;
    return { instances, exported: shared ? { cluster: exportCluster(contract, await readKubeconfig(contract)) } : {} };
}
