import assert from "node:assert/strict";
import fc from "fast-check";
import type { VolumePlan } from "../../../config/plan";
import { stackSchema } from "../../../config/schema";
import { inputOf } from "./arbitrary";
import {
    cluster,
    clusterOf,
    credentials,
    file,
    instance,
    namespaceOfPlan,
    nothing,
    onlyPlan,
    plan,
    problemsOf,
    type Raw,
    running,
    runningWith,
} from "./support";

/** The platforms that operators have, with the disks each of them has. */
const platforms = {
    "k3s with local volumes": {
        cluster: { storage: { className: "local-path" }, ingress: { kind: "traefik" } },
        driver: "rancher.io/local-path",
        handle: (node: number) => `pvc-${node}`,
        zone: undefined,
    },
    EKS: {
        cluster: { storage: { className: "gp3" }, ingress: { kind: "alb", from: [{ cidr: "10.0.0.0/16" }] } },
        driver: "ebs.csi.aws.com",
        handle: (node: number) => `vol-0${node}`,
        zone: "eu-west-2a",
    },
    vSphere: {
        cluster: { storage: { className: "vmware-sc" }, ingress: { kind: "nginx" } },
        driver: "csi.vsphere.vmware.com",
        handle: (node: number) => `file-${node}`,
        zone: undefined,
    },
} as const;

const topologies = {
    single: { claims: ["couchdb-claim0"], disks: ["couchdb-pv-uat"] },
    cluster: {
        claims: ["couchdb-1-claim0", "couchdb-2-claim0", "couchdb-3-claim0"],
        disks: ["couchdb-pv-uat-1", "couchdb-pv-uat-2", "couchdb-pv-uat-3"],
    },
} as const;

describe("the volumes that are planned", () => {
    for (const [platform, { cluster: more, driver, handle, zone }] of Object.entries(platforms)) {
        for (const [topology, { claims, disks }] of Object.entries(topologies)) {
            const nodes = claims.length;
            const volumesOf = (volume: Raw): readonly VolumePlan[] =>
                onlyPlan({
                    cluster: { ...cluster, ...more },
                    instances: { uat: instance("uat", { couchdb: { nodes, volume } }) },
                }).volumes;

            it(`${platform}, ${topology}, new`, () => {
                assert.deepEqual(
                    volumesOf({ kind: "new", size: "50Gi" }),
                    claims.map((claimName, index) => ({
                        node: index + 1,
                        claimName,
                        size: "50Gi",
                        kind: "new",
                        className: more.storage.className,
                        source: "new",
                    })),
                );
            });

            it(`${platform}, ${topology}, new of another class`, () => {
                const classes = volumesOf({ kind: "new", size: "50Gi", className: "fast" }).map(
                    ({ className }) => className,
                );
                assert.deepEqual(
                    classes,
                    claims.map(() => "fast"),
                );
            });

            it(`${platform}, ${topology}, existing PersistentVolumes`, () => {
                const volumes = claims.map((_, index) => ({ persistentVolume: `old-${index}` }));
                assert.deepEqual(
                    volumesOf({ kind: "existing", size: "60Gi", volumes }),
                    claims.map((claimName, index) => ({
                        node: index + 1,
                        claimName,
                        size: "60Gi",
                        kind: "persistentVolume",
                        className: "",
                        persistentVolume: `old-${index}`,
                        source: `persistentVolume old-${index}`,
                    })),
                );
            });

            it(`${platform}, ${topology}, existing disks`, () => {
                const volumes = claims.map((_, index) => ({
                    driver,
                    handle: handle(index),
                    attributes: { partition: "1" },
                    ...(zone && { zone }),
                }));
                assert.deepEqual(
                    volumesOf({ kind: "existing", size: "60Gi", className: "static", volumes }),
                    claims.map((claimName, index) => ({
                        node: index + 1,
                        claimName,
                        size: "60Gi",
                        kind: "disk",
                        className: "static",
                        persistentVolume: disks[index],
                        driver,
                        handle: handle(index),
                        fsType: "ext4",
                        attributes: { partition: "1" },
                        ...(zone && { zone }),
                        source: `disk ${driver} ${handle(index)}`,
                    })),
                );
            });
        }
    }

    it("have the size of the estimate, shared by the nodes, where none is given", () => {
        const sizing = { users: 100, documents: 3_000_000 };
        const sizes = (nodes: number) => onlyPlan(file({ couchdb: { nodes }, sizing })).volumes.map(({ size }) => size);
        assert.deepEqual(sizes(1), ["81Gi"]);
        assert.deepEqual(sizes(3), ["27Gi", "27Gi", "27Gi"]);
    });

    it("do not shrink because an estimate did", () => {
        const of = (documents: number) => file({ couchdb: {}, sizing: { users: 100, documents } });
        const { plans, problems } = plan(of(1_000_000), running(of(3_000_000)));
        assert.deepEqual(problems, []);
        assert.equal(plans[0]?.volumes[0]?.size, "81Gi");
        assert.equal(onlyPlan(of(4_000_000), running(of(3_000_000))).volumes[0]?.size, "108Gi");
    });
});

describe("the plan of an instance", () => {
    it("says what is to be made, in an empty cluster", () => {
        const { description, ...rest } = onlyPlan(
            file({
                namespace: "cht-uat",
                tls: { kind: "secret", secretName: "tls" },
                internet: { ports: [443, 8443] },
            }),
        );
        assert.deepEqual(rest, {
            name: "uat",
            namespace: "cht-uat",
            host: "uat.example.org",
            version: "5.3.0",
            database: "medic",
            tls: { kind: "secret", secretName: "tls" },
            couchdbNodes: 1,
            volumes: [
                {
                    node: 1,
                    claimName: "couchdb-claim0",
                    size: "50Gi",
                    kind: "new",
                    className: "standard",
                    source: "new",
                },
            ],
            placement: { nodeSelector: {}, tolerations: [] },
            images: { pullPolicy: "IfNotPresent" },
            internetPorts: [443, 8443],
            credentials: {
                user: "medic",
                generation: 1,
                given: { password: false, secret: false, uuid: false },
                live: undefined,
            },
            annotations: {
                "cht-hosting/cluster": "test",
                "cht-hosting/couchdb-nodes": "1",
                "cht-hosting/data-path": "data",
                "cht-hosting/version": "5.3.0",
            },
            estimate: undefined,
            remove: false,
            adopt: { namespace: false, credentials: false, claims: [], disks: [] },
        });
        assert.equal(description.version.tag, "5.3.0");
    });

    it("takes over exactly what is there", () => {
        const raw = file({ couchdb: { nodes: 3, volume: { kind: "new", size: "1Gi" } } });
        const made = namespaceOfPlan(onlyPlan(raw));
        const all = onlyPlan(raw, clusterOf(made));
        assert.deepEqual(all.adopt, {
            namespace: true,
            credentials: true,
            claims: ["couchdb-1-claim0", "couchdb-2-claim0", "couchdb-3-claim0"],
            disks: [],
        });
        assert.deepEqual(all.credentials.live, { generation: 1, values: credentials });
        // An 'up' that was killed after the first claim.
        const half = { ...made, deployments: [], claims: made.claims.slice(0, 1) };
        assert.deepEqual(plan(raw, clusterOf(half)).problems, []);
        assert.deepEqual(onlyPlan(raw, clusterOf(half)).adopt.claims, ["couchdb-1-claim0"]);
        const bare = { ...made, deployments: [], claims: [], credentials: undefined };
        assert.deepEqual(plan(raw, clusterOf(bare)).problems, []);
        assert.deepEqual(onlyPlan(raw, clusterOf(bare)).adopt, {
            namespace: true,
            credentials: false,
            claims: [],
            disks: [],
        });
    });

    it("takes over the PersistentVolumes that it made for disks, not those of others", () => {
        const volumes = [{ driver: "ebs.csi.aws.com", handle: "vol-1" }];
        const raw = file({ couchdb: { volume: { kind: "existing", size: "1Gi", volumes } } });
        const live = { ...nothing, disks: ["couchdb-pv-uat", "couchdb-pv-other"] };
        assert.deepEqual(onlyPlan(raw, live).adopt.disks, ["couchdb-pv-uat"]);
    });

    it("refuses a PersistentVolume of that name that somebody else made", () => {
        const volumes = [{ driver: "ebs.csi.aws.com", handle: "vol-1" }];
        const raw = file({ couchdb: { volume: { kind: "existing", size: "1Gi", volumes } } });
        const live = { ...nothing, otherVolumes: ["couchdb-pv-uat", "couchdb-pv-other"] };
        assert.deepEqual(plan(raw, live).problems, [
            {
                path: "instances.uat.couchdb.volume.volumes[0]",
                message:
                    "The PersistentVolume 'couchdb-pv-uat', by which the disk would be used, exists and was not made by this stack. Use it: persistentVolume: couchdb-pv-uat.",
            },
        ]);
        assert.deepEqual(plan(file(), live).problems, []);
    });

    it("takes nothing over from a namespace that is not the instance's own", () => {
        const { plans, problems } = plan(file(), runningWith(file(), { owner: undefined }));
        assert.equal(problems.length, 1);
        assert.deepEqual(plans[0]?.adopt, { namespace: false, credentials: false, claims: [], disks: [] });
        assert.equal(plans[0]?.credentials.live, undefined);
    });

    it("hands every decision on to the description", () => {
        const { description, estimate } = onlyPlan(
            file({
                namespace: "ns",
                version: "5.2.0",
                database: "other",
                logLevel: "debug",
                buildsUrl: "https://builds.example.org/x",
                proxy: { addServernameToHttpAgent: true, changeOrigin: true },
                images: { registry: "registry.example.org/cht" },
                couchdb: { dataPath: "some/where", volume: { kind: "new", size: "1Gi" } },
                sizing: { users: 2880, documents: 1000 },
            }),
        );
        const api = description.workloads.find(({ role }) => role === "api")?.containers[0];
        const couchdb = description.workloads.find(({ role }) => role === "couchdb")?.containers[0];
        assert.equal(api?.image, "registry.example.org/cht/cht-api:5.2.0");
        const values = Object.fromEntries(
            (api?.environment ?? []).flatMap((one) => ("value" in one ? [[one.name, one.value]] : [])),
        );
        assert.equal(values["LOG_LEVEL"], "debug");
        assert.equal(values["BUILDS_URL"], "https://builds.example.org/x");
        assert.equal(values["ADD_SERVERNAME_TO_HTTP_AGENT"], "true");
        assert.equal(values["PROXY_CHANGE_ORIGIN"], "true");
        assert.ok(couchdb?.mounts.some((mount) => mount.kind === "data" && mount.subPath === "some/where"));
        assert.equal(estimate?.cpus, 10);
        assert.equal(api?.resources.requests.cpu, "1500m");
    });

    describe("puts the operator's resources over the computed ones", () => {
        const api = (own: Raw) =>
            onlyPlan(file({ resources: { api: own } })).description.workloads.find(({ role }) => role === "api")
                ?.containers[0]?.resources;
        const cases: readonly [string, Raw, object][] = [
            ["none", {}, { requests: { cpu: "500m", memory: "1024Mi" }, limits: { cpu: undefined, memory: "2048Mi" } }],
            [
                "a request",
                { requests: { memory: "1536Mi" } },
                { requests: { cpu: "500m", memory: "1536Mi" }, limits: { cpu: undefined, memory: "2048Mi" } },
            ],
            [
                "a request above the limit",
                { requests: { memory: "3Gi" } },
                { requests: { cpu: "500m", memory: "3Gi" }, limits: { cpu: undefined, memory: "3Gi" } },
            ],
            [
                "a limit below the request",
                { limits: { cpu: "0.25", memory: "512Mi" } },
                { requests: { cpu: "0.25", memory: "512Mi" }, limits: { cpu: "0.25", memory: "512Mi" } },
            ],
            [
                "both",
                { requests: { cpu: 1 }, limits: { cpu: "2" } },
                { requests: { cpu: "1", memory: "1024Mi" }, limits: { cpu: "2", memory: "2048Mi" } },
            ],
        ];
        for (const [title, own, expected] of cases) {
            it(title, () => assert.deepEqual(api(own), expected));
        }
    });

    it("is made again without a problem from what it left, and takes all of it over", function () {
        this.timeout(60_000);
        fc.assert(
            fc.property(inputOf(stackSchema) as fc.Arbitrary<Raw>, (generated) => {
                const raw = { ...generated, cluster } as Raw;
                fc.pre(problemsOf(raw).length === 0);
                const first = plan(raw);
                fc.pre(first.problems.length === 0);
                const { problems, plans } = plan(raw, running(raw));
                // Its credentials in these tests are those of 'medic' and its database.
                assert.deepEqual(
                    problems.filter(({ path }) => !/\.(credentials\.user|database)$/.test(path)),
                    [],
                );
                for (const made of plans) {
                    assert.deepEqual(
                        made.adopt.claims,
                        made.volumes.map(({ claimName }) => claimName),
                    );
                }
            }),
            { numRuns: 40 },
        );
    });
});
