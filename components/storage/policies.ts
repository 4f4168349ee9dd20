/** Policy documents of what snapshots are made and watched with: each action that is needed, on what it is needed for. */
import type { AlarmsPlan, EksPlan } from "../../config/aws/eks-plan";
import { awsTags, volumesOf } from "../../config/aws/tags";
import { document, type Place, type PolicyDocument, type Statement, trust } from "./policy-document";

/** Data Lifecycle Manager, for policies of this account and region only. */
export function snapshotRoleTrust({ partition, region, account }: Place): PolicyDocument {
    return trust("dlm.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": `arn:${partition}:dlm:${region}:${account}:policy/*` },
    });
}

/**
 * What the policies do: with the cluster's volumes, which its tags tell, and with snapshots of them, which have the tags
 * of their volumes. Nobody else's snapshot can be deleted or shared by it.
 *
 * @param keyArn the volumes' key
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html
 */
export function snapshotRolePolicy(
    plan: Pick<EksPlan, "name" | "partition" | "region" | "account" | "snapshotPolicies">,
    keyArn: string,
): PolicyDocument {
    const { name, partition, region, account } = plan;
    const schedules = plan.snapshotPolicies.flatMap((policy) => policy.schedules);
    const copies = schedules.flatMap((schedule) => schedule.copies);
    const shared = schedules.some(({ shareWith }) => shareWith.length > 0);
    const fast = schedules.some(({ fastRestoreZones }) => fastRestoreZones.length > 0);
    const here = `arn:${partition}:ec2:${region}::snapshot/*`;
    const there = copyRegions(plan).map((each) => `arn:${partition}:ec2:${each}::snapshot/*`);
    const ours = { StringLike: { [`aws:ResourceTag/${awsTags.volumes}`]: volumesOf(name, "*") } };
    const allow = (
        Sid: string,
        Action: string[],
        Resource: Statement["Resource"],
        Condition?: Statement["Condition"],
    ) => ({
        Sid,
        Effect: "Allow" as const,
        Action,
        Resource,
        ...(Condition === undefined ? {} : { Condition }),
    });
    const keys = [...new Set([keyArn, ...copies.flatMap(({ keyArn: key }) => key ?? [])])].sort();
    return document(
        // EC2 knows no resource for what only reads.
        allow(
            "Find",
            [
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeVolumes",
                ...(shared ? ["ec2:DescribeSnapshotAttribute"] : []),
                ...(fast ? ["ec2:DescribeFastSnapshotRestores"] : []),
            ],
            "*",
        ),
        allow("TakeOfOurVolumes", ["ec2:CreateSnapshot"], `arn:${partition}:ec2:${region}:${account}:volume/*`, ours),
        allow("Take", ["ec2:CreateSnapshot"], here),
        allow("Tag", ["ec2:CreateTags"], [here, ...there]),
        allow("DeleteOurs", ["ec2:DeleteSnapshot"], [here, ...there], ours),
        ...(there.length === 0 ? [] : [allow("Copy", ["ec2:CopySnapshot"], [here, ...there])]),
        ...(shared ? [allow("ShareOurs", ["ec2:ModifySnapshotAttribute"], here, ours)] : []),
        ...(fast
            ? [
                  allow(
                      "RestoreOursFast",
                      ["ec2:DisableFastSnapshotRestores", "ec2:EnableFastSnapshotRestores"],
                      here,
                      ours,
                  ),
              ]
            : []),
        ...(there.length === 0
            ? []
            : [
                  allow("LendKeys", ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], keys, {
                      Bool: { "kms:GrantIsForAWSResource": "true" },
                  }),
                  allow(
                      "UseKeys",
                      [
                          "kms:Decrypt",
                          "kms:DescribeKey",
                          "kms:Encrypt",
                          "kms:GenerateDataKey",
                          "kms:GenerateDataKeyWithoutPlaintext",
                          "kms:ReEncryptFrom",
                          "kms:ReEncryptTo",
                      ],
                      keys,
                  ),
              ]),
    );
}

/** Regions that snapshots are copied to, each once. */
export function copyRegions({ snapshotPolicies }: Pick<EksPlan, "snapshotPolicies">): string[] {
    const schedules = snapshotPolicies.flatMap((policy) => policy.schedules);
    return [...new Set(schedules.flatMap(({ copies }) => copies.map(({ region }) => region)))].sort();
}

/** The namespace of the watch's metrics in CloudWatch. */
export const metricsNamespace = "cht-hosting/snapshots";

export function watchRoleTrust(): PolicyDocument {
    return trust("lambda.amazonaws.com");
}

/** @param logGroupArn where its log goes */
export function watchRolePolicy(logGroupArn: string): PolicyDocument {
    return document(
        // EC2 knows no resource for what only reads.
        { Sid: "Find", Effect: "Allow", Action: ["ec2:DescribeSnapshots", "ec2:DescribeVolumes"], Resource: "*" },
        {
            Sid: "Tell",
            Effect: "Allow",
            Action: ["cloudwatch:PutMetricData"],
            Resource: "*",
            Condition: { StringEquals: { "cloudwatch:namespace": metricsNamespace } },
        },
        {
            Sid: "Log",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `${logGroupArn}:*`,
        },
    );
}

/** Written beside the watch's code. */
export function watchSettings(cluster: string, { watched }: Pick<AlarmsPlan, "watched">) {
    return {
        cluster,
        tag: awsTags.volumes,
        metrics: metricsNamespace,
        watched: watched.map(({ instance, namespace, volumes }) => ({
            instance,
            volumesTag: volumesOf(cluster, namespace),
            volumes,
        })),
    };
}
