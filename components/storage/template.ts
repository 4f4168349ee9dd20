/**
 * The CloudFormation template of a tier's policy. A template, because the AWS provider's own resource for policies knows
 * one value for a tag (https://github.com/hashicorp/terraform-provider-aws/issues/8120): it could take the volumes of one
 * namespace only, and each instance would need a policy of its own, of which AWS allows a hundred.
 */
import type { SnapshotPolicyPlan, SnapshotSchedulePlan } from "../../config/aws/eks-plan";
import { awsTags } from "../../config/aws/tags";

/** The parameter of the role's ARN, so that the template itself is known before anything is made. */
export const roleParameter = "ExecutionRoleArn";

/** The output of the policy's ARN. */
export const policyOutput = "PolicyArn";

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dlm-lifecyclepolicy.html */
export function policyTemplate(policy: SnapshotPolicyPlan, tags: Readonly<Record<string, string>>) {
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Description: policy.description,
        Parameters: { [roleParameter]: { Type: "String", Description: "The role that takes the snapshots." } },
        Resources: {
            Policy: {
                Type: "AWS::DLM::LifecyclePolicy",
                Properties: {
                    Description: policy.description,
                    ExecutionRoleArn: { Ref: roleParameter },
                    State: "ENABLED",
                    PolicyDetails: {
                        PolicyType: "EBS_SNAPSHOT_MANAGEMENT",
                        ResourceTypes: ["VOLUME"],
                        ResourceLocations: ["CLOUD"],
                        TargetTags: Object.entries(policy.targetTags).flatMap(([Key, values]) =>
                            values.map((Value) => ({ Key, Value })),
                        ),
                        Schedules: policy.schedules.map((schedule) => scheduleOf(policy.tier, schedule)),
                    },
                    Tags: tagList(tags),
                },
            },
        },
        Outputs: {
            PolicyId: { Value: { Ref: "Policy" } },
            [policyOutput]: { Value: { "Fn::GetAtt": ["Policy", "Arn"] } },
        },
    };
}

function scheduleOf(tier: string, { name, rule, retain, copies, shareWith, ...schedule }: SnapshotSchedulePlan) {
    return {
        Name: name,
        CreateRule:
            "cron" in rule
                ? { CronExpression: rule.cron }
                : { Interval: rule.interval, IntervalUnit: "HOURS", Times: [rule.time] },
        RetainRule:
            "count" in retain ? { Count: retain.count } : { Interval: retain.interval, IntervalUnit: retain.unit },
        // The volumes' own tags tell later what is in a snapshot.
        CopyTags: true,
        TagsToAdd: tagList({ [awsTags.tier]: tier, [awsTags.schedule]: name }),
        ...(copies.length === 0
            ? {}
            : {
                  CrossRegionCopyRules: copies.map(({ region, keyArn, interval, unit }) => ({
                      Target: region,
                      Encrypted: true,
                      ...(keyArn === undefined ? {} : { CmkArn: keyArn }),
                      CopyTags: true,
                      RetainRule: { Interval: interval, IntervalUnit: unit },
                  })),
              }),
        ...(shareWith.length === 0 ? {} : { ShareRules: [{ TargetAccounts: [...shareWith] }] }),
        ...(schedule.fastRestoreZones.length === 0
            ? {}
            : {
                  FastRestoreRule: {
                      // The newest only: each costs by the hour. AWS wants it counted as the retention is.
                      ...("count" in retain
                          ? { Count: 1 }
                          : { Interval: Math.ceil(schedule.everyHours / 24), IntervalUnit: "DAYS" }),
                      AvailabilityZones: [...schedule.fastRestoreZones],
                  },
              }),
    };
}

function tagList(tags: Readonly<Record<string, string>>) {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
