/** What is refused before anything is made: the file, what AWS is like, and what is told. */
import type { StackFile } from "../support/stack";
import { type AwsResource, accountId, region, type Settings } from "./support/account";
import { addons, awsInstance, type Block, eksCluster, without } from "./support/stack";

export const instances = { one: awsInstance("one") };
export const file = (more: Block = {}, others: Readonly<Record<string, Block>> = {}, name = "refused"): StackFile => ({
    cluster: eksCluster(name, more),
    instances: { ...instances, ...others },
});
export const groups = (more: Block) => ({
    nodes: { releaseVersion: "1.34.2-20261001", groups: { general: { instanceTypes: ["m7g.xlarge"] }, ...more } },
});
export const restored = (from: Block) => ({
    two: awsInstance("two", { couchdb: { volume: { kind: "snapshot", from } } }),
});
interface Case {
    readonly file: StackFile;
    /** What AWS is like. */
    readonly settings?: Settings;
    /** What is in AWS already. */
    readonly there?: readonly AwsResource[];
    /** By key, what is said of it. */
    readonly told: Readonly<Record<string, RegExp>>;
}

export const cases: Readonly<Record<string, Case>> = {
    "a range too small for pods": {
        file: file({ network: { kind: "new", cidr: "10.0.0.0/24" } }),
        told: { "cluster.network.cidr": /^must be a range of \/16 to \/20, not \/24: / },
    },
    "a range that begins elsewhere": {
        file: file({ network: { kind: "new", cidr: "10.0.7.0/16" } }),
        told: { "cluster.network.cidr": /must begin with the range's first address: '10\.0\.0\.0\/16'/ },
    },
    "a range of the internet": {
        file: file({ network: { kind: "new", cidr: "8.8.0.0/16" } }),
        told: { "cluster.network.cidr": /must be within a private range: / },
    },
    "an existing VPC whose range overlaps that of Kubernetes' Services": {
        file: file({
            network: {
                kind: "existing",
                vpcId: "vpc-0123456789abcdef0",
                privateSubnets: { "eu-west-2a": "subnet-0000000000000000a", "eu-west-2b": "subnet-0000000000000000b" },
            },
            ingress: { scheme: "internal" },
        }),
        there: [
            resource("aws:ec2/vpc:Vpc", "vpc-0123456789abcdef0", {
                cidrBlock: "10.0.0.0/16",
                cidrBlockAssociations: [
                    { cidrBlock: "10.0.0.0/16", state: "associated" },
                    { cidrBlock: "172.20.0.0/16", state: "associated" },
                ],
            }),
            subnet("subnet-0000000000000000a", "eu-west-2a", "10.0.0.0/20"),
            subnet("subnet-0000000000000000b", "eu-west-2b", "10.0.16.0/20"),
        ],
        told: { "cluster.network.vpcId": /172\.20\.0\.0\/16 overlaps 172\.20\.0\.0\/16/ },
    },
    "a VPC and subnets that are not there, or of another zone": {
        file: file({
            network: {
                kind: "existing",
                vpcId: "vpc-0123456789abcdef0",
                privateSubnets: { "eu-west-2a": "subnet-0000000000000000a", "eu-west-2b": "subnet-0000000000000000b" },
            },
            ingress: { scheme: "internal" },
        }),
        there: [
            resource("aws:ec2/vpc:Vpc", "vpc-0123456789abcdef0", { cidrBlock: "10.0.0.0/16" }),
            subnet("subnet-0000000000000000a", "eu-west-2c", "10.0.0.0/20"),
        ],
        told: {
            "cluster.network.privateSubnets.eu-west-2a": /is in 'eu-west-2c', not in 'eu-west-2a'/,
            "cluster.network.privateSubnets.eu-west-2b": /There is no subnet 'subnet-0000000000000000b' in eu-west-2/,
        },
    },
    "a zone of another region": {
        file: file({ zones: ["eu-west-2a", "eu-west-1a"] }),
        told: { "cluster.zones[1]": /is not in the region 'eu-west-2'/ },
    },
    "a zone that the account does not have": {
        file: file({ zones: ["eu-west-2a", "eu-west-2f"] }),
        told: { "cluster.zones[1]": /The account has no zone 'eu-west-2f' in eu-west-2: must be 'eu-west-2a', / },
    },
    "an instance type that one of the zones does not have": {
        file: file(groups({ couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true } })),
        settings: { instanceTypes: { "r7g.xlarge": { zones: ["eu-west-2a"] } } },
        told: {
            "cluster.nodes.groups.couchdb.instanceTypes[0]": /AWS has no 'r7g\.xlarge' in eu-west-2b\. .*'eu-west-2a'/,
        },
    },
    "an instance type that there is not": {
        file: file(groups({ couchdb: { instanceTypes: ["r99g.xlarge"], couchdb: true } })),
        told: {
            "cluster.nodes.groups.couchdb.instanceTypes[0]": /AWS has no instance type 'r99g\.xlarge' in eu-west-2/,
        },
    },
    "two architectures in one group": {
        file: file(groups({ couchdb: { instanceTypes: ["r7g.xlarge", "r7i.xlarge"], couchdb: true } })),
        told: { "cluster.nodes.groups.couchdb.instanceTypes": /must be of one architecture/ },
    },
    "spot nodes for CouchDB": {
        file: file(groups({ couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true, capacity: "spot" } })),
        told: { "cluster.nodes.groups.couchdb.capacity": /must be 'on-demand' with couchdb: true/ },
    },
    "a Kubernetes out of support": {
        file: file({
            version: "1.30",
            nodes: { releaseVersion: "1.30.2-20261101", groups: { general: { instanceTypes: ["m7g.xlarge"] } } },
            addons: { ...addons("1.34"), "kube-proxy": "v1.30.0-eksbuild.2" },
        }),
        told: { "cluster.version": /Kubernetes 1\.30 is out of AWS's standard support: must be '1\.35' or '1\.34'/ },
    },
    "a Kubernetes that there is not": {
        file: file({
            version: "1.99",
            nodes: { releaseVersion: "1.99.2-20261101", groups: { general: { instanceTypes: ["m7g.xlarge"] } } },
            addons: { ...addons("1.34"), "kube-proxy": "v1.99.0-eksbuild.2" },
        }),
        told: { "cluster.version": /EKS has no Kubernetes 1\.99 in this region: must be / },
    },
    "versions that are not written down, telling which AWS recommends": {
        file: file({
            addons: without(addons("1.34"), "coredns"),
            nodes: { groups: { general: { instanceTypes: ["m7g.xlarge"] } } },
        }),
        told: {
            "cluster.addons.coredns": new RegExp(`recommends this line: coredns: ${addons("1.34")["coredns"]}`),
            "cluster.nodes.releaseVersion": /recommends this line: releaseVersion: 1\.34\.2-20261101/,
        },
    },
    "a snapshot that is not there": {
        file: file({}, restored({ snapshots: ["snap-0123456789abcdef0"] })),
        told: {
            "instances.two.couchdb.volume.from.snapshots[0]":
                /There is no snapshot 'snap-0123456789abcdef0' in this account and region/,
        },
    },
    "a snapshot that is not complete": {
        file: file({}, restored({ snapshots: ["snap-0123456789abcdef0"] })),
        there: [
            resource("aws:ebs/snapshot:Snapshot", "snap-0123456789abcdef0", {
                volumeId: "vol-0123456789abcdef0",
                volumeSize: 10,
                state: "pending",
                startTime: "2026-11-20T01:00:00Z",
                encrypted: true,
                tags: {},
            }),
        ],
        told: { "instances.two.couchdb.volume.from.snapshots[0]": /'pending': it must be completed/ },
    },
    "tags that no snapshot has": {
        file: file({}, restored({ tags: { country: "nowhere" } })),
        told: {
            "instances.two.couchdb.volume.from.tags": /There is no completed snapshot of the tags country=nowhere/,
        },
    },
    "retention over AWS's limits": {
        file: file({
            snapshots: {
                tiers: {
                    daily: {
                        schedules: {
                            ages: { every: "day", keep: "200 years" },
                            shared: { every: "day", keep: 14, fastRestore: ["eu-west-2f"] },
                        },
                    },
                },
            },
        }),
        told: {
            "cluster.snapshots.tiers.daily.schedules.ages.keep": /at most|must be/,
            "cluster.snapshots.tiers.daily.schedules.shared.fastRestore[0]": /zone/,
        },
    },
    "more schedules than a policy has": {
        file: file({
            snapshots: {
                tiers: {
                    daily: {
                        schedules: Object.fromEntries(
                            ["a", "b", "c", "d", "e"].map((name) => [name, { every: "day", keep: 1 }]),
                        ),
                    },
                },
            },
        }),
        told: { "cluster.snapshots.tiers.daily.schedules": /4|four/ },
    },
    "a class over gp3's limits": {
        file: file({ storage: { className: "gp3", classes: { gp3: {}, fast: { iops: 90_000, throughput: 3_000 } } } }),
        told: {
            "cluster.storage.classes.fast.iops": /must be 3000 to 80000, as gp3 has it/,
            "cluster.storage.classes.fast.throughput": /must be 125 to 2000 MiB a second/,
        },
    },
    "credentials of another account": {
        file: file({ account: "999999999999" }),
        told: { "cluster.account": /is 999999999999, but the AWS credentials belong to the account 123456789012/ },
    },
    "somebody else's cluster of the same name": {
        file: file(),
        there: [foreignCluster("refused", {})],
        told: { "cluster.name": /An EKS cluster 'refused' exists in eu-west-2, and was not made by this program/ },
    },
    "another stack's cluster of the same name": {
        file: file(),
        there: [foreignCluster("refused", { "cht-hosting/stack": "cht-hosting.other" })],
        told: { "cluster.name": /belongs to the stack 'cht-hosting\.other'/ },
    },
    "this stack's own cluster of another name": {
        file: file(),
        there: [foreignCluster("before", { "cht-hosting/stack": "cht-hosting.refusals" })],
        told: { "cluster.name": /The stack has a cluster in eu-west-2 already, 'before'/ },
    },
    "a hosted zone that there is not": {
        file: file({ ingress: { hostedZone: "Z0123456789ABCDEFGHIJ" } }),
        told: { "cluster.ingress.hostedZone": /There is no hosted zone 'Z0123456789ABCDEFGHIJ'/ },
    },
    "a host outside the zone that proves its certificate": {
        file: file(
            { ingress: { hostedZone: "Z0123456789ABCDEFGHIJ" } },
            { one: awsInstance("one", { tls: { kind: "acm" }, host: "one.elsewhere.org" }) },
        ),
        there: [hostedZone("cht.example.org")],
        told: { "instances.one.host": /cht\.example\.org/ },
    },
};

function resource(type: string, id: string, properties: object): AwsResource {
    return { type, region, id, properties: { id, ...properties } };
}

function subnet(id: string, availabilityZone: string, cidrBlock: string): AwsResource {
    return resource("aws:ec2/subnet:Subnet", id, {
        availabilityZone,
        cidrBlock,
        vpcId: "vpc-0123456789abcdef0",
        tags: {},
    });
}

function hostedZone(name: string): AwsResource {
    const zoneId = "Z0123456789ABCDEFGHIJ";
    return { ...resource("aws:route53/zone:Zone", zoneId, { zoneId, name, tags: {} }), region: "" };
}

function foreignCluster(name: string, tags: Readonly<Record<string, string>>): AwsResource {
    return resource("aws:eks/cluster:Cluster", name, {
        name,
        arn: `arn:aws:eks:${region}:${accountId}:cluster/${name}`,
        version: "1.34",
        status: "ACTIVE",
        endpoint: "https://127.0.0.1:1",
        certificateAuthority: { data: "" },
        vpcConfig: { vpcId: "vpc-0123456789abcdef0", subnetIds: [] },
        tags,
        tagsAll: tags,
    });
}
