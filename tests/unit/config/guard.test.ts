/** What a change of the stack file may not do to what runs, and what is said of it. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { LiveCluster, LiveNamespace } from "../../../config/live";
import { planStack } from "../../../config/plan";
import { givenSecrets, type InstanceSecrets } from "../../../config/secrets";
import {
    cluster,
    clusterOf,
    credentials,
    file,
    instance,
    labels,
    modelOf,
    namespaceOfPlan,
    nothing,
    onlyPlan,
    plan,
    type Raw,
    running,
    stack,
} from "./support";

const told = (raw: Raw, live: LiveCluster, secrets: InstanceSecrets = {}) =>
    plan(raw, live, { uat: secrets }).problems.map(({ path, message }) => `${path}: ${message}`);

/** The namespace of the shortest instance, running. */
const made = namespaceOfPlan(onlyPlan(file()));
const inNamespace = (change: Partial<LiveNamespace>) => clusterOf({ ...made, ...change });
const stopped = (change: Partial<LiveNamespace> = {}) => inNamespace({ deployments: [], ...change });
const withImages = (...images: readonly string[]) =>
    inNamespace({ deployments: [{ name: "cht-api", service: "api", owner: { stack, instance: "uat" }, images }] });
const image = (version: string) => `public.ecr.aws/medic/cht-api:${version}`;
const claim = { name: "couchdb-claim0", size: "50Gi", className: "standard", volumeName: "pvc-1", source: "new" };
const withClaim = (change: Partial<typeof claim>) => inNamespace({ claims: [{ ...claim, ...change }] });
const volume = (more: Raw) => file({ couchdb: { volume: { kind: "new", size: "50Gi", ...more } } });
const existing = (one: Raw, more: Raw = {}) =>
    file({ couchdb: { volume: { kind: "existing", size: "50Gi", className: "standard", volumes: [one], ...more } } });
const generation = (number: number, more: Raw = {}) => file({ credentials: { generation: number }, ...more });
const withSecret = (generation: number | undefined, change: Partial<typeof credentials> = {}) =>
    inNamespace({ credentials: { generation, values: { ...credentials, ...change } } });

const gone =
    "instances.uat.credentials: There is data in the namespace 'uat', but its Secret 'cht-couchdb-credentials' is gone: new credentials would not open it. Put the Secret back ('pulumi stack export --show-secrets' has what it held), or give the old password: 'pulumi config set --secret uat.password' (and .secret, .uuid).";

type Case = readonly [title: string, problems: readonly string[], ...expected: string[]];

const suites: Readonly<Record<string, readonly Case[]>> = {
    places: [
        ["an empty cluster", told(file(), nothing)],
        ["the instance's own namespace", told(file(), inNamespace({}))],
        [
            "a namespace of another tool",
            told(file(), inNamespace({ owner: undefined })),
            "instances.uat.namespace: The namespace 'uat' exists, and was not made by this program. Name another one.",
        ],
        [
            "a namespace of another stack",
            told(file(), inNamespace({ owner: { stack: "cht-hosting.other", instance: "x" }, deployments: [] })),
            "instances.uat.namespace: The namespace 'uat' belongs to the stack 'cht-hosting.other', where it holds the instance 'x'. Name another one.",
        ],
        [
            "a namespace of another instance",
            told(file(), inNamespace({ owner: { stack, instance: "old" }, deployments: [] })),
            "instances.uat.namespace: The namespace 'uat' holds the data of the instance 'old' of this stack. Name another one, or call this instance 'old'.",
        ],
        [
            "a namespace that is being deleted",
            told(file(), inNamespace({ terminating: true })),
            "instances.uat.namespace: The namespace 'uat' is being deleted. Wait until it is gone, or name another one.",
        ],
        [
            "another namespace than before",
            told(file({ namespace: "new" }), inNamespace({})),
            "instances.uat.namespace: The instance's data is in the namespace 'uat', and cannot follow it to 'new'. Set namespace: uat.",
        ],
        [
            "another namespace for an instance that was taken down",
            told(file({ namespace: "new" }), stopped()),
            "instances.uat.namespace: The instance's data is in the namespace 'uat', and cannot follow it to 'new'. Set namespace: uat.",
        ],
        [
            "an instance that is in the file no more",
            told({ cluster, instances: {} }, inNamespace({})),
            "instances.uat: The instance runs in the namespace 'uat', but is not in the stack file any more. To take it down, put it back with 'remove: uat', run 'pulumi up', and then take it out of the file; its data stays in the cluster.",
        ],
        ["an instance that was removed by name", told({ cluster, instances: {} }, stopped())],
        [
            "an instance of another stack beside it",
            told(
                { cluster, instances: {} },
                inNamespace({
                    owner: undefined,
                    deployments: made.deployments.map((one) => ({
                        ...one,
                        owner: { stack: "cht-hosting.other", instance: "uat" },
                    })),
                }),
            ),
        ],
        [
            "another name for the cluster",
            told({ cluster: { ...cluster, name: "renamed" }, instances: { uat: instance("uat") } }, inNamespace({})),
            "cluster.name: The instance 'uat' was made on the cluster 'test', and this one is named 'renamed': with another name, everything would be replaced. Set it back to 'test'.",
        ],
    ],
    versions: [
        ["the same", told(file(), withImages(image("5.3.0")))],
        ["an upgrade", told(file(), withImages(image("5.2.0")))],
        [
            "a downgrade",
            told(file({ version: "5.1.0" }), withImages(image("5.2.0"))),
            "instances.uat.version: CHT 5.2.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.0, or restore a snapshot from before the upgrade as a new instance.",
        ],
        [
            "a downgrade below an image of another registry, by digest",
            told(file({ version: "5.1.0" }), withImages("mirror.example.org:5000/x/cht-api:5.2.0@sha256:aa")),
            "instances.uat.version: CHT 5.2.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.0, or restore a snapshot from before the upgrade as a new instance.",
        ],
        ["an upgrade that stopped half-way, gone on with", told(file(), withImages(image("5.2.0"), image("5.3.0")))],
        [
            "an upgrade that stopped half-way, gone back on",
            told(file({ version: "5.2.0" }), withImages(image("5.2.0"), image("5.3.0"))),
            "instances.uat.version: CHT 5.3.0 is running, and 5.2.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.3.0, or restore a snapshot from before the upgrade as a new instance.",
        ],
        [
            "4.x to 5.x without a snapshot",
            told(file(), withImages(image("4.22.0"))),
            "instances.uat.version: From CHT 4.22.0 to 5.3.0 there is no way back, and no snapshot has been named. Take a snapshot of every CouchDB volume, and name it in upgrade.snapshot.",
        ],
        ["4.x to 5.x with a snapshot", told(file({ upgrade: { snapshot: "before-5" } }), withImages(image("4.22.0")))],
        [
            "4.4 to 5.x",
            told(file({ upgrade: { snapshot: "before-5" } }), withImages(image("4.4.0"))),
            "instances.uat.version: CHT 4.4.0 cannot become 5.3.0 in one step: versions before 4.5.0 must pass through 4.5.0 or later. Set version: 4.22.0 first, and when the instance is up again the version you want.",
        ],
        [
            "the upgrade service's own version",
            told(
                file({ version: "4.22.0" }),
                withImages(
                    image("4.22.0"),
                    "medicmobile/upgrade-service:9.9.9",
                    "public.ecr.aws/s5s3h4s7/cht-upgrade-service:9.9.9",
                ),
            ),
        ],
        ["a tag that says nothing", told(file(), withImages(image("latest"), "cht-api@sha256:aa"))],
        [
            "an older one after removal",
            told(file({ version: "5.2.0" }), stopped()),
            "instances.uat.version: CHT 5.3.0 is running, and 5.2.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.3.0, or restore a snapshot from before the upgrade as a new instance.",
        ],
        ["what runs counts, not what was remembered", told(file({ version: "5.2.0" }), withImages(image("5.2.0")))],
    ],
    volumes: [
        [
            "more nodes",
            told(file({ couchdb: { nodes: 3, volume: { kind: "new", size: "50Gi" } } }), inNamespace({})),
            "instances.uat.couchdb.nodes: CouchDB has its data on 1 node, and would lose sight of it with 3. Set couchdb.nodes: 1; to change it, move the data to a new instance.",
        ],
        [
            "fewer nodes",
            told(file(), running(file({ couchdb: { nodes: 3, volume: { kind: "new", size: "50Gi" } } }))),
            "instances.uat.couchdb.nodes: CouchDB has its data on 3 nodes, and would lose sight of it with 1. Set couchdb.nodes: 3; to change it, move the data to a new instance.",
        ],
        [
            "more nodes than another tool's claims",
            told(
                file({ couchdb: { nodes: 2, volume: { kind: "new", size: "50Gi" } } }),
                inNamespace({ annotations: {} }),
            ),
            "instances.uat.couchdb.nodes: CouchDB has its data on 1 node, and would lose sight of it with 2. Set couchdb.nodes: 1; to change it, move the data to a new instance.",
        ],
        [
            "another path",
            told(file({ couchdb: { dataPath: "", volume: { kind: "new", size: "50Gi" } } }), inNamespace({})),
            "instances.uat.couchdb.dataPath: The data lies at 'data' on the volume, and CouchDB would begin anew at ''. Set couchdb.dataPath: 'data'.",
        ],
        ["a larger volume", told(volume({ size: "1Ti" }), inNamespace({}))],
        [
            "a smaller volume",
            told(volume({ size: "9Gi" }), inNamespace({})),
            "instances.uat.couchdb.volume.size: The claim couchdb-claim0 has 50Gi and cannot shrink to 9Gi. Set couchdb.volume.size: 50Gi, or more.",
        ],
        ["the same size in other words", told(volume({ size: "51200Mi" }), inNamespace({}))],
        [
            "smaller than what kubectl made of it",
            told(file(), withClaim({ size: "60Gi" })),
            "instances.uat.couchdb.volume.size: The claim couchdb-claim0 has 60Gi and cannot shrink to 50Gi. Set couchdb.volume.size: 60Gi, or more.",
        ],
        [
            "another class",
            told(volume({ className: "fast" }), inNamespace({})),
            "instances.uat.couchdb.volume.className: The claim couchdb-claim0 has the storage class 'standard', which cannot become 'fast'. Set couchdb.volume.className: 'standard'.",
        ],
        [
            "another class of the cluster",
            told(
                { cluster: { ...cluster, storage: { className: "gp3" } }, instances: { uat: instance("uat") } },
                inNamespace({}),
            ),
            "instances.uat.couchdb.volume.className: The claim couchdb-claim0 has the storage class 'standard', which cannot become 'gp3'. Set couchdb.volume.className: 'standard'.",
        ],
        [
            "a PersistentVolume instead of a new volume",
            told(existing({ persistentVolume: "pv" }), inNamespace({})),
            "instances.uat.couchdb.volume: The data of couchdb-claim0 lies on a volume of its own, and would be left behind for the PersistentVolume 'pv'. Set couchdb.volume back; to move the data, copy it to a new instance.",
        ],
        [
            "a new volume instead of a disk",
            told(file(), running(existing({ driver: "ebs.csi.aws.com", handle: "vol-1" }))),
            "instances.uat.couchdb.volume: The data of couchdb-claim0 lies on the disk 'vol-1' of ebs.csi.aws.com, and would be left behind for a volume of its own. Set couchdb.volume back; to move the data, copy it to a new instance.",
        ],
        [
            "another disk",
            told(
                existing({ driver: "ebs.csi.aws.com", handle: "vol-2" }),
                running(existing({ driver: "ebs.csi.aws.com", handle: "vol-1" })),
            ),
            "instances.uat.couchdb.volume: The data of couchdb-claim0 lies on the disk 'vol-1' of ebs.csi.aws.com, and would be left behind for the disk 'vol-2' of ebs.csi.aws.com. Set couchdb.volume back; to move the data, copy it to a new instance.",
        ],
        [
            "the same disk",
            told(
                existing({ driver: "ebs.csi.aws.com", handle: "vol-1" }),
                running(existing({ driver: "ebs.csi.aws.com", handle: "vol-1" })),
            ),
        ],
        [
            "another PersistentVolume than another tool's claim has",
            told(existing({ persistentVolume: "b" }), withClaim({ source: undefined, volumeName: "a" })),
            "instances.uat.couchdb.volume: The data of couchdb-claim0 lies on the PersistentVolume 'a', and would be left behind for the PersistentVolume 'b'. Set couchdb.volume back; to move the data, copy it to a new instance.",
        ],
        [
            "the PersistentVolume that another tool's claim has",
            told(existing({ persistentVolume: "a" }), withClaim({ source: undefined, volumeName: "a" })),
        ],
        [
            "a new volume instead of another tool's disk",
            told(file(), withClaim({ source: undefined, volumeName: "couchdb-pv-uat" })),
            "instances.uat.couchdb.volume: The data of couchdb-claim0 lies on the PersistentVolume 'couchdb-pv-uat', and would be left behind for a volume of its own. Set couchdb.volume back; to move the data, copy it to a new instance.",
        ],
        [
            "another tool's claim that is not bound",
            told(existing({ persistentVolume: "a" }), withClaim({ source: undefined, volumeName: undefined })),
        ],
    ],
    credentials: [
        ["one step", told(generation(2), withSecret(1))],
        ["one step from another tool's Secret", told(generation(2), withSecret(undefined))],
        [
            "two steps",
            told(generation(3), withSecret(1)),
            "instances.uat.credentials.generation: The password is of generation 1: each rotation is one step. Set credentials.generation: 2.",
        ],
        [
            "a step back",
            told(generation(1), withSecret(2)),
            "instances.uat.credentials.generation: The password is of generation 2, and an older one cannot come back. Set credentials.generation: 2.",
        ],
        [
            "a rotation of what is removed",
            told(generation(2, { remove: "uat" }), withSecret(1)),
            "instances.uat.credentials.generation: The instance is to be removed, and no CouchDB would be left to change the password in. Set credentials.generation: 1.",
        ],
        ["removal", told(file({ remove: "uat" }), withSecret(1))],
        [
            "a rotation where no CouchDB runs",
            told(
                generation(2),
                inNamespace({ deployments: made.deployments.filter(({ service }) => service !== "couchdb") }),
            ),
            "instances.uat.credentials.generation: CouchDB does not run, so that its password cannot be changed. Set credentials.generation: 1, run 'pulumi up', then rotate.",
        ],
        [
            "a new instance that is rotated",
            told(generation(2), nothing),
            "instances.uat.credentials.generation: The instance has no password yet that could be rotated. Set credentials.generation: 1.",
        ],
        [
            "a namespace with nothing in it that is rotated",
            told(generation(2), stopped({ claims: [], credentials: undefined })),
            "instances.uat.credentials.generation: The instance has no password yet that could be rotated. Set credentials.generation: 1.",
        ],
        [
            "another user",
            told(file({ credentials: { user: "admin" } }), withSecret(1)),
            "instances.uat.credentials.user: CouchDB's administrator is 'medic', and cannot become 'admin'. Set credentials.user: medic.",
        ],
        [
            "another database",
            told(file({ database: "other" }), withSecret(1)),
            "instances.uat.database: CHT's documents are in the database 'medic', and would be left behind for 'other'. Set database: medic.",
        ],
        [
            "another password without a rotation",
            told(file(), withSecret(1), { password: "new" }),
            "instances.uat.credentials.generation: uat.password is not the password that CouchDB has. Set credentials.generation: 2 to rotate to it, or take uat.password out of the file.",
        ],
        ["another password with a rotation", told(generation(2), withSecret(1), { password: "new" })],
        ["the same password", told(file(), withSecret(1), { password: credentials.COUCHDB_PASSWORD })],
        [
            "the same password with a rotation",
            told(generation(2), withSecret(1), { password: credentials.COUCHDB_PASSWORD }),
            "instances.uat.credentials.generation: uat.password is still the password that CouchDB has, so that nothing would be rotated. Set a new one: 'pulumi config set --secret uat.password', or take it out of the file to have one generated.",
        ],
        [
            "another secret and uuid, rotation or not",
            told(generation(2), withSecret(1), { secret: "x", uuid: "y" }),
            "instances.uat.credentials: uat.secret is not what CouchDB was made with, and it cannot change. Take uat.secret out of the file.",
            "instances.uat.credentials: uat.uuid is not what CouchDB was made with, and it cannot change. Take uat.uuid out of the file.",
        ],
        [
            "a Secret that lacks keys",
            told(file(), withSecret(1, { COUCHDB_UUID: undefined, COUCH_URL: undefined })),
            "instances.uat.credentials: The Secret 'cht-couchdb-credentials' in the namespace 'uat' lacks COUCHDB_UUID, COUCH_URL: what CouchDB was made with cannot be told. Put back what it held.",
        ],
        [
            "a Secret that is gone while services run",
            told(generation(2), inNamespace({ credentials: undefined })),
            gone,
        ],
        ["a Secret that is gone with only data left", told(file(), stopped({ credentials: undefined })), gone],
        [
            "a Secret that is gone, and the old password given",
            told(file(), stopped({ credentials: undefined }), { password: "old" }),
        ],
    ],
};

describe("what runs is guarded", () => {
    for (const [suite, cases] of Object.entries(suites)) {
        describe(suite, () => {
            for (const [title, problems, ...expected] of cases) {
                it(title, () => assert.deepEqual(problems, expected));
            }
        });
    }

    it("against every change at once, in every instance", () => {
        const before = { cluster, instances: { a: instance("a"), b: instance("b"), c: instance("c") } };
        const after = {
            cluster,
            instances: {
                a: instance("a", {
                    version: "5.2.0",
                    couchdb: { nodes: 3, dataPath: "", volume: { kind: "new", size: "1Gi" } },
                    credentials: { user: "x", generation: 3 },
                    database: "y",
                }),
                b: instance("b", { namespace: "bb" }),
            },
        };
        assert.deepEqual(
            plan(after, running(before)).problems.map(({ path }) => path),
            [
                "instances.b.namespace",
                "instances.c",
                "instances.a.version",
                "instances.a.couchdb.nodes",
                "instances.a.couchdb.dataPath",
                "instances.a.credentials.generation",
                "instances.a.credentials.user",
                "instances.a.database",
            ],
        );
    });

    it("against certificates that do not fit the ingress of another stack's cluster", () => {
        const contract = { ingress: { kind: "alb" as const, scheme: "internal" as const } };
        const { problems } = plan(file({ tls: { kind: "cert-manager", issuer: "le" } }), nothing, {}, contract);
        assert.deepEqual(
            problems.map(({ path, message }) => `${path}: ${message}`),
            [
                "instances.uat.tls.kind: 'cert-manager' does not go with the cluster's ingress 'alb': must be 'load-balancer' or 'none'",
            ],
        );
    });

    it("with notes on what is allowed, and on what could not be checked", () => {
        assert.deepEqual(plan(file(), withImages(image("5.2.0"), image("latest"))).notes, [
            "instances.uat.version: the release of the running image 'public.ecr.aws/medic/cht-api:latest' cannot be told from its tag: it is not checked",
            "instances.uat.version: Views may be built anew: have five times the disk that is used now.",
        ]);
        assert.deepEqual(plan(file(), running(file())).notes, []);
    });

    it("by a RunError that names the file and the cluster", () => {
        const model = modelOf(file({ database: "other" }));
        assert.ok(model.cluster.kind === "existing");
        const args = { model, contract: model.cluster, live: inNamespace({}), stack, secrets: givenSecrets(new Map()) };
        assert.throws(
            () => planStack(args),
            (error: unknown) => {
                assert.ok(pulumi.RunError.isInstance(error));
                assert.equal(
                    error.message,
                    `Pulumi.test.yaml does not fit what runs in the cluster 'test':

  instances.uat.database
    CHT's documents are in the database 'medic', and would be left behind for 'other'. Set database: medic.
`,
                );
                return true;
            },
        );
    });

    it("by labels and annotations that Kubernetes allows, and that other versions of the program know", () => {
        assert.deepEqual(labels, {
            managedBy: { "app.kubernetes.io/managed-by": "cht-hosting" },
            stack: "cht-hosting/stack",
            instance: "cht-hosting/instance",
            service: "cht.service",
            credentialsGeneration: "cht-hosting/credentials-generation",
            cluster: "cht-hosting/cluster",
            couchdbNodes: "cht-hosting/couchdb-nodes",
            dataPath: "cht-hosting/data-path",
            version: "cht-hosting/version",
            volumeSource: "cht-hosting/volume-source",
            snapshotSource: "cht-hosting/snapshot-source",
            ports: "cht-hosting/ports",
        });
    });
});
