import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { awsPlaceSchema } from "../../config/aws/place";
import { clusterPlacementSchema, ingressSchema, networkSchema, storageSchema } from "../../config/cluster-schema";
import type { ClusterContract } from "./index";

/** The stack output by which a cluster is handed to other stacks: one secret, because it holds a kubeconfig. */
export const clusterOutput = "cluster";

const exportedCluster = z.strictObject({
    name: z.string().min(1),
    kubeconfig: z.string().min(1),
    context: z.string().optional(),
    storage: storageSchema,
    ingress: ingressSchema,
    network: networkSchema,
    aws: awsPlaceSchema.optional(),
    placement: clusterPlacementSchema.optional(),
});

/**
 * Reads the cluster that another stack exports. The answer is awaited, so that every decision is taken before the first
 * resource.
 *
 * @throws {pulumi.RunError} naming the stack and what is missing of its output.
 */
export async function clusterOfStack(stack: string): Promise<ClusterContract> {
    const reference = new pulumi.StackReference(stack);
    const details: { value?: unknown; secretValue?: unknown } = await reference.getOutputDetails(clusterOutput);
    const output = details.secretValue ?? details.value;
    if (output === undefined) {
        throw new pulumi.RunError(
            `cluster.name: the stack '${stack}' has no output '${clusterOutput}'. A stack exports it when it makes a cluster, ` +
                "or when it says 'share: true' for an existing one; run 'pulumi up' there first.",
        );
    }
    const result = exportedCluster.safeParse(output);
    if (!result.success) {
        const missing = result.error.issues.map(
            (issue) => `  ${[clusterOutput, ...issue.path].join(".")}: ${issue.message}`,
        );
        throw new pulumi.RunError(
            `cluster.name: the output '${clusterOutput}' of the stack '${stack}' is not a cluster:\n${missing.join("\n")}`,
        );
    }
    const { kubeconfig, context, ...contract } = result.data;
    return { ...contract, access: { kubeconfig, context, secret: true } };
}

/** What a stack exports so that others can run instances on its cluster: {@link clusterOfStack} reads it. */
export function exportCluster(contract: ClusterContract, kubeconfig: pulumi.Input<string>): pulumi.Output<unknown> {
    const { access, ...plain } = contract;
    return pulumi.secret({
        ...plain,
        kubeconfig,
        ...(access.context === undefined ? {} : { context: access.context }),
    });
}
