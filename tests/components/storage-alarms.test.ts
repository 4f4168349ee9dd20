import assert from "node:assert/strict";
import { everything, json, type Made, made, short, statements, usual } from "./storage-support";

describe("alarms over snapshots", () => {
    it("go by an encrypted topic that lets AWS's own services publish, to who is named", async () => {
        const { inputs } = await made();
        const { policy: keyPolicy, ...topicKey } = inputs["kms/key:Key prod-alarms"] ?? {};
        assert.deepEqual(topicKey, {
            description: "Messages about snapshots of cluster prod",
            enableKeyRotation: true,
            deletionWindowInDays: 30,
        });
        const [administer, publish] = statements(keyPolicy) as [unknown[], unknown[]];
        assert.deepEqual(administer[0], { AWS: "arn:aws:iam::123456789012:root" });
        assert.deepEqual(publish, [
            { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
            "kms:Decrypt kms:GenerateDataKey",
            "*",
        ]);
        assert.deepEqual(inputs["sns/topic:Topic prod-alarms"], {
            displayName: "Snapshots of prod",
            kmsMasterKeyId: "arn-of-prod-alarms",
        });
        const topicPolicy = inputs["sns/topicPolicy:TopicPolicy prod-alarms"];
        assert.equal(topicPolicy?.["arn"], "arn-of-prod-alarms");
        assert.deepEqual(statements(topicPolicy?.["policy"]), [
            [{ Service: "events.amazonaws.com" }, "sns:Publish", "arn-of-prod-alarms"],
            [
                { Service: "cloudwatch.amazonaws.com" },
                "sns:Publish",
                "arn-of-prod-alarms",
                {
                    StringEquals: { "aws:SourceAccount": "123456789012" },
                    ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-west-2:123456789012:alarm:*" },
                },
            ],
        ]);
        assert.deepEqual(inputs["sns/topicSubscription:TopicSubscription prod-alarms-ops@example.org"], {
            topic: "arn-of-prod-alarms",
            protocol: "email",
            endpoint: "ops@example.org",
        });
    });

    it("tell what fails", async () => {
        const { inputs } = await made();
        const pattern = (name: string) => json(inputs[`cloudwatch/eventRule:EventRule prod-${name}`]?.["eventPattern"]);
        assert.deepEqual(pattern("dlm-failed"), {
            source: ["aws.dlm"],
            "detail-type": ["DLM Policy State Change"],
            resources: ["policy-of-prod-snapshots-standard"],
            detail: { state: ["ERROR"] },
        });
        assert.deepEqual(pattern("snapshot-failed"), {
            source: ["aws.ec2"],
            "detail-type": ["EBS Snapshot Notification"],
            detail: { event: ["createSnapshot", "copySnapshot"], result: ["failed"] },
        });
        for (const name of ["dlm-failed", "snapshot-failed"]) {
            assert.deepEqual(inputs[`cloudwatch/eventTarget:EventTarget prod-${name}`], {
                rule: `prod-${name}`,
                arn: "arn-of-prod-alarms",
            });
        }
    });

    it("hear of copies that fail in their regions", async () => {
        const { inputs } = await made({ ...everything, alarms: usual.alarms });
        const { eventPattern, ...rule } = inputs["cloudwatch/eventRule:EventRule prod-copy-failed-us-east-1"] ?? {};
        assert.deepEqual(rule, {
            region: "us-east-1",
            namePrefix: "cht-copy-failed-",
            description: "A copy of a snapshot failed; told to eu-west-2, where cluster prod is",
        });
        assert.deepEqual(json(eventPattern), {
            source: ["aws.ec2"],
            "detail-type": ["EBS Snapshot Notification"],
            detail: { event: ["copySnapshot"], result: ["failed"] },
        });
        const bus = "arn:aws:events:eu-west-2:123456789012:event-bus/default";
        assert.deepEqual(inputs["cloudwatch/eventTarget:EventTarget prod-copy-failed-us-east-1"], {
            region: "us-east-1",
            rule: "prod-copy-failed-us-east-1",
            arn: bus,
            roleArn: "arn-of-prod-copies",
        });
        assert.deepEqual(statements(inputs["iam/rolePolicy:RolePolicy prod-copies"]?.["policy"]), [
            ["events:PutEvents", bus],
        ]);
        assert.deepEqual(statements(inputs["iam/role:Role prod-copies"]?.["assumeRolePolicy"]), [
            [
                { Service: "events.amazonaws.com" },
                "sts:AssumeRole",
                { StringEquals: { "aws:SourceAccount": "123456789012" } },
            ],
        ]);
    });

    it("measure each hour, by a function that may read snapshots and write its own metrics", async () => {
        const { inputs, resources } = await made();
        const { code, ...watch } = inputs["lambda/function:Function prod-snapshot-watch"] ?? {};
        assert.ok(code !== undefined);
        assert.deepEqual(watch, {
            description: "Tells CloudWatch how old the snapshots of cluster prod are",
            runtime: "nodejs22.x",
            architectures: ["arm64"],
            handler: "index.handler",
            role: "arn-of-prod-snapshot-watch",
            timeout: 120,
            memorySize: 256,
            loggingConfig: { logFormat: "Text", logGroup: "prod-snapshot-watch" },
        });
        assert.deepEqual(statements(inputs["iam/rolePolicy:RolePolicy prod-snapshot-watch"]?.["policy"]), [
            ["ec2:DescribeSnapshots ec2:DescribeVolumes", "*"],
            ["cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": "cht-hosting/snapshots" } }],
            ["logs:CreateLogStream logs:PutLogEvents", "arn-of-prod-snapshot-watch:*"],
        ]);
        assert.deepEqual(statements(inputs["iam/role:Role prod-snapshot-watch"]?.["assumeRolePolicy"]), [
            [{ Service: "lambda.amazonaws.com" }, "sts:AssumeRole"],
        ]);
        assert.deepEqual(inputs["cloudwatch/logGroup:LogGroup prod-snapshot-watch"], { retentionInDays: 30 });
        assert.equal(
            inputs["cloudwatch/eventRule:EventRule prod-snapshot-watch"]?.["scheduleExpression"],
            "cron(30 * * * ? *)",
        );
        assert.deepEqual(inputs["lambda/permission:Permission prod-snapshot-watch"], {
            function: "prod-snapshot-watch",
            action: "lambda:InvokeFunction",
            principal: "events.amazonaws.com",
            sourceArn: "arn-of-prod-snapshot-watch",
        });
        assert.deepEqual(inputs["cloudwatch/eventTarget:EventTarget prod-snapshot-watch"], {
            rule: "prod-snapshot-watch",
            arn: "arn-of-prod-snapshot-watch",
        });
        const dependencies = (id: string) => resources.find((each) => short(each) === id)?.options.dependsOn ?? [];
        assert.ok(
            dependencies("lambda/function:Function prod-snapshot-watch").includes(
                "aws:iam/rolePolicy:RolePolicy::prod-snapshot-watch",
            ),
        );
        assert.ok(
            dependencies("cloudwatch/eventTarget:EventTarget prod-snapshot-watch").includes(
                "aws:lambda/permission:Permission::prod-snapshot-watch",
            ),
        );
    });

    it("are raised over what a tier promises, and where nothing is told", async () => {
        const topicArn = "arn:aws:sns:eu-west-2:123456789012:ours";
        const { inputs } = await made({ ...usual, alarms: { topicArn } });
        const alarm = (id: string) => inputs[`cloudwatch/metricAlarm:MetricAlarm prod-${id}`];
        const common = (instance: string) => ({
            namespace: "cht-hosting/snapshots",
            dimensions: { Cluster: "prod", Instance: instance },
            statistic: "Maximum",
            comparisonOperator: "GreaterThanThreshold",
            period: 3600,
            evaluationPeriods: 2,
            datapointsToAlarm: 2,
            alarmActions: [topicArn],
            okActions: [topicArn],
        });
        for (const instance of ["uat", "production"]) {
            assert.deepEqual(alarm(`snapshots-late-${instance}`), {
                ...common(instance),
                alarmDescription: `The latest snapshot of a volume of '${instance}' is more than 31 hours old, or nobody could tell for two hours.`,
                metricName: "SnapshotAgeHours",
                threshold: 31,
                treatMissingData: "breaching",
            });
        }
        assert.deepEqual(alarm("snapshots-apart-production"), {
            ...common("production"),
            alarmDescription:
                "The snapshots of the CouchDB nodes of 'production' lie more than 10 minutes apart: restored together, they hold documents of one time and views of another.",
            metricName: "SnapshotSkewMinutes",
            threshold: 10,
            treatMissingData: "notBreaching",
        });
    });

    it("watch by the names of metrics that the function writes", async () => {
        const { inputs } = await made();
        const settings = await watched(inputs);
        assert.deepEqual(settings, {
            cluster: "prod",
            tag: "cht-hosting/volumes",
            metrics: "cht-hosting/snapshots",
            watched: [
                { instance: "uat", volumesTag: "prod/uat", volumes: 1 },
                { instance: "production", volumesTag: "prod/cht-production", volumes: 3 },
            ],
        });
    });
});

/** What is written beside the function's code. */
async function watched(inputs: Made["inputs"]): Promise<unknown> {
    const code = inputs["lambda/function:Function prod-snapshot-watch"]?.["code"] as {
        assets: Record<string, { text: string }>;
    };
    return json(await Promise.resolve(code.assets["watched.json"]?.text));
}
