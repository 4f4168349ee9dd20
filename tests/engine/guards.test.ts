/** What a stack file may not say because of what runs, and clusters that cannot be asked: nothing is planned blind. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../support/checkout";
import { get, kubectl } from "../support/kubectl";
import { refusal, Stack, sandboxCluster, smallInstance } from "../support/stack";

const instances = { guarded: smallInstance("guarded"), forgotten: smallInstance("forgotten") };
const misfit = "Pulumi.guards.yaml does not fit what runs in the cluster 'sandbox':\n\n";

describe("guards over what runs", () => {
    let stack: Stack;
    before(async () => {
        stack = await Stack.create("guards", { instances });
        await stack.deploy();
        await kubectl(["create", "namespace", "somebody-elses"]);
    });
    after(() => kubectl(["delete", "namespace", "somebody-elses"]));

    const cases: Record<string, [file: Parameters<Stack["write"]>[0], message: string]> = {
        "an instance that is missing from the file": [
            { instances: { guarded: instances.guarded } },
            `${misfit}  instances.forgotten
    The instance runs in the namespace 'forgotten', but is not in the stack file any more. To take it down, put it back with 'remove: forgotten', run 'pulumi up', and then take it out of the file; its data stays in the cluster.`,
        ],
        "other nodes, another class and a smaller volume": [
            {
                instances: {
                    guarded: smallInstance("guarded", { couchdb: { nodes: 3, volume: { kind: "new", size: "1Gi" } } }),
                    forgotten: smallInstance("forgotten", { couchdb: { volume: { kind: "new", size: "512Mi" } } }),
                },
            },
            `${misfit}  instances.forgotten.couchdb.volume.size
    The claim couchdb-claim0 has 1Gi and cannot shrink to 512Mi. Set couchdb.volume.size: 1Gi, or more.

  instances.guarded.couchdb.nodes
    CouchDB has its data on 1 node, and would lose sight of it with 3. Set couchdb.nodes: 1; to change it, move the data to a new instance.`,
        ],
        "another storage class": [
            {
                instances: {
                    ...instances,
                    guarded: smallInstance("guarded", {
                        couchdb: { volume: { kind: "new", size: "1Gi", className: "gp3" } },
                    }),
                },
            },
            `${misfit}  instances.guarded.couchdb.volume.className
    The claim couchdb-claim0 has the storage class 'local-path', which cannot become 'gp3'. Set couchdb.volume.className: 'local-path'.`,
        ],
        "a namespace that somebody else made": [
            { instances: { ...instances, third: smallInstance("third", { namespace: "somebody-elses" }) } },
            `${misfit}  instances.third.namespace
    The namespace 'somebody-elses' exists, and was not made by this program. Name another one.`,
        ],
        "another name for the cluster": [
            { cluster: { ...sandboxCluster, name: "renamed" }, instances },
            `Pulumi.guards.yaml does not fit what runs in the cluster 'renamed':

  cluster.name
    The instance 'forgotten' was made on the cluster 'sandbox', and this one is named 'renamed': with another name, everything would be replaced. Set it back to 'sandbox'.`,
        ],
        "a cluster that does not answer": [
            { cluster: { ...sandboxCluster, kubeconfig: "unreachable.kubeconfig" }, instances },
            "cluster 'sandbox' cannot be read (cluster.kubeconfig 'unreachable.kubeconfig', cluster.context 'sandbox'): request to https://127.0.0.1:1/api/v1/namespaces failed, reason: connect ECONNREFUSED 127.0.0.1:1",
        ],
        "a kubeconfig that is not there": [
            { cluster: { ...sandboxCluster, kubeconfig: "missing.kubeconfig" }, instances },
            "cluster 'sandbox' cannot be read (cluster.kubeconfig 'missing.kubeconfig', cluster.context 'sandbox'): there is no such file",
        ],
        "a kubeconfig that is none": [
            { cluster: { ...sandboxCluster, kubeconfig: "package.json" }, instances },
            "cluster 'sandbox' cannot be read (cluster.kubeconfig 'package.json', cluster.context 'sandbox'): it has no context 'sandbox', only none",
        ],
        "a context that the kubeconfig does not have": [
            { cluster: { ...sandboxCluster, context: "production" }, instances },
            "cluster 'sandbox' cannot be read (cluster.kubeconfig '.sandbox/kubeconfig', cluster.context 'production'): it has no context 'production', only 'sandbox'",
        ],
    };

    before(() => {
        const kubeconfig = readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8");
        writeFileSync(
            join(checkout(), "unreachable.kubeconfig"),
            kubeconfig.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1"),
        );
    });

    for (const [name, [file, message]] of Object.entries(cases)) {
        it(`refuses ${name}, in preview and in up`, async () => {
            stack.write(file);
            const before = await everything();
            const answers = await Promise.all([stack.preview(), stack.up()]);
            assert.deepEqual(answers.map(refusal), [message, message]);
            assert.deepEqual(await everything(), before);
        });
    }

    it("has changed nothing by all this", async () => {
        stack.write({ instances });
        await stack.expectNoChanges();
    });
});

/** Every object of the instances, with what would change if anybody touched it. */
async function everything(): Promise<unknown> {
    const found = await get(
        "namespaces,deployments,services,secrets,persistentvolumeclaims,networkpolicies,ingresses",
        "--all-namespaces",
        "--selector=cht-hosting/stack=cht-hosting.guards",
    );
    assert.ok(found.length > 20);
    return found.map(({ kind, metadata, spec }) => [kind, metadata.name, metadata.uid, metadata.labels, spec]);
}
