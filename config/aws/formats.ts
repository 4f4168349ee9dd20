/** The forms of AWS's names, with what is said of a wrong one. */
import { z } from "zod";

export const arn = (service: string, example: string) =>
    z.string().regex(new RegExp(`^arn:aws[-a-z]*:${service}:`), `must be an ARN such as '${example}'`);

export const ipv4Range = z.cidrv4({ error: "must be an IPv4 address range such as '10.0.0.0/16'" });
export const roleOrUser = arn("iam", "arn:aws:iam::123456789012:role/operators");
export const keyArn = arn("kms", "arn:aws:kms:eu-west-2:123456789012:key/0123…");
export const region = z.string().regex(/^[a-z]{2,3}(-[a-z]+)+-\d$/, "must be a region such as 'eu-west-2'");
export const zone = z
    .string()
    .regex(/^[a-z]{2,3}(-[a-z]+)+-\d[a-z]$/, "must be an availability zone such as 'eu-west-2a'");
export const account = z.string().regex(/^\d{12}$/, "must be an account's 12 digits, in quotes");
export const subnetId = z
    .string()
    .regex(/^subnet-[0-9a-f]{8,17}$/, "must be a subnet's id such as 'subnet-0123456789abcdef0'");
