/** What is decided about an EKS cluster. */
import assert from "node:assert/strict";
import { taggedVolumes } from "../../../../config/aws/tagged-volumes";
import { emptyCluster, type LiveCluster, type LiveNamespace, labels } from "../../../../config/live";
import type { Raw } from "../support";
import { autoMode, eks, eksFile, existingNetwork, nothingThere, planned, withGroup, zones } from "./eks-support";

const [a = "", b = "", c = ""] = zones;

describe("the plan of an EKS cluster", () => {
    it("says everything that the file leaves to defaults", () => {
        const { storage, network, nodeGroups, addons, ...plan } = planned(eksFile({ tags: { project: "cht" } })).plan;
        assert.deepEqual(plan, {
            name: "cht",
            region: "eu-west-2",
            account: "123456789012",
            partition: "aws",
            version: "1.35",
            stack: "cht-hosting.test",
            tags: { project: "cht", "cht-hosting/stack": "cht-hosting.test", "cht-hosting/cluster": "cht" },
            publicAccess: ["203.0.113.0/24"],
            access: [],
            logs: { types: ["api", "audit", "authenticator"], retentionDays: 90 },
            loadBalancerController: { version: "1.14.1" },
            snapshotPolicies: [],
            ingress: {
                kind: "alb",
                className: "alb",
                scheme: "internet-facing",
                group: "cht",
                from: [{ cidr: "10.0.0.0/16" }],
            },
        });
        assert.deepEqual(network, {
            kind: "new",
            cidr: "10.0.0.0/16",
            nat: "per-zone",
            zones: [
                { zone: a, private: "10.0.0.0/18", public: "10.0.192.0/20" },
                { zone: b, private: "10.0.64.0/18", public: "10.0.208.0/20" },
                { zone: c, private: "10.0.128.0/18", public: "10.0.224.0/20" },
            ],
        });
        assert.equal(storage.className, "gp3");
        assert.equal(storage.driver, "ebs.csi.aws.com");
        assert.deepEqual(
            addons.map(({ name, version }) => `${name} ${version}`),
            Object.entries(eks["addons"] as Raw).map(([name, version]) => `${name} ${String(version)}`),
        );
        assert.deepEqual(
            nodeGroups.map(({ name }) => name),
            ["general", "couchdb"].flatMap((kind) => zones.map((zone) => `${kind}-${zone}`)),
        );
    });

    it("has a group of nodes in each zone, those for CouchDB labelled and tainted", () => {
        const [general, , , couchdb] = planned(
            withGroup(
                { perZone: { min: 1, max: 3 }, taints: [{ key: "team" }] },
                { diskGi: 100, labels: { team: "db" } },
            ),
        ).plan.nodeGroups;
        assert.deepEqual(general, {
            name: `general-${a}`,
            zone: a,
            instanceTypes: ["m7g.large"],
            amiType: "AL2023_ARM_64_STANDARD",
            releaseVersion: "1.35.2-20261101",
            min: 1,
            desired: 1,
            max: 3,
            diskGi: 50,
            capacityType: "ON_DEMAND",
            labels: { "cht-hosting/nodes": "general" },
            taints: [{ key: "team", value: "true", effect: "NoSchedule" }],
        });
        assert.equal(couchdb?.diskGi, 100);
        assert.deepEqual(couchdb.labels, { "cht-hosting/nodes": "couchdb", "cht-hosting/couchdb": "true", team: "db" });
        assert.deepEqual(couchdb.taints, [{ key: "cht-hosting/couchdb", value: "true", effect: "NoSchedule" }]);
    });

    it("takes images of the instance types' architecture, and spot nodes where they are wanted", () => {
        const [intel] = planned(withGroup({ instanceTypes: ["m7i.large"], capacity: "spot", zones: [b] })).plan
            .nodeGroups;
        assert.equal(intel?.amiType, "AL2023_x86_64_STANDARD");
        assert.equal(intel.capacityType, "SPOT");
        assert.equal(intel.name, `general-${b}`);
    });

    it("leads CouchDB to the nodes that are kept for it, and nothing else", () => {
        const { contract, instances } = planned(eksFile());
        const couchdb = {
            nodeSelector: { "cht-hosting/couchdb": "true" },
            tolerations: [{ key: "cht-hosting/couchdb", value: "true", effect: "NoSchedule", operator: "Equal" }],
        };
        assert.deepEqual(contract.placement, { couchdb });
        assert.deepEqual(instances.plans[0]?.placement, { nodeSelector: {}, tolerations: [], couchdb });
        const shared = planned(
            eksFile({ nodes: { ...(eks["nodes"] as Raw), groups: { general: { instanceTypes: ["m7g.large"] } } } }),
        );
        assert.equal(shared.contract.placement, undefined);
    });

    it("gives access by EKS's own policies", () => {
        const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
        const { access } = planned(
            eksFile({
                access: {
                    operators: { principal: role("operators"), level: "admin" },
                    uat: { principal: role("uat"), level: "admin", namespaces: ["uat"] },
                    developers: { principal: role("developers"), level: "edit", namespaces: ["uat"] },
                    support: { principal: role("support"), level: "view" },
                },
            }),
        ).plan;
        const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
        assert.deepEqual(access, [
            { name: "operators", principal: role("operators"), policyArn: policy("AmazonEKSClusterAdminPolicy") },
            { name: "uat", principal: role("uat"), policyArn: policy("AmazonEKSAdminPolicy"), namespaces: ["uat"] },
            {
                name: "developers",
                principal: role("developers"),
                policyArn: policy("AmazonEKSEditPolicy"),
                namespaces: ["uat"],
            },
            { name: "support", principal: role("support"), policyArn: policy("AmazonEKSViewPolicy") },
        ]);
    });

    it("leaves to Auto Mode what that brings, and the group to the IngressClass", () => {
        const { plan, contract } = planned({ ...eksFile(), cluster: autoMode });
        assert.deepEqual(plan.autoMode, { maximumAgeHours: 504 });
        assert.deepEqual(plan.nodeGroups, []);
        assert.deepEqual(plan.addons, [{ name: "snapshot-controller", version: "v8.3.0-eksbuild.1" }]);
        assert.equal(plan.loadBalancerController, undefined);
        assert.equal(plan.storage.driver, "ebs.csi.eks.amazonaws.com");
        assert.equal(plan.ingress.group, "cht");
        assert.equal(contract.ingress.group, undefined);
        assert.deepEqual(Object.keys(contract.placement?.couchdb.nodeSelector ?? {}), ["cht-hosting/couchdb"]);
        // DNS is a program on each node there: asked at the Service's address.
        assert.deepEqual(contract.network.dns, [
            { namespace: "kube-system" },
            { cidr: "172.20.0.0/16" },
            { cidr: "10.0.0.0/16" },
        ]);
    });

    it("uses an existing VPC with all of its ranges", () => {
        const live = {
            ...nothingThere,
            vpc: { id: "vpc-0123456789abcdef0", cidrs: ["192.168.0.0/16", "100.64.0.0/16"], tags: {}, subnets: [] },
        };
        const { plan, contract } = planned(eksFile({ network: existingNetwork() }), live);
        assert.deepEqual(plan.network, {
            kind: "existing",
            vpcId: "vpc-0123456789abcdef0",
            cidrs: ["192.168.0.0/16", "100.64.0.0/16"],
            zones: zones.map((zone, index) => ({
                zone,
                private: `subnet-0000000${index}`,
                public: `subnet-1000000${index}`,
            })),
        });
        assert.deepEqual(contract.ingress.from, [{ cidr: "192.168.0.0/16" }, { cidr: "100.64.0.0/16" }]);
    });

    it("plans policies and alarms of the tiers that instances have", () => {
        const schedules = { daily: { every: "day", keep: 7 } };
        const { plan } = planned(
            eksFile({
                snapshots: {
                    tiers: { short: { schedules }, idle: { schedules } },
                    default: "short",
                    alarms: { email: ["ops@example.org"] },
                },
            }),
        );
        assert.deepEqual(
            plan.snapshotPolicies.map(({ tier, targetTags }) => [tier, targetTags]),
            [["short", { "cht-hosting/volumes": ["cht/uat"] }]],
        );
        assert.deepEqual(
            plan.alarms?.watched.map(({ instance }) => instance),
            ["uat"],
        );
    });

    it("checks a size that follows from the people", () => {
        const { problems } = planned(
            eksFile(
                { storage: { classes: { gp3: { iops: 16_000 } } } },
                { couchdb: {}, sizing: { users: 10, documents: 1000 } },
            ),
        );
        assert.deepEqual(
            problems.map(({ path }) => path),
            ["instances.uat.couchdb.volume.size"],
        );
    });
});

describe("an instance's way in", () => {
    const hostedZone = "Z0123456789ABC";
    const live = { ...nothingThere, hostedZone: { id: hostedZone, domain: "example.org", private: false } };
    const route = (tls: Raw, host: string, remove?: string) => {
        const { problems, instances } = planned(eksFile({ ingress: { hostedZone } }, { tls, host, remove }), live);
        return { problems: [...problems, ...instances.problems], route: instances.plans[0]?.route };
    };

    it("is made in the hosted zone, with a certificate where that is wanted", () => {
        assert.deepEqual(route({ kind: "acm" }, "uat.example.org"), {
            problems: [],
            route: { hostedZoneId: hostedZone, certificate: true },
        });
        assert.deepEqual(route({ kind: "none" }, "example.org"), {
            problems: [],
            route: { hostedZoneId: hostedZone, certificate: false },
        });
    });

    it("goes with an instance that is taken down", () => {
        assert.deepEqual(route({ kind: "acm" }, "uat.example.org", "uat"), { problems: [], route: undefined });
    });

    it("is somebody else's where the host is not in the zone, and then has no certificate of it", () => {
        assert.deepEqual(route({ kind: "load-balancer" }, "uat.example.com"), { problems: [], route: undefined });
        assert.deepEqual(route({ kind: "acm" }, "uat.badexample.org").problems, [
            {
                path: "instances.uat.host",
                message:
                    "is not in the cluster's hosted zone, 'example.org', where its certificate would be proved: must be 'example.org' or end with '.example.org'",
            },
        ]);
    });
});

describe("volumes that the cluster's classes did not make", () => {
    const driver = "ebs.csi.aws.com";
    const tagged = (couchdb: Raw, live: Partial<LiveCluster> = {}) => {
        const { plan, instances } = planned(eksFile({}, { couchdb }));
        return taggedVolumes(instances.plans, { ...emptyCluster, ...live }, plan.storage).map(
            ({ volumeId }) => volumeId,
        );
    };
    const existing = (volume: Raw) => ({ volume: { kind: "existing", size: "10Gi", volumes: [volume] } });
    const bound = (className: string, of = driver): Partial<LiveCluster> => ({
        namespaces: new Map([
            [
                "uat",
                {
                    name: "uat",
                    claims: [{ name: "couchdb-claim0", size: "10Gi", className, volumeName: "pv" }],
                    annotations: { [labels.cluster]: "cht" },
                    terminating: false,
                    deployments: [],
                } satisfies LiveNamespace,
            ],
        ]),
        volumes: new Map([["pv", { driver: of, handle: "vol-live", className }]]),
    });

    it("are tagged: disks, volumes that were given, and those of an instance that is taken over", () => {
        assert.deepEqual(tagged(existing({ driver, handle: "vol-1" })), ["vol-1"]);
        assert.deepEqual(
            tagged(existing({ persistentVolume: "pv" }), { volumes: new Map([["pv", { driver, handle: "vol-2" }]]) }),
            ["vol-2"],
        );
        assert.deepEqual(tagged({ volume: { kind: "new", size: "10Gi" } }, bound("gp2")), ["vol-live"]);
    });

    it("are not those of the classes, of other storage, or of no disk yet", () => {
        assert.deepEqual(tagged({ volume: { kind: "new", size: "10Gi" } }), []);
        assert.deepEqual(tagged({ volume: { kind: "new", size: "10Gi" } }, bound("gp3")), []);
        assert.deepEqual(tagged({ volume: { kind: "new", size: "10Gi" } }, bound("nfs", "efs.csi.aws.com")), []);
        assert.deepEqual(tagged(existing({ driver: "efs.csi.aws.com", handle: "fs-1" })), []);
    });
});
