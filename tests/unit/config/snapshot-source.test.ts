/** What an instance is made of: which snapshots are found, what is refused, and that what was made stays. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { LiveSnapshot } from "../../../config/aws/live";
import { type LiveCluster, type LiveVolumeSnapshot, labels } from "../../../config/live";
import { type InstancePlan, planInstances } from "../../../config/plan";
import { givenSecrets, type InstanceSecrets } from "../../../config/secrets";
import { awsSnapshotQueries, pinnedSource, pinOf, requestOf, sourceNamespaces } from "../../../config/snapshot-source";
import {
    cluster,
    credentials,
    instance,
    modelOf,
    namespaceOfPlan,
    nothing,
    plan,
    problemsOf,
    type Raw,
    stack,
} from "./support";

const driver = "ebs.csi.aws.com";
const storage = { className: "gp3", snapshotClassName: "quiesced" };
const snapshotCluster = { ...cluster, storage };
const storageClass = {
    provisioner: driver,
    parameters: {},
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
};

/** Production with its quiesced sets, and what an operator makes of it. */
const production = (nodes: number, more: Raw = {}) =>
    instance("production", { couchdb: { nodes, volume: { kind: "new", size: "50Gi" } }, ...more });
const uat = (from: Raw, { nodes = 1, volume = {}, ...more }: { nodes?: number; volume?: Raw } & Raw = {}) =>
    instance("uat", { couchdb: { nodes, volume: { kind: "snapshot", from, ...volume } }, ...more });
const both = (made: Raw, nodes = 1): Raw => ({
    cluster: snapshotCluster,
    instances: { production: production(nodes), uat: made },
});
const alone = (made: Raw): Raw => ({ cluster: snapshotCluster, instances: { uat: made } });

const claimOf = (node: number, nodes: number) => (nodes === 1 ? "couchdb-claim0" : `couchdb-${node}-claim0`);

function quiescedSet(set: string, nodes = 1, change: Partial<LiveVolumeSnapshot> = {}): LiveVolumeSnapshot[] {
    return Array.from({ length: nodes }, (_, index) => ({
        name: `quiesced-${set}-${claimOf(index + 1, nodes)}`,
        namespace: "production",
        labels: { "cht-hosting/quiesced-set": set, "cht-hosting/quiesced-state": "complete" },
        annotations: {},
        claimName: claimOf(index + 1, nodes),
        takenAt: "2026-11-22T01:00:03Z",
        ready: true,
        driver,
        handle: `snap-${set}-${index + 1}`,
        ...change,
    }));
}

interface World {
    readonly raw: Raw;
    readonly snapshots?: readonly LiveVolumeSnapshot[];
    readonly aws?: readonly LiveSnapshot[];
    readonly secrets?: InstanceSecrets;
    /** What of production's namespace is other than it was made. */
    readonly origin?: object;
    readonly live?: Partial<LiveCluster>;
    readonly contract?: object;
}

/** Production runs; AWS answers what it is asked for, as `read-aws.ts` does. */
function planned({ raw, snapshots = [], aws, secrets = {}, origin = {}, live = {}, contract = {} }: World) {
    const model = modelOf(raw);
    const [running] = Object.hasOwn(model.instances, "production")
        ? plan({ ...raw, instances: { production: (raw["instances"] as Raw)["production"] } }).plans
        : [];
    const namespaces = new Map(
        running === undefined ? [] : [[running.namespace, { ...namespaceOfPlan(running), ...origin }]],
    );
    const queries = awsSnapshotQueries(model.instances, "test");
    const answers = new Map(
        queries.map(({ key, ids, tags }) => [
            key,
            (aws ?? []).filter((each) =>
                ids === undefined
                    ? Object.entries(tags ?? {}).every(([name, value]) => each.tags[name] === value)
                    : ids.includes(each.id),
            ),
        ]),
    );
    if (model.cluster.kind !== "existing") throw new Error("the cluster exists");
    return planInstances({
        model,
        contract: { ...model.cluster, ...contract },
        live: {
            ...nothing,
            namespaces,
            storageClasses: new Map([["gp3", storageClass]]),
            snapshots: { volumeSnapshots: snapshots },
            ...live,
        },
        stack,
        secrets: givenSecrets(new Map([["uat", secrets]])),
        ...(aws === undefined ? {} : { aws: { snapshots: answers } }),
    });
}

/** Of the clone: what its source says of itself is another matter. */
const problemsOfUat = (world: World) => planned(world).problems.filter(({ path }) => path.startsWith("instances.uat."));
const told = (world: World) => problemsOfUat(world).map(({ path, message }) => `${path}: ${message}`);

function uatOf(world: World): InstancePlan {
    const { plans } = planned(world);
    assert.deepEqual(problemsOfUat(world), []);
    const found = plans.find(({ name }) => name === "uat");
    assert(found !== undefined);
    return found;
}

const handles = ({ volumes }: InstancePlan) => volumes.map((volume) => volume.kind === "snapshot" && volume.handle);

function awsSnapshot(id: string, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
    return {
        id,
        volumeId: "vol-1",
        startedAt: "2026-11-22T01:00:00Z",
        state: "completed",
        sizeGi: 50,
        encrypted: true,
        tags: { "cht-hosting/volumes": "test/production" },
        ...change,
    };
}
const ofNode = (id: string, node: number, change: Partial<LiveSnapshot> = {}) =>
    awsSnapshot(id, {
        volumeId: `vol-${node}`,
        tags: {
            "cht-hosting/volumes": "test/production",
            "kubernetes.io/created-for/pvc/name": claimOf(node, 3),
            "kubernetes.io/created-for/pvc/namespace": "production",
        },
        ...change,
    });
const opening = { password: "a-password", secret: "a-secret", uuid: "a-uuid" };

describe("a clone of an instance", () => {
    const from = { instance: "production" };
    const world = { raw: both(uat(from)), snapshots: quiescedSet("20261122-010003") };

    it("is three lines, and made of the newest quiesced set", () => {
        const snapshots = [
            ...quiescedSet("20261121-010003"),
            ...quiescedSet("20261123-010003"),
            ...quiescedSet("20261122-010003"),
        ];
        const made = uatOf({ ...world, snapshots });
        assert.deepEqual(made.volumes, [
            {
                node: 1,
                claimName: "couchdb-claim0",
                className: "gp3",
                size: "50Gi",
                kind: "snapshot",
                driver,
                handle: "snap-20261123-010003-1",
                snapshotName: made.volumes[0]?.kind === "snapshot" && made.volumes[0].snapshotName,
                contentName: `uat-${made.volumes[0]?.kind === "snapshot" ? made.volumes[0].snapshotName : ""}`,
                source: "snapshot ebs.csi.aws.com snap-20261123-010003-1",
            },
        ]);
        assert.deepEqual(JSON.parse(made.annotations[labels.snapshotSource] ?? ""), {
            request: "instance production",
            driver,
            handles: ["snap-20261123-010003-1"],
            size: "50Gi",
        });
    });

    it("says of what it is made, and that it sends no messages", () => {
        assert.deepEqual(planned(world).notes, [
            "instances.uat.couchdb.volume: made of production/quiesced-20261122-010003-couchdb-claim0, taken 2026-11-22T01:00:03Z. It stays that, also when there are newer ones.",
            "instances.uat.couchdb.volume.outboundMessaging: off, so that API and Sentinel reach nothing outside the cluster (where its network plugin enforces NetworkPolicies): a copy would message the same people again. Set 'on' when it is to take over.",
        ]);
    });

    it("has the credentials of its source, unless others are given", () => {
        const { COUCHDB_PASSWORD, COUCHDB_SECRET, COUCHDB_UUID } = credentials;
        assert.deepEqual(uatOf(world).credentials.inherited, { COUCHDB_PASSWORD, COUCHDB_SECRET, COUCHDB_UUID });
        assert.deepEqual(uatOf({ ...world, secrets: { password: "of-then" } }).credentials.inherited, {
            COUCHDB_SECRET,
            COUCHDB_UUID,
        });
    });

    it("passes over sets that are incomplete, not ready, or of other nodes", () => {
        const older = quiescedSet("20261101-010003");
        const useless: Record<string, LiveVolumeSnapshot[]> = {
            incomplete: quiescedSet("20261122-010003", 1, {
                labels: { "cht-hosting/quiesced-set": "20261122-010003" },
            }),
            "not ready": quiescedSet("20261122-010003", 1, { ready: false }),
            "without content": quiescedSet("20261122-010003", 1, { handle: undefined }),
            "of three nodes": quiescedSet("20261122-010003", 3),
            "of another namespace": quiescedSet("20261122-010003", 1, { namespace: "staging" }),
        };
        for (const [why, set] of Object.entries(useless)) {
            assert.deepEqual(
                handles(uatOf({ ...world, snapshots: [...set, ...older] })),
                ["snap-20261101-010003-1"],
                why,
            );
        }
    });

    it("can be of an older set", () => {
        const snapshots = [...quiescedSet("20261121-010003"), ...quiescedSet("20261122-010003")];
        const raw = (set: string) => both(uat({ ...from, set }));
        assert.deepEqual(handles(uatOf({ raw: raw("20261121-010003"), snapshots })), ["snap-20261121-010003-1"]);
        assert.deepEqual(told({ raw: raw("20261120-010003"), snapshots }), [
            "instances.uat.couchdb.volume.from.set: There is no complete quiesced set '20261120-010003' in the namespace 'production' of which volumes can be made; there are '20261122-010003' or '20261121-010003'.",
        ]);
    });

    it("is of the snapshots on AWS where there is no set", () => {
        const aws = [
            awsSnapshot("snap-old", { startedAt: "2026-11-20T01:00:00Z" }),
            awsSnapshot("snap-new", { sizeGi: 60 }),
            awsSnapshot("snap-pending", { startedAt: "2026-11-22T02:00:00Z", state: "pending" }),
            awsSnapshot("snap-other", { tags: { "cht-hosting/volumes": "test/staging" } }),
        ];
        const made = uatOf({ raw: world.raw, aws });
        assert.deepEqual([handles(made), made.volumes[0]?.size], [["snap-new"], "60Gi"]);
        assert.deepEqual(handles(uatOf({ ...world, aws })), ["snap-20261122-010003-1"]);
    });

    it("takes no credentials of a namespace that only has the same name in another cluster", () => {
        const raw = both(uat({ tags: { of: "elsewhere" } }));
        const of = (cluster: string) =>
            told({
                raw,
                aws: [
                    awsSnapshot("snap-1", {
                        tags: { of: "elsewhere", "cht-hosting/volumes": `${cluster}/production` },
                    }),
                ],
            });
        assert.deepEqual(of("test"), []);
        assert.match(of("another").join(), /^instances\.uat\.credentials: CouchDB's data opens only with the user/);
    });

    it("needs a snapshot", () => {
        assert.deepEqual(told({ raw: world.raw }), [
            "instances.uat.couchdb.volume.from.instance: The instance 'production' has no complete quiesced set of snapshots of its CouchDB. Set its snapshots.quiesced and wait for the first, or start one now: kubectl create job --from=cronjob/cht-snapshots now --namespace production.",
        ]);
        assert.deepEqual(told({ raw: world.raw, aws: [] }), [
            "instances.uat.couchdb.volume.from.instance: There is no completed snapshot of the instance 'production' in this account and region.",
        ]);
        assert.deepEqual(told({ raw: alone(uat(from)) }), [
            "instances.uat.couchdb.volume.from.instance: There is no instance 'production' in this stack; there are 'uat'.",
        ]);
    });

    it("is what its source is, or says how", () => {
        const cases: readonly [string, World, ...string[]][] = [
            [
                "of another user",
                { ...world, raw: both(uat(from, { credentials: { user: "admin" } })) },
                "instances.uat.credentials.user: CouchDB's administrator is 'medic', and cannot become 'admin'. Set credentials.user: medic.",
            ],
            [
                "of another secret",
                { ...world, secrets: { secret: "another" } },
                "instances.uat.credentials: uat.secret is not what the data was made with. Take uat.secret out of the file: it is taken from the source.",
            ],
            [
                "at another path",
                { ...world, origin: { annotations: { [labels.dataPath]: "storage/medic-core" } } },
                "instances.uat.couchdb.dataPath: The data lies at 'storage/medic-core' in the snapshot, and CouchDB would begin anew at 'data'. Set couchdb.dataPath: 'storage/medic-core'.",
            ],
            [
                "of an older release",
                { ...world, raw: both(uat(from, { version: "5.2.0" })) },
                "instances.uat.version: The data is of CHT 5.3.0, and 5.2.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.3.0, or later.",
            ],
            [
                "of a release that cannot follow",
                {
                    ...world,
                    snapshots: quiescedSet("20261122-010003", 1, { annotations: { [labels.version]: "4.4.0" } }),
                },
                "instances.uat.version: The data is of an older release. CHT 4.4.0 cannot become 5.3.0 in one step: versions before 4.5.0 must pass through 4.5.0 or later. Set version: 4.22.0 first, and when the instance is up again the version you want.",
            ],
            [
                "of 4.x as 5.x, which the snapshot itself is the way back from",
                {
                    ...world,
                    snapshots: quiescedSet("20261122-010003", 1, { annotations: { [labels.version]: "4.22.0" } }),
                },
            ],
            [
                "too small",
                { ...world, raw: both(uat(from, { volume: { size: "40Gi" } })) },
                "instances.uat.couchdb.volume.size: The snapshot needs 50Gi, and does not fit into 40Gi. Set couchdb.volume.size: 50Gi, or more; or take it out.",
            ],
            [
                "from before a rotation",
                {
                    ...world,
                    origin: { credentials: { generation: 2, values: credentials } },
                    snapshots: quiescedSet("20261122-010003", 1, {
                        annotations: { [labels.credentialsGeneration]: "1" },
                    }),
                },
                "instances.uat.credentials: The snapshot is from before a rotation of the password (generation 1, now 2), and opens with the password of that time. Give it: 'pulumi config set --secret uat.password'; or take a newer snapshot.",
            ],
            [
                "of another driver",
                { ...world, snapshots: quiescedSet("20261122-010003", 1, { driver: "csi.vsphere.vmware.com" }) },
                "instances.uat.couchdb.volume.className: The snapshots are of the CSI driver 'csi.vsphere.vmware.com', and the storage class 'gp3' is of 'ebs.csi.aws.com', which cannot read them. Name a class of 'csi.vsphere.vmware.com'.",
            ],
            [
                "without a storage class",
                { ...world, live: { storageClasses: new Map() } },
                "instances.uat.couchdb.volume.className: There is no storage class 'gp3' in the cluster, so that its CSI driver is not known. Name one that there is, or the driver in cluster.storage.driver.",
            ],
            [
                "without a storage class yet, of a cluster that is only being made",
                { ...world, live: { storageClasses: new Map() }, contract: { storage: { ...storage, driver } } },
            ],
            [
                "on a storage that cannot snapshot",
                { ...world, contract: { storage: { className: "gp3" } } },
                "instances.uat.couchdb.volume.kind: 'snapshot' needs a storage that can snapshot: name its VolumeSnapshotClass in cluster.storage.snapshotClassName.",
            ],
        ];
        for (const [title, given, ...expected] of cases) assert.deepEqual(told(given), expected, title);
    });

    it("of a CouchDB cluster cannot be: its nodes are named after the namespace", () => {
        const raw = both(uat(from, { nodes: 3 }), 3);
        assert.deepEqual(told({ raw, snapshots: quiescedSet("20261122-010003", 3) }), [
            "instances.uat.namespace: A CouchDB cluster's nodes are named after the namespace, 'production', in its own shard map, and would not find one another in 'uat'. It can be restored in a namespace 'production' only: in another Kubernetes cluster, or here when that namespace is gone, with couchdb.volume.from: { snapshots: [snap-20261122-010003-1, snap-20261122-010003-2, snap-20261122-010003-3] }. A single CouchDB can be copied anywhere.",
        ]);
    });

    it("can message outside when it is told to, and others cannot when they are told so", () => {
        const outside = (made: InstancePlan) =>
            made.description.arrows
                .flatMap(({ from: end, to }) =>
                    to.kind === "internet" && end.kind === "workload" ? [end.service] : [],
                )
                .sort();
        assert.deepEqual(outside(uatOf(world)), []);
        const on = { volume: { outboundMessaging: "on" } };
        assert.deepEqual(outside(uatOf({ ...world, raw: both(uat(from, on)) })), ["api", "sentinel"]);
        const byId = (volume: Raw) => alone(uat({ snapshots: ["snap-1"] }, { volume: { size: "50Gi", ...volume } }));
        assert.deepEqual(outside(uatOf({ raw: byId({}), secrets: opening })), ["api", "sentinel"]);
        assert.deepEqual(outside(uatOf({ raw: byId({ outboundMessaging: "off" }), secrets: opening })), []);
    });

    it("of the health check's packages keeps only that way out", () => {
        const raw = both(uat(from, { version: "4.5.2" }));
        const older = { ...world, raw, origin: { deployments: [], annotations: { [labels.version]: "4.5.2" } } };
        const ways = uatOf(older).description.arrows.filter(({ to }) => to.kind === "internet");
        assert.deepEqual(
            ways.map(({ from: end }) => end.kind === "workload" && end.service),
            ["healthcheck"],
        );
    });
});

describe("an instance of snapshots by tags", () => {
    const from = { tags: { "cht-hosting/volumes": "test/production" }, latest: true };
    const raw = alone(uat(from, { nodes: 3, namespace: "production" }));
    const all = [1, 2, 3].map((node) => ofNode(`snap-${node}`, node));

    it("has the newest of each node, in their order, and says how far they lie apart", () => {
        const aws = [
            ofNode("snap-3-old", 3, { startedAt: "2026-11-21T01:00:00Z" }),
            ofNode("snap-3", 3, { startedAt: "2026-11-22T01:25:00Z" }),
            ...all.slice(0, 2).reverse(),
        ];
        assert.deepEqual(handles(uatOf({ raw, aws, secrets: opening })), ["snap-1", "snap-2", "snap-3"]);
        assert.match(planned({ raw, aws, secrets: opening }).notes.join(), /begun 25 minutes apart/);
        assert.doesNotMatch(planned({ raw, aws: all, secrets: opening }).notes.join(), /apart/);
    });

    it("needs all nodes, of one volume each, and credentials", () => {
        assert.deepEqual(told({ raw, aws: all.slice(0, 2), secrets: opening }), [
            "instances.uat.couchdb.volume.from.tags: There is no completed snapshot of CouchDB node 3 of the tags cht-hosting/volumes=test/production: all 3 nodes are needed. Nodes are told apart by the tag kubernetes.io/created-for/pvc/name; without it, give snapshots: [...] in the order of the nodes.",
        ]);
        assert.deepEqual(told({ raw, aws: all }), [
            "instances.uat.credentials: CouchDB's data opens only with the user, password, secret and uuid that it was made with, and nobody here knows them. Give them: 'pulumi config set --secret uat.password', 'pulumi config set --secret uat.secret', 'pulumi config set --secret uat.uuid'.",
        ]);
        const two = [awsSnapshot("snap-1"), awsSnapshot("snap-2", { volumeId: "vol-2" })];
        assert.deepEqual(told({ raw: alone(uat(from)), aws: two, secrets: opening }), [
            "instances.uat.couchdb.volume.from.tags: The snapshots of the tags cht-hosting/volumes=test/production are of 2 volumes, vol-1, vol-2, and CouchDB has 1 node. Set couchdb.nodes, or give tags that only the wanted ones have, or snapshots: [...].",
        ]);
    });

    it("takes a claim whose volume was made anew for the same", () => {
        const tags = {
            ...from.tags,
            "kubernetes.io/created-for/pvc/name": "couchdb-claim0",
            "kubernetes.io/created-for/pvc/namespace": "production",
        };
        const aws = [
            awsSnapshot("snap-1", { tags, startedAt: "2026-11-01T01:00:00Z" }),
            awsSnapshot("snap-2", { tags, volumeId: "vol-2" }),
            // Of the quiesced sets on AWS only the volume is known.
            awsSnapshot("snap-3", { volumeId: "vol-2", startedAt: "2026-11-22T03:00:00Z" }),
        ];
        assert.deepEqual(handles(uatOf({ raw: alone(uat(from)), aws, secrets: opening })), ["snap-3"]);
    });

    it("of a CouchDB cluster is refused in another namespace than the tags tell", () => {
        const [problem] = told({ raw: alone(uat(from, { nodes: 3 })), aws: all, secrets: opening });
        assert.match(
            problem ?? "",
            /^instances\.uat\.namespace: A CouchDB cluster's nodes are named after the namespace, 'production'/,
        );
    });

    it("is for AWS", () => {
        assert.deepEqual(told({ raw, secrets: opening }), [
            "instances.uat.couchdb.volume.from.tags: is for clusters on AWS only. Give the snapshots by their names: snapshots: [...].",
        ]);
    });

    it("asks AWS for nothing but what the file needs, node by node", () => {
        const { instances } = modelOf(both(uat(from, { nodes: 3 })));
        const node = (claim: string) => ({ ...from.tags, "kubernetes.io/created-for/pvc/name": claim });
        assert.deepEqual(
            awsSnapshotQueries(instances, "test").map(({ tags }) => tags),
            ["couchdb-1-claim0", "couchdb-2-claim0", "couchdb-3-claim0"].map(node),
        );
        assert.deepEqual(awsSnapshotQueries(modelOf(both(uat({ snapshots: ["snap-1"] }))).instances, "test"), [
            { key: "snap-1", ids: ["snap-1"] },
        ]);
        assert.deepEqual(awsSnapshotQueries(modelOf(both(uat({ instance: "production" }))).instances, "test"), [
            { key: "cht-hosting/volumes=test/production", tags: { "cht-hosting/volumes": "test/production" } },
        ]);
    });
});

describe("an instance of snapshots by name", () => {
    const raw = alone(uat({ snapshots: ["snap-1"] }));

    it("is looked up on AWS: there, and completed", () => {
        assert.deepEqual(uatOf({ raw, aws: [awsSnapshot("snap-1")], secrets: opening }).volumes[0]?.size, "50Gi");
        assert.deepEqual(told({ raw, aws: [], secrets: opening }), [
            "instances.uat.couchdb.volume.from.snapshots[0]: There is no snapshot 'snap-1' in this account and region.",
        ]);
        assert.deepEqual(told({ raw, aws: [awsSnapshot("snap-1", { state: "error" })], secrets: opening }), [
            "instances.uat.couchdb.volume.from.snapshots[0]: The snapshot 'snap-1' is 'error': it must be completed.",
        ]);
    });

    it("needs a size where nobody can tell it", () => {
        assert.deepEqual(told({ raw, secrets: opening }), [
            "instances.uat.couchdb.volume.size: is required: nobody can tell the snapshot's size. Give at least that of its volume.",
        ]);
    });

    it("of a CouchDB cluster warns of the namespace, which such names do not tell", () => {
        const of = (names: string[]) =>
            alone(uat({ snapshots: names }, { nodes: names.length, volume: { size: "9Gi" } }));
        const { problems, notes } = planned({ raw: of(["a", "b"]), secrets: opening });
        assert.deepEqual(problems, []);
        assert.match(notes.join(), /finds its nodes again only in one of the same name/);
        assert.doesNotMatch(planned({ raw: of(["a"]), secrets: opening }).notes.join(), /finds its nodes/);
    });
});

describe("an instance of VolumeSnapshots", () => {
    const from = (...names: string[]) => ({ volumeSnapshots: names, namespace: "production" });
    const [one, two] = quiescedSet("20261122-010003", 2);
    const names = [one?.name ?? "", two?.name ?? ""];
    const snapshots = [one, two].flatMap((each) => each ?? []);
    const raw = (...given: string[]) => both(uat(from(...given), { nodes: given.length }), given.length);

    it("is made of them, whatever they are, with the credentials of their namespace", () => {
        const taken = { ...quiescedSet("x")[0], name: "by-hand", labels: {}, claimName: undefined, size: "70Gi" };
        const made = uatOf({ raw: raw("by-hand"), snapshots: [taken as LiveVolumeSnapshot] });
        assert.deepEqual([handles(made), made.volumes[0]?.size], [["snap-x-1"], "70Gi"]);
        assert.equal(made.credentials.inherited?.COUCHDB_PASSWORD, credentials.COUCHDB_PASSWORD);
    });

    it("needs them there, ready, and in the order of the nodes", () => {
        assert.deepEqual(told({ raw: raw("nothing") }), [
            "instances.uat.couchdb.volume.from.volumeSnapshots[0]: There is no VolumeSnapshot 'nothing' in the namespace 'production'.",
        ]);
        const pending = quiescedSet("x", 1, { ready: false });
        assert.deepEqual(told({ raw: raw(pending[0]?.name ?? ""), snapshots: pending }), [
            "instances.uat.couchdb.volume.from.volumeSnapshots[0]: The VolumeSnapshot 'production/quiesced-x-couchdb-claim0' is not ready to use yet.",
        ]);
        assert.deepEqual(told({ raw: raw(...names.toReversed()), snapshots }), [
            "instances.uat.couchdb.volume.from.volumeSnapshots[0]: The VolumeSnapshot 'production/quiesced-20261122-010003-couchdb-2-claim0' is of couchdb-2-claim0, and not of CouchDB node 1 (couchdb-1-claim0): give them in the order of the nodes.",
        ]);
    });
});

describe("an instance that was made of snapshots", () => {
    const from = { instance: "production" };
    const first = { raw: both(uat(from)), snapshots: quiescedSet("20261122-010003") };
    const made = uatOf(first);
    const beside = (raw: Raw, change: object = {}): World => {
        const [running] = plan({ ...raw, instances: { production: production(1) } }).plans;
        assert(running !== undefined);
        const namespaces = [namespaceOfPlan(running), { ...namespaceOfPlan(made), ...change }];
        return {
            raw,
            snapshots: quiescedSet("20261201-010003"),
            live: { namespaces: new Map(namespaces.map((each) => [each.name, each])) },
        };
    };

    it("stays that, when there are newer ones and when there are none", () => {
        for (const snapshots of [quiescedSet("20261201-010003"), []]) {
            const again = uatOf({ ...beside(both(uat(from))), snapshots });
            assert.deepEqual(again.volumes, made.volumes);
            assert.equal(again.annotations[labels.snapshotSource], made.annotations[labels.snapshotSource]);
            assert.deepEqual(again.adopt.claims, ["couchdb-claim0"]);
        }
    });

    it("goes on with the same when an update of a cluster was killed after its first volume", () => {
        const source = { request: "tags a=b", driver, handles: ["snap-a", "snap-b"], size: "5Gi" };
        const raw = alone(uat({ tags: { a: "b" } }, { nodes: 2 }));
        const halfway = {
            ...namespaceOfPlan(made),
            annotations: { ...made.annotations, [labels.couchdbNodes]: "2", [labels.snapshotSource]: pinOf(source) },
            claims: [{ name: "couchdb-1-claim0", size: "5Gi", className: "gp3", source: `snapshot ${driver} snap-a` }],
        };
        const again = uatOf({ raw, aws: [], live: { namespaces: new Map([["uat", halfway]]) } });
        assert.deepEqual(handles(again), ["snap-a", "snap-b"]);
    });

    it("is looked for anew while it has no volume", () => {
        const again = uatOf(beside(both(uat(from)), { claims: [], deployments: [] }));
        assert.deepEqual(handles(again), ["snap-20261201-010003-1"]);
        assert.notEqual(
            again.volumes[0]?.kind === "snapshot" && again.volumes[0].snapshotName,
            made.volumes[0]?.kind === "snapshot" && made.volumes[0].snapshotName,
        );
    });

    it("cannot become another, except in other words", () => {
        const wayOut =
            "Set couchdb.volume.from back; other data is another instance: give it a name of its own, and move the host when it is well.";
        assert.deepEqual(told(beside(both(uat({ snapshots: ["snap-9"] })))), [
            `instances.uat.couchdb.volume.from: The data was made of snap-20261122-010003-1, asked for as 'instance production', and another snapshot would not change it. ${wayOut}`,
        ]);
        assert.deepEqual(told(beside(both(uat({ snapshots: ["snap-20261122-010003-1"] })))), []);
        assert.deepEqual(told(beside(both(uat({ ...from, latest: true })))), []);
    });

    it("cannot be laid over data that is there", () => {
        const other = instance("uat", { couchdb: { volume: { kind: "new", size: "50Gi" } } });
        const [before] = plan({ cluster: snapshotCluster, instances: { uat: other } }).plans;
        assert(before !== undefined);
        const live = { namespaces: new Map([["uat", namespaceOfPlan(before)]]) };
        const [problem] = told({ raw: alone(uat({ snapshots: ["snap-1"] })), live });
        assert.equal(
            problem,
            "instances.uat.couchdb.volume.kind: The instance has its data already, and a snapshot would not change it. Set couchdb.volume back; other data is another instance: give it a name of its own, and move the host when it is well.",
        );
    });

    it("says nothing that is not understood", () => {
        const namespace = { ...namespaceOfPlan(made), annotations: { [labels.snapshotSource]: "{not json" } };
        assert.equal(pinnedSource(namespace), undefined);
        assert.equal(pinnedSource(undefined), undefined);
    });

    it("is written down so that it is read back the same", () => {
        const text = fc.string({ minLength: 1 });
        const source = fc.record(
            {
                request: text,
                driver: text,
                handles: fc.array(text, { minLength: 1 }),
                size: fc.constantFrom("1Gi", "512Mi"),
            },
            { noNullPrototype: true },
        );
        fc.assert(
            fc.property(source, (each) => {
                const namespace = { ...namespaceOfPlan(made), annotations: { [labels.snapshotSource]: pinOf(each) } };
                assert.deepEqual(pinnedSource(namespace), each);
            }),
        );
    });
});

describe("a source in the stack file", () => {
    const told = (from: Raw, nodes = 1, volume: Raw = {}) =>
        problemsOf(alone(uat(from, { nodes, volume }))).map(({ path, message }) => `${path}: ${message}`);
    const oneOf =
        "instances.uat.couchdb.volume.from: must be one of { instance }, { instance, set }, { snapshots }, { tags } and { volumeSnapshots, namespace }";

    it("is one of five", () => {
        const right: Raw[] = [
            { instance: "production" },
            { instance: "production", latest: true },
            { instance: "production", set: "20261122-010003" },
            { snapshots: ["snap-1"] },
            { tags: { a: "b" } },
            { tags: { a: "b" }, latest: true },
            { volumeSnapshots: ["one"], namespace: "production" },
        ];
        for (const from of right) assert.deepEqual(told(from), [], JSON.stringify(from));
        const wrong: Raw[] = [
            {},
            { instance: "production", snapshots: ["snap-1"] },
            { instance: "production", set: "20261122-010003", latest: true },
            { volumeSnapshots: ["one"] },
        ];
        for (const from of wrong) assert.deepEqual(told(from), [oneOf], JSON.stringify(from));
    });

    it("says which of its values is wrong", () => {
        assert.deepEqual(told({ tags: { a: "b" }, namespace: "x" }), [
            "instances.uat.couchdb.volume.from.namespace: is not known here; allowed: tags, latest",
        ]);
        assert.deepEqual(told({ instance: "production", set: "newest" }), [
            "instances.uat.couchdb.volume.from.set: must be a quiesced set's name such as '20261122-010003'",
        ]);
        assert.deepEqual(told({ tags: {} }), ["instances.uat.couchdb.volume.from.tags: must not be empty"]);
        assert.deepEqual(told({ snapshots: ["snap-1"] }, 2), [
            "instances.uat.couchdb.volume.from.snapshots: must be as many as couchdb.nodes, 2, not 1",
        ]);
        assert.deepEqual(told({ volumeSnapshots: ["a", "a"], namespace: "x" }, 2), [
            "instances.uat.couchdb.volume.from.volumeSnapshots: has 'a' twice: every CouchDB node has its own",
        ]);
        assert.deepEqual(told({ instance: "uat" }), [
            "instances.uat.couchdb.volume.from.instance: is the instance itself: a snapshot does not change data that is there. Restore it as an instance of another name",
        ]);
        assert.deepEqual(told({ instance: "production" }, 1, { outboundMessaging: false }), [
            "instances.uat.couchdb.volume.outboundMessaging: must be 'on' or 'off', in quotes",
        ]);
    });

    it("means the same in whatever order it is written", () => {
        assert.equal(requestOf({ tags: { a: "1", b: "2" } }), requestOf({ tags: { b: "2", a: "1" }, latest: true }));
    });

    it("tells the namespaces that must be looked into", () => {
        const namespaces = (from: Raw) => sourceNamespaces(modelOf(both(uat(from))).instances);
        assert.deepEqual(namespaces({ instance: "production" }), ["production"]);
        assert.deepEqual(namespaces({ volumeSnapshots: ["a"], namespace: "elsewhere" }), ["elsewhere"]);
        assert.deepEqual(namespaces({ snapshots: ["a"] }), []);
    });
});
