import assert from "node:assert/strict";
import type { Registered } from "../../support/register";
import { cfnLint, installCfnLint, type LintFinding } from "./cfn-lint";
import { logicalId, toTemplate } from "./convert";

/** A resource as the program would register it. */
function registered(type: string, inputs: Registered["inputs"], name = "control"): Registered {
    return { type, name, inputs } as unknown as Registered;
}

const region = ["eu-west-2"];
const key = "arn:aws:kms:eu-west-2:123456789012:key/0123abcd-0123-4567-89ab-0123456789ab";
const policy = (Action: string) => ({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: [Action], Resource: "*" }],
});

const role = {
    name: "control",
    assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "dlm.amazonaws.com" } }],
    }),
};

const group = {
    clusterName: "cht",
    nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
    subnetIds: ["subnet-0123456789abcdef0"],
    amiType: "AL2023_ARM_64_STANDARD",
    scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 2 },
    taints: [{ key: "cht-hosting/couchdb", value: "true", effect: "NO_SCHEDULE" }],
};

/** What is right, and what is wrong about it in one place: the class of mistake that must be found. */
const controls: [string, string, Registered["inputs"], Registered["inputs"], string][] = [
    ["a word that AWS does not know", "aws:eks/nodeGroup:NodeGroup", group, { amiType: "AL2099_ARM_64" }, "AmiType"],
    [
        "a number out of range",
        "aws:kms/key:Key",
        { policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }), deletionWindowInDays: 30 },
        { deletionWindowInDays: 31 },
        "PendingWindowInDays",
    ],
    [
        "a retention that CloudWatch has not",
        "aws:cloudwatch/logGroup:LogGroup",
        { name: "/aws/eks/cht/cluster", retentionInDays: 90 },
        { retentionInDays: 91 },
        "RetentionInDays",
    ],
    [
        "an ARN of another service",
        "aws:kms/alias:Alias",
        { name: "alias/cht", targetKeyId: key },
        { name: "cht" },
        "AliasName",
    ],
    [
        "a text that is no ARN",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        {
            clusterName: "cht",
            namespace: "kube-system",
            serviceAccount: "ebs-csi-controller-sa",
            roleArn: "arn:aws:iam::123456789012:role/csi",
        },
        { roleArn: "csi" },
        "RoleArn",
    ],
    [
        "a property that AWS has not",
        "aws:ec2/vpc:Vpc",
        { cidrBlock: "10.0.0.0/16" },
        { cidrBlok: "10.0.0.0/16" },
        "CidrBlok",
    ],
    [
        "an address range that is none",
        "aws:ec2/vpc:Vpc",
        { cidrBlock: "10.0.0.0/16" },
        { cidrBlock: "10.0.0.0/33" },
        "CidrBlock",
    ],
    [
        "an IAM action that does not exist",
        "aws:iam/role:Role",
        { ...role, inlinePolicies: [{ name: "p", policy: policy("ec2:CreateSnapshot") }] },
        { inlinePolicies: [{ name: "p", policy: policy("ec2:MakeSnapshot") }] },
        "Policies.PolicyDocument.Statement.Action",
    ],
    [
        "a policy that is none",
        "aws:iam/role:Role",
        { ...role, name: "other" },
        { assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Permit" }] }) },
        "AssumeRolePolicyDocument.Statement.Effect",
    ],
    [
        "something required that is missing",
        "aws:eks/addon:Addon",
        { clusterName: "cht", addonName: "coredns" },
        { addonName: undefined },
        "",
    ],
];

/** One name twice would be a mistake of its own. */
function renamed(inputs: Registered["inputs"], { name }: Registered["inputs"]): Registered["inputs"] {
    return typeof name !== "string" || inputs["name"] !== name ? inputs : { ...inputs, name: `${name}-wrong` };
}

describe("aws: the proof itself", function () {
    this.timeout(300_000);
    let findings: LintFinding[];

    // All in one template: cfn-lint takes seconds to begin.
    before(() => {
        installCfnLint();
        const all = controls.flatMap(([name, type, right, wrong]) => [
            registered(type, right, `right ${name}`),
            registered(type, renamed({ ...right, ...wrong }, right), `wrong ${name}`),
        ]);
        findings = cfnLint(toTemplate(all), region);
    });

    for (const [name, type, right, , property] of controls) {
        it(`finds ${name}, and nothing where it is right`, () => {
            const of = (which: string) => {
                const resource = logicalId({ type, name: `${which} ${name}` });
                return findings.filter((finding) => finding.resource === resource).map(({ subject }) => subject);
            };
            assert.deepEqual(of("right"), []);
            const [resource] = Object.values(toTemplate([registered(type, right)]).Resources);
            const expected = [resource?.Type, property].filter(Boolean).join("/");
            assert.ok(of("wrong").includes(expected), `${expected}: ${of("wrong").join(", ")}`);
        });
    }

    it("judges what a stack of CloudFormation holds, with what it is given", () => {
        const policies = (interval: number, roleArn: string) =>
            toTemplate([
                registered("aws:cloudformation/stack:Stack", {
                    name: "control",
                    parameters: { ExecutionRoleArn: roleArn },
                    templateBody: JSON.stringify({ Resources: { Policy: lifecyclePolicy(interval) } }),
                }),
            ]);
        const dlm = "arn:aws:iam::123456789012:role/dlm";
        assert.deepEqual(cfnLint(policies(24, dlm), region), []);
        const [{ subject } = { subject: "" }] = cfnLint(policies(24, "dlm"), region);
        assert.equal(subject, "AWS::DLM::LifecyclePolicy/ExecutionRoleArn");
    });

    it("does not pass over a type that it does not know", () => {
        assert.throws(
            () => toTemplate([registered("aws:s3/bucket:Bucket", {})]),
            /types\.ts does not know aws:s3\/bucket:Bucket/,
        );
    });
});

function lifecyclePolicy(Interval: number) {
    return {
        Type: "AWS::DLM::LifecyclePolicy",
        Properties: {
            Description: "control",
            State: "ENABLED",
            ExecutionRoleArn: { Ref: "ExecutionRoleArn" },
            PolicyDetails: {
                ResourceTypes: ["VOLUME"],
                TargetTags: [{ Key: "cht-hosting/volumes", Value: "cht/uat" }],
                Schedules: [
                    {
                        Name: "daily",
                        CreateRule: { Interval, IntervalUnit: "HOURS", Times: ["01:00"] },
                        RetainRule: { Count: 14 },
                    },
                ],
            },
        },
    };
}
