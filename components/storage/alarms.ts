/** Who is told: an SNS topic, what EventBridge hears of failures, and CloudWatch's alarms over the watch's metrics. */
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmsPlan, EksPlan } from "../../config/aws/eks-plan";
import { defaultBus, events, forwardRolePolicy, forwardRoleTrust, topicKeyPolicy, topicPolicy } from "./alarm-policies";
import { copyRegions, metricsNamespace } from "./policies";
import { createWatch } from "./watch-function";

export interface AlarmsScope {
    /** The component's name. */
    readonly name: string;
    readonly plan: Pick<EksPlan, "name" | "region" | "account" | "partition" | "snapshotPolicies">;
    readonly alarms: AlarmsPlan;
    readonly policyArns: readonly pulumi.Output<string>[];
    readonly child: pulumi.CustomResourceOptions;
}

export function createAlarms(scope: AlarmsScope): void {
    const topicArn = scope.alarms.topicArn ?? createTopic(scope);
    createEvents(scope, topicArn);
    createForwards(scope);
    createWatch(scope);
    createMetricAlarms(scope, topicArn);
}

function createTopic({ name, plan, alarms, child }: AlarmsScope): pulumi.Output<string> {
    // No data is encrypted with it but messages on their way, so that it is not kept for ever as the volumes' key is.
    const key = new kms.Key(
        `${name}-alarms`,
        {
            description: `Messages about snapshots of cluster ${plan.name}`,
            enableKeyRotation: true,
            deletionWindowInDays: 30,
            policy: JSON.stringify(topicKeyPolicy(plan)),
        },
        child,
    );
    const topic = new sns.Topic(
        `${name}-alarms`,
        { displayName: `Snapshots of ${plan.name}`, kmsMasterKeyId: key.arn },
        child,
    );
    new sns.TopicPolicy(
        `${name}-alarms`,
        { arn: topic.arn, policy: topic.arn.apply((arn) => JSON.stringify(topicPolicy(plan, arn))) },
        child,
    );
    for (const email of alarms.emails) {
        new sns.TopicSubscription(
            `${name}-alarms-${email}`,
            { topic: topic.arn, protocol: "email", endpoint: email },
            child,
        );
    }
    return topic.arn;
}

function createEvents({ name, plan, policyArns, child }: AlarmsScope, topicArn: pulumi.Input<string>): void {
    const rules = {
        "dlm-failed": {
            description: `A snapshot policy of cluster ${plan.name} failed`,
            eventPattern: pulumi
                .all([...policyArns])
                .apply((arns) => JSON.stringify(events.policyFailed([...arns].sort()))),
        },
        "snapshot-failed": {
            description: "A snapshot of a volume in the region, or a copy of one, failed",
            eventPattern: JSON.stringify(events.snapshotFailed),
        },
    };
    for (const [purpose, args] of Object.entries(rules)) {
        const rule = new cloudwatch.EventRule(`${name}-${purpose}`, args, child);
        new cloudwatch.EventTarget(`${name}-${purpose}`, { rule: rule.name, arn: topicArn }, child);
    }
}

/** A rule reaches what is in its own region only; of a copy that failed, the region it goes to is told. */
function createForwards({ name, plan, child }: AlarmsScope): void {
    const regions = copyRegions(plan);
    if (regions.length === 0) return;
    const role = new iam.Role(
        `${name}-copies`,
        {
            description: `Forwards what fails of copies to ${plan.region}`,
            assumeRolePolicy: JSON.stringify(forwardRoleTrust(plan)),
        },
        child,
    );
    new iam.RolePolicy(`${name}-copies`, { role: role.name, policy: JSON.stringify(forwardRolePolicy(plan)) }, child);
    for (const region of regions) {
        const rule = new cloudwatch.EventRule(
            `${name}-copy-failed-${region}`,
            {
                region,
                // Two clusters may have the same name and copy to the same region.
                namePrefix: "cht-copy-failed-",
                description: `A copy of a snapshot failed; told to ${plan.region}, where cluster ${plan.name} is`,
                eventPattern: JSON.stringify(events.copyFailed),
            },
            child,
        );
        new cloudwatch.EventTarget(
            `${name}-copy-failed-${region}`,
            { region, rule: rule.name, arn: defaultBus(plan), roleArn: role.arn },
            child,
        );
    }
}

/** Two hours in a row, because a set of snapshots that is being taken lies apart, and a call to AWS may fail once. */
const lasting = { period: 3600, evaluationPeriods: 2, datapointsToAlarm: 2 } as const;

function createMetricAlarms({ name, plan, alarms, child }: AlarmsScope, topicArn: pulumi.Input<string>): void {
    for (const { instance, latestAgeHours, skewMinutes } of alarms.watched) {
        const alarm = (purpose: string, args: Partial<cloudwatch.MetricAlarmArgs>) =>
            new cloudwatch.MetricAlarm(
                `${name}-${purpose}-${instance}`,
                {
                    namespace: metricsNamespace,
                    dimensions: { Cluster: plan.name, Instance: instance },
                    statistic: "Maximum",
                    comparisonOperator: "GreaterThanThreshold",
                    ...lasting,
                    ...args,
                    alarmActions: [topicArn],
                    okActions: [topicArn],
                },
                child,
            );
        alarm("snapshots-late", {
            alarmDescription: `The latest snapshot of a volume of '${instance}' is more than ${latestAgeHours} hours old, or nobody could tell for two hours.`,
            metricName: "SnapshotAgeHours",
            threshold: latestAgeHours,
            // A watch that tells nothing is no good news.
            treatMissingData: "breaching",
        });
        if (skewMinutes === undefined) continue;
        alarm("snapshots-apart", {
            alarmDescription: `The snapshots of the CouchDB nodes of '${instance}' lie more than ${skewMinutes} minutes apart: restored together, they hold documents of one time and views of another.`,
            metricName: "SnapshotSkewMinutes",
            threshold: skewMinutes,
            // Without two snapshots there is nothing apart; that they are missing is told by the other alarm.
            treatMissingData: "notBreaching",
        });
    }
}
