/** The half of the program for a stack that makes its own EKS cluster: AWS and the cluster are read, then all is planned, then made. */
import { eksContract } from "../../config/aws/contract";
import { costedInstance, costNotes, estimateCost } from "../../config/aws/cost";
import { eksKubeconfig } from "../../config/aws/kubeconfig";
import type { LiveAws, LiveEks } from "../../config/aws/live";
import { planEks } from "../../config/aws/plan";
import { readPrices } from "../../config/aws/prices";
import type { EksModel } from "../../config/aws/schema";
import { taggedVolumes } from "../../config/aws/tagged-volumes";
import { awsTags } from "../../config/aws/tags";
import { tierOf } from "../../config/aws/tiers";
import { emptyCluster } from "../../config/live";
import type { LoadedStack } from "../../config/load";
import { planInstances, tell } from "../../config/plan";
import type { KubernetesStackModel } from "../../config/schema";
import { awsSnapshotQueries } from "../../config/snapshot-source";
import type { ClusterContract } from "../cluster";
import { awsProvider, readingProvider } from "../cluster/aws-provider";
import { EksCluster, EksPlatform } from "../cluster/eks";
import { eksBefore } from "../cluster/eks-before";
import { readAws } from "../cluster/read-aws";
import { readCluster } from "../cluster/read-cluster";
import { connect } from "../cluster/resolve";
import { exportCluster } from "../cluster/stack";
import { SnapshotPolicies, Storage } from "../storage";
import { makeInstances } from "./instances";

export type EksStack = LoadedStack & {
    readonly platform: "kubernetes";
    readonly model: KubernetesStackModel & { readonly cluster: EksModel };
};

/** @throws {pulumi.RunError} with everything that AWS, the cluster, or what runs in it, does not allow. */
export async function createOnEks(loaded: EksStack) {
    const { model, stack } = loaded;
    const { name, share, zones } = model.cluster;
    const { plan, plans, contract, live, cost } = await decide(loaded);

    const aws = awsProvider(model.cluster, plan.account, plan.tags);
    const eks = new EksCluster(name, { plan }, { provider: aws });
    const cluster = connect(contract, { kubeconfig: eks.kubeconfig, dependsOn: [eks] });
    const { provider } = cluster;
    const platform = new EksPlatform(name, { plan, vpcId: eks.vpcId }, { provider, dependsOn: [...eks.ready] });
    const keyArn = eks.volumeKeyArn;
    const storage = new Storage(name, { plan: plan.storage, stack, keyArn }, { provider, dependsOn: [...eks.ready] });
    const given = taggedVolumes(plans, live, plan.storage);
    if (plan.snapshotPolicies.length > 0 || given.length > 0) {
        new SnapshotPolicies(name, { plan, keyArn, taggedVolumes: given, after: eks.ready }, { provider: aws });
    }
    const after = [...eks.ready, ...platform.ready, ...storage.ready];
    const instances = await makeInstances({ plans, cluster, loaded, aws, after });
    return {
        instances,
        exported: {
            eks: { name, region: plan.region, account: plan.account, version: plan.version, zones },
            snapshots: Object.fromEntries(
                plan.snapshotPolicies.map(({ tier, schedules }) => [tier, schedules.map(({ words }) => words)]),
            ),
            cost,
            ...(share ? { cluster: exportCluster(contract, eks.kubeconfig) } : {}),
        },
    };
}

/** Reads AWS and the cluster, and decides everything from what was read. */
async function decide({ model, stack, secrets }: EksStack) {
    const { cluster, instances } = model;
    const before = await eksBefore();
    const snapshots = awsSnapshotQueries(instances, cluster.name);
    const aws = await readAws({ model: cluster, stack, snapshots, before }, readingProvider(cluster));
    const contract: ClusterContract = { ...eksContract(cluster, aws, stack), access: accessTo(cluster, aws.cluster) };
    const live = isUsable(aws, stack) ? await readCluster(contract, instances, stack) : emptyCluster;

    const planned = planInstances({ model, contract, live, stack, secrets, aws });
    const { plans } = planned;
    const eks = planEks({ model: cluster, live: aws, stack, before, instances, plans, cluster: live });
    const prices = readPrices(cluster.prices, cluster.region);
    const cost = estimateCost({
        plan: eks.plan,
        instances: plans.map((plan) =>
            costedInstance(plan, {
                tier: tierOf(instances[plan.name]?.snapshots ?? {}, cluster.snapshots),
                quiesced: instances[plan.name]?.snapshots.quiesced,
            }),
        ),
        prices: prices.prices,
        support: aws.versions.find(({ version }) => version === cluster.version)?.support,
    });
    tell(
        { stack, contract },
        {
            problems: [...eks.problems, ...planned.problems, ...prices.problems],
            notes: [...eks.notes, ...planned.notes, ...costNotes(cost)],
        },
    );
    return { plan: eks.plan, plans, contract, live, cost };
}

/** Whether there is something in the cluster that is the stack's own. */
function isUsable({ cluster }: LiveAws, stack: string): boolean {
    const working = cluster?.status === "ACTIVE" || cluster?.status === "UPDATING";
    return working && cluster.tags[awsTags.stack] === stack;
}

/** The way into a cluster that is there; of one that is only being made, its component knows it. */
function accessTo({ name, region, profile }: EksModel, cluster: LiveEks | undefined): ClusterContract["access"] {
    if (cluster === undefined) return { secret: true };
    const { endpoint, certificateAuthority } = cluster;
    return { kubeconfig: eksKubeconfig({ name, region, profile, endpoint, certificateAuthority }), secret: true };
}
