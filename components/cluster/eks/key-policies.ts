import type { SnapshotPolicyPlan } from "../../../config/aws/eks-plan";
import { document, type Place, type PolicyDocument, type Statement } from "./policies";

/**
 * All that can be done with a key, named one by one: without these the account could never again change the key.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
const keyAdministration = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
];

/** The account decides by its IAM policies who uses the key: EKS by a grant of who makes the cluster, volumes by the roles below. */
function accountStatement({ partition, account }: Place): Statement {
    return {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: keyAdministration,
        // In a key's policy: this key.
        Resource: "*",
    };
}

/** Of the key that Kubernetes' Secrets are encrypted with. */
export function secretsKeyPolicy(place: Place): PolicyDocument {
    return document(accountStatement(place));
}

/**
 * Of the key that volumes are encrypted with.
 *
 * @param shareWith accounts that snapshots are shared with: they copy them to a key of their own.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
 */
export function volumeKeyPolicy(place: Place, shareWith: readonly string[]): PolicyDocument {
    const shared = { AWS: shareWith.map((account) => `arn:${place.partition}:iam::${account}:root`) };
    return document(
        accountStatement(place),
        ...(shareWith.length === 0
            ? []
            : [
                  {
                      Sid: "CopySharedSnapshots",
                      Effect: "Allow",
                      Principal: shared,
                      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"],
                      Resource: "*",
                  } as const,
                  {
                      Sid: "CopySharedSnapshotsByEbs",
                      Effect: "Allow",
                      Principal: shared,
                      Action: ["kms:CreateGrant"],
                      Resource: "*",
                      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
                  } as const,
              ]),
    );
}

/** The accounts that a stack's snapshot policies share with, each once. */
export function accountsOf(policies: readonly SnapshotPolicyPlan[]): readonly string[] {
    const accounts = policies.flatMap(({ schedules }) => schedules.flatMap(({ shareWith }) => shareWith));
    return [...new Set(accounts)].sort();
}
