/** Every mistake an operator can make in the keys of an EKS cluster, and what is said of it before AWS is asked. */
import assert from "node:assert/strict";
import { isGraviton } from "../../../../config/aws/rules-nodes";
import { problemsOf, type Raw } from "../support";
import { autoMode, eks, eksFile, existingNetwork, versions, withGroup, zones } from "./eks-support";

/** A mistake, and the problems it makes: `path: message`. */
type Case = readonly [title: string, raw: Raw, ...problems: string[]];

const on = (more: Raw): Raw => eksFile(more);
const newNetwork = (cidr: string): Raw => on({ network: { kind: "new", cidr } });
const privateRanges = "'10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16' or '100.64.0.0/10'";
const anyZone = "'eu-west-2a', 'eu-west-2b' or 'eu-west-2c'";
const [a = "", b = "", c = ""] = zones;
const general = "cluster.nodes.groups.general";
const couchdb = "cluster.nodes.groups.couchdb";
const daily = { every: "day", keep: 7 };
const tiers = (more: Raw = {}) => ({ tiers: { short: { schedules: { daily } }, ...more } });

const suites: Readonly<Record<string, readonly Case[]>> = {
    "the cluster": [
        ["nothing wrong", on({})],
        ["nothing wrong, with Auto Mode", { ...eksFile(), cluster: autoMode }],
        [
            "an account as a number",
            on({ account: 123456789012 }),
            "cluster.account: must be text, not a number: put it in quotes",
        ],
        ["no account", on({ account: "1234" }), "cluster.account: must be an account's 12 digits, in quotes"],
        [
            "a version as a number",
            on({ version: 1.35 }),
            "cluster.version: must be text, not a number: put it in quotes",
        ],
        ["no region", on({ region: "London" }), "cluster.region: must be a region such as 'eu-west-2'"],
        [
            "a name that is too long",
            on({ name: "a".repeat(41) }),
            "cluster.name: must be letters, digits and '-', at most 40, beginning with a letter",
        ],
        ["one zone", on({ zones: [a] }), "cluster.zones: must have at least 2"],
        ["four zones", on({ zones: [...zones, "eu-west-2d"] }), "cluster.zones: must have at most 3"],
        ["a zone twice", on({ zones: [a, a] }), "cluster.zones[1]: is there twice"],
        [
            "zones of another region",
            on({ zones: [a, "eu-west-1b"] }),
            "cluster.zones[1]: is not in the region 'eu-west-2' of cluster.region",
        ],
        [
            "a tag of AWS's own",
            on({ tags: { "aws:x": "y" } }),
            "cluster.tags.aws:x: must not begin with 'aws:', which AWS keeps for itself",
        ],
        [
            "a tag of the program's own",
            on({ tags: { "cht-hosting/stack": "y" } }),
            "cluster.tags.cht-hosting/stack: is a tag by which the program finds its own again: choose another",
        ],
    ],
    "the network": [
        ["the largest range", newNetwork("10.1.0.0/16")],
        ["the smallest range", newNetwork("192.168.16.0/20")],
        [
            "a range that is too large",
            newNetwork("10.0.0.0/15"),
            "cluster.network.cidr: must be a range of /16 to /20, not /15: AWS has no larger VPC, and in a smaller one pods run out of addresses",
        ],
        [
            "a range that is too small",
            newNetwork("10.0.0.0/21"),
            "cluster.network.cidr: must be a range of /16 to /20, not /21: AWS has no larger VPC, and in a smaller one pods run out of addresses",
        ],
        [
            "a range that begins in the middle",
            newNetwork("10.0.1.0/16"),
            "cluster.network.cidr: must begin with the range's first address: '10.0.0.0/16'",
        ],
        [
            "a public range",
            newNetwork("8.8.0.0/16"),
            `cluster.network.cidr: must be within a private range: ${privateRanges}`,
        ],
        [
            "no range",
            newNetwork("10.0.0.0"),
            "cluster.network.cidr: must be an IPv4 address range such as '10.0.0.0/16'",
        ],
        ["an existing VPC", on({ network: existingNetwork() })],
        [
            "an existing VPC for internal load balancers",
            on({ network: existingNetwork({ publicSubnets: {} }), ingress: { scheme: "internal" } }),
        ],
        [
            "a zone without subnets",
            on({ network: existingNetwork({ privateSubnets: { [a]: "subnet-00000000", [b]: "subnet-00000001" } }) }),
            `cluster.network.privateSubnets: must have a subnet of each zone of cluster.zones; missing: ${c}`,
        ],
        [
            "a subnet of no zone",
            on({ zones: [a, b], network: existingNetwork() }),
            `cluster.network.privateSubnets.${c}: must be a zone of cluster.zones: 'eu-west-2a' or 'eu-west-2b'`,
            `cluster.network.publicSubnets.${c}: must be a zone of cluster.zones: 'eu-west-2a' or 'eu-west-2b'`,
        ],
        [
            "no subnets for the load balancer",
            on({ network: existingNetwork({ publicSubnets: {} }) }),
            `cluster.network.publicSubnets: must have a subnet of each zone of cluster.zones, for the load balancer (or ingress.scheme 'internal'); missing: ${zones.join(", ")}`,
        ],
        [
            "a subnet twice",
            on({
                network: existingNetwork({
                    privateSubnets: { [a]: "subnet-00000000", [b]: "subnet-00000000", [c]: "subnet-00000002" },
                }),
            }),
            `cluster.network.privateSubnets.${b}: is the subnet of cluster.network.privateSubnets.${a}: each zone needs its own, private and public`,
        ],
        ["nobody from the internet", on({ publicAccess: [] })],
        ["everybody from the internet", on({ publicAccess: ["0.0.0.0/0"] })],
        [
            "a private range from the internet",
            on({ publicAccess: ["10.0.0.0/8"] }),
            "cluster.publicAccess[0]: is a private range, which never comes from the internet: inside the VPC the API server is reached anyway",
        ],
        [
            "a range from the internet twice",
            on({ publicAccess: ["203.0.113.0/24", "203.0.113.0/24"] }),
            "cluster.publicAccess[1]: is there twice",
        ],
        [
            "an address as a range",
            on({ publicAccess: ["203.0.113.7/24"] }),
            "cluster.publicAccess[0]: must begin with the range's first address: '203.0.113.0/24'",
        ],
        [
            "more ranges than AWS takes",
            on({ publicAccess: Array.from({ length: 41 }, (_, index) => `203.0.${index}.0/24`) }),
            "cluster.publicAccess: must be at most 40 ranges, not 41",
        ],
    ],
    "the nodes": [
        [
            "neither nodes nor Auto Mode",
            on({ nodes: undefined }),
            "cluster.nodes: is required, unless autoMode lets AWS make the nodes",
        ],
        [
            "nodes and Auto Mode",
            on({ autoMode: {} }),
            ...[
                "nodes",
                "loadBalancerController",
                "addons.vpc-cni",
                "addons.coredns",
                "addons.kube-proxy",
                "addons.aws-ebs-csi-driver",
                "addons.eks-pod-identity-agent",
            ].map((key) => `cluster.${key}: does not go with autoMode, which brings its own: take one out`),
        ],
        [
            "no controller of load balancers",
            on({ loadBalancerController: undefined }),
            "cluster.loadBalancerController: is required without autoMode: { version: '1.14.1' }, the version of the AWS Load Balancer Controller's chart",
        ],
        [
            "nodes for CouchDB alone",
            withGroup({ couchdb: true }),
            "cluster.nodes.groups: must have a group that is not kept for CouchDB (couchdb: false), for everything else",
        ],
        [
            "fewer nodes than at least",
            withGroup({ perZone: { min: 2, desired: 1, max: 2 } }),
            `${general}.perZone.desired: must be at least perZone.min, 2`,
        ],
        [
            "more nodes than at most",
            withGroup({ perZone: { desired: 3, max: 2 } }),
            `${general}.perZone.max: must be at least perZone.desired, 3`,
        ],
        [
            "at most fewer than at least",
            withGroup({ perZone: { min: 3, max: 2 } }),
            `${general}.perZone.max: must be at least perZone.min, 3`,
        ],
        [
            "no node",
            withGroup({ perZone: { min: 0 } }),
            `${general}.perZone.desired: must be at least 1: nothing makes nodes as they are asked for, but autoMode`,
        ],
        [
            "nodes in another zone",
            withGroup({ zones: ["eu-west-2d"] }),
            `${general}.zones[0]: must be a zone of cluster.zones: ${anyZone}`,
        ],
        ["nodes twice in a zone", withGroup({ zones: [a, a] }), `${general}.zones[1]: is there twice`],
        ["spot nodes", withGroup({ capacity: "spot" })],
        [
            "spot nodes for CouchDB",
            withGroup({}, { capacity: "spot" }),
            `${couchdb}.capacity: must be 'on-demand' with couchdb: true: a spot node is taken away with two minutes' notice, while CouchDB writes`,
        ],
        [
            "two architectures in a group",
            withGroup({ instanceTypes: ["m7g.large", "m7i.large"] }),
            `${general}.instanceTypes: must be of one architecture: m7g.large are Graviton, the others x86; make a group of each`,
        ],
        [
            "no instance type",
            withGroup({ instanceTypes: ["large"] }),
            `${general}.instanceTypes[0]: must be an instance type such as 'm7g.xlarge'`,
        ],
        [
            "an image of another Kubernetes",
            on({ nodes: { ...(eks["nodes"] as Raw), releaseVersion: "1.34.2-20261101" } }),
            "cluster.nodes.releaseVersion: must be one of Kubernetes 1.35, beginning with '1.35.': leave it out, and preview tells the one that AWS recommends",
        ],
        [
            "kube-proxy of another Kubernetes",
            on({ addons: { ...versions, "kube-proxy": "v1.34.0-eksbuild.2" } }),
            "cluster.addons.kube-proxy: must be one of Kubernetes 1.35, beginning with 'v1.35.': leave it out, and preview tells the one that AWS recommends",
        ],
        [
            "an add-on's latest",
            on({ addons: { ...versions, coredns: "latest" } }),
            "cluster.addons.coredns: must be an add-on's version such as 'v1.20.4-eksbuild.2'",
        ],
        [
            "a name that AWS has no room for",
            on({
                nodes: {
                    releaseVersion: "1.35.2-20261101",
                    groups: { [`x${"y".repeat(25)}`]: { instanceTypes: ["m7g.large"] } },
                },
            }),
            `cluster.nodes.groups.x${"y".repeat(25)}: must have a name of at most 25 characters: AWS has little room beside the zone's`,
        ],
    ],
    "storage and snapshots": [
        [
            "a class that there is not",
            on({ storage: { className: "gp2" } }),
            "cluster.storage.className: must be one of storage.classes, 'gp3'",
        ],
        [
            "an instance's class that there is not",
            eksFile({}, { couchdb: { volume: { kind: "new", size: "10Gi", className: "gp2" } } }),
            "instances.uat.couchdb.volume.className: must be one of cluster.storage.classes, 'gp3', not 'gp2'",
        ],
        [
            "more IOPS than gp3 has",
            on({ storage: { classes: { gp3: { iops: 100_000 } } } }),
            "cluster.storage.classes.gp3.iops: must be 3000 to 80000, as gp3 has it",
        ],
        [
            "a tier that there is not",
            eksFile({ snapshots: tiers() }, { snapshots: { tier: "long" } }),
            "instances.uat.snapshots.tier: must be 'short' or 'none', not 'long'",
        ],
        ["a tier", eksFile({ snapshots: tiers() }, { snapshots: { tier: "short" } })],
    ],
    "the instances": [
        ["a certificate of AWS", eksFile({ ingress: { hostedZone: "Z0123456789ABC" } }, { tls: { kind: "acm" } })],
        [
            "a certificate of AWS without a zone",
            eksFile({}, { tls: { kind: "acm" } }),
            "instances.uat.tls.kind: 'acm' needs cluster.ingress.hostedZone, in which the certificate is proved; or give an ARN, with kind 'load-balancer'",
        ],
        [
            "a certificate of a Secret",
            eksFile({}, { tls: { kind: "secret", secretName: "uat" } }),
            "instances.uat.tls.kind: 'secret' does not go with an ALB: must be 'acm', 'load-balancer' or 'none'",
        ],
        [
            "CouchDB where no node is kept for it",
            eksFile(
                {
                    nodes: {
                        ...(eks["nodes"] as Raw),
                        groups: {
                            general: { instanceTypes: ["m7g.large"] },
                            couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true, zones: [a, b] },
                        },
                    },
                },
                { placement: { couchdbNodes: [{ "topology.kubernetes.io/zone": c }] } },
            ),
            `instances.uat.placement.couchdbNodes[0].topology.kubernetes.io/zone: no node for CouchDB is in '${c}': must be 'eu-west-2a' or 'eu-west-2b'`,
        ],
        [
            "a disk in another zone",
            eksFile(
                {},
                {
                    couchdb: {
                        volume: {
                            kind: "existing",
                            size: "10Gi",
                            volumes: [{ driver: "ebs.csi.aws.com", handle: "vol-1", zone: "eu-west-1a" }],
                        },
                    },
                },
            ),
            `instances.uat.couchdb.volume.volumes[0].zone: no node for CouchDB is in 'eu-west-1a': must be ${anyZone}`,
        ],
    ],
};

for (const [suite, cases] of Object.entries(suites)) {
    describe(`mistakes in ${suite} on EKS`, () => {
        for (const [title, raw, ...expected] of cases) {
            it(title, () => {
                assert.deepEqual(
                    problemsOf(raw).map(({ path, message }) => `${path}: ${message}`),
                    expected,
                );
            });
        }
    });
}

describe("the mistakes of a file with an EKS cluster", () => {
    it("are told all at once, those of the cluster, its storage and the instances", () => {
        const problems = problemsOf(
            eksFile(
                {
                    zones: [a, "eu-west-1b"],
                    network: { kind: "new", cidr: "10.0.0.0/24" },
                    loadBalancerController: undefined,
                    storage: { className: "gp2" },
                },
                { tls: { kind: "acm" }, version: "3.17.0" },
            ),
        );
        assert.deepEqual(problems.map(({ path }) => path).sort(), [
            "cluster.loadBalancerController",
            "cluster.network.cidr",
            "cluster.storage.className",
            "cluster.zones[1]",
            "instances.uat.tls.kind",
            "instances.uat.version",
        ]);
    });
});

describe("an instance type's name", () => {
    it("says whether it is Graviton", () => {
        const arm = ["m7g.large", "c6gn.xlarge", "t4g.small", "x2gd.metal", "im4gn.large", "a1.large", "r8g.48xlarge"];
        const intel = [
            "m7i.large",
            "m7i-flex.large",
            "g5.xlarge",
            "g4dn.xlarge",
            "r6id.large",
            "t3.micro",
            "c7a.large",
        ];
        assert.deepEqual([...arm, ...intel].filter(isGraviton), arm);
    });
});
