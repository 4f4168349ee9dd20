/** The simulated AWS replaces what AWS replaces: its rules against `createOnlyProperties` of AWS's own schemas. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { facts } from "../../../sandbox/plugins/aws/services";
import { environment, installCfnLint } from "./cfn-lint";

/**
 * What CloudFormation replaces and the official plugin does not: it changes it in place, or its resource has no such
 * property. Where that is said is beside each rule in sandbox/plugins/aws/services.
 */
const exceptions = [
    "AWS::CertificateManager::Certificate/CertificateExport",
    "AWS::EC2::EIP/TransferAddress",
    ...["IpProtocol", "DestinationSecurityGroupId", "ToPort", "CidrIp", "FromPort", "CidrIpv6"].map(
        (name) => `AWS::EC2::SecurityGroupEgress/${name}`,
    ),
    "AWS::EC2::SecurityGroupEgress/DestinationPrefixListId",
    ...["GroupName", "IpProtocol", "SourceSecurityGroupId", "SourcePrefixListId", "ToPort", "CidrIp"].map(
        (name) => `AWS::EC2::SecurityGroupIngress/${name}`,
    ),
    ...["SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "FromPort", "CidrIpv6"].map(
        (name) => `AWS::EC2::SecurityGroupIngress/${name}`,
    ),
    "AWS::EC2::SubnetRouteTableAssociation/RouteTableId",
    "AWS::EC2::VPC/VpcEncryptionControl",
    "AWS::EC2::VPCEndpoint/DnsOptions/PrivateDnsPreference",
    "AWS::EC2::VPCEndpoint/DnsOptions/PrivateDnsSpecifiedDomains",
    "AWS::Route53::RecordSet/HostedZoneName",
];

/** Not a resource of CloudFormation, or not with rules of its own: by the provider's documentation. */
const withoutSchema = [
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:cloudformation/stack:Stack",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:ebs/snapshot:Snapshot",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/tag:Tag",
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:route53/zone:Zone",
];

function schemas(): (type: string) => string[] {
    const [python = ""] = readdirSync(join(environment, "lib"));
    const folder = join(environment, "lib", python, "site-packages", "cfnlint", "data", "schemas");
    const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8")) as unknown;
    const files = read("providers", "eu-west-2.json") as Record<string, string>;
    return (type) => {
        assert.ok(files[type], `AWS has no schema of ${type}`);
        const schema = read("resources", `${files[type]}.json`) as { createOnlyProperties?: string[] };
        return (schema.createOnlyProperties ?? []).map((path) => path.replace("/properties/", ""));
    };
}

describe("the simulated AWS replaces", function () {
    this.timeout("600s");
    before(installCfnLint);

    it("what AWS's own schemas say", () => {
        const createOnly = schemas();
        const known = Object.values(facts).flatMap(({ cloudFormation, createOnly: rules = {} }) =>
            cloudFormation === undefined ? [] : [[cloudFormation, Object.keys(rules).sort()]],
        );
        const theirs = known.map(([type]) => [type, createOnly(String(type)).sort()]);
        assert.deepEqual(known, theirs);
    });

    it("all of it, but for reviewed exceptions", () => {
        const excepted = Object.values(facts).flatMap(({ cloudFormation, createOnly = {} }) =>
            Object.entries(createOnly).flatMap(([name, property]) =>
                property === null ? [`${cloudFormation ?? ""}/${name}`] : [],
            ),
        );
        assert.deepEqual(excepted.sort(), [...exceptions].sort());
    });

    it("what no schema tells by the provider's documentation, and nothing else", () => {
        const without = Object.entries(facts).flatMap(([type, { cloudFormation }]) => (cloudFormation ? [] : [type]));
        assert.deepEqual(without.sort(), withoutSchema);
    });
});
