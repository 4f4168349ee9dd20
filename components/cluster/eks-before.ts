import * as pulumi from "@pulumi/pulumi";
import type { EksIdentity } from "../../config/aws/guard";

/**
 * The stack's EKS cluster as of its last update: only the stack itself remembers it where its name or region was changed in
 * the file. Not a StackReference, which is a resource of the stack itself: each refresh would find it changed.
 */
export async function eksBefore(): Promise<EksIdentity | undefined> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    return (answer as { outputs: { readonly eks?: EksIdentity } }).outputs.eks;
}
