import { awsTags } from "../../../config/aws/tags";
import { document, type Place, type PolicyDocument, type Statement } from "./policies";

/**
 * Making and attaching volumes that are encrypted with the key, by way of EBS alone; and making them of snapshots of other
 * clusters of this program, whose keys outlive them.
 */
function volumeKeyStatements({ partition, region, account }: Place, keyArn: string): readonly Statement[] {
    const viaEbs = { "kms:ViaService": `ec2.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}` };
    const forEbs = { "kms:GrantIsForAWSResource": "true" };
    const keys = `arn:${partition}:kms:${region}:${account}:key/*`;
    const ofSomeCluster = { [`aws:ResourceTag/${awsTags.cluster}`]: "false" };
    return [
        {
            Sid: "VolumeKey",
            Effect: "Allow",
            Action: [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            Resource: keyArn,
            Condition: { StringEquals: viaEbs },
        },
        {
            Sid: "VolumeKeyGrants",
            Effect: "Allow",
            Action: ["kms:CreateGrant"],
            Resource: keyArn,
            Condition: { StringEquals: viaEbs, Bool: forEbs },
        },
        {
            Sid: "KeysOfOtherClusters",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"],
            Resource: keys,
            Condition: { StringEquals: viaEbs, Null: ofSomeCluster },
        },
        {
            Sid: "KeyGrantsOfOtherClusters",
            Effect: "Allow",
            Action: ["kms:CreateGrant"],
            Resource: keys,
            Condition: { StringEquals: viaEbs, Bool: forEbs, Null: ofSomeCluster },
        },
    ];
}

/**
 * What the EBS CSI driver does, as AWS's AmazonEBSCSIDriverPolicy, but that it makes nothing without this cluster's tag,
 * deletes nothing of another cluster, and encrypts with one key. The tag is put on by the add-on (`extraVolumeTags`).
 *
 * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/example-iam-policy.json
 */
export function ebsCsiPolicy(place: Place, keyArn: string): PolicyDocument {
    const { partition, region, account, name } = place;
    const ec2 = (kind: string) => `arn:${partition}:ec2:${region}:${account}:${kind}/*`;
    // Snapshots have no account in their ARNs.
    const snapshots = `arn:${partition}:ec2:${region}::snapshot/*`;
    const madeHere = { StringEquals: { [`aws:RequestTag/${awsTags.cluster}`]: name } };
    const ofThisCluster = { StringEquals: { [`aws:ResourceTag/${awsTags.cluster}`]: name } };
    return document(
        {
            Sid: "Read",
            Effect: "Allow",
            Action: [
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeTags",
                "ec2:DescribeVolumeStatus",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
            ],
            Resource: "*",
        },
        // Also of volumes that were there before the cluster, and so are not of its making.
        {
            Sid: "UseVolumes",
            Effect: "Allow",
            Action: ["ec2:CreateSnapshot", "ec2:ModifyVolume"],
            Resource: ec2("volume"),
        },
        {
            Sid: "AttachVolumes",
            Effect: "Allow",
            Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
            Resource: [ec2("instance"), ec2("volume")],
        },
        {
            Sid: "MakeVolumes",
            Effect: "Allow",
            Action: ["ec2:CreateVolume"],
            Resource: ec2("volume"),
            Condition: madeHere,
        },
        { Sid: "RestoreVolumes", Effect: "Allow", Action: ["ec2:CreateVolume"], Resource: snapshots },
        {
            Sid: "MakeSnapshots",
            Effect: "Allow",
            Action: ["ec2:CreateSnapshot"],
            Resource: snapshots,
            Condition: madeHere,
        },
        {
            Sid: "TagWhatItMakes",
            Effect: "Allow",
            Action: ["ec2:CreateTags"],
            Resource: [ec2("volume"), snapshots],
            Condition: { StringEquals: { "ec2:CreateAction": ["CreateSnapshot", "CreateVolume"] } },
        },
        {
            Sid: "DeleteOwn",
            Effect: "Allow",
            Action: ["ec2:DeleteSnapshot", "ec2:DeleteTags", "ec2:DeleteVolume"],
            Resource: [ec2("volume"), snapshots],
            Condition: ofThisCluster,
        },
        ...volumeKeyStatements(place, keyArn),
    );
}

/**
 * What Auto Mode's cluster role needs beside AWS's own policies: the key of the volumes, and volumes and snapshots with
 * tags that the storage classes give.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
 */
export function autoModeStoragePolicy(place: Place, keyArn: string): PolicyDocument {
    const { partition, region, account, name } = place;
    return document(
        {
            Sid: "TaggedVolumes",
            Effect: "Allow",
            Action: ["ec2:CreateSnapshot", "ec2:CreateVolume"],
            Resource: [
                `arn:${partition}:ec2:${region}:${account}:volume/*`,
                `arn:${partition}:ec2:${region}::snapshot/*`,
            ],
            Condition: { StringEquals: { "aws:RequestTag/eks:eks-cluster-name": name } },
        },
        ...volumeKeyStatements(place, keyArn),
    );
}
