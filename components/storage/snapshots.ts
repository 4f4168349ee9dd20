import * as cloudformation from "@pulumi/aws/cloudformation";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { EksPlan } from "../../config/aws/eks-plan";
import type { TaggedVolume } from "../../config/aws/tagged-volumes";
import { awsTags, volumesOf } from "../../config/aws/tags";
import { createAlarms } from "./alarms";
import { snapshotRolePolicy, snapshotRoleTrust } from "./policies";
import { policyOutput, policyTemplate, roleParameter } from "./template";

export interface SnapshotPoliciesArgs {
    /** What is made, decided beforehand by `planSnapshotPolicies` and `planAlarms`. */
    plan: Pick<EksPlan, "name" | "region" | "account" | "partition" | "tags" | "snapshotPolicies" | "alarms">;

    /** The volumes' KMS key: copies in other regions are made with it. */
    keyArn: pulumi.Input<string>;

    /**
     * What takes its time anyway, as the cluster's nodes do: the policies are made after it, long after their role, because
     * AWS refuses a policy whose role is only seconds old.
     *
     * @default - nothing
     */
    after?: readonly pulumi.Resource[];

    /** Disks that instances were given. Their tags go with the instance; the volumes stay as they are. */
    taggedVolumes: readonly TaggedVolume[];
}

/**
 * Snapshots of the instances' volumes by AWS Data Lifecycle Manager: a policy for each tier, and whoever is to know is told
 * when one fails, is late, or when the volumes of a CouchDB cluster were taken apart from each other.
 *
 * A policy begins within the hour of its time and takes volume by volume. Of an instance with several CouchDB nodes that is
 * no consistent set, because each document is on one node only; `instances.<name>.snapshots.quiesced` takes such sets.
 *
 * Snapshots outlive their policy: AWS deletes none when it goes, and nobody does later.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html
 */
export class SnapshotPolicies extends pulumi.ComponentResource {
    /** ARNs of the policies by tier. */
    readonly policies: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(
        name: string,
        { plan, keyArn, taggedVolumes, after = [] }: SnapshotPoliciesArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const words = Object.fromEntries(
            plan.snapshotPolicies.map(({ tier, schedules }) => [tier, wordsOf(schedules)]),
        );
        super("cht-hosting:storage:SnapshotPolicies", name, { tiers: words }, opts);

        const child = { parent: this };
        for (const volume of taggedVolumes) tag(name, plan.name, volume, child);
        this.policies = plan.snapshotPolicies.length === 0 ? {} : createPolicies(name, { plan, keyArn, after }, child);
        if (plan.alarms !== undefined) {
            createAlarms({ name, plan, alarms: plan.alarms, policyArns: Object.values(this.policies), child });
        }
        this.registerOutputs({ policies: this.policies });
    }
}

function wordsOf(schedules: readonly { readonly name: string; readonly words: string }[]) {
    return Object.fromEntries(schedules.map(({ name, words }) => [name, words]));
}

function tag(name: string, cluster: string, volume: TaggedVolume, child: pulumi.CustomResourceOptions): void {
    const { volumeId, namespace } = volume;
    new ec2.Tag(
        `${name}-${volumeId}`,
        { resourceId: volumeId, key: awsTags.volumes, value: volumesOf(cluster, namespace) },
        child,
    );
}

function createPolicies(
    name: string,
    { plan, keyArn, after }: Required<Pick<SnapshotPoliciesArgs, "plan" | "keyArn" | "after">>,
    child: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
    const role = new iam.Role(
        `${name}-snapshots`,
        {
            description: `Takes snapshots of the volumes of cluster ${plan.name}`,
            assumeRolePolicy: JSON.stringify(snapshotRoleTrust(plan)),
        },
        child,
    );
    const permissions = new iam.RolePolicy(
        `${name}-snapshots`,
        {
            role: role.name,
            policy: pulumi.output(keyArn).apply((arn) => JSON.stringify(snapshotRolePolicy(plan, arn))),
        },
        child,
    );
    return Object.fromEntries(
        plan.snapshotPolicies.map((policy) => {
            const stack = new cloudformation.Stack(
                `${name}-snapshots-${policy.tier}`,
                {
                    templateBody: JSON.stringify(policyTemplate(policy, plan.tags)),
                    parameters: { [roleParameter]: role.arn },
                    // A stack that failed to be made cannot be updated: without it, the next `up` makes a new one.
                    onFailure: "DELETE",
                },
                // A policy that may do nothing yet would fail its first time.
                { ...child, dependsOn: [permissions, ...after] },
            );
            return [policy.tier, stack.outputs.apply((outputs) => outputs[policyOutput] ?? "")];
        }),
    );
}
