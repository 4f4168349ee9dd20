/** What AWS says when it refuses, in the words in which the official plugin passes it on. */
import { randomUUID } from "node:crypto";

/** An answer of AWS: `InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist`. */
export class AwsError extends Error {
    constructor(
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

const SERVICES: Record<string, string> = {
    acm: "ACM",
    cloudwatch: "CloudWatch",
    dlm: "DLM",
    ebs: "EC2",
    ec2: "EC2",
    eks: "EKS",
    iam: "IAM",
    index: "STS",
    kms: "KMS",
    lambda: "Lambda",
    resourcegroupstaggingapi: "Resource Groups Tagging API",
    route53: "Route 53",
    sns: "SNS",
    ssm: "SSM",
    vpc: "EC2",
};

export const moduleOf = (token: string): string => token.split(":")[1]?.split("/")[0] ?? "";
export const serviceOf = (token: string): string => SERVICES[moduleOf(token)] ?? moduleOf(token).toUpperCase();
const kindOf = (token: string): string => token.split(":").at(-1) ?? "";

const VERBS = { create: "creating", update: "updating", delete: "deleting", read: "reading" } as const;
export type Operation = keyof typeof VERBS;

/** @param call an operation on a resource, or `read` of a function. */
export function describe(call: Operation, token: string, id: string, error: AwsError, attempts = 1): Error {
    const operation = `${call.charAt(0).toUpperCase()}${call.slice(1)}${kindOf(token)}`;
    const tries = attempts > 1 ? `exceeded maximum number of attempts, ${attempts}, ` : "";
    const subject = `${VERBS[call]} ${serviceOf(token)} ${kindOf(token)}${id && ` (${id})`}`;
    return new Error(
        `${subject}: operation error ${serviceOf(token)}: ${operation}, ${tries}https response error StatusCode: 400, ` +
            `RequestID: ${randomUUID()}, api error ${error.code}: ${error.message}`,
    );
}
