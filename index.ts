/** The program: what the stack file says, as resources. */
import { readKubeconfig, readLive } from "./components/cluster/read-live";
import { connect, resolveCluster } from "./components/cluster/resolve";
import { exportCluster } from "./components/cluster/stack";
import { ChtInstance } from "./components/kubernetes/instance";
import { stackOutputs } from "./components/outputs";
import { loadStack } from "./config/load";
import { namespaceOf, planStack } from "./config/plan";

export = async () => {
    const { model, given, secrets, stack } = loadStack();
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
    return {
        ...stackOutputs(instances),
        ...(shared ? { cluster: exportCluster(contract, await readKubeconfig(contract)) } : {}),
    };
};
