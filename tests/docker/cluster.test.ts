/** A CouchDB of three nodes on one host: each with its volumes, none with a copy of the others' data. */
import assert from "node:assert/strict";
import type { Stack } from "../support/stack";
import { succeeded } from "../support/stack";
import { engine } from "./support/engine";
import { hostInstance, hostStack, outputs, rewrite } from "./support/host-stack";
import { eventually, User } from "./support/web";

const nodes = [1, 2, 3];
const documents = Array.from({ length: 12 }, (_, number) => `document-${number}`);

describe("a clustered CouchDB", () => {
    let stack: Stack;
    let user: User;

    before(async () => {
        stack = await hostStack("cluster", { three: instance("5.2.0") });
    });
    after(() => engine.sweep("three"));

    const instance = (version: string) => hostInstance({ version, couchdb: { nodes: 3 } });

    it("is made, and holds documents on every node", async () => {
        await stack.deploy();
        const password = await engine.variable("three-couchdb-1", "COUCHDB_PASSWORD");
        user = new User((await outputs(stack))["three"]?.url ?? "", "medic", password ?? "");
        assert.match((await user.login()) ?? "", /^AuthSession=/);
        for (const document of documents) await user.write(document, { of: document });
        assert.deepEqual(await spread(), documents);
        for (const node of nodes) assert.ok((await held(node)).length > 0, `node ${node} holds nothing`);
    });

    it("is exactly these objects of the engine", async () => {
        const each = (name: string, separator: string) => nodes.map((node) => `${name}${separator}${node}`);
        const single = ["api", "certificate", "haproxy", "healthcheck", "nginx", "nouveau", "sentinel"];
        assert.deepEqual(await engine.objects("three"), {
            containers: [...single, ...each("couchdb", "-")].map((name) => `three-${name}`).sort(),
            networks: ["three-cht-net"],
            volumes: [
                ...["cht-ssl", "nouveau-data-1", "cht-credentials", "cht-credentials-2", "cht-credentials-3"],
                ...each("couchdb-data", "-"),
            ]
                .map((name) => `three_${name}`)
                .sort(),
        });
    });

    it("does not change by a second up, nor by a refresh", async () => {
        const before = await engine.started("three");
        await stack.expectNoChanges();
        succeeded(await stack.run("refresh", "--yes", "--expect-no-changes"));
        assert.deepEqual(await engine.started("three"), before);
    });

    it("is taken out of HAProxy while a node is away, and comes back with it", async () => {
        await engine.ask("stop", "three-couchdb-2");
        await eventually(
            () => user.read("settings").then(String, String),
            (said) => said.includes("503"),
        );
        await engine.ask("start", "three-couchdb-2");
        await eventually(
            () => user.read("settings").then(() => true),
            (good) => good,
        );
        assert.deepEqual(await spread(), documents);
    });

    it("gets a version with a nouveau per node, its data where it was, every node ended cleanly", async () => {
        const before = await Promise.all(nodes.map(held));
        rewrite(stack, { three: instance("5.3.0") });
        await stack.deploy();
        assert.equal(await user.version(), "5.3.0");
        assert.deepEqual(await Promise.all(nodes.map(held)), before);
        assert.deepEqual(await spread(), documents);
        for (const node of nodes) {
            const journal = await engine.exec(`three-couchdb-${node}`, "cat", "/opt/couchdb/data/journal");
            assert.deepEqual(
                new Set(journal.split("\n").filter((_, line) => line % 2 === 1)),
                new Set(["clean"]),
                journal,
            );
            const url = await engine.variable(`three-couchdb-${node}`, "NOUVEAU_URL");
            assert.equal(url, `http://nouveau-${node}:5987`);
        }
        await stack.expectNoChanges();
    });

    /** The documents of the test on a node's own volume. */
    async function held(node: number): Promise<string[]> {
        const file = "/opt/couchdb/data/shards/00000000-ffffffff/medic.couch";
        const text = await engine.exec(`three-couchdb-${node}`, "cat", file);
        const found = text
            .split("\n")
            .filter(Boolean)
            .map((line) => (JSON.parse(line) as { _id: string })._id);
        return found.filter((id) => documents.includes(id)).sort();
    }

    /** The documents that users can read, whichever node they ask. */
    async function spread(): Promise<unknown[]> {
        return Promise.all(documents.map(async (id) => (await user.read(id))["of"]));
    }
});
