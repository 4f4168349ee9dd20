/**
 * Quiesced sets on a real API server: the program runs as itself, with a token of its own account, so that the Role is proved
 * with it. Deployments, pods and VolumeSnapshots are the cluster's.
 */
import assert from "node:assert/strict";
import { eventually, get, getOne, type KubernetesObject, kubectl, tryKubectl } from "../support/kubectl";
import { runQuiesced, startQuiesced } from "../support/quiesced";
import { refusal, Stack, sandboxCluster, smallInstance, succeeded } from "../support/stack";

const namespace = "quiesced";
const cluster = { ...sandboxCluster, storage: { className: "local-path", snapshotClassName: "local-path" } };
const file = (keep: number | string, more: object = {}) => ({
    cluster,
    instances: {
        quiesced: smallInstance(namespace, {
            couchdb: { nodes: 2, volume: { kind: "new", size: "1Gi" } },
            snapshots: { quiesced: { every: "day", at: "02:30", keep } },
            ...more,
        }),
    },
});

const snapshots = () => get("volumesnapshots", `--namespace=${namespace}`);
const setOf = ({ metadata }: KubernetesObject) => metadata.labels?.["cht-hosting/quiesced-set"] ?? "";
const setsOf = (items: KubernetesObject[]) => [...new Set(items.map(setOf))].sort();
const lease = () => getOne("lease/cht-snapshots", namespace);

async function replicas(): Promise<Record<string, number>> {
    const deployments = await get("deployments", `--namespace=${namespace}`);
    return Object.fromEntries(deployments.map(({ metadata, spec }) => [metadata.name, spec.replicas as number]));
}

async function everythingRuns(): Promise<void> {
    assert.deepEqual(
        Object.entries(await replicas()).filter(([, count]) => count !== 1),
        [],
    );
    assert.equal((await lease()).metadata.annotations?.["cht-hosting/quiesced-replicas"], undefined);
}

/** Who runs at the moment that the last snapshot of a set is made. */
async function stoppedOnTheWay(): Promise<void> {
    await eventually(replicas, (found) => found["cht-api"] === 0 && found["cht-sentinel"] === 0);
}

describe("quiesced sets of snapshots", () => {
    let stack: Stack;
    before(async () => {
        stack = await Stack.create("quiesced", file(2));
        await stack.deploy();
    });

    it("are scheduled in words and as cron", async () => {
        const { metadata, spec } = await getOne("cronjob/cht-snapshots", namespace);
        assert.equal(metadata.annotations?.["cht-hosting/schedule"], "every day at 02:30 UTC, 2 kept");
        const { schedule, timeZone, concurrencyPolicy } = spec;
        assert.deepEqual(
            { schedule, timeZone, concurrencyPolicy },
            { schedule: "30 2 * * *", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" },
        );
    });

    it("are admitted as a pod of the namespace, and may reach the API server alone", async () => {
        await kubectl(["create", "job", "by-hand", "--from=cronjob/cht-snapshots", `--namespace=${namespace}`]);
        const pods = await eventually(
            () => get("pods", `--namespace=${namespace}`, "--selector=cht.service=snapshots"),
            (found) => found.length > 0,
        );
        assert.equal(pods[0]?.["spec"].serviceAccountName, "cht-snapshots");
        await kubectl(["delete", "job", "by-hand", `--namespace=${namespace}`, "--wait"]);
        const { spec } = await getOne("networkpolicy/allow-snapshots", namespace);
        assert.deepEqual([spec.ingress, spec.egress.length], [undefined, 1]);
    });

    it("are complete, of all nodes, while nothing writes; then all runs again", async () => {
        const { code, stdout, stderr } = await runQuiesced(namespace);
        assert.equal(code, 0, stderr);
        const made = await snapshots();
        const [set = ""] = setsOf(made);
        assert.deepEqual(stdout.trim().split("\n"), [
            "Stopped cht-sentinel and cht-api.",
            "Started cht-api.",
            "Started cht-sentinel.",
            `Took the set ${set}: couchdb-1-claim0, couchdb-2-claim0.`,
        ]);
        assert.deepEqual(
            made.map(({ metadata, spec }) => [
                metadata.name,
                spec.source.persistentVolumeClaimName,
                metadata.labels?.["cht-hosting/quiesced-state"],
                metadata.labels?.["cht-hosting/instance"],
                metadata.annotations?.["cht-hosting/version"],
                metadata.annotations?.["cht-hosting/credentials-generation"],
            ]),
            ["couchdb-1-claim0", "couchdb-2-claim0"].map((claim) => [
                `quiesced-${set}-${claim}`,
                claim,
                "complete",
                "quiesced",
                "5.2.0",
                "1",
            ]),
        );
        await everythingRuns();
    });

    it("are no drift to the program", () => stack.expectNoChanges());

    it("keep as many as they should, the newest", async () => {
        for (let more = 0; more < 2; more++) assert.equal((await runQuiesced(namespace)).code, 0);
        const sets = setsOf(await snapshots());
        assert.equal(sets.length, 2);
        assert.equal((await runQuiesced(namespace, { keep: { count: 1 } })).code, 0);
        const left = setsOf(await snapshots());
        assert.deepEqual([left.length, left.every((set) => set > (sets.at(-1) ?? ""))], [1, true]);
    });

    it("never lose the last good one, however old", async () => {
        const [good = ""] = setsOf(await snapshots());
        const { code, stdout } = await runQuiesced(namespace, { keep: { seconds: 0 } });
        assert.equal(code, 0);
        assert.match(stdout, new RegExp(`Deleted the set ${good}: it is older than what is kept\\.`));
        assert.equal(setsOf(await snapshots()).length, 1);
    });

    it("are undone where an update starts what was stopped, and say so", async () => {
        const before = setsOf(await snapshots());
        // A snapshot of what is not there is never taken, so that there is time.
        const run = await startQuiesced(namespace, {
            claims: ["couchdb-1-claim0", "missing"],
            patience: { poll: 0.2, pods: 30, snapshots: 120, api: 10, lease: 4 },
        });
        await stoppedOnTheWay();
        await eventually(snapshots, (found) => setsOf(found).length > before.length);
        succeeded(await stack.up("--refresh"));
        const { code, stderr } = await run.result;
        run.clean();
        assert.equal(code, 1);
        assert.match(stderr, /^No quiesced set: cht-(api|sentinel) was changed or started meanwhile\.\n$/);
        assert.deepEqual(setsOf(await snapshots()), before);
        await everythingRuns();
    });

    it("are given up when a snapshot is not taken in time, and all runs again", async () => {
        const before = setsOf(await snapshots());
        const { code, stderr } = await runQuiesced(namespace, {
            claims: ["couchdb-1-claim0", "missing"],
            patience: { poll: 0.2, pods: 30, snapshots: 2, api: 10, lease: 4 },
        });
        assert.equal(code, 1);
        assert.equal(stderr, "No quiesced set: after 2 s the snapshot of missing is not taken.\n");
        assert.deepEqual(setsOf(await snapshots()), before);
        await everythingRuns();
    });

    it("start all again when they are told to end", async () => {
        const before = setsOf(await snapshots());
        const run = await startQuiesced(namespace, { claims: ["missing"] });
        await stoppedOnTheWay();
        run.child.kill("SIGTERM");
        const { code, stderr } = await run.result;
        run.clean();
        assert.deepEqual([code, stderr], [1, "No quiesced set: the run was ended by SIGTERM.\n"]);
        assert.deepEqual(setsOf(await snapshots()), before);
        await everythingRuns();
    });

    it("are repaired by the next run when one is killed in the middle", async () => {
        const before = setsOf(await snapshots());
        const run = await startQuiesced(namespace, { claims: ["couchdb-1-claim0", "missing"] });
        await stoppedOnTheWay();
        await eventually(snapshots, (found) => setsOf(found).length > before.length);
        run.child.kill("SIGKILL");
        await run.result;
        run.clean();
        assert.equal((await replicas())["cht-api"], 0);
        const { code, stdout, stderr } = await runQuiesced(namespace);
        assert.equal(code, 0, stderr);
        assert.match(
            stdout,
            /^A run before this one ended in the middle of a set\.\nStarted cht-api\.\nStarted cht-sentinel\.\nDeleted the set [-\d]+: it was never complete\.\nStopped /,
        );
        await everythingRuns();
    });

    it("are taken by one run at a time", async () => {
        const run = await startQuiesced(namespace, {
            claims: ["missing"],
            patience: { poll: 0.2, pods: 30, snapshots: 6, api: 10, lease: 4 },
        });
        await stoppedOnTheWay();
        const second = await runQuiesced(namespace);
        const first = await run.result;
        run.clean();
        // The second one waited for the first, and found nothing to repair.
        assert.equal(first.code, 1);
        assert.equal(second.code, 0, second.stderr);
        assert.doesNotMatch(second.stdout, /ended in the middle/);
        await everythingRuns();
    });

    it("may do nothing else", async () => {
        const as = `--as=system:serviceaccount:${namespace}:cht-snapshots`;
        const may = async (...what: string[]) =>
            (await tryKubectl(["auth", "can-i", ...what, as, `--namespace=${namespace}`])).stdout.trim() === "yes";
        const allowed = [
            ["get", "deployments.apps/cht-api"],
            ["patch", "deployments.apps/cht-sentinel", "--subresource=scale"],
            ["list", "pods"],
            ["patch", "leases.coordination.k8s.io/cht-snapshots"],
            ["create", "volumesnapshots.snapshot.storage.k8s.io"],
            ["delete", "volumesnapshots.snapshot.storage.k8s.io"],
        ];
        const denied = [
            ["patch", "deployments.apps/cht-api"],
            ["patch", "deployments.apps/cht-couchdb-1", "--subresource=scale"],
            ["get", "secrets"],
            ["create", "pods"],
            ["delete", "pods"],
            ["delete", "persistentvolumeclaims"],
            ["patch", "configmaps"],
            ["get", "volumesnapshotcontents.snapshot.storage.k8s.io"],
            ["list", "deployments.apps"],
        ];
        for (const what of allowed) assert.equal(await may(...what), true, what.join(" "));
        for (const what of denied) assert.equal(await may(...what), false, what.join(" "));
    });

    it("stay when their instance is removed", async () => {
        const before = setsOf(await snapshots());
        stack.write(file(2, { remove: "quiesced" }));
        succeeded(await stack.up());
        assert.deepEqual(setsOf(await snapshots()), before);
        assert.deepEqual(
            await get("cronjobs,leases,serviceaccounts", `--namespace=${namespace}`, "--selector=cht-hosting/instance"),
            [],
        );
        stack.write(file(2));
        succeeded(await stack.up());
    });

    it("need a storage that can snapshot", async () => {
        stack.write({ ...file(2), cluster: sandboxCluster });
        assert.equal(
            refusal(await stack.preview()),
            `Pulumi.quiesced.yaml does not fit what runs in the cluster 'sandbox':

  instances.quiesced.snapshots.quiesced
    needs a storage that can snapshot: name its VolumeSnapshotClass in cluster.storage.snapshotClassName.`,
        );
    });
});
