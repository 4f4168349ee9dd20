import type * as pulumi from "@pulumi/pulumi";
import type { EksPlan } from "../../../config/aws/eks-plan";

/** What every part of an EKS cluster is made with. */
export interface EksScope {
    readonly plan: EksPlan;
    /** The component's name, which every part's begins with. */
    readonly name: string;
    /** For what can be made again. */
    readonly child: { readonly parent: pulumi.Resource };
    /** For what data hangs on: never deleted or replaced by the program, and kept in AWS even when it is forgotten. */
    readonly keep: { readonly parent: pulumi.Resource; readonly protect: true; readonly retainOnDelete: true };
}
