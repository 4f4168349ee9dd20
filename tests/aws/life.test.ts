/** Pulumi.prod.yaml as it stands: network, cluster, storage, snapshots, ingress and instances, whole and exact. */
import assert from "node:assert/strict";
import { call } from "../support/checkout";
import { get, type KubernetesObject, secretValues, uids } from "../support/kubectl";
import { type StateResource, type Step, shortName, succeeded } from "../support/stack";
import { expectedInAws, forgottenInAws, keptInAws } from "./life-expected";
import { Account } from "./support/account";
import { neverReplaces, typeOf } from "./support/assert";
import { emptyCluster } from "./support/cluster";
import { AwsStack, prodFile } from "./support/stack";

const file = prodFile();
const namespaces = Object.values(file.instances).map(({ namespace }) => String(namespace));

const zoneId = "Z0123456789ABCDEFGHIJ";
const hostedZone = {
    type: "aws:route53/zone:Zone",
    region: "",
    id: zoneId,
    properties: { zoneId, name: "cht.example.org", arn: `arn:aws:route53:::hostedzone/${zoneId}`, tags: {} },
};

describe("the production stack", () => {
    let stack: AwsStack;
    let previewed: Step[];
    let resources: readonly StateResource[];
    let madeByPreview: unknown;
    before(async () => {
        await emptyCluster();
        const account = new Account();
        // What an operator has before the first 'pulumi up': a domain.
        account.put(hostedZone);
        stack = await AwsStack.on(account, "prod", file);
        previewed = await stack.steps();
        madeByPreview = account.resources();
        await stack.deploy();
        ({ resources } = await stack.export());
    });

    it("makes exactly the resources of its first preview, which made none", () => {
        assert.deepEqual(madeByPreview, [hostedZone]);
        assert.deepEqual([...new Set(previewed.map(({ op }) => op))], ["create"]);
        const own = (urns: readonly string[]) =>
            urns
                .filter((urn) => !/::default(_|$)/.test(urn))
                .map(shortName)
                .sort();
        assert.deepEqual(own(previewed.map(({ urn }) => urn)), own(resources.map(({ urn }) => urn)));
    });

    it("makes exactly this in AWS", () => {
        assert.deepEqual(stack.account.counts(), expectedInAws);
    });

    it("runs every instance: Deployments available, claims bound to volumes of their class", async () => {
        for (const { namespace: name, couchdb } of Object.values(file.instances)) {
            const namespace = String(name);
            const { className = "gp3" } = (couchdb as { volume: { className?: string } }).volume;
            const deployments = await get("deployments", `--namespace=${namespace}`);
            assert.ok(deployments.length >= 4, `${namespace} has ${deployments.length} Deployments`);
            for (const { metadata, status } of deployments)
                assert.equal(status.availableReplicas, 1, `${namespace}/${metadata.name}`);
            const claims = await get("persistentvolumeclaims", `--namespace=${namespace}`);
            assert.ok(claims.length >= 1);
            for (const { spec, status } of claims)
                assert.deepEqual([spec.storageClassName, status.phase], [className, "Bound"]);
        }
    });

    it("schedules CouchDB on the nodes kept for it, and nothing else there; a clustered one over all zones", async () => {
        const nodes = new Map((await get("nodes")).map((node) => [node.metadata.name, node]));
        const couchdb = (pod: KubernetesObject) => pod.metadata.labels?.["app.kubernetes.io/component"] === "couchdb";
        const kept = (pod: KubernetesObject) =>
            nodes.get(String(pod["spec"].nodeName))?.metadata.labels?.["cht-hosting/couchdb"] ?? "not";
        const pods = await get("pods", "--all-namespaces");
        assert.deepEqual([...new Set(pods.filter(couchdb).map(kept))], ["true"]);
        assert.deepEqual([...new Set(pods.filter((pod) => !couchdb(pod)).map(kept))], ["not"]);
        const zone = (pod: KubernetesObject) =>
            nodes.get(String(pod["spec"].nodeName))?.metadata.labels?.["topology.kubernetes.io/zone"];
        for (const [name, instance] of Object.entries(file.instances)) {
            const { nodes: count = 1 } = (instance["couchdb"] as { nodes?: number } | undefined) ?? {};
            const own = pods.filter((pod) => couchdb(pod) && pod.metadata.namespace === instance["namespace"]);
            assert.deepEqual([own.length, new Set(own.map(zone)).size], [count, Math.min(count, 3)], name);
        }
    });

    it("has nothing to change: preview, up, refresh", async () => {
        for (const command of ["preview", "up --yes --skip-preview", "refresh --yes --skip-preview"])
            succeeded(await stack.run(command, "--expect-no-changes"));
    });

    it("is reached by the AWS CLI alone: no token is in the state", async () => {
        const calls = stack.cli.calls();
        assert.ok(calls.length > 0);
        for (const each of calls)
            assert.match(
                each,
                /^(--region \S+ )?eks get-token (--cluster-name cht-prod|--region eu-west-2|--output json|profile=| )+$/,
            );
        const { text } = await stack.export();
        assert.doesNotMatch(JSON.stringify(await stack.plainState()), /token":\s*"[^"]+|client-key/);
        assert.ok(text.length > 0);
    });

    it("tells exactly these outputs", async () => {
        const { stdout } = succeeded(await stack.run("stack output", "--json"));
        const outputs = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
        assert.deepEqual(Object.keys(outputs).sort(), ["cost", "eks", "instances", "monitoring", "snapshots"]);
        assert.deepEqual(Object.keys(outputs["instances"] ?? {}).sort(), Object.keys(file.instances).sort());
    });

    it("is not destroyed while there is data: the refusal names what is kept", async () => {
        const before = stack.account.state;
        const { code, stdout, stderr } = await stack.run("destroy", "--yes");
        assert.notEqual(code, 0);
        const refused = [...(stdout + stderr).matchAll(/resource "([^"]*)" cannot be deleted/g)].map(([, urn = ""]) =>
            typeOf(urn),
        );
        assert.deepEqual(stack.account.state, before);
        for (const type of [
            "aws:ec2/subnet:Subnet",
            "aws:ec2/vpc:Vpc",
            "aws:eks/cluster:Cluster",
            "aws:kms/key:Key",
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:PersistentVolumeClaim",
            "kubernetes:storage.k8s.io/v1:StorageClass",
        ]) {
            // The alarms' key encrypts messages, no data.
            const found = resources.filter((each) => each.type === type && !each.urn.endsWith("-alarms"));
            assert.ok(found.length > 0, type);
            for (const { urn, protect } of found) assert.equal(protect, true, urn);
        }
        assert.ok(refused.length > 0, stdout + stderr);
    });

    it("destroyed without what is protected keeps network, cluster, keys and all data", async () => {
        const data = await kept();
        succeeded(await stack.destroy("--exclude-protected"));
        assert.deepEqual(stack.account.counts(), keptInAws);
        assert.deepEqual(await kept(), data);
    });

    it("comes back with the next up, on the same volumes, with the same credentials", async () => {
        const data = await kept();
        neverReplaces(await stack.steps());
        await stack.deploy();
        assert.deepEqual(stack.account.counts(), expectedInAws);
        assert.deepEqual(await kept(), data);
        await stack.expectNoChanges();
    });

    it("forgets what is kept, after somebody has lifted the protection; nothing of it is deleted", async () => {
        const data = await kept();
        succeeded(await call("pulumi", ["state", "unprotect", "--all", "--yes", "--stack", stack.name]));
        succeeded(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.deepEqual(await kept(), data);
        assert.deepEqual(stack.account.counts(), forgottenInAws);
    });
});

/** Namespaces, claims, volumes and credentials as they are, so that another of the same name is told from them. */
function kept(): Promise<unknown> {
    return Promise.all(
        namespaces.map(async (namespace) => ({
            namespace: (await get(`namespace/${namespace}`)).map(({ metadata }) => metadata.uid),
            claims: await uids("persistentvolumeclaims", namespace),
            volumes: (await get("persistentvolumeclaims", `--namespace=${namespace}`)).map(
                ({ spec }) => spec.volumeName,
            ),
            credentials: await secretValues("cht-couchdb-credentials", namespace),
        })),
    );
}
