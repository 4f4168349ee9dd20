/**
 * Where instances run. A cluster is a provider and plain data; what made it does not matter to what runs on it, and a new
 * kind of cluster is a new file here.
 */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsPlace } from "../../config/aws/place";
import type { ClusterPlacement, IngressModel, NetworkModel, StorageModel } from "../../config/cluster-schema";

/** What instances need to know of their cluster: plain, so that every decision can be taken before the first resource. */
export interface ClusterContract {
    /** The cluster's identity in state (`clusterIdentifier`): while it stays, a changed kubeconfig replaces nothing. */
    readonly name: string;
    /** How it is reached before the first resource: a kubeconfig's path or its contents (then a secret), and a context in it. */
    readonly access: { readonly kubeconfig?: string; readonly context?: string; readonly secret: boolean };
    readonly storage: StorageModel;
    readonly ingress: IngressModel;
    readonly network: NetworkModel;
    /** Of a cluster on AWS: where certificates and records of its instances are made. */
    readonly aws?: AwsPlace;
    /** Nodes that the cluster keeps for CouchDB. */
    readonly placement?: ClusterPlacement;
}

/** The contract with the provider that talks to the cluster. */
export interface Cluster extends ClusterContract {
    readonly provider: k8s.Provider;
}

/** A cluster that is made by the same program, and how it is reached once it is there. */
export interface MadeCluster {
    readonly kubeconfig: pulumi.Input<string>;
    readonly dependsOn: readonly pulumi.Resource[];
}
