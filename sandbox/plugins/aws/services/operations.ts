/** Logs, alarms, events, topics, functions, and snapshot policies. */
import { createHash } from "node:crypto";
import { type Bag, bagAt, isBag, listAt, textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, type Facts, hex, type Reference, type Work } from "../facts";

const ROLE: Omit<Reference, "path"> = { type: "aws:iam/role:Role", by: "arn", code: "InvalidParameterValueException" };
const TOPIC = "aws:sns/topic:Topic";
const name = (work: Work): string => textAt(work.inputs, "name");
const unique = (code: string, property = "name") => ({
    key: ({ inputs }: Work) => textAt(inputs, property),
    code,
});

const RETENTION = [
    ...[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
    ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

export const operations: Facts = {
    "aws:cloudwatch/logGroup:LogGroup": {
        cloudFormation: "AWS::Logs::LogGroup",
        createOnly: { LogGroupName: "name" },
        forceNew: ["namePrefix"],
        autoname: "name",
        defaults: { retentionInDays: 0, skipDestroy: false },
        references: [{ path: "kmsKeyId", type: "aws:kms/key:Key", by: "arn", code: "InvalidParameterException" }],
        unique: unique("ResourceAlreadyExistsException"),
        check: (inputs) =>
            typeof inputs["retentionInDays"] === "number" && !RETENTION.includes(inputs["retentionInDays"])
                ? [
                      {
                          property: "retentionInDays",
                          reason: `expected retention_in_days to be one of ${RETENTION.join(" ")}`,
                      },
                  ]
                : [],
        id: ({ inputs }) => textAt(inputs, "name"),
        computed: (work) => ({ arn: arnOf(work, "logs", `log-group:${name(work)}`), logGroupClass: "STANDARD" }),
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        cloudFormation: "AWS::CloudWatch::Alarm",
        createOnly: { AlarmName: "name" },
        autoname: "name",
        defaults: { actionsEnabled: true, treatMissingData: "missing" },
        id: ({ inputs }) => textAt(inputs, "name"),
        computed: (work) => ({
            arn: arnOf(work, "cloudwatch", `alarm:${name(work)}`),
            evaluateLowSampleCountPercentiles: "",
        }),
    },
    "aws:cloudwatch/eventRule:EventRule": {
        cloudFormation: "AWS::Events::Rule",
        // Its bus too, by the provider's documentation: CloudFormation has it in the rule's name.
        createOnly: { Name: "name" },
        forceNew: ["eventBusName", "namePrefix"],
        autoname: "name",
        defaults: { eventBusName: "default", state: "ENABLED", forceDestroy: false },
        id: ({ inputs }) => textAt(inputs, "name"),
        computed: (work) => ({ arn: arnOf(work, "events", `rule/${name(work)}`) }),
    },
    // A part of the rule in CloudFormation; what it forces by the provider's documentation.
    "aws:cloudwatch/eventTarget:EventTarget": {
        forceNew: ["rule", "eventBusName", "targetId"],
        autoname: "targetId",
        defaults: { eventBusName: "default" },
        references: [
            {
                path: "rule",
                type: "aws:cloudwatch/eventRule:EventRule",
                by: "name",
                code: "ResourceNotFoundException",
                holds: true,
            },
        ],
        id: ({ inputs }) => `${textAt(inputs, "rule")}-${textAt(inputs, "targetId")}`,
    },
    [TOPIC]: {
        cloudFormation: "AWS::SNS::Topic",
        createOnly: { TopicName: "name", FifoTopic: "fifoTopic" },
        forceNew: ["namePrefix"],
        autoname: "name",
        defaults: { contentBasedDeduplication: false, fifoTopic: false },
        id: (work) => arnOf(work, "sns", name(work)),
        computed: (work, id) => ({
            arn: id,
            beginningArchiveTime: "",
            owner: work.account,
            policy: '{"Statement":[],"Version":"2012-10-17"}',
            signatureVersion: 1,
            tracingConfig: "PassThrough",
        }),
    },
    "aws:sns/topicPolicy:TopicPolicy": {
        cloudFormation: "AWS::SNS::TopicPolicy",
        createOnly: {},
        forceNew: ["arn"],
        references: [{ path: "arn", type: TOPIC, by: "arn", code: "NotFound" }],
        id: ({ inputs }) => textAt(inputs, "arn"),
        computed: (work) => ({ owner: work.account }),
    },
    "aws:sns/topicSubscription:TopicSubscription": {
        cloudFormation: "AWS::SNS::Subscription",
        createOnly: { Endpoint: "endpoint", Protocol: "protocol", TopicArn: "topic" },
        defaults: { confirmationTimeoutInMinutes: 1, endpointAutoConfirms: false, rawMessageDelivery: false },
        references: [{ path: "topic", type: TOPIC, by: "arn", code: "NotFound" }],
        id: ({ inputs }) => `${textAt(inputs, "topic")}:${hex(8)}`,
        computed: (work, id) => ({
            arn: id,
            confirmationWasAuthenticated: work.inputs["protocol"] !== "email",
            filterPolicyScope: "",
            ownerId: work.account,
            // Somebody has to follow the link in the message.
            pendingConfirmation: work.inputs["protocol"] === "email",
        }),
    },
    "aws:lambda/function:Function": {
        cloudFormation: "AWS::Lambda::Function",
        createOnly: { FunctionName: "name", PackageType: "packageType", TenancyConfig: "tenancyConfig" },
        autoname: "name",
        defaults: { memorySize: 128, packageType: "Zip", publish: false, reservedConcurrentExecutions: -1, timeout: 3 },
        references: [{ path: "role", ...ROLE }],
        unique: unique("ResourceConflictException"),
        id: ({ inputs }) => textAt(inputs, "name"),
        volatile: ["lastModified"],
        computed: (work) => {
            const arn = arnOf(work, "lambda", `function:${name(work)}`);
            return {
                architectures: ["x86_64"],
                arn,
                codeSha256: createHash("sha256")
                    .update(JSON.stringify(work.inputs["code"] ?? ""))
                    .digest("base64"),
                ephemeralStorage: { size: 512 },
                invokeArn: `arn:${work.partition}:apigateway:${work.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
                lastModified: new Date().toISOString(),
                loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${name(work)}` },
                qualifiedArn: `${arn}:$LATEST`,
                tracingConfig: { mode: "PassThrough" },
                version: "$LATEST",
            };
        },
        updated: () => ({ lastModified: new Date().toISOString() }),
    },
    "aws:lambda/permission:Permission": {
        cloudFormation: "AWS::Lambda::Permission",
        createOnly: {
            FunctionName: "function",
            FunctionUrlAuthType: "functionUrlAuthType",
            InvokedViaFunctionUrl: "invokedViaFunctionUrl",
            SourceAccount: "sourceAccount",
            SourceArn: "sourceArn",
            Principal: "principal",
            PrincipalOrgID: "principalOrgId",
            Action: "action",
            EventSourceToken: "eventSourceToken",
        },
        forceNew: ["qualifier", "statementId", "statementIdPrefix"],
        autoname: "statementId",
        id: ({ inputs }) => textAt(inputs, "statementId"),
        beforeCreate: (work) => {
            const of = textAt(work.inputs, "function").split(":").at(-1);
            if (!work.inventory.find("aws:lambda/function:Function", work.region, "name", of))
                throw new AwsError("ResourceNotFoundException", `Function not found: ${String(of)}`);
        },
    },
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
        cloudFormation: "AWS::DLM::LifecyclePolicy",
        createOnly: {},
        defaults: { state: "ENABLED" },
        references: [{ path: "executionRoleArn", ...ROLE, code: "InvalidRequestException" }],
        id: () => `policy-0${hex(16)}`,
        computed: (work, id) => ({ arn: arnOf(work, "dlm", `policy/${id}`) }),
    },
    "aws:cloudformation/stack:Stack": {
        // The provider's documentation.
        forceNew: ["name", "disableRollback", "onFailure", "timeoutInMinutes"],
        autoname: "name",
        unique: unique("AlreadyExistsException"),
        id: (work) => arnOf(work, "cloudformation", `stack/${name(work)}/${[8, 4, 4, 4, 12].map(hex).join("-")}`),
        volatile: ["outputs"],
        beforeCreate: (work) => void stackOutputs(work),
        computed: (work) => ({ outputs: stackOutputs(work), policyBody: "", parameters: {} }),
        updated: (work, { properties }) => ({ outputs: stackOutputs(work, bagAt(properties, "outputs")) }),
    },
};

/** A template's outputs: `Ref` of a resource is an id of its making, `Fn::GetAtt` an ARN. */
function stackOutputs(work: Work, before: Bag = {}): Bag {
    const body = textAt(work.inputs, "templateBody");
    let template: unknown;
    try {
        template = JSON.parse(body);
    } catch {
        throw new AwsError("ValidationError", "Template format error: JSON not well-formed.");
    }
    if (!isBag(template as never) || Object.keys(bagAt(template as Bag, "Resources")).length === 0)
        throw new AwsError("ValidationError", "Template format error: At least one Resources member must be defined.");
    const parameters = bagAt(work.inputs, "parameters");
    for (const [key, declared] of Object.entries(bagAt(template as Bag, "Parameters"))) {
        if (parameters[key] === undefined && !("Default" in (declared as Bag)))
            throw new AwsError("ValidationError", `Parameters: [${key}] must have values`);
    }
    const policy = `policy-0${hex(16)}`;
    const outputs = Object.entries(bagAt(template as Bag, "Outputs")).map(([key, output]) => {
        const value = bagAt(output, "Value");
        const isArn = "Fn::GetAtt" in value || listAt(value, "Fn::GetAtt").length > 0;
        return [key, before[key] ?? (isArn ? arnOf(work, "dlm", `policy/${policy}`) : policy)] as const;
    });
    return Object.fromEntries(outputs);
}
