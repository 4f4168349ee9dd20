/** The state is lost, the cluster is not: what runs is taken over, with the credentials that open its data. */
import assert from "node:assert/strict";
import { call } from "../support/checkout";
import { objectsIn, secretValues, uids } from "../support/kubectl";
import { Stack, smallInstance, succeeded } from "../support/stack";

const name = "lost";

describe("a lost state", () => {
    let stack: Stack;
    let initial: unknown;
    before(async () => {
        const disk = { driver: "volumes.sandbox", handle: "lost-disk" };
        const volume = { kind: "existing", size: "1Gi", className: "local-path", volumes: [disk] };
        const instances = {
            [name]: smallInstance(name),
            "lost-disk": smallInstance("lost-disk", { couchdb: { volume } }),
        };
        stack = await Stack.create("lost", { instances });
        await stack.deploy();
        initial = await whole(stack);
        succeeded(await call("pulumi", ["stack", "rm", "lost", "--force", "--yes", "--preserve-config"]));
        await stack.init();
    });

    it("is made again from the file and the cluster, without touching data or credentials", async () => {
        await stack.deploy();
        assert.deepEqual(await whole(stack), initial);
        await stack.expectNoChanges();
    });
});

async function whole(stack: Stack): Promise<unknown> {
    const found = [name, "lost-disk"].map(async (namespace) => ({
        objects: await objectsIn(namespace),
        claims: await uids("persistentvolumeclaims", namespace),
        deployments: await uids("deployments", namespace),
        credentials: await secretValues("cht-couchdb-credentials", namespace),
    }));
    const { ["couchdb-pv-lost-disk"]: disk } = await uids("persistentvolumes", "default");
    assert.ok(disk);
    return { instances: await Promise.all(found), disk, resources: await stack.resources() };
}
