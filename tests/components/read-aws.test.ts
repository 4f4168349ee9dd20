/** What the program asks of AWS, and what it makes of the answers. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readingProvider } from "../../components/cluster/aws-provider";
import { readAws, readAwsBeside } from "../../components/cluster/read-aws";
import type { EksIdentity } from "../../config/aws/guard";
import type { LiveAws, SnapshotQuery } from "../../config/aws/live";
import { type EksModel, eksSchema } from "../../config/aws/schema";
import { type AwsAccount, type AwsCluster, answers, emptyAccount } from "../support/aws";
import { project, register, stackName } from "../support/register";

const stack = `${project}.${stackName}`;
const zones = emptyAccount.zones;

const modelOf = (more: object = {}): EksModel =>
    eksSchema.parse({
        kind: "eks",
        name: "cht",
        region: "eu-west-2",
        version: "1.35",
        zones,
        publicAccess: [],
        nodes: { groups: { general: { instanceTypes: ["m7g.large", "m99.large"] } } },
        ...more,
    });

const own: AwsCluster = { version: "1.34", tags: { "cht-hosting/stack": stack }, vpcId: "vpc-1" };

interface Options {
    readonly model?: EksModel;
    readonly snapshots?: readonly SnapshotQuery[];
    readonly before?: EksIdentity;
    /** A question that fails: its function's name, and what AWS says. */
    readonly failing?: Readonly<Record<string, string>>;
}

/** What was read, and the functions that were called for it. */
async function read(account: Partial<AwsAccount> = {}, options: Options = {}) {
    const { model = modelOf(), snapshots = [], before, failing = {} } = options;
    const answer = answers({ ...emptyAccount, ...account });
    const asked: string[] = [];
    let live: LiveAws | undefined;
    const { resources } = await register(
        async () => {
            live = await readAws({ model, stack, snapshots, before }, readingProvider(model));
        },
        {
            answer(token, inputs) {
                const name = token.split(":").at(-1) ?? "";
                asked.push(name);
                if (failing[name] !== undefined) throw new Error(failing[name]);
                return answer(token, inputs);
            },
        },
    );
    assert(live !== undefined);
    return { live, asked, resources };
}

async function refusal(work: Promise<unknown>): Promise<string> {
    try {
        await work;
    } catch (error) {
        assert(pulumi.RunError.isInstance(error), String(error));
        return error.message;
    }
    assert.fail("it is not refused");
}

describe("reading AWS", () => {
    it("finds an account in which nothing was made yet", async () => {
        const { live } = await read();
        assert.deepEqual(
            { ...live, instanceTypes: [...live.instanceTypes], snapshots: [...live.snapshots] },
            {
                account: "123456789012",
                caller: "arn:aws:iam::123456789012:role/cht-deploy",
                partition: "aws",
                zones,
                // What AWS does not have is not there.
                instanceTypes: [["m7g.large", { zones, architectures: ["arm64"], vcpus: 4, memoryMi: 16_384 }]],
                versions: [
                    { version: "1.30", support: "none" },
                    { version: "1.33", support: "extended" },
                    { version: "1.34", support: "standard" },
                    { version: "1.35", support: "standard" },
                ],
                recommended: { releaseVersion: "1.35.2-20261101", addons: emptyAccount.addons },
                ownClusters: [],
                snapshots: [],
            },
        );
    });

    it("asks only what the file needs", async () => {
        const always = [
            ...["getCallerIdentity", "getPartition", "getAvailabilityZones", "getClusterVersions"],
            ...["getClusters", "getResources"],
        ];
        const pinned = modelOf({
            nodes: { releaseVersion: "1.35.2-20261101", groups: { general: { instanceTypes: ["m7g.large"] } } },
            addons: emptyAccount.addons,
        });
        const { asked } = await read({}, { model: pinned });
        assert.deepEqual(asked.sort(), [...always, "getInstanceType", "getInstanceTypeOfferings"].sort());
        const auto = modelOf({ nodes: undefined, autoMode: {} });
        assert.deepEqual((await read({}, { model: auto })).asked.sort(), [...always, "getAddonVersion"].sort());
    });

    it("finds the stack's cluster, its VPC and the subnets that the stack has made there", async () => {
        const { live } = await read({
            clusters: { cht: own, other: { ...own, tags: {} }, renamed: own },
            vpcs: { "vpc-1": { cidrs: ["10.0.0.0/16", "10.1.0.0/16"], tags: { a: "b" } } },
            subnets: {
                "subnet-1": { vpcId: "vpc-1", zone: "eu-west-2a", cidr: "10.0.0.0/18", stack },
                "subnet-2": { vpcId: "vpc-1", zone: "eu-west-2b", cidr: "10.0.64.0/18" },
            },
        });
        assert.deepEqual(live.cluster, {
            name: "cht",
            version: "1.34",
            status: "ACTIVE",
            endpoint: "https://example.eks.amazonaws.com",
            certificateAuthority: "",
            tags: own.tags,
            vpcId: "vpc-1",
            autoMode: false,
        });
        assert.deepEqual(live.ownClusters, ["cht", "renamed"]);
        assert.deepEqual(live.vpc, {
            id: "vpc-1",
            cidrs: ["10.0.0.0/16", "10.1.0.0/16"],
            tags: { a: "b" },
            subnets: [{ id: "subnet-1", zone: "eu-west-2a", vpcId: "vpc-1", cidr: "10.0.0.0/18" }],
        });
    });

    it("finds an existing VPC with the subnets that the file names, as far as they are there", async () => {
        const model = modelOf({
            network: {
                kind: "existing",
                vpcId: "vpc-00000001",
                privateSubnets: { "eu-west-2a": "subnet-00000001", "eu-west-2b": "subnet-00000002" },
                publicSubnets: { "eu-west-2a": "subnet-00000003" },
            },
        });
        const subnet = { vpcId: "vpc-00000001", zone: "eu-west-2a", cidr: "10.0.0.0/24" };
        const { live } = await read(
            {
                vpcs: { "vpc-00000001": { cidrs: ["10.0.0.0/16"] } },
                subnets: { "subnet-00000001": subnet, "subnet-00000003": subnet },
            },
            { model },
        );
        assert.deepEqual(
            live.vpc?.subnets.map(({ id }) => id),
            ["subnet-00000001", "subnet-00000003"],
        );
        assert.equal((await read({}, { model })).live.vpc, undefined);
    });

    it("finds the hosted zone, without the dot at the end of its domain", async () => {
        const model = modelOf({ ingress: { hostedZone: "Z0123456789ABC" } });
        const hostedZones = { Z0123456789ABC: { domain: "example.org.", private: true } };
        const zone = { id: "Z0123456789ABC", domain: "example.org", private: true };
        assert.deepEqual((await read({ hostedZones }, { model })).live.hostedZone, zone);
        assert.equal((await read({}, { model })).live.hostedZone, undefined);
    });

    it("finds snapshots by id in any state, and by tags the ten latest that are complete", async () => {
        const day = (number: number) => `2026-11-${String(number).padStart(2, "0")}T01:00:00Z`;
        const taken = Array.from({ length: 12 }, (_, index) => [
            `snap-${index + 1}`,
            { volumeId: "vol-1", startedAt: day(index + 1), sizeGi: 10, tags: { app: "cht" } },
        ]);
        const snapshots = {
            ...Object.fromEntries(taken),
            "snap-pending": {
                volumeId: "vol-1",
                startedAt: day(20),
                sizeGi: 10,
                tags: { app: "cht" },
                state: "pending",
            },
            "snap-other": { volumeId: "vol-2", startedAt: day(21), sizeGi: 10, tags: { app: "other" } },
        };
        const { live } = await read(
            { snapshots },
            {
                snapshots: [
                    { key: "ids", ids: ["snap-3", "snap-pending", "snap-nowhere"] },
                    { key: "tags", tags: { app: "cht" } },
                    { key: "none", tags: { app: "nothing" } },
                ],
            },
        );
        const found = (key: string) => live.snapshots.get(key)?.map(({ id }) => id);
        assert.deepEqual(found("ids"), ["snap-pending", "snap-3"]);
        assert.deepEqual(
            found("tags"),
            Array.from({ length: 10 }, (_, index) => `snap-${12 - index}`),
        );
        assert.deepEqual(found("none"), []);
        assert.deepEqual(live.snapshots.get("ids")?.[1], {
            id: "snap-3",
            volumeId: "vol-1",
            startedAt: day(3),
            state: "completed",
            sizeGi: 10,
            encrypted: true,
            tags: { app: "cht" },
        });
    });

    it("leaves open what AWS recommends for a version that it does not have", async () => {
        const { live } = await read({ addons: {}, releaseVersion: undefined });
        assert.deepEqual(live.recommended, { addons: {} });
    });
});

describe("AWS that does not answer", () => {
    it("is told with everything that failed, each once, in words of the file", async () => {
        const noAnswer = "request send failed, dial tcp: i/o timeout";
        const text = await refusal(
            read(
                {},
                {
                    failing: {
                        getClusters: noAnswer,
                        getAvailabilityZones: noAnswer,
                        getResources: "AccessDenied: not authorized to perform: tag:GetResources",
                    },
                },
            ),
        );
        const [heading, ...problems] = text.trimEnd().split("\n\n");
        assert.equal(heading, "AWS cannot be read:");
        assert.deepEqual(problems.sort(), [
            "  cluster.account\n    The AWS credentials may not do what is needed (tag:GetResources). docs/aws.md lists the permissions.",
            "  cluster.region\n    AWS does not answer in 'eu-west-2' (its EKS clusters). Is it a region, and is it reached from here?",
            "  cluster.region\n    AWS does not answer in 'eu-west-2' (its zones). Is it a region, and is it reached from here?",
        ]);
    });

    it("is not taken for something that is not there", async () => {
        const model = modelOf({ ingress: { hostedZone: "Z0123456789ABC" } });
        const text = await refusal(read({}, { model, failing: { getZone: "ThrottlingException: Rate exceeded" } }));
        assert.match(text, /AWS is asked too much in 'eu-west-2' just now \(the hosted zone 'Z0123456789ABC'\)/);
    });

    it("is asked nothing more where the credentials are another account's", async () => {
        const asked: string[] = [];
        const answer = answers(emptyAccount);
        const model = modelOf({ account: "111111111111" });
        const text = await refusal(
            register(() => readAws({ model, stack, snapshots: [] }, readingProvider(model)), {
                answer: (token, inputs) => {
                    asked.push(token.split(":").at(-1) ?? "");
                    return answer(token, inputs);
                },
            }),
        );
        assert.match(
            text,
            /^ {2}cluster\.account\n {4}is 111111111111, but the AWS credentials belong to the account 123456789012\./m,
        );
        assert.deepEqual(asked, ["getCallerIdentity"]);
    });
});

describe("AWS beside a cluster that another stack made", () => {
    const place = { region: "eu-west-2", account: "123456789012" };
    const beside = (account: string) =>
        register(
            async () => ({ count: (await readAwsBeside({ ...place, account }, [], readingProvider(place))).size }),
            { answer: answers(emptyAccount) },
        );

    it("is the cluster's account", async () => {
        assert.deepEqual((await beside(place.account)).outputs, { count: 0 });
        assert.match(await refusal(beside("111111111111")), /cluster\.account/);
    });
});
