/** What AWS, its plugin or the network says, and what an operator is told of it. */
import assert from "node:assert/strict";
import { awsFailure, isMissing } from "../../../../config/aws/failure";

const address = { region: "eu-west-2", account: "111111111111" };
const withProfile = { ...address, profile: "ops" };
const told = (text: string, where: typeof address & { profile?: string } = address) => {
    const { path, message } = awsFailure(new Error(text), "its zones", where);
    return `${path}: ${message}`;
};

describe("a failure of AWS", () => {
    const cases: readonly [title: string, text: string, expected: string][] = [
        [
            "no credentials",
            "unable to validate AWS credentials.\nDetails: No valid credential sources found. Please see https://…",
            "cluster.account: No AWS credentials are found, or AWS does not know them. Log in, set AWS_PROFILE, or name a profile in cluster.profile.",
        ],
        [
            "credentials that AWS does not know",
            "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 8b2d, api error InvalidClientTokenId: The security token included in the request is invalid",
            "cluster.account: No AWS credentials are found, or AWS does not know them. Log in, set AWS_PROFILE, or name a profile in cluster.profile.",
        ],
        [
            "another account",
            "AWS account ID not allowed: 222222222222",
            "cluster.account: is 111111111111, but the AWS credentials belong to the account 222222222222. Use credentials of 111111111111 (AWS_PROFILE, or cluster.profile).",
        ],
        [
            "a region that is not reached",
            'operation error EC2: DescribeAvailabilityZones, https response error StatusCode: 0, RequestID: , request send failed, Post "https://ec2.eu-west-2.amazonaws.com/": dial tcp: lookup ec2.eu-west-2.amazonaws.com: no such host',
            "cluster.region: AWS does not answer in 'eu-west-2' (its zones). Is it a region, and is it reached from here?",
        ],
        [
            "no region",
            "invalid AWS Region: eu-west-2",
            "cluster.region: 'eu-west-2' is no region of AWS, or the account has not enabled it.",
        ],
        [
            "a region that is not enabled",
            "api error OptInRequired: You are not subscribed to this service.",
            "cluster.region: 'eu-west-2' is no region of AWS, or the account has not enabled it.",
        ],
        [
            "too many questions",
            "operation error EKS: DescribeCluster, exceeded maximum number of attempts, 25, https response error StatusCode: 400, api error ThrottlingException: Rate exceeded",
            "cluster.region: AWS is asked too much in 'eu-west-2' just now (its zones). Run it again in a minute.",
        ],
        [
            "a permission",
            "api error AccessDeniedException: User: arn:aws:sts::111111111111:assumed-role/x/y is not authorized to perform: eks:ListClusters on resource: *",
            "cluster.account: The AWS credentials may not do what is needed (eks:ListClusters). docs/aws.md lists the permissions.",
        ],
        [
            "something else",
            "invoking aws:index/getAvailabilityZones:getAvailabilityZones: 1 error occurred:\n\t* the moon is full\n\n",
            "cluster.region: AWS was asked for its zones in 'eu-west-2', and failed: the moon is full",
        ],
    ];
    for (const [title, text, expected] of cases) {
        it(`says what to do about ${title}`, () => {
            assert.equal(told(text), expected);
        });
    }

    it("names the profile where there is one", () => {
        assert.equal(
            told("api error ExpiredToken: The security token included in the request is expired", withProfile),
            "cluster.profile: The AWS credentials have expired. Log in again: aws sso login --profile ops.",
        );
        assert.equal(
            told("failed to get shared config profile, ops", withProfile),
            "cluster.profile: There is no profile 'ops' in the AWS configuration of this machine.",
        );
    });
});

describe("what is not there", () => {
    it("is told from what could not be asked", () => {
        const missing = [
            "no matching EC2 VPC found",
            "reading EKS Cluster (x): couldn't find resource",
            "api error InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist",
            "api error NoSuchHostedZone: No hosted zone found with ID: Z1",
            "Your query returned no results. Please change your search criteria and try again.",
        ];
        assert.deepEqual(
            missing.filter((text) => !isMissing(new Error(text))),
            [],
        );
        for (const text of ["dial tcp: no such host", "ThrottlingException: Rate exceeded", "AccessDenied"]) {
            assert.equal(isMissing(new Error(text)), false, text);
        }
    });
});
