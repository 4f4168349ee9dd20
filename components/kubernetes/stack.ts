/** The half of the program for a stack whose instances run on Kubernetes. */
import type { LoadedStack } from "../../config/load";
import { planStack } from "../../config/plan";
import { openAws } from "../cluster/open-aws";
import { readCluster } from "../cluster/read-cluster";
import { readKubeconfig } from "../cluster/read-live";
import { connect, resolveCluster } from "../cluster/resolve";
import { exportCluster } from "../cluster/stack";
import type { ChtInstance } from "./instance";
import { makeInstances } from "./instances";

export interface Instances {
    readonly instances: readonly ChtInstance[];
    /** What the stack tells of its cluster, and hands to others. */
    readonly exported: Readonly<Record<string, unknown>>;
}

/** @throws {pulumi.RunError} with everything that the cluster, or what runs in it, does not allow. */
export async function createInstances(loaded: LoadedStack & { platform: "kubernetes" }): Promise<Instances> {
    const { model, secrets, stack } = loaded;
    const { cluster: wanted } = model;
    if (wanted.kind === "eks") {
        const { createOnEks } = await import("./eks-stack");
        return createOnEks({ ...loaded, model: { ...model, cluster: wanted } });
    }
    const contract = await resolveCluster(wanted);
    const aws = await openAws(contract, model.instances, stack);
    const live = await readCluster(contract, model.instances, stack);
    const plans = planStack({ model, contract, live, stack, secrets, aws });

    const cluster = connect(contract);
    const instances = await makeInstances({ plans, cluster, loaded, aws: aws?.provider });
    const shared = wanted.kind === "existing" && wanted.share;
    return { instances, exported: shared ? { cluster: exportCluster(contract, await readKubeconfig(contract)) } : {} };
}
