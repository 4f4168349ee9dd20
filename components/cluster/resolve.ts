import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EksModel } from "../../config/aws/schema";
import type { ClusterModel, ExistingClusterModel } from "../../config/cluster-schema";
import type { Cluster, ClusterContract, MadeCluster } from "./index";
import { clusterOfStack } from "./stack";

/**
 * Finds out about the cluster a stack file names, before the first resource.
 *
 * @throws {pulumi.RunError} when another stack is named and does not export its cluster.
 */
export async function resolveCluster(model: Exclude<ClusterModel, EksModel>): Promise<ClusterContract> {
    switch (model.kind) {
        case "existing":
            return existingCluster(model);
        case "stack":
            return clusterOfStack(model.name);
    }
}

function existingCluster(model: ExistingClusterModel): ClusterContract {
    return {
        name: model.name,
        access: { kubeconfig: model.kubeconfig, context: model.context, secret: false },
        storage: model.storage,
        ingress: model.ingress,
        network: model.network,
    };
}

/**
 * Adds the provider to a contract: the only place where a Kubernetes provider is made.
 *
 * @param made the cluster, where this program makes it. One that is there already is reached by what is known of it: its own
 * outputs are unknown while it changes, and a preview could not look into it.
 */
export function connect(contract: ClusterContract, made?: MadeCluster): Cluster {
    const { kubeconfig = made?.kubeconfig, context, secret } = contract.access;
    const args = {
        // With an identity of its own, the provider is updated and never replaced when the way in changes (a new token,
        // another path), and so nothing that it manages is: https://github.com/pulumi/pulumi-kubernetes/issues/2745
        clusterIdentifier: contract.name,
        kubeconfig: secret && kubeconfig !== undefined ? pulumi.secret(kubeconfig) : kubeconfig,
        context,
        // A changed Secret or ConfigMap is an update: a replace would delete what running pods are about to read.
        enableSecretMutable: true,
        enableConfigMapMutable: true,
        // The stack file is the authority over every field the program sets, also where `kubectl scale` has set it since.
        enablePatchForce: true,
        // An `up` that was killed has made objects that are not in the state; the next one takes them over instead of ending
        // in "already exists". Only the instances' own namespaces are written to, and volumes of others are refused before.
        upsertExistingObjects: true,
    };
    const provider = new k8s.Provider("cluster", args, made === undefined ? {} : { dependsOn: [...made.dependsOn] });
    return { ...contract, provider };
}
