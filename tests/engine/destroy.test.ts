/** Taking everything down: what can be made again goes, what holds data stays, and comes back with the next `up`. */
import assert from "node:assert/strict";
import { call } from "../support/checkout";
import { get, objectsIn, secretValues, uids } from "../support/kubectl";
import { Stack, smallInstance, succeeded } from "../support/stack";

const names = ["destroyed", "destroyed-cluster"];
const instances = {
    destroyed: smallInstance("destroyed", { version: "4.22.0" }),
    "destroyed-cluster": smallInstance("destroyed-cluster", {
        couchdb: { nodes: 2, volume: { kind: "new", size: "1Gi" } },
    }),
};
const claims = { destroyed: ["couchdb-claim0"], "destroyed-cluster": ["couchdb-1-claim0", "couchdb-2-claim0"] };
const keptIn = (name: keyof typeof claims) => [
    ...claims[name].map((claim) => `PersistentVolumeClaim/${claim}`),
    "Secret/cht-couchdb-credentials",
];

describe("pulumi destroy", () => {
    let stack: Stack;
    let initial: { made: string[][]; data: unknown; resources: string[] };
    before(async () => {
        stack = await Stack.create("destroy", { instances });
        await stack.deploy();
        initial = { made: await all(objectsIn), data: await data(), resources: await stack.resources() };
    });

    it("is refused, before anything is removed, while there is data", async () => {
        const { code, stdout, stderr } = await stack.run("destroy", "--yes");
        const said = stdout + stderr;
        assert.notEqual(code, 0);
        assert.match(said, /error: preview failed/);
        const named = [...said.matchAll(/Preview failed: resource "([^"]*)" cannot be deleted/g)].map(([, urn = ""]) =>
            urn.split("::").at(-1),
        );
        for (const claim of [
            "destroyed-couchdb-claim0",
            "destroyed-cluster-couchdb-1-claim0",
            "destroyed-cluster-couchdb-2-claim0",
        ]) {
            assert.ok(named.includes(claim), `${claim} is not among the protected: ${named.join(", ")}`);
        }
        assert.deepEqual(await all(objectsIn), initial.made);
        assert.deepEqual(await stack.resources(), initial.resources);
    });

    it("--exclude-protected removes everything but the data and what opens it", async () => {
        const { stdout } = succeeded(await stack.run("destroy", "--yes", "--exclude-protected"));
        assert.match(stdout, /All unprotected resources were destroyed\. There are still \d+ protected resources/);
        assert.deepEqual(await objectsIn("destroyed"), keptIn("destroyed"));
        assert.deepEqual(await objectsIn("destroyed-cluster"), keptIn("destroyed-cluster"));
        assert.deepEqual(await get("pods", "--all-namespaces", "--selector=cht-hosting/stack=cht-hosting.destroy"), []);
        assert.deepEqual(await data(), initial.data);
        assert.deepEqual(await stack.resources(), initial.resources.filter(isKept));
    });

    it("is brought back by the next up, on the same volumes, with the same credentials", async () => {
        await stack.deploy();
        assert.deepEqual(await all(objectsIn), initial.made);
        assert.deepEqual(await data(), initial.data);
        assert.deepEqual(await stack.resources(), initial.resources);
        await stack.expectNoChanges();
    });

    it("--exclude-protected says so when only data is left", async () => {
        succeeded(await stack.destroy("--exclude-protected"));
        const { stdout } = succeeded(await stack.destroy("--exclude-protected"));
        assert.match(
            stdout,
            /There were no unprotected resources to destroy\. There are still \d+ protected resources/,
        );
        assert.deepEqual(await data(), initial.data);
    });

    it("forgets the data only after somebody has lifted the protection, and never deletes it", async () => {
        succeeded(await call("pulumi", ["state", "unprotect", "--all", "--yes", "--stack", "destroy"]));
        succeeded(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.deepEqual(await data(), initial.data);
    });
});

/** Namespaces, claims and credentials as they are, so that another of the same name is told from them. */
function data(): Promise<unknown> {
    return all(async (name) => ({
        namespace: (await get(`namespace/${name}`)).map(({ metadata }) => metadata.uid),
        claims: await uids("persistentvolumeclaims", name),
        volumes: (await get("persistentvolumeclaims", `--namespace=${name}`)).map(({ spec, status }) => [
            spec.volumeName,
            status.phase,
        ]),
        credentials: await secretValues("cht-couchdb-credentials", name),
    }));
}

const isKept = (resource: string): boolean =>
    /^(Stack|kubernetes|default_\S+|ChtInstance|Namespace|PersistentVolumeClaim|RandomPassword|RandomUuid) |^kubernetes |^random |^Secret \S+-credentials$/.test(
        resource,
    );

const all = <T>(read: (name: string) => Promise<T>): Promise<T[]> => Promise.all(names.map(read));
