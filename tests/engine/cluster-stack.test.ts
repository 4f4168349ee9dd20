/** One stack makes a cluster known, others run instances on it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "../support/checkout";
import { getOne } from "../support/kubectl";
import { refusal, Stack, sandboxCluster, smallInstance, succeeded } from "../support/stack";

const tenant = (name: string) => ({
    cluster: { kind: "stack", name: `organization/cht-hosting/${name}` },
    instances: { tenant: smallInstance("tenant") },
});

describe("a cluster that another stack exports", () => {
    let owner: Stack;
    let stack: Stack;
    before(async () => {
        owner = await Stack.create("owner", { cluster: sandboxCluster, instances: {} });
        stack = await Stack.create("tenant", tenant("owner"));
    });

    it("is refused while the stack exports none, naming stack and output", async () => {
        await owner.deploy();
        const expected =
            "cluster.name: the stack 'organization/cht-hosting/owner' has no output 'cluster'. A stack exports it when it makes a cluster, " +
            "or when it says 'share: true' for an existing one; run 'pulumi up' there first.";
        assert.equal(refusal(await stack.preview()), expected);
        assert.equal(refusal(await stack.up()), expected);
    });

    it("runs instances, once the stack shares it", async () => {
        await owner.deploy({ cluster: { ...sandboxCluster, share: true }, instances: {} });
        await stack.deploy();
        assert.equal((await getOne("deployment/cht-api", "tenant"))["status"].availableReplicas, 1);
        await stack.expectNoChanges();
        await owner.expectNoChanges();
    });

    it("is handed over as one secret: no key of the kubeconfig is in clear in state or outputs", async () => {
        const kubeconfig = parse(readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8")) as {
            users: { user: Record<string, string> }[];
        };
        const user = kubeconfig.users[0]?.user ?? {};
        const [key = ""] = Object.entries(user)
            .filter(([name]) => /key|token|password/.test(name))
            .map(([, value]) => value);
        assert.ok(key.length >= 20, "the kubeconfig has nothing to hide");
        for (const each of [owner, stack]) {
            const written =
                (await each.export()).text +
                said(await each.run("stack output", "--json")) +
                said(await each.run("stack")) +
                said(await each.preview("--diff"));
            for (const secret of [key, Buffer.from(key).toString("base64")])
                assert.ok(!written.includes(secret), `${each.name} shows it`);
        }
        const outputs = JSON.parse(said(await owner.run("stack output", "--json"))) as Record<string, unknown>;
        assert.deepEqual(
            [Object.keys(outputs).sort(), outputs["cluster"]],
            [["cluster", "instances", "monitoring"], "[secret]"],
        );
        assert.deepEqual(Object.keys(JSON.parse(said(await stack.run("stack output", "--json"))) as object).sort(), [
            "instances",
            "monitoring",
        ]);
        // Something was handed over: with the passphrase it can be read.
        const shown = JSON.parse(said(await owner.run("stack output", "--json", "--show-secrets"))) as {
            cluster: { kubeconfig: string };
        };
        assert.ok(shown.cluster.kubeconfig.includes(key));
    });
});

function said(result: Parameters<typeof succeeded>[0]): string {
    const { stdout, stderr } = succeeded(result);
    return stdout + stderr;
}
