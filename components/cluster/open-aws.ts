import type { Provider } from "@pulumi/aws/provider";
import type { LiveAws } from "../../config/aws/live";
import { awsTags } from "../../config/aws/tags";
import type { KubernetesStackModel } from "../../config/schema";
import { awsSnapshotQueries } from "../../config/snapshot-source";
import type { ClusterContract } from "./index";

/** What a stack has of AWS whose cluster was made by another stack. */
export interface OpenAws {
    readonly provider: Provider;
    readonly snapshots: LiveAws["snapshots"];
}

/**
 * @returns `undefined` where no instance has anything in AWS but its pods and volumes: then its library is not loaded.
 * @throws {pulumi.RunError} when AWS does not answer.
 */
export async function openAws(
    { aws, name }: ClusterContract,
    instances: KubernetesStackModel["instances"],
    stack: string,
): Promise<OpenAws | undefined> {
    const queries = aws === undefined ? [] : awsSnapshotQueries(instances, name);
    if (aws === undefined || (aws.hostedZone === undefined && queries.length === 0)) return undefined;
    const [{ awsProvider, readingProvider }, { readAwsBeside }] = await Promise.all([
        import("./aws-provider"),
        import("./read-aws"),
    ]);
    const snapshots = await readAwsBeside(aws, queries, readingProvider(aws));
    // What is made for an instance is its stack's, not that of the cluster.
    return { provider: awsProvider(aws, aws.account, { ...aws.tags, [awsTags.stack]: stack }), snapshots };
}
