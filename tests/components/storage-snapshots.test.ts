import assert from "node:assert/strict";
import { SnapshotPolicies } from "../../components/storage";
import { register, unknown } from "../support/register";
import { copyKey, daily, everything, json, key, made, planOf, short, statements, usual } from "./storage-support";

const alarmTypes = [
    "kms/key:Key prod-alarms",
    "sns/topic:Topic prod-alarms",
    "sns/topicPolicy:TopicPolicy prod-alarms",
    "sns/topicSubscription:TopicSubscription prod-alarms-ops@example.org",
];
const alwaysWithAlarms = [
    "cloudwatch/eventRule:EventRule prod-dlm-failed",
    "cloudwatch/eventRule:EventRule prod-snapshot-failed",
    "cloudwatch/eventRule:EventRule prod-snapshot-watch",
    "cloudwatch/eventTarget:EventTarget prod-dlm-failed",
    "cloudwatch/eventTarget:EventTarget prod-snapshot-failed",
    "cloudwatch/eventTarget:EventTarget prod-snapshot-watch",
    "cloudwatch/logGroup:LogGroup prod-snapshot-watch",
    "cloudwatch/metricAlarm:MetricAlarm prod-snapshots-apart-production",
    "cloudwatch/metricAlarm:MetricAlarm prod-snapshots-late-production",
    "cloudwatch/metricAlarm:MetricAlarm prod-snapshots-late-uat",
    "iam/role:Role prod-snapshot-watch",
    "iam/rolePolicy:RolePolicy prod-snapshot-watch",
    "lambda/function:Function prod-snapshot-watch",
    "lambda/permission:Permission prod-snapshot-watch",
];
const policies = [
    "cloudformation/stack:Stack prod-snapshots-standard",
    "iam/role:Role prod-snapshots",
    "iam/rolePolicy:RolePolicy prod-snapshots",
];
const forwards = [
    "cloudwatch/eventRule:EventRule prod-copy-failed-eu-west-1",
    "cloudwatch/eventRule:EventRule prod-copy-failed-us-east-1",
    "cloudwatch/eventTarget:EventTarget prod-copy-failed-eu-west-1",
    "cloudwatch/eventTarget:EventTarget prod-copy-failed-us-east-1",
    "iam/role:Role prod-copies",
    "iam/rolePolicy:RolePolicy prod-copies",
];

describe("snapshots of a cluster's volumes", () => {
    const cases: [string, object, readonly string[]][] = [
        ["with a tier and alarms", usual, [...policies, ...alarmTypes, ...alwaysWithAlarms]],
        ["without alarms", { tiers: usual.tiers }, policies],
        [
            "with a topic that is given",
            { ...usual, alarms: { topicArn: "arn:aws:sns:eu-west-2:123456789012:ours" } },
            [...policies, ...alwaysWithAlarms],
        ],
        [
            "with copies in other regions",
            { ...everything, alarms: usual.alarms },
            [...policies, ...alarmTypes, ...alwaysWithAlarms, ...forwards],
        ],
        ["without tiers", {}, []],
        [
            "of two tiers",
            {
                tiers: { standard: { schedules: { daily } }, close: { schedules: { daily }, namespaces: ["x"] } },
                default: "standard",
            },
            [...policies, "cloudformation/stack:Stack prod-snapshots-close"],
        ],
    ];
    for (const [what, snapshots, expected] of cases) {
        it(`${what}: make exactly these, in preview as in update`, async () => {
            const [update, preview] = [await made(snapshots), await made(snapshots, [], true)];
            assert.deepEqual(update.resources.map(short).sort(), [...expected].sort());
            assert.deepEqual(preview.resources.map(short).sort(), [...expected].sort());
            for (const { name, options } of update.resources) {
                const { provider, protect, retainOnDelete } = options;
                assert.deepEqual(
                    [provider, protect, retainOnDelete],
                    ["pulumi:providers:aws::aws", false, false],
                    name,
                );
            }
        });
    }

    it("are a policy of Data Lifecycle Manager with every instance of the tier, known before anything is made", async () => {
        const id = "cloudformation/stack:Stack prod-snapshots-standard";
        const { inputs, resources } = await made(usual, [], true);
        assert.equal((inputs[id]?.["parameters"] as Record<string, unknown>)["ExecutionRoleArn"], unknown);
        assert.deepEqual(json(inputs[id]?.["templateBody"]), {
            AWSTemplateFormatVersion: "2010-09-09",
            Description: "Snapshots of tier standard on cluster prod",
            Parameters: {
                ExecutionRoleArn: { Type: "String", Description: "The role that takes the snapshots." },
            },
            Resources: {
                Policy: {
                    Type: "AWS::DLM::LifecyclePolicy",
                    Properties: {
                        Description: "Snapshots of tier standard on cluster prod",
                        ExecutionRoleArn: { Ref: "ExecutionRoleArn" },
                        State: "ENABLED",
                        PolicyDetails: {
                            PolicyType: "EBS_SNAPSHOT_MANAGEMENT",
                            ResourceTypes: ["VOLUME"],
                            ResourceLocations: ["CLOUD"],
                            TargetTags: [
                                { Key: "cht-hosting/volumes", Value: "prod/cht-production" },
                                { Key: "cht-hosting/volumes", Value: "prod/uat" },
                            ],
                            Schedules: [
                                {
                                    Name: "daily",
                                    CreateRule: { Interval: 24, IntervalUnit: "HOURS", Times: ["02:00"] },
                                    RetainRule: { Count: 14 },
                                    CopyTags: true,
                                    TagsToAdd: [
                                        { Key: "cht-hosting/tier", Value: "standard" },
                                        { Key: "cht-hosting/schedule", Value: "daily" },
                                    ],
                                },
                            ],
                        },
                        Tags: [{ Key: "cht-hosting/stack", Value: "cht-hosting.prod" }],
                    },
                },
            },
            Outputs: {
                PolicyId: { Value: { Ref: "Policy" } },
                PolicyArn: { Value: { "Fn::GetAtt": ["Policy", "Arn"] } },
            },
        });
        assert.equal(inputs[id]?.["onFailure"], "DELETE");
        const stack = resources.find((each) => short(each) === id);
        assert.deepEqual(stack?.options.dependsOn, [
            "aws:iam/role:Role::prod-snapshots",
            "aws:iam/rolePolicy:RolePolicy::prod-snapshots",
            "aws:kms/alias:Alias::nodes",
        ]);
        assert.equal((await made()).inputs[id]?.["templateBody"], inputs[id]?.["templateBody"]);
    });

    it("have every schedule as AWS writes it", async () => {
        const { inputs } = await made(everything);
        const template = json(inputs["cloudformation/stack:Stack prod-snapshots-standard"]?.["templateBody"]) as {
            Resources: { Policy: { Properties: { PolicyDetails: { Schedules: Record<string, unknown>[] } } } };
        };
        const { Schedules } = template.Resources.Policy.Properties.PolicyDetails;
        const rules = Schedules.map(({ CopyTags, TagsToAdd, ...schedule }) => {
            assert.deepEqual([CopyTags, (TagsToAdd as unknown[]).length], [true, 2]);
            return schedule;
        });
        assert.deepEqual(rules, [
            {
                Name: "hourly",
                CreateRule: { Interval: 6, IntervalUnit: "HOURS", Times: ["01:00"] },
                RetainRule: { Interval: 2, IntervalUnit: "DAYS" },
            },
            {
                Name: "daily",
                CreateRule: { Interval: 24, IntervalUnit: "HOURS", Times: ["02:00"] },
                RetainRule: { Count: 14 },
                CrossRegionCopyRules: [
                    {
                        Target: "eu-west-1",
                        Encrypted: true,
                        CmkArn: copyKey,
                        CopyTags: true,
                        RetainRule: { Interval: 30, IntervalUnit: "DAYS" },
                    },
                ],
            },
            {
                Name: "weekly",
                CreateRule: { CronExpression: "cron(0 1 ? * SUN *)" },
                RetainRule: { Interval: 8, IntervalUnit: "WEEKS" },
                ShareRules: [{ TargetAccounts: ["210987654321"] }],
                FastRestoreRule: { Interval: 7, IntervalUnit: "DAYS", AvailabilityZones: ["eu-west-2a"] },
            },
            {
                Name: "monthly",
                CreateRule: { CronExpression: "cron(0 1 1 * ? *)" },
                RetainRule: { Count: 12 },
                CrossRegionCopyRules: [
                    {
                        Target: "us-east-1",
                        Encrypted: true,
                        CopyTags: true,
                        RetainRule: { Interval: 7, IntervalUnit: "YEARS" },
                    },
                ],
                FastRestoreRule: { Count: 1, AvailabilityZones: ["eu-west-2a"] },
            },
        ]);
    });

    it("say their schedules in words on the component", async () => {
        const { resources } = await register(() => {
            new SnapshotPolicies("prod", { plan: planOf(usual), keyArn: key, taggedVolumes: [] });
        });
        const found = resources.find(({ type }) => type === "cht-hosting:storage:SnapshotPolicies");
        assert.deepEqual(found?.inputs, {
            tiers: { standard: { daily: "every day at 02:00 UTC, 14 kept" } },
        });
    });

    it("find the disks that instances were given, by a tag that goes with the instance", async () => {
        const { inputs } = await made({}, [
            { volumeId: "vol-0123456789abcdef0", namespace: "cht-production", instance: "production" },
        ]);
        assert.deepEqual(inputs, {
            "ec2/tag:Tag prod-vol-0123456789abcdef0": {
                resourceId: "vol-0123456789abcdef0",
                key: "cht-hosting/volumes",
                value: "prod/cht-production",
            },
        });
    });
});

describe("what the policies may do", () => {
    const here = "arn:aws:ec2:eu-west-2::snapshot/*";
    const ours = { StringLike: { "aws:ResourceTag/cht-hosting/volumes": "prod/*" } };
    const find = "ec2:DescribeInstances ec2:DescribeSnapshots ec2:DescribeVolumes";
    const volumes = "arn:aws:ec2:eu-west-2:123456789012:volume/*";

    it("is to take and delete snapshots of the cluster's volumes", async () => {
        const { inputs } = await made();
        assert.deepEqual(statements(inputs["iam/rolePolicy:RolePolicy prod-snapshots"]?.["policy"]), [
            [find, "*"],
            ["ec2:CreateSnapshot", volumes, ours],
            ["ec2:CreateSnapshot", here],
            ["ec2:CreateTags", [here]],
            ["ec2:DeleteSnapshot", [here], ours],
        ]);
        assert.deepEqual(statements(inputs["iam/role:Role prod-snapshots"]?.["assumeRolePolicy"]), [
            [
                { Service: "dlm.amazonaws.com" },
                "sts:AssumeRole",
                {
                    StringEquals: { "aws:SourceAccount": "123456789012" },
                    ArnLike: { "aws:SourceArn": "arn:aws:dlm:eu-west-2:123456789012:policy/*" },
                },
            ],
        ]);
    });

    it("is to copy, share and restore fast only where a schedule does", async () => {
        const { inputs } = await made(everything);
        const all = [here, "arn:aws:ec2:eu-west-1::snapshot/*", "arn:aws:ec2:us-east-1::snapshot/*"];
        const keys = [copyKey, key];
        assert.deepEqual(statements(inputs["iam/rolePolicy:RolePolicy prod-snapshots"]?.["policy"]), [
            [`${find} ec2:DescribeSnapshotAttribute ec2:DescribeFastSnapshotRestores`, "*"],
            ["ec2:CreateSnapshot", volumes, ours],
            ["ec2:CreateSnapshot", here],
            ["ec2:CreateTags", all],
            ["ec2:DeleteSnapshot", all, ours],
            ["ec2:CopySnapshot", all],
            ["ec2:ModifySnapshotAttribute", here, ours],
            ["ec2:DisableFastSnapshotRestores ec2:EnableFastSnapshotRestores", here, ours],
            ["kms:CreateGrant kms:ListGrants kms:RevokeGrant", keys, { Bool: { "kms:GrantIsForAWSResource": "true" } }],
            [
                "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo",
                keys,
            ],
        ]);
    });
});
