/** Resources with ways of their own: certificates, tags, CloudFormation's stacks. */
import assert from "node:assert/strict";
import { type Bag, textAt, Unknown, unknown } from "../../../../sandbox/plugins/values";
import { type AwsCase, make, RECORD, type SimulatedAws, SUBNET } from "../../aws";
import { failure } from "../context";

/** A zone in which a certificate for `cht.example.org` is proved. */
async function provedCertificate(aws: SimulatedAws) {
    aws.put("aws:route53/zone:Zone", "Z1", { name: "example.org" }, "");
    const plugin = await aws.plugin();
    const { state } = await make(plugin, "aws:acm/certificate:Certificate", {
        domainName: "cht.example.org",
        validationMethod: "DNS",
    });
    const [option] = state["domainValidationOptions"] as Bag[];
    const record = {
        zoneId: "Z1",
        name: textAt(option, "resourceRecordName"),
        type: "CNAME",
        ttl: 60,
        records: [textAt(option, "resourceRecordValue")],
    };
    return { plugin, state, record, certificateArn: textAt(state, "arn") };
}

export const specialCases: AwsCase[] = [
    {
        name: "certificate: issued as soon as its record is there",
        async run(aws) {
            const { plugin, record, certificateArn } = await provedCertificate(aws);
            const validate = () =>
                make(plugin, "aws:acm/certificateValidation:CertificateValidation", { certificateArn });
            assert.match((await failure(validate())).message, /last state: 'PENDING_VALIDATION'/);
            await make(plugin, RECORD, record);
            await validate();
            assert.equal(aws.items("aws:acm/certificate:Certificate")[0]?.properties["status"], "ISSUED");
        },
    },
    {
        name: "certificate: a preview does not know its record",
        async run(aws) {
            const plugin = await aws.plugin();
            const { inputs } = await plugin.check("aws:acm/certificate:Certificate", { domainName: "a.example" });
            const { state } = await plugin.create("aws:acm/certificate:Certificate", inputs, { preview: true });
            assert.ok(state["domainValidationOptions"] instanceof Unknown);
        },
    },
    {
        name: "tag: laid on what is there, and taken off again",
        async run(aws) {
            aws.put(SUBNET, "subnet-1", { cidrBlock: "10.0.0.0/24", tags: { own: "yes" } });
            const plugin = await aws.plugin();
            const { id, state } = await make(plugin, "aws:ec2/tag:Tag", {
                resourceId: "subnet-1",
                key: "a",
                value: "b",
            });
            assert.deepEqual(aws.items(SUBNET)[0]?.properties["tagsAll"], { own: "yes", a: "b" });
            await plugin.delete("aws:ec2/tag:Tag", id, state);
            assert.deepEqual(aws.items(SUBNET)[0]?.properties["tagsAll"], { own: "yes" });
            const missing = make(plugin, "aws:ec2/tag:Tag", { resourceId: "subnet-2", key: "a", value: "b" });
            assert.match((await failure(missing)).message, /'subnet-2' is not valid/);
        },
    },
    {
        name: "stack: a template's outputs, kept over an update; parameters must be there",
        async run(aws) {
            const STACK = "aws:cloudformation/stack:Stack";
            const plugin = await aws.plugin();
            const template = {
                Parameters: { Role: { Type: "String" } },
                Resources: { Policy: { Type: "AWS::DLM::LifecyclePolicy", Properties: {} } },
                Outputs: {
                    PolicyId: { Value: { Ref: "Policy" } },
                    PolicyArn: { Value: { "Fn::GetAtt": ["Policy", "Arn"] } },
                },
            };
            const stack = { templateBody: JSON.stringify(template), parameters: { Role: "r" } };
            const { id, state, inputs } = await make(plugin, STACK, stack);
            const policy = textAt(state, "outputs", "PolicyId");
            assert.match(policy, /^policy-/);
            assert.match(textAt(state, "outputs", "PolicyArn"), new RegExp(`policy/${policy}$`));
            const updated = await plugin.update(STACK, id, state, { ...inputs, tags: { a: "b" } });
            assert.equal(textAt(updated, "outputs", "PolicyId"), policy);
            const without = make(plugin, STACK, { templateBody: stack.templateBody });
            assert.match((await failure(without)).message, /\[Role\] must have values/);
            const planned = await plugin.check(STACK, { ...stack, parameters: { Role: unknown } });
            assert.deepEqual(planned.failures, {});
        },
    },
];
