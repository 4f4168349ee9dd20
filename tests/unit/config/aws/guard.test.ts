/** What AWS, or the cluster that is there, does not allow: each with the way out. */
import assert from "node:assert/strict";
import { guardAccount } from "../../../../config/aws/guard";
import type { LiveAws, LiveEks, LiveVpc } from "../../../../config/aws/live";
import { planSubnets } from "../../../../config/aws/subnets";
import { awsTags } from "../../../../config/aws/tags";
import { type Raw, stack } from "../support";
import {
    autoMode,
    before,
    cluster,
    eks,
    eksFile,
    existingNetwork,
    made,
    nothingThere,
    planned,
    versions,
    vpc,
    withGroup,
    zones,
} from "./eks-support";

/** What is there, the file, and the problems: `path: message`. */
type Case = readonly [title: string, live: LiveAws, raw: Raw, ...problems: string[]];

const [a = "", b = "", c = ""] = zones;
const withCluster = (more: Partial<LiveEks>): LiveAws => ({ ...made, cluster: { ...cluster, ...more } });
const withVpc = (more: Partial<LiveVpc>): LiveAws => ({ ...made, vpc: { ...vpc, ...more } });
const types = "cluster.nodes.groups.general.instanceTypes";
const without = (name: string): Raw => ({ addons: { ...versions, [name]: undefined } });
const someVpc: LiveVpc = {
    id: "vpc-0123456789abcdef0",
    cidrs: ["10.9.0.0/16"],
    tags: {},
    subnets: ["0", "1"].flatMap((kind) =>
        zones.map((zone, index) => ({
            id: `subnet-${kind}000000${index}`,
            zone,
            vpcId: "vpc-0123456789abcdef0",
            cidr: `10.9.${kind}${index}.0/24`,
        })),
    ),
};
const inVpc = (more: Partial<LiveVpc> = {}): LiveAws => ({ ...nothingThere, vpc: { ...someVpc, ...more } });
const network = existingNetwork();
const offers = (type: string, only: readonly string[]): LiveAws => ({
    ...nothingThere,
    instanceTypes: new Map([
        ...nothingThere.instanceTypes,
        [type, { zones: only, architectures: ["arm64"], vcpus: 4, memoryMi: 16_384 }],
    ]),
});
const hostedZone = "Z0123456789ABC";

const suites: Readonly<Record<string, readonly Case[]>> = {
    "the cluster": [
        ["nothing yet", nothingThere, eksFile()],
        ["the stack's own", made, eksFile()],
        ["the stack's own, while it changes", withCluster({ status: "UPDATING" }), eksFile()],
        [
            "one that nobody knows",
            withCluster({ tags: {} }),
            eksFile(),
            "cluster.name: An EKS cluster 'cht' exists in eu-west-2, and was not made by this program. Choose another name, or use it with kind 'existing'.",
        ],
        [
            "another stack's",
            withCluster({ tags: { [awsTags.stack]: "cht-hosting.other" } }),
            eksFile(),
            "cluster.name: The EKS cluster 'cht' in eu-west-2 belongs to the stack 'cht-hosting.other'. Choose another name, or use it with kind 'stack'.",
        ],
        [
            "one that is being deleted",
            withCluster({ status: "DELETING" }),
            eksFile(),
            "cluster.name: The EKS cluster 'cht' is being deleted. Wait until it is gone, or choose another name.",
        ],
        [
            "one that is being made",
            withCluster({ status: "CREATING" }),
            eksFile(),
            "cluster.name: The EKS cluster 'cht' is still being made. Wait until it is ACTIVE, and run 'pulumi up' again.",
        ],
        [
            "one that could not be made",
            withCluster({ status: "FAILED" }),
            eksFile(),
            "cluster.name: The EKS cluster 'cht' could not be made by AWS (status FAILED). See why in the AWS console; delete it there, run 'pulumi refresh', and 'pulumi up' again.",
        ],
        [
            "the stack's own under another name",
            { ...nothingThere, ownClusters: ["old"] },
            eksFile(),
            "cluster.name: The stack has a cluster in eu-west-2 already, 'old': under another name all would be made anew, without its data. Set name: old.",
        ],
        [
            "an entry of who makes it",
            nothingThere,
            eksFile({ access: { ci: { principal: "arn:aws:iam::123456789012:role/ci/deploy", level: "admin" } } }),
            "cluster.access.ci: is who makes the cluster now, and has all rights in it by that: take the entry out.",
        ],
        [
            "an entry of who changes it",
            made,
            eksFile({ access: { ci: { principal: "arn:aws:iam::123456789012:role/deploy", level: "admin" } } }),
        ],
    ],
    "zones and instance types": [
        [
            "no such zone",
            nothingThere,
            eksFile({ zones: [a, b, "eu-west-2d"] }),
            "cluster.zones[2]: The account has no zone 'eu-west-2d' in eu-west-2: must be 'eu-west-2a', 'eu-west-2b' or 'eu-west-2c'.",
        ],
        [
            "no such instance type",
            nothingThere,
            withGroup({ instanceTypes: ["m99g.large"] }),
            `${types}[0]: AWS has no instance type 'm99g.large' in eu-west-2.`,
        ],
        [
            "an instance type that a zone does not have",
            offers("m8g.large", [a, b]),
            withGroup({ instanceTypes: ["m8g.large"] }),
            `${types}[0]: AWS has no 'm8g.large' in ${c}. Choose another type, or set the group's zones to those that have it: '${a}' or '${b}'.`,
        ],
        [
            "an instance type that only other zones have",
            offers("m8g.large", ["eu-west-2d"]),
            withGroup({ instanceTypes: ["m8g.large"] }),
            `${types}[0]: AWS has no 'm8g.large' in ${a}, ${b}, ${c}. Choose another type.`,
        ],
        [
            "an instance type that the group's zones have",
            offers("m8g.large", [a]),
            withGroup({ instanceTypes: ["m8g.large"], zones: [a] }),
        ],
        [
            "two architectures whose names do not tell",
            offers("m9.large", zones),
            withGroup({ instanceTypes: ["m9.large", "m7i.large"] }),
            `${types}: must be of one architecture: some are Graviton (arm64), the others x86_64; make a group of each`,
        ],
    ],
    versions: [
        [
            "one that there is not",
            nothingThere,
            eksFile({
                version: "1.99",
                nodes: { ...(eks["nodes"] as Raw), releaseVersion: undefined },
                ...without("kube-proxy"),
            }),
            "cluster.version: EKS has no Kubernetes 1.99 in this region: must be '1.36', '1.35' or '1.34'.",
        ],
        ...["1.30", "1.33"].map(
            (version): Case => [
                `one out of support, ${version}`,
                {
                    ...nothingThere,
                    recommended: {
                        releaseVersion: `${version}.9-20261101`,
                        addons: { "kube-proxy": `v${version}.9-eksbuild.1` },
                    },
                },
                eksFile({
                    version,
                    nodes: { ...(eks["nodes"] as Raw), releaseVersion: `${version}.1-20261101` },
                    addons: { ...versions, "kube-proxy": `v${version}.0-eksbuild.1` },
                }),
                `cluster.version: Kubernetes ${version} is out of AWS's standard support: must be '1.36', '1.35' or '1.34'.`,
            ],
        ),
        [
            "a lower one",
            withCluster({ version: "1.36" }),
            eksFile(),
            'cluster.version: The cluster runs Kubernetes 1.36, and never goes down. Set version: "1.36".',
        ],
        ["the next one", withCluster({ version: "1.34" }), eksFile()],
        [
            "one after the next",
            withCluster({ version: "1.33" }),
            eksFile(),
            "cluster.version: The cluster runs Kubernetes 1.33, and goes up by one at a time. Set version: \"1.34\", run 'pulumi up', and so on.",
        ],
        [
            "what runs, though AWS supports it no more",
            { ...withCluster({}), versions: [{ version: "1.35", support: "extended" }] },
            eksFile(),
        ],
        [
            "none of the nodes' image and of an add-on",
            {
                ...nothingThere,
                recommended: { releaseVersion: "1.35.9-20261122", addons: { coredns: "v1.13.1-eksbuild.1" } },
            },
            eksFile({ nodes: { ...(eks["nodes"] as Raw), releaseVersion: undefined }, ...without("coredns") }),
            "cluster.nodes.releaseVersion: is required, so that no node or add-on changes with the day. For Kubernetes 1.35 AWS recommends this line: releaseVersion: 1.35.9-20261122",
            "cluster.addons.coredns: is required, so that no node or add-on changes with the day. For Kubernetes 1.35 AWS recommends this line: coredns: v1.13.1-eksbuild.1",
        ],
        [
            "none of an add-on that AWS does not have for it",
            nothingThere,
            eksFile(without("vpc-cni")),
            "cluster.addons.vpc-cni: is required, and AWS recommends none for Kubernetes 1.35: see 'aws eks describe-addon-versions'",
        ],
        [
            "none of Auto Mode's one add-on",
            { ...nothingThere, recommended: { addons: { "snapshot-controller": "v8.3.0-eksbuild.1" } } },
            { ...eksFile(), cluster: { ...autoMode, addons: {} } },
            "cluster.addons.snapshot-controller: is required, so that no node or add-on changes with the day. For Kubernetes 1.35 AWS recommends this line: snapshot-controller: v8.3.0-eksbuild.1",
        ],
    ],
    "the network": [
        [
            "another range",
            made,
            eksFile({ network: { kind: "new", cidr: "10.1.0.0/16" } }),
            "cluster.network.cidr: The cluster's VPC has the range 10.0.0.0/16, which cannot change: all that is in it would be made anew. Set cidr: 10.0.0.0/16.",
        ],
        [
            "a VPC of its own where it is in another",
            withVpc({ tags: {} }),
            eksFile(),
            "cluster.network.kind: The cluster is in the VPC vpc-0123456789abcdef0, which this stack has not made. Set kind: existing, with vpcId: vpc-0123456789abcdef0.",
        ],
        [
            "a zone less",
            made,
            eksFile({ zones: [a, b] }),
            `cluster.zones: The cluster has subnets in ${c}, with nodes, and volumes that exist nowhere else. A zone cannot be taken out: put it back.`,
        ],
        ["a zone more", withVpc({ subnets: vpc.subnets.slice(0, 2) }), eksFile()],
        [
            "zones in another order",
            made,
            eksFile({ zones: [b, a, c] }),
            "cluster.zones: The order of the zones decides about their addresses, and about those of the control plane, which never change. Keep the order, and add zones at the end.",
        ],
        ["an existing VPC", inVpc(), eksFile({ network })],
        [
            "an existing VPC that there is not",
            nothingThere,
            eksFile({ network }),
            "cluster.network.vpcId: There is no VPC 'vpc-0123456789abcdef0' in eu-west-2 that the credentials may see.",
        ],
        [
            "another VPC than the cluster's",
            { ...inVpc(), cluster: { ...cluster, vpcId: "vpc-00000000" } },
            eksFile({ network }),
            "cluster.network.vpcId: The cluster is in the VPC vpc-00000000, and cannot follow to another. Set it back.",
        ],
        [
            "a VPC that has the Services' addresses",
            inVpc({ cidrs: ["10.9.0.0/16", "172.20.1.0/24"] }),
            eksFile({ network }),
            "cluster.network.vpcId: The VPC's range 172.20.1.0/24 overlaps 172.20.0.0/16, which Kubernetes' Services have: their addresses would lead to the wrong place. Use another VPC.",
        ],
        [
            "subnets that are not there, of another VPC, and in another zone",
            inVpc({
                subnets: someVpc.subnets.flatMap((subnet) => {
                    if (subnet.id === "subnet-00000000") return [];
                    if (subnet.id === "subnet-00000001") return [{ ...subnet, vpcId: "vpc-1" }];
                    return subnet.id === "subnet-10000002" ? [{ ...subnet, zone: a }] : [subnet];
                }),
            }),
            eksFile({ network }),
            `cluster.network.privateSubnets.${a}: There is no subnet 'subnet-00000000' in eu-west-2 that the credentials may see.`,
            `cluster.network.privateSubnets.${b}: The subnet 'subnet-00000001' is of the VPC 'vpc-1', not of 'vpc-0123456789abcdef0'.`,
            `cluster.network.publicSubnets.${c}: The subnet 'subnet-10000002' is in '${a}', not in '${c}'.`,
        ],
    ],
    "Auto Mode and the hosted zone": [
        [
            "Auto Mode taken back",
            withCluster({ autoMode: true }),
            eksFile(),
            "cluster.autoMode: The cluster was made with Auto Mode, whose volumes other nodes cannot use: they belong to another CSI driver. Put autoMode back; to change, make a second cluster and move the instances by snapshots.",
        ],
        [
            "Auto Mode taken up",
            made,
            { ...eksFile(), cluster: autoMode },
            "cluster.autoMode: The cluster was made without Auto Mode, whose nodes cannot use its volumes: they belong to another CSI driver. Take autoMode out; to change, make a second cluster and move the instances by snapshots.",
        ],
        [
            "a hosted zone that there is not",
            nothingThere,
            eksFile({ ingress: { hostedZone } }, { tls: { kind: "acm" } }),
            "cluster.ingress.hostedZone: There is no hosted zone 'Z0123456789ABC' that the credentials may see.",
        ],
        [
            "a private hosted zone",
            { ...nothingThere, hostedZone: { id: hostedZone, domain: "example.org", private: true } },
            eksFile({ ingress: { hostedZone } }),
            "cluster.ingress.hostedZone: The hosted zone 'Z0123456789ABC' ('example.org') is private: phones would not find the hosts, and no certificate could be proved there. Use a public one.",
        ],
    ],
};

for (const [suite, cases] of Object.entries(suites)) {
    describe(`AWS and ${suite}`, () => {
        for (const [title, live, raw, ...expected] of cases) {
            it(title, () => {
                const { problems, instances } = planned(raw, live);
                assert.deepEqual(
                    [...problems, ...instances.problems].map(({ path, message }) => `${path}: ${message}`),
                    expected,
                );
            });
        }
    });
}

describe("what a stack remembers of its cluster", () => {
    const told = (raw: Raw, live: LiveAws = made) =>
        planned(raw, live, { before }).problems.map(({ message }) => message);

    it("lets it be as it was", () => {
        assert.deepEqual(told(eksFile()), []);
    });

    it("refuses another region", () => {
        const there = ["eu-west-1a", "eu-west-1b"];
        const types = new Map(
            [...nothingThere.instanceTypes].map(([type, offer]) => [type, { ...offer, zones: there }]),
        );
        assert.deepEqual(
            planned(
                eksFile({ region: "eu-west-1", zones: there }),
                { ...nothingThere, zones: there, instanceTypes: types },
                { before },
            ).problems[0],
            {
                path: "cluster.region",
                message:
                    "The stack's cluster 'cht' is in eu-west-2, and cannot follow to eu-west-1: its data would stay behind. Set it back to 'eu-west-2'.",
            },
        );
    });

    it("refuses another name, and tells it once", () => {
        assert.deepEqual(told(eksFile({ name: "other" }), { ...nothingThere, ownClusters: ["cht"] }), [
            "The stack's cluster is 'cht': under another name all would be made anew, without its data. Set it back to 'cht'.",
        ]);
    });

    it("refuses a zone less, and another order, of an existing VPC too", () => {
        for (const live of [made, { ...inVpc(), cluster }]) {
            const own = live === made ? {} : { network: existingNetwork() };
            assert.match(told(eksFile({ zones: [b, a, c], ...own }), live).join(), /^The order of the zones decides/);
        }
        const two = (subnets: Raw) => Object.fromEntries(Object.entries(subnets).slice(0, 2));
        const less = existingNetwork({
            privateSubnets: two(existingNetwork()["privateSubnets"] as Raw),
            publicSubnets: two(existingNetwork()["publicSubnets"] as Raw),
        });
        assert.match(
            told(eksFile({ zones: [a, b], network: less }), { ...inVpc(), cluster }).join(),
            /^The cluster has subnets in eu-west-2c/,
        );
    });

    it("lets a zone be added, but not with Auto Mode", () => {
        const two = { before: { ...before, zones: [a, b] } };
        const live = withVpc({ subnets: vpc.subnets.slice(0, 2) });
        assert.deepEqual(planned(eksFile(), live, two).problems, []);
        const auto = { ...eksFile(), cluster: autoMode };
        assert.deepEqual(
            planned(auto, { ...live, cluster: { ...cluster, autoMode: true } }, two).problems.map(({ path }) => path),
            ["cluster.zones"],
        );
    });
});

describe("the account of the credentials", () => {
    const address = { region: "eu-west-2" };
    const told = (wanted: string | undefined, account: string, known = false, profile?: string) =>
        [...guardAccount({ ...address, account: wanted, profile }, account, known ? before : undefined)].map(
            ({ path, message }) => `${path}: ${message}`,
        );

    it("may be any where the file says none, and the one that it says", () => {
        assert.deepEqual([...told(undefined, "1"), ...told("1", "1"), ...told(undefined, before.account, true)], []);
    });

    it("is refused where the file says another", () => {
        assert.deepEqual(told("111111111111", "222222222222", true, "ops"), [
            "cluster.account: is 111111111111, but the credentials of the profile 'ops' belong to the account 222222222222. Use credentials of 111111111111 (AWS_PROFILE, or cluster.profile).",
        ]);
    });

    it("is refused where the stack's cluster is in another", () => {
        assert.deepEqual(told(undefined, "222222222222", true), [
            "cluster.account: The stack's cluster 'cht' is in the account 123456789012, but the AWS credentials belong to 222222222222. Use credentials of 123456789012; an instance moves to another account by a snapshot, into a stack of its own.",
        ]);
    });
});

describe("the subnets of a cluster without memory", () => {
    it("are those that an update would plan", () => {
        assert.deepEqual(
            vpc.subnets.map(({ cidr }) => cidr),
            planSubnets("10.0.0.0/16", zones).map((subnet) => subnet.private),
        );
        assert.equal(made.cluster?.tags[awsTags.stack], stack);
    });
});
