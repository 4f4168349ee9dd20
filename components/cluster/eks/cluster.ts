import { RolePolicy } from "@pulumi/aws/iam";
import type { Cluster } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";
import type { EksPlan } from "../../../config/aws/eks-plan";
import { eksKubeconfig } from "../../../config/aws/kubeconfig";
import { createAccess } from "./access";
import { createAddon } from "./addons";
import { createControlPlane } from "./control-plane";
import { createKeys } from "./encryption";
import { createPodIdentities } from "./identity";
import type { Made } from "./made";
import { createNetwork, type Network } from "./network";
import { createNodes } from "./nodes";
import type { EksScope } from "./scope";
import { autoModeStoragePolicy } from "./storage-policies";

export interface EksClusterArgs {
    /** What was decided: {@link EksPlan}. Its name, region and network cannot change later. */
    readonly plan: EksPlan;
}

/**
 * An EKS cluster made for CouchDB: a VPC, keys, the control plane, nodes in each zone and EKS's add-ons.
 *
 * Data outlives the component. Cluster, keys, VPC and subnets are protected and retained: what would delete or replace them
 * is refused, and a stack that is destroyed all the same leaves them in AWS. Nodes, add-ons and ways out can be made again.
 *
 * Needs the provider `aws`, of the plan's region and account.
 *
 * @see https://docs.aws.amazon.com/eks/latest/best-practices/introduction.html
 */
export class EksCluster extends pulumi.ComponentResource {
    /** What was decided about the cluster. */
    readonly plan: EksPlan;

    /** A kubeconfig without a secret: who uses it logs in to AWS with credentials of their own (`aws eks get-token`). */
    readonly kubeconfig: pulumi.Output<string>;

    readonly vpcId: pulumi.Output<string>;

    /** ARN of the KMS key that the volumes are encrypted with. */
    readonly volumeKeyArn: pulumi.Output<string>;

    /** What pods need before they can run, resolve names and have volumes: nodes, add-ons and their rights. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, { plan }: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cht-hosting:cluster:EksCluster", name, { region: plan.region, version: plan.version }, opts);

        const scope: EksScope = {
            plan,
            name,
            child: { parent: this },
            keep: { parent: this, protect: true, retainOnDelete: true },
        };
        const network = createNetwork(scope);
        const keys = createKeys(scope);
        const cluster = createControlPlane(scope, network, keys);
        const made: Made = { cluster, clusterName: cluster.eksCluster.name };
        const access = createAccess(scope, made);
        const running = (plan.autoMode === undefined ? createOwnNodes : createAutoMode)(
            scope,
            made,
            network,
            keys.volumes,
        );

        this.plan = plan;
        this.kubeconfig = kubeconfigOf(plan, cluster);
        this.vpcId = network.vpcId;
        this.volumeKeyArn = keys.volumes;
        this.ready = [cluster, ...network.ready, ...access, ...running];
        this.registerOutputs({ vpcId: this.vpcId, volumeKeyArn: this.volumeKeyArn });
    }
}

/**
 * Nodes that the program keeps, and the add-ons they need. On a node that starts, vpc-cni takes its rights from the pod
 * identity agent, so both are there before; CoreDNS and the drivers are well only when there are nodes to run on.
 */
function createOwnNodes(
    scope: EksScope,
    made: Made,
    network: Network,
    volumeKey: pulumi.Output<string>,
): readonly pulumi.Resource[] {
    const { network: networkIdentity, storage, loadBalancer } = createPodIdentities(scope, made, volumeKey);
    const agent = createAddon(scope, made, "eks-pod-identity-agent");
    const nodes = createNodes(scope, made, network, [made.cluster, ...network.ready, networkIdentity, ...agent]);
    const coredns = createAddon(scope, made, "coredns", nodes);
    const snapshots = createAddon(scope, made, "snapshot-controller", nodes);
    // After the snapshot controller, whose definitions the driver looks for when it starts.
    const volumes = createAddon(scope, made, "aws-ebs-csi-driver", [...nodes, ...snapshots, storage]);
    return [
        networkIdentity,
        storage,
        ...(loadBalancer === undefined ? [] : [loadBalancer]),
        ...agent,
        ...nodes,
        ...coredns,
        ...snapshots,
        ...volumes,
    ];
}

/** AWS makes the nodes, and brings network, DNS, volumes and load balancers; not the snapshot controller. */
function createAutoMode(
    scope: EksScope,
    made: Made,
    network: Network,
    volumeKey: pulumi.Output<string>,
): readonly pulumi.Resource[] {
    const { plan, name, child } = scope;
    const rights = new RolePolicy(
        `${name}-auto-mode-storage`,
        {
            role: made.cluster.core.clusterIamRole.name,
            policy: volumeKey.apply((keyArn) => JSON.stringify(autoModeStoragePolicy(plan, keyArn))),
        },
        child,
    );
    return [rights, ...createAddon(scope, made, "snapshot-controller", network.ready)];
}

function kubeconfigOf({ name, region, profile }: EksPlan, { core, eksCluster }: Cluster): pulumi.Output<string> {
    return pulumi
        .all([core.endpoint, eksCluster.certificateAuthority.data])
        .apply(([endpoint, certificateAuthority]) =>
            eksKubeconfig({ name, region, profile, endpoint, certificateAuthority }),
        );
}
