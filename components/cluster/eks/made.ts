import type { Cluster } from "@pulumi/eks/cluster";
import type * as pulumi from "@pulumi/pulumi";

/** The control plane once it is there. */
export interface Made {
    readonly cluster: Cluster;
    /** Known once the cluster is there. */
    readonly clusterName: pulumi.Output<string>;
}
