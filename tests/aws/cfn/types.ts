/**
 * Each type of the AWS provider that the program makes, as CloudFormation has it. A type that is missing here fails the
 * tests: what is not judged must be excepted, with a reason.
 */
import { attachedTo, eksCluster, eventTarget, stackResources } from "./parts";
import {
    capitalized,
    type Inputs,
    type Mapping,
    type Properties,
    parsed,
    pick,
    plain,
    properties,
    resource,
    tagList,
} from "./shapes";

/** Not judged, and why. */
export const exceptions: Readonly<Record<string, string>> = {
    "aws:acm/certificateValidation:CertificateValidation": "waits until the certificate is issued and makes nothing",
    "aws:ec2/tag:Tag": "one tag of a volume that exists; CloudFormation has no resource for it",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "takes the rules out of the VPC's own group, which exists",
};

/** Judged as a part of what they belong to. */
export const folded: Readonly<Record<string, string>> = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "ManagedPolicyArns of the role",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "AccessPolicies of the access entry",
    "aws:cloudwatch/eventTarget:EventTarget": "Targets of the rule",
};

export const mappings: Readonly<Record<string, Mapping>> = {
    // network
    "aws:ec2/vpc:Vpc": plain("AWS::EC2::VPC"),
    "aws:ec2/subnet:Subnet": plain("AWS::EC2::Subnet"),
    "aws:ec2/internetGateway:InternetGateway": plain("AWS::EC2::InternetGateway", { without: ["vpcId"] }),
    "aws:ec2/eip:Eip": plain("AWS::EC2::EIP"),
    "aws:ec2/natGateway:NatGateway": plain("AWS::EC2::NatGateway"),
    "aws:ec2/routeTable:RouteTable": plain("AWS::EC2::RouteTable"),
    "aws:ec2/route:Route": plain("AWS::EC2::Route"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": plain("AWS::EC2::SubnetRouteTableAssociation"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": plain("AWS::EC2::VPCEndpoint", { json: { policy: "PolicyDocument" } }),
    "aws:ec2/launchTemplate:LaunchTemplate": ({ name, namePrefix, description, tags, ...data }) => [
        resource("AWS::EC2::LaunchTemplate", {
            LaunchTemplateName: name ?? namePrefix,
            VersionDescription: description,
            LaunchTemplateData: {
                ...(capitalized({
                    ...data,
                    tagSpecifications: undefined,
                    updateDefaultVersion: undefined,
                }) as Properties),
                TagSpecifications: (data["tagSpecifications"] as Inputs[] | undefined)?.map((specification) => ({
                    ResourceType: specification["resourceType"],
                    Tags: tagList(specification["tags"]),
                })),
            },
            TagSpecifications: [{ ResourceType: "launch-template", Tags: tagList(tags) }],
        }),
    ],

    // keys and rights
    "aws:kms/key:Key": plain("AWS::KMS::Key", {
        json: { policy: "KeyPolicy" },
        rename: { deletionWindowInDays: "PendingWindowInDays" },
    }),
    "aws:kms/alias:Alias": plain("AWS::KMS::Alias", { rename: { name: "AliasName" } }),
    "aws:iam/role:Role": (inputs, all, name) => [
        resource("AWS::IAM::Role", {
            ...properties(inputs, {
                rename: { name: "RoleName" },
                json: { assumeRolePolicy: "AssumeRolePolicyDocument" },
                without: ["namePrefix", "inlinePolicies"],
            }),
            Policies: (inputs["inlinePolicies"] as Inputs[] | undefined)?.map(({ name, policy }) => ({
                PolicyName: name,
                PolicyDocument: parsed(policy),
            })),
            ManagedPolicyArns: attachedTo(inputs["name"] ?? name, all),
        }),
    ],
    // A name that is not given is the provider's to make.
    "aws:iam/rolePolicy:RolePolicy": ({ role, policy, name: given }, _, name) => [
        resource("AWS::IAM::RolePolicy", {
            PolicyName: given ?? name,
            RoleName: role,
            PolicyDocument: parsed(policy),
        }),
    ],

    // cluster; the component's own decisions are in pulumi-eks' nodejs/eks/cluster/cluster.ts
    "eks:index:Cluster": (inputs) => [eksCluster(inputs)],
    "aws:eks/nodeGroup:NodeGroup": plain("AWS::EKS::Nodegroup", {
        rename: {
            nodeGroupName: "NodegroupName",
            nodeGroupNamePrefix: "NodegroupName",
            nodeRoleArn: "NodeRole",
            subnetIds: "Subnets",
            forceUpdateVersion: "ForceUpdateEnabled",
        },
        maps: ["labels", "tags"],
    }),
    "aws:eks/addon:Addon": plain("AWS::EKS::Addon", {
        rename: { preserve: "PreserveOnDelete", resolveConflictsOnUpdate: "ResolveConflicts" },
        without: ["resolveConflictsOnCreate"],
    }),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": plain("AWS::EKS::PodIdentityAssociation"),
    "aws:eks/accessEntry:AccessEntry": (inputs, all) => [
        resource("AWS::EKS::AccessEntry", {
            ...properties(inputs),
            AccessPolicies: all
                .filter(({ type }) => type === "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
                .filter((association) => association.inputs["principalArn"] === inputs["principalArn"])
                .map((association) => capitalized(pick(association.inputs, ["policyArn", "accessScope"]))),
        }),
    ],

    // snapshots and alarms
    "aws:cloudformation/stack:Stack": (inputs) => stackResources(inputs),
    "aws:cloudwatch/logGroup:LogGroup": plain("AWS::Logs::LogGroup", { rename: { name: "LogGroupName" } }),
    "aws:cloudwatch/metricAlarm:MetricAlarm": plain("AWS::CloudWatch::Alarm", {
        rename: { name: "AlarmName", alarmActions: "AlarmActions", okActions: "OKActions" },
        shape: ({ Dimensions, ...rest }) => ({
            ...rest,
            Dimensions: Object.entries((Dimensions ?? {}) as Inputs).map(([Name, Value]) => ({ Name, Value })),
        }),
        maps: ["dimensions", "tags"],
    }),
    "aws:cloudwatch/eventRule:EventRule": (inputs, all, name) => [
        resource("AWS::Events::Rule", {
            ...properties(inputs, { json: { eventPattern: "EventPattern" }, without: ["namePrefix"] }),
            Targets: all
                .filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget")
                .filter(({ inputs: { rule } }) => rule === (inputs["name"] ?? name))
                .map((target) => eventTarget(target)),
        }),
    ],
    "aws:sns/topic:Topic": plain("AWS::SNS::Topic", { rename: { name: "TopicName" }, without: ["policy"] }),
    "aws:sns/topicSubscription:TopicSubscription": plain("AWS::SNS::Subscription", { rename: { topic: "TopicArn" } }),
    "aws:sns/topicPolicy:TopicPolicy": ({ arn, policy }) => [
        resource("AWS::SNS::TopicPolicy", { Topics: [arn], PolicyDocument: parsed(policy) }),
    ],
    "aws:lambda/function:Function": plain("AWS::Lambda::Function", {
        rename: { name: "FunctionName", timeout: "Timeout", role: "Role" },
        // A folder of the project; CloudFormation wants it in S3 or as text.
        without: ["code", "sourceCodeHash", "skipDestroy"],
        shape: (rest) => ({ ...rest, Code: { ZipFile: "exports.handler = async () => {};" } }),
        maps: ["environment", "tags"],
    }),
    "aws:lambda/permission:Permission": plain("AWS::Lambda::Permission", {
        rename: { function: "FunctionName" },
        without: ["statementId"],
    }),

    // public route
    "aws:acm/certificate:Certificate": plain("AWS::CertificateManager::Certificate"),
    "aws:route53/record:Record": ({ zoneId, name, type, ttl, records, aliases }) => {
        const [alias] = (aliases as Inputs[] | undefined) ?? [];
        const target = alias && {
            DNSName: alias["name"],
            HostedZoneId: alias["zoneId"],
            EvaluateTargetHealth: alias["evaluateTargetHealth"],
        };
        const TTL = typeof ttl === "number" ? String(ttl) : undefined;
        const rest = { HostedZoneId: zoneId, Name: name, Type: type, TTL, ResourceRecords: records };
        return [resource("AWS::Route53::RecordSet", { ...rest, AliasTarget: target })];
    },
};
