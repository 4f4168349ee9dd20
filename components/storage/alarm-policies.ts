/** Policy documents of what tells people: who may publish, and what EventBridge looks for. */
import { document, type Place, type PolicyDocument, trust } from "./policy-document";

export function forwardRoleTrust({ account }: Place): PolicyDocument {
    return trust("events.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } });
}

/** Events of regions with copies go to the cluster's own region, where the topic is. */
export function forwardRolePolicy(place: Place): PolicyDocument {
    return document({
        Sid: "Forward",
        Effect: "Allow",
        Action: ["events:PutEvents"],
        Resource: defaultBus(place),
    });
}

export function defaultBus({ partition, region, account }: Place): string {
    return `arn:${partition}:events:${region}:${account}:event-bus/default`;
}

/**
 * Who may publish. EventBridge has no condition, because AWS's documentation promises none for topics: an alarm that is
 * refused would be told by nobody.
 */
export function topicPolicy({ partition, region, account }: Place, topicArn: string): PolicyDocument {
    return document(
        {
            Sid: "Events",
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: ["sns:Publish"],
            Resource: topicArn,
        },
        {
            Sid: "Alarms",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["sns:Publish"],
            Resource: topicArn,
            Condition: {
                StringEquals: { "aws:SourceAccount": account },
                ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
            },
        },
    );
}

/** Of the topic's key: AWS's own for SNS lets neither EventBridge nor CloudWatch publish. */
export function topicKeyPolicy({ partition, account }: Place): PolicyDocument {
    return document(
        {
            Sid: "Administer",
            Effect: "Allow",
            Principal: { AWS: `arn:${partition}:iam::${account}:root` },
            Action: [
                "kms:CancelKeyDeletion",
                "kms:DescribeKey",
                "kms:DisableKey",
                "kms:DisableKeyRotation",
                "kms:EnableKey",
                "kms:EnableKeyRotation",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListGrants",
                "kms:ListKeyPolicies",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:RevokeGrant",
                "kms:ScheduleKeyDeletion",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdateKeyDescription",
            ],
            Resource: "*",
        },
        {
            Sid: "Publish",
            Effect: "Allow",
            Principal: { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: "*",
        },
    );
}

/** What EventBridge looks for. */
export const events = {
    /** A policy that fails, as when its role lacks a permission or a limit is reached. */
    policyFailed: (policyArns: readonly string[]) => ({
        source: ["aws.dlm"],
        "detail-type": ["DLM Policy State Change"],
        resources: [...policyArns],
        detail: { state: ["ERROR"] },
    }),
    /** Of any volume of the region: the event does not tell the volume's tags. */
    snapshotFailed: {
        source: ["aws.ec2"],
        "detail-type": ["EBS Snapshot Notification"],
        detail: { event: ["createSnapshot", "copySnapshot"], result: ["failed"] },
    },
    /** Told in the region that the copy goes to. */
    copyFailed: {
        source: ["aws.ec2"],
        "detail-type": ["EBS Snapshot Notification"],
        detail: { event: ["copySnapshot"], result: ["failed"] },
    },
} as const;
