/** The Lambda function that measures snapshots each hour. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmsScope } from "./alarms";
import { watchRolePolicy, watchRoleTrust, watchSettings } from "./policies";

export function createWatch({ name, plan, alarms, child }: AlarmsScope): void {
    const log = new cloudwatch.LogGroup(`${name}-snapshot-watch`, { retentionInDays: 30 }, child);
    const role = new iam.Role(
        `${name}-snapshot-watch`,
        {
            description: `Measures the snapshots of cluster ${plan.name}`,
            assumeRolePolicy: JSON.stringify(watchRoleTrust()),
        },
        child,
    );
    const permissions = new iam.RolePolicy(
        `${name}-snapshot-watch`,
        { role: role.name, policy: log.arn.apply((arn) => JSON.stringify(watchRolePolicy(arn))) },
        child,
    );
    const watch = new lambda.Function(
        `${name}-snapshot-watch`,
        {
            description: `Tells CloudWatch how old the snapshots of cluster ${plan.name} are`,
            runtime: "nodejs22.x",
            architectures: ["arm64"],
            handler: "index.handler",
            code: watchCode(plan.name, alarms),
            role: role.arn,
            timeout: 120,
            memorySize: 256,
            loggingConfig: { logFormat: "Text", logGroup: log.name },
        },
        { ...child, dependsOn: permissions },
    );
    // In the middle of the hour, so that each hour of the alarms has one.
    const hourly = new cloudwatch.EventRule(
        `${name}-snapshot-watch`,
        { description: `Measures the snapshots of cluster ${plan.name}`, scheduleExpression: "cron(30 * * * ? *)" },
        child,
    );
    const permission = new lambda.Permission(
        `${name}-snapshot-watch`,
        {
            function: watch.name,
            action: "lambda:InvokeFunction",
            principal: "events.amazonaws.com",
            sourceArn: hourly.arn,
        },
        child,
    );
    new cloudwatch.EventTarget(
        `${name}-snapshot-watch`,
        { rule: hourly.name, arn: watch.arn },
        { ...child, dependsOn: permission },
    );
}

/**
 * The compiled module and what it watches. Texts, not files: a file's path would be another one on each machine, in the
 * state and in every preview.
 */
export function watchCode(cluster: string, alarms: AlarmsScope["alarms"]): pulumi.asset.AssetArchive {
    const module = readFileSync(join(__dirname, "watch", "index.js"), "utf8").replace(
        /^\/\/# sourceMappingURL=.*$/m,
        "",
    );
    return new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset(module),
        "watched.json": new pulumi.asset.StringAsset(JSON.stringify(watchSettings(cluster, alarms), undefined, 1)),
    });
}
