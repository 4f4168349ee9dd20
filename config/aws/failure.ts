/** What AWS, or the way to it, said no to, in an operator's words: never credentials, nor a stack trace. */
import { type Problem, pathOf } from "../problem";
import type { EksModel } from "./schema";

/** Where the program looked for AWS. */
export type AwsAddress = Pick<EksModel, "region" | "account" | "profile">;

interface Known {
    readonly pattern: RegExp;
    readonly problem: (address: AwsAddress, what: string, text: string) => Problem;
}

const known: readonly Known[] = [
    {
        pattern: /account ID not allowed/i,
        problem: ({ account }, _, text) => ({
            path: "cluster.account",
            message: `is ${account}, but the AWS credentials belong to the account ${/\d{12}/.exec(text)?.[0] ?? "of somebody else"}. Use credentials of ${account} (AWS_PROFILE, or cluster.profile).`,
        }),
    },
    {
        pattern: /failed to get shared config profile|profile .* (could not be found|does not exist)/i,
        problem: ({ profile }) => ({
            path: "cluster.profile",
            message: `There is no profile '${profile ?? "of AWS_PROFILE"}' in the AWS configuration of this machine.`,
        }),
    },
    {
        pattern: /expired|SSO session|refresh cached credentials/i,
        problem: (address) => ({
            path: credentialsKey(address),
            message: `The AWS credentials have expired. Log in again${address.profile === undefined ? "" : `: aws sso login --profile ${address.profile}`}.`,
        }),
    },
    {
        pattern:
            /no valid credential|NoCredentialProviders|failed to (retrieve|refresh) credentials|unable to validate AWS credentials|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|invalid credentials|AuthFailure/i,
        problem: (address) => ({
            path: credentialsKey(address),
            message:
                "No AWS credentials are found, or AWS does not know them. Log in, set AWS_PROFILE, or name a profile in cluster.profile.",
        }),
    },
    {
        pattern:
            /no such host|dial tcp|connection (refused|reset)|i\/o timeout|deadline exceeded|request send failed|Could not connect|ENOTFOUND|ECONNREFUSED/i,
        problem: ({ region }, what) => ({
            path: "cluster.region",
            message: `AWS does not answer in '${region}' (${what}). Is it a region, and is it reached from here?`,
        }),
    },
    {
        pattern: /invalid AWS region|OptInRequired|region .* (is )?(not enabled|disabled)/i,
        problem: ({ region }) => ({
            path: "cluster.region",
            message: `'${region}' is no region of AWS, or the account has not enabled it.`,
        }),
    },
    {
        pattern: /throttl|rate exceeded|TooManyRequests|RequestLimitExceeded|SlowDown|StatusCode: (429|503)/i,
        problem: ({ region }, what) => ({
            path: "cluster.region",
            message: `AWS is asked too much in '${region}' just now (${what}). Run it again in a minute.`,
        }),
    },
    {
        pattern: /AccessDenied|UnauthorizedOperation|not authorized to perform|Forbidden|AccessDeniedException/i,
        problem: (address, what, text) => ({
            path: credentialsKey(address),
            message: `The AWS credentials may not do what is needed (${/perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(text)?.[1] ?? what}). docs/aws.md lists the permissions.`,
        }),
    },
];

function credentialsKey({ profile }: AwsAddress): string {
    return profile === undefined ? "cluster.account" : "cluster.profile";
}

/** @param what was asked, in words: `its EKS clusters` */
export function awsFailure(error: unknown, what: string, address: AwsAddress): Problem {
    const text = error instanceof Error ? error.message : String(error);
    const found = known.find(({ pattern }) => pattern.test(text));
    if (found !== undefined) return found.problem(address, what, text);
    return {
        path: pathOf("cluster", "region"),
        message: `AWS was asked for ${what} in '${address.region}', and failed: ${lastLine(text)}`,
    };
}

/** Whether AWS says that there is no such thing. */
export function isMissing(error: unknown): boolean {
    const text = error instanceof Error ? error.message : String(error);
    return /no matching|not ?found|couldn't find|empty result|no results|NoSuch|does not exist/i.test(text);
}

/** The plugin wraps AWS's answer in several lines of its own. */
function lastLine(text: string): string {
    return (
        text
            .split("\n")
            .map((line) => line.replace(/^[\s*]+/, "").trim())
            .filter((line) => line !== "")
            .at(-1) ?? "no reason given"
    );
}
