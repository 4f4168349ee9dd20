/** Security groups, launch templates, volumes and snapshots. */
import { numberAt, textAt, without } from "../../values";
import { AwsError } from "../errors";
import { arnOf, type Facts, hex, idOf, type Reference, tagsOf } from "../facts";

const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const VOLUME = "aws:ebs/volume:Volume";

const inVpc: Reference = { path: "vpcId", type: "aws:ec2/vpc:Vpc", code: "InvalidVpcID.NotFound", holds: true };
const ofGroup: Reference = { path: "securityGroupId", type: SECURITY_GROUP, code: "InvalidGroup.NotFound" };

const rule = (cloudFormation: string, createOnly: Record<string, string | null>) => ({
    cloudFormation,
    createOnly,
    references: [
        ofGroup,
        { path: "referencedSecurityGroupId", type: SECURITY_GROUP, code: "InvalidGroup.NotFound", holds: true },
    ],
    id: idOf("sgr"),
    computed: (work: Parameters<NonNullable<Facts[string]["computed"]>>[0], id: string) => ({
        arn: arnOf(work, "ec2", `security-group-rule/${id}`),
        securityGroupRuleId: id,
    }),
});

export const compute: Facts = {
    [SECURITY_GROUP]: {
        cloudFormation: "AWS::EC2::SecurityGroup",
        createOnly: { GroupDescription: "description", GroupName: "name", VpcId: "vpcId" },
        forceNew: ["namePrefix"],
        autoname: "name",
        defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
        references: [inVpc],
        unique: {
            key: ({ inputs }) => `${textAt(inputs, "vpcId")} ${textAt(inputs, "name")}`,
            code: "InvalidGroup.Duplicate",
        },
        id: idOf("sg"),
        computed: (work, id) => ({
            arn: arnOf(work, "ec2", `security-group/${id}`),
            ownerId: work.account,
        }),
    },
    // It is there with its VPC: the program only takes it over, and nothing deletes it.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        forceNew: ["vpcId"],
        references: [{ ...inVpc, holds: false }],
        id: idOf("sg"),
        computed: (work, id) => ({
            arn: arnOf(work, "ec2", `security-group/${id}`),
            description: "default VPC security group",
            name: "default",
            ownerId: work.account,
        }),
    },
    // The provider changes everything in place but the group and the direction.
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("AWS::EC2::SecurityGroupIngress", {
        GroupName: null,
        IpProtocol: null,
        SourceSecurityGroupId: null,
        SourcePrefixListId: null,
        ToPort: null,
        CidrIp: null,
        SourceSecurityGroupName: null,
        SourceSecurityGroupOwnerId: null,
        FromPort: null,
        GroupId: "securityGroupId",
        CidrIpv6: null,
    }),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("AWS::EC2::SecurityGroupEgress", {
        IpProtocol: null,
        DestinationSecurityGroupId: null,
        ToPort: null,
        CidrIp: null,
        FromPort: null,
        GroupId: "securityGroupId",
        CidrIpv6: null,
        DestinationPrefixListId: null,
    }),
    "aws:ec2/launchTemplate:LaunchTemplate": {
        cloudFormation: "AWS::EC2::LaunchTemplate",
        createOnly: { LaunchTemplateName: "name" },
        forceNew: ["namePrefix"],
        autoname: "name",
        unique: {
            key: ({ inputs }) => textAt(inputs, "name"),
            code: "InvalidLaunchTemplateName.AlreadyExistsException",
        },
        id: idOf("lt"),
        volatile: ["latestVersion"],
        computed: (work, id) => ({
            arn: arnOf(work, "ec2", `launch-template/${id}`),
            defaultVersion: 1,
            latestVersion: 1,
        }),
        updated: ({ inputs }, item) => {
            const latestVersion = numberAt(item.properties, "latestVersion") + 1;
            return {
                latestVersion,
                ...(inputs["updateDefaultVersion"] === true && { defaultVersion: latestVersion }),
            };
        },
    },
    "aws:ec2/tag:Tag": {
        forceNew: ["key", "resourceId"],
        id: ({ inputs }) => `${textAt(inputs, "resourceId")},${textAt(inputs, "key")}`,
        beforeCreate: ({ inputs, inventory, region }) => {
            const id = textAt(inputs, "resourceId");
            const tagged = inventory.items.find((one) => one.region === region && one.id === id);
            if (!tagged) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
            tagged.properties["tagsAll"] = {
                ...tagsOf(tagged),
                [textAt(inputs, "key")]: textAt(inputs, "value"),
            };
        },
        beforeDelete: ({ inventory }, { id }) => {
            const [resource = "", key = ""] = id.split(",");
            const tagged = inventory.items.find((one) => one.id === resource);
            if (!tagged) return;
            tagged.properties["tagsAll"] = without(tagsOf(tagged), key);
        },
    },
    [VOLUME]: {
        cloudFormation: "AWS::EC2::Volume",
        createOnly: {},
        // CloudFormation replaces where these change; its schema does not say so.
        forceNew: ["availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "outpostArn", "multiAttachEnabled"],
        references: [
            { path: "kmsKeyId", type: "aws:kms/key:Key", by: "arn", code: "InvalidKmsKeyId.NotFound" },
            { path: "snapshotId", type: "aws:ebs/snapshot:Snapshot", code: "InvalidSnapshot.NotFound" },
        ],
        id: idOf("vol"),
        computed: (work, id) => ({
            arn: arnOf(work, "ec2", `volume/${id}`),
            createTime: new Date().toISOString(),
            iops: 3000,
            throughput: 125,
            type: "gp3",
        }),
    },
    "aws:ebs/snapshot:Snapshot": {
        forceNew: ["volumeId", "description", "outpostArn"],
        references: [{ path: "volumeId", type: VOLUME, code: "InvalidVolume.NotFound" }],
        id: idOf("snap"),
        computed: (work, id) => ({
            arn: arnOf(work, "ec2", `snapshot/${id}`),
            ownerId: work.account,
            startTime: new Date().toISOString(),
            dataEncryptionKeyId: hex(8),
            storageTier: "standard",
            volumeSize: numberAt(
                work.inventory.get(VOLUME, work.region, textAt(work.inputs, "volumeId"))?.properties,
                "size",
            ),
        }),
    },
};
