/** What AWS tells of what was made: ids and ARNs of the form that AWS's schemas ask for, the same in every run. */
import { createHash } from "node:crypto";

export const account = "123456789012";
export const region = "eu-west-2";

function hex(name: string, length: number): string {
    return createHash("sha256").update(name).digest("hex").slice(0, length);
}

function uuid(name: string): string {
    const digits = hex(name, 32);
    return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
        "-",
    );
}

/** Ids that begin with a word: `vpc-0123…`. */
const prefixes: Readonly<Record<string, string>> = {
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
};

const arns: Readonly<Record<string, (name: string) => string>> = {
    "aws:kms/key:Key": (name) => `kms:${region}:${account}:key/${uuid(name)}`,
    "aws:sns/topic:Topic": (name) => `sns:${region}:${account}:${name}`,
    "aws:lambda/function:Function": (name) => `lambda:${region}:${account}:function:${name}`,
    "aws:cloudwatch/eventRule:EventRule": (name) => `events:${region}:${account}:rule/${name}`,
    "aws:cloudwatch/logGroup:LogGroup": (name) => `logs:${region}:${account}:log-group:${name}`,
    "aws:acm/certificate:Certificate": (name) => `acm:${region}:${account}:certificate/${uuid(name)}`,
};

/** For `register`'s `made`. */
export function madeInAws(type: string, name: string): Record<string, unknown> {
    const prefix = prefixes[type];
    if (prefix !== undefined) {
        const id = `${prefix}-${hex(type + name, 17)}`;
        const version = type.endsWith("LaunchTemplate") ? { latestVersion: 1 } : {};
        return { id, arn: `arn:aws:ec2:${region}:${account}:${prefix}/${id}`, allocationId: id, ...version };
    }
    if (type.startsWith("aws:iam/")) {
        const kind = type.endsWith(":Role") ? "role" : "policy";
        return { id: name, name, arn: `arn:aws:iam::${account}:${kind}/${name}` };
    }
    const arn = arns[type]?.(name);
    if (arn !== undefined) {
        return { id: arn, name, arn: `arn:aws:${arn}`, keyId: uuid(name), ...proofs(type, name) };
    }
    if (type === "eks:index:Cluster") return cluster(name);
    if (type === "aws:cloudformation/stack:Stack") {
        const PolicyId = `policy-${hex(name, 17)}`;
        return { outputs: { PolicyId, PolicyArn: `arn:aws:dlm:${region}:${account}:policy/${PolicyId}` } };
    }
    return type.startsWith("random:") ? { result: `generated-${name}` } : {};
}

function proofs(type: string, name: string): Record<string, unknown> {
    if (!type.startsWith("aws:acm/")) return {};
    const [resourceRecordName, resourceRecordValue] = [`_${hex(name, 32)}.example.org.`, "_x.acm-validations.aws."];
    const proof = { domainName: "example.org", resourceRecordName, resourceRecordType: "CNAME", resourceRecordValue };
    return { domainValidationOptions: [proof] };
}

/** Of the component's outputs those that the program reads. */
function cluster(name: string): Record<string, unknown> {
    const endpoint = `https://${hex(name, 32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`;
    const eksCluster = {
        name,
        arn: `arn:aws:eks:${region}:${account}:cluster/${name}`,
        endpoint,
        certificateAuthority: { data: "LS0tLS1CRUdJTg==" },
    };
    return { eksCluster, core: { endpoint, clusterIamRole: { name: `${name}-eksRole-role` } } };
}
