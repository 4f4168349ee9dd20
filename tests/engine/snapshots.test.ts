/**
 * Restore and clone: an instance is made of another's quiesced set, of VolumeSnapshots, or of snapshots by the storage's own
 * names, and stays what it was made of.
 */
import assert from "node:assert/strict";
import { get, getOne, kubectl, secretValues, uids } from "../support/kubectl";
import { runQuiesced } from "../support/quiesced";
import {
    type Instance,
    refusal,
    Stack,
    type Step,
    sandboxCluster,
    shortName,
    smallInstance,
    succeeded,
} from "../support/stack";

const cluster = { ...sandboxCluster, storage: { className: "local-path", snapshotClassName: "local-path" } };
const misfit = "Pulumi.snapshots.yaml does not fit what runs in the cluster 'sandbox':\n\n";
const secretName = "cht-couchdb-credentials";

const production = smallInstance("clone-production", {
    couchdb: { volume: { kind: "new", size: "2Gi" } },
    snapshots: { quiesced: { every: "day", keep: 7 } },
});
/** Three lines. */
const clone = (from: object, more: object = {}, instance: Instance = {}) =>
    smallInstance("clone-uat", { couchdb: { volume: { kind: "snapshot", from, ...more } }, ...instance });
const withClone = (uat: Instance) => ({ cluster, instances: { "clone-production": production, "clone-uat": uat } });

async function setsOf(namespace: string): Promise<string[]> {
    const found = await get("volumesnapshots", `--namespace=${namespace}`, "--selector=cht-hosting/quiesced-set");
    return [...new Set(found.map(({ metadata }) => metadata.labels?.["cht-hosting/quiesced-set"] ?? ""))].sort();
}

/** The storage's own name of the snapshot of a set. */
async function handleOf(set: string): Promise<string> {
    const snapshot = await getOne(`volumesnapshot/quiesced-${set}-couchdb-claim0`, "clone-production");
    const [content] = await get(`volumesnapshotcontent/${snapshot["status"].boundVolumeSnapshotContentName}`);
    return content?.["spec"].source.snapshotHandle as string;
}

const made = (steps: readonly Step[]) =>
    steps
        .filter(({ op }) => op !== "same")
        .map(({ op, urn }) => `${op} ${shortName(urn)}`)
        .sort();

describe("an instance of snapshots", () => {
    let stack: Stack;
    let first: string;
    let planned: string[];
    before("take a set of production, and copy it", async () => {
        stack = await Stack.create("snapshots", { cluster, instances: { "clone-production": production } });
        await stack.deploy();
        assert.equal((await runQuiesced("clone-production")).code, 0);
        [first = ""] = await setsOf("clone-production");
        stack.write(withClone(clone({ instance: "clone-production" })));
        planned = made(await stack.steps());
        await stack.deploy();
    });

    it("is previewed with all that it is then made of", async () => {
        const { resources } = await stack.export();
        const now = resources
            .filter(({ urn }) => urn.includes("::clone-uat"))
            .map(({ urn }) => `create ${shortName(urn)}`);
        assert.deepEqual(planned.filter((line) => line.includes(" clone-uat")).sort(), now.sort());
        assert(planned.includes("create VolumeSnapshot clone-uat-couchdb-claim0-snapshot"), planned.join("\n"));
        assert(planned.includes("create VolumeSnapshotContent clone-uat-couchdb-claim0-snapshot-content"));
    });

    it("has the snapshot's data in a volume of its own, in its pod's zone", async () => {
        const claim = await getOne("pvc/couchdb-claim0", "clone-uat");
        const [source] = await get("volumesnapshots", "--namespace=clone-uat");
        const [content] = await get(`volumesnapshotcontent/${source?.["spec"].source.volumeSnapshotContentName}`);
        const [volume] = await get(`persistentvolume/${claim["spec"].volumeName}`);
        const [pod] = await get("pods", "--namespace=clone-uat", "--selector=cht.service=couchdb");
        const [node] = await get(`node/${pod?.["spec"].nodeName}`);
        assert.deepEqual(claim["spec"].dataSource, {
            apiGroup: "snapshot.storage.k8s.io",
            kind: "VolumeSnapshot",
            name: source?.metadata.name,
        });
        assert.deepEqual(
            [content?.["spec"].source.snapshotHandle, content?.["spec"].deletionPolicy, content?.["spec"].driver],
            [await handleOf(first), "Retain", "volumes.sandbox"],
        );
        assert.deepEqual(
            [claim["status"].phase, claim["status"].capacity.storage, volume?.["spec"].persistentVolumeReclaimPolicy],
            ["Bound", "2Gi", "Retain"],
        );
        assert.deepEqual(volume?.["spec"].nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values, [
            node?.metadata.labels?.["topology.kubernetes.io/zone"],
        ]);
        const [couchdb] = await get("deployments", "--namespace=clone-uat", "--selector=cht.service=couchdb");
        assert.equal(couchdb?.["status"].availableReplicas, 1);
    });

    it("opens with the credentials of its source, which nobody has to know", async () => {
        assert.deepEqual(
            await secretValues(secretName, "clone-uat"),
            await secretValues(secretName, "clone-production"),
        );
        const { text } = await stack.export();
        const { COUCHDB_PASSWORD = "" } = await secretValues(secretName, "clone-uat");
        assert(!text.includes(COUCHDB_PASSWORD));
    });

    it("sends no message to anybody, while its source does", async () => {
        const outside = async (namespace: string) => {
            const policies = await get("networkpolicies", `--namespace=${namespace}`);
            return policies
                .filter(({ spec }) => JSON.stringify(spec.egress ?? []).includes('"0.0.0.0/0"'))
                .map(({ metadata }) => metadata.name)
                .sort();
        };
        assert.deepEqual(await outside("clone-uat"), []);
        assert.deepEqual(await outside("clone-production"), ["allow-api", "allow-sentinel", "allow-snapshots"]);
    });

    it("stays what it is when there is a newer set, and when the first is gone", async () => {
        assert.equal((await runQuiesced("clone-production")).code, 0);
        assert.equal((await setsOf("clone-production")).length, 2);
        await stack.expectNoChanges();
        assert.equal((await runQuiesced("clone-production", { keep: { count: 1 } })).code, 0);
        assert(!(await setsOf("clone-production")).includes(first));
        await stack.expectNoChanges();
    });

    it("keeps its volume when the VolumeSnapshots that it was made of are pruned", async () => {
        const before = await uids("pvc", "clone-uat");
        await kubectl(["delete", "volumesnapshots", "--all", "--namespace=clone-uat"]);
        await kubectl(["delete", "volumesnapshotcontents", "--selector=cht-hosting/instance=clone-uat"]);
        succeeded(await stack.up("--refresh"));
        assert.deepEqual(await uids("pvc", "clone-uat"), before);
        await stack.expectNoChanges();
    });

    it("can message outside when it is told to, and change nothing else", async () => {
        stack.write(withClone(clone({ instance: "clone-production" }, { outboundMessaging: "on" })));
        assert.deepEqual(
            made(await stack.steps()).filter((line) => !line.includes("pulumi:pulumi")),
            ["update NetworkPolicy clone-uat-allow-api", "update NetworkPolicy clone-uat-allow-sentinel"],
        );
    });

    const refused: Record<string, [instances: () => Promise<Instance> | Instance, message: RegExp]> = {
        "another snapshot": [
            async () => clone({ instance: "clone-production", set: (await setsOf("clone-production"))[0] }),
            /^ {2}instances\.clone-uat\.couchdb\.volume\.from\n {4}The data was made of snapshot-[-0-9a-f]+, asked for as 'instance clone-production', and another snapshot would not change it\. Set couchdb\.volume\.from back; other data is another instance: give it a name of its own, and move the host when it is well\.$/,
        ],
        "a new volume in its place": [
            () => smallInstance("clone-uat", { couchdb: { volume: { kind: "new", size: "2Gi" } } }),
            /^ {2}instances\.clone-uat\.couchdb\.volume\n {4}The data of couchdb-claim0 lies on a volume made of the snapshot 'snapshot-[-0-9a-f]+' of volumes\.sandbox, and would be left behind for a volume of its own\./,
        ],
    };
    for (const [change, [uat, message]] of Object.entries(refused)) {
        it(`refuses ${change}`, async () => {
            stack.write(withClone(await uat()));
            const text = refusal(await stack.preview());
            assert(text.startsWith(misfit), text);
            assert.match(text.slice(misfit.length), message);
        });
    }

    it("refuses to lay a snapshot over data that is there", async () => {
        stack.write({
            cluster,
            instances: {
                "clone-production": {
                    ...production,
                    couchdb: { volume: { kind: "snapshot", from: { instance: "clone-uat" } } },
                },
                "clone-uat": clone({ instance: "clone-production" }),
            },
        });
        assert.match(
            refusal(await stack.preview()),
            /instances\.clone-production\.couchdb\.volume\.kind\n {4}The instance has its data already, and a snapshot would not change it\. /,
        );
    });

    it("is taken over when the state is lost, with all that it was made of", async () => {
        stack.write(withClone(clone({ instance: "clone-production" })));
        const before = { claims: await uids("pvc", "clone-uat"), secret: await secretValues(secretName, "clone-uat") };
        succeeded(await stack.run("stack rm --force --yes --preserve-config"));
        await stack.init();
        succeeded(await stack.up());
        assert.deepEqual(
            { claims: await uids("pvc", "clone-uat"), secret: await secretValues(secretName, "clone-uat") },
            before,
        );
        await stack.expectNoChanges();
    });
});

describe("an instance of snapshots by their own names", () => {
    let stack: Stack;
    let handles: string[];
    const instances = (couchdb: object, more: Instance = {}) => ({
        cluster,
        instances: { restored: smallInstance("restored", { couchdb, ...more }) },
    });
    const volume = (from: object) => ({ volume: { kind: "snapshot", size: "3Gi", from } });
    before("take a snapshot by hand", async () => {
        await kubectl(["create", "namespace", "by-hand"]);
        const objects = [
            {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshotContent",
                metadata: { name: "by-hand" },
                spec: {
                    driver: "volumes.sandbox",
                    deletionPolicy: "Retain",
                    source: { snapshotHandle: "snapshot-by-hand" },
                    volumeSnapshotRef: { name: "by-hand", namespace: "by-hand" },
                },
            },
            {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshot",
                metadata: { name: "by-hand", namespace: "by-hand" },
                spec: { source: { volumeSnapshotContentName: "by-hand" } },
            },
        ];
        for (const object of objects) await kubectl(["apply", "--filename=-"], JSON.stringify(object));
        await kubectl([
            "wait",
            "volumesnapshot/by-hand",
            "--namespace=by-hand",
            "--for=jsonpath={.status.readyToUse}=true",
        ]);
        handles = ["snapshot-by-hand"];
        stack = await Stack.create("restored", instances(volume({ snapshots: handles })));
    });

    it("asks for what opens it", async () => {
        assert.equal(
            refusal(await stack.preview()),
            `Pulumi.restored.yaml does not fit what runs in the cluster 'sandbox':

  instances.restored.credentials
    CouchDB's data opens only with the user, password, secret and uuid that it was made with, and nobody here knows them. Give them: 'pulumi config set --secret restored.password', 'pulumi config set --secret restored.secret', 'pulumi config set --secret restored.uuid'.`,
        );
    });

    it("is made of them when it has that, in the cluster's words or the storage's", async () => {
        const given = { password: "given-password", secret: "given-secret", uuid: "given-uuid" };
        for (const [key, value] of Object.entries(given)) await stack.setSecret(`restored.${key}`, value);
        stack.write(instances(volume({ volumeSnapshots: ["by-hand"], namespace: "by-hand" })));
        const planned = made(await stack.steps());
        stack.write(instances(volume({ snapshots: handles })));
        assert.deepEqual(made(await stack.steps()), planned);
        await stack.deploy();
        const { COUCHDB_PASSWORD, COUCHDB_SECRET, COUCHDB_UUID } = await secretValues(secretName, "restored");
        assert.deepEqual([COUCHDB_PASSWORD, COUCHDB_SECRET, COUCHDB_UUID], Object.values(given));
        const claim = await getOne("pvc/couchdb-claim0", "restored");
        assert.deepEqual([claim["status"].phase, claim["status"].capacity.storage], ["Bound", "3Gi"]);
        await stack.expectNoChanges();
    });

    after(() => kubectl(["delete", "namespace", "by-hand"]));
});
