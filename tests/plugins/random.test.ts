/** The stand-in for the random plugin, as a process of its own; then with one behaviour at a time gone wrong. */
import assert from "node:assert/strict";
import { version } from "@pulumi/random/package.json";
import { official, type RandomBehaviours, RandomProvider } from "../../sandbox/plugins/random/provider";
import { listen } from "../../sandbox/plugins/server";
import { type Bag, Secret, textAt, unknown } from "../../sandbox/plugins/values";
import { failure } from "./cases/context";
import { type Message, Plugin, startEngine, startPlugin } from "./engine";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const STRING = "random:index/randomString:RandomString";
const ID = "random:index/randomId:RandomId";
const UUID = "random:index/randomUuid:RandomUuid";

/** What the official plugin assumes where the program says nothing. */
const DEFAULTS: Bag = {
    lower: true,
    upper: true,
    numeric: true,
    number: true,
    special: true,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
};

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

async function string(plugin: Plugin, inputs: Bag): Promise<string> {
    return textAt((await plugin.create(STRING, inputs)).state, "result");
}

const checkFailures: [type: string, inputs: Bag, expected: Record<string, RegExp>][] = [
    [PASSWORD, { length: 1 }, {}],
    [PASSWORD, { length: unknown }, {}],
    [PASSWORD, { length: new Secret(8), keepers: { a: "b" } }, {}],
    [PASSWORD, {}, { length: /^Missing required argument\. The argument "length" is required/ }],
    [PASSWORD, { length: "8", size: 3 }, { size: /"size" is not expected/, length: /expected type number/ }],
    [PASSWORD, { length: 0 }, { length: /must be at least 1, got: 0/ }],
    [PASSWORD, { length: 3, minLower: 2, minUpper: 2 }, { length: /at least sum of .* \(4\), got: 3/ }],
    [PASSWORD, { length: 3, lower: false, upper: false, numeric: false, special: false }, { special: /must be true/ }],
    [STRING, {}, { length: /Missing required argument/ }],
    [ID, {}, { byteLength: /Missing required argument/ }],
    [ID, { byteLength: 0 }, { byteLength: /at least 1/ }],
    [UUID, { keepers: "a" }, { keepers: /expected type object/ }],
];

const cases: Record<string, (plugin: Plugin) => Promise<void>> = {
    "check: all mistakes at once, each under its property": async (plugin) => {
        for (const [type, inputs, expected] of checkFailures) {
            const { failures } = await plugin.check(type, inputs);
            assert.deepEqual(Object.keys(failures).sort(), Object.keys(expected).sort(), JSON.stringify(inputs));
            for (const [property, pattern] of Object.entries(expected)) assert.match(failures[property] ?? "", pattern);
        }
    },
    "check: a type it does not make is refused by name": async (plugin) => {
        assert.match((await failure(plugin.check("random:index/randomPet:RandomPet", {}))).message, /RandomPet/);
    },
    "password: of the right length, secret, and new each time": async (plugin) => {
        const one = await plugin.create(PASSWORD, { length: 32 });
        const other = await plugin.create(PASSWORD, { length: 32 });
        const { result, ...rest } = one.state;
        assert.ok(result instanceof Secret && typeof result.value === "string" && result.value.length === 32);
        assert.equal(one.id, "none");
        assert.deepEqual(rest, { ...DEFAULTS, length: 32 });
        assert.notDeepEqual(one.state["result"], other.state["result"]);
    },
    "string: of the characters that are asked for, at least as many of each": async (plugin) => {
        const only = { lower: false, upper: false, special: false, length: 200 };
        assert.match(await string(plugin, only), /^[0-9]{200}$/);
        assert.match(
            await string(plugin, { ...only, numeric: false, special: true, overrideSpecial: "_" }),
            /^_{200}$/,
        );
        assert.match(await string(plugin, { ...only, numeric: false, lower: true }), /^[a-z]{200}$/);
        const mixed = await string(plugin, { length: 12, minLower: 2, minUpper: 3, minNumeric: 3, minSpecial: 4 });
        const counts = [/[a-z]/g, /[A-Z]/g, /[0-9]/g, /[^a-zA-Z0-9]/g].map((pattern) => count(mixed, pattern));
        assert.deepEqual(counts, [2, 3, 3, 4]);
        const all = await string(plugin, { length: 5000 });
        assert.equal(new Set(all).size, 26 + 26 + 10 + 21);
    },
    "preview: what is made is unknown, a password secretly so": async (plugin) => {
        const inputs = { length: 8 };
        const password = await plugin.create(PASSWORD, inputs, { preview: true });
        assert.deepEqual(password, { id: "", state: { ...DEFAULTS, length: 8, result: new Secret(unknown) } });
        const id = await plugin.create(ID, { byteLength: 4 }, { preview: true });
        assert.deepEqual(id.state, { byteLength: 4, b64Std: unknown, b64Url: unknown, dec: unknown, hex: unknown });
    },
    "diff: every change, keepers too, makes a new value; the same inputs none": async (plugin) => {
        const inputs = { length: 8, keepers: { generation: "1" } };
        const { id, state } = await plugin.create(PASSWORD, inputs);
        const changed = async (news: Bag) => (await plugin.diff(PASSWORD, id, state, news)).properties;
        assert.deepEqual(await changed(inputs), {});
        assert.deepEqual(await changed({ ...inputs, length: new Secret(8), lower: true }), {});
        assert.deepEqual(await changed({ ...inputs, length: 9 }), { length: "update!" });
        assert.deepEqual(await changed({ ...inputs, keepers: { generation: "2" } }), { keepers: "update!" });
        assert.deepEqual(await changed({ ...inputs, keepers: { generation: unknown } }), { keepers: "update!" });
        assert.deepEqual(await changed({ length: 8 }), { keepers: "delete!" });
        assert.deepEqual(await changed({ ...inputs, overrideSpecial: "_", special: false }), {
            overrideSpecial: "add!",
            special: "update!",
        });
        const ignored = await plugin.diff(PASSWORD, id, state, { ...inputs, length: 9 }, ["length"]);
        assert.equal(ignored.hasChanges, false);
    },
    "refresh: a value stays as it is": async (plugin) => {
        const { id, state } = await plugin.create(PASSWORD, { length: 8 });
        assert.deepEqual(await plugin.read(PASSWORD, id, state, { length: 8 }), { id, state, inputs: { length: 8 } });
    },
    "import: a value from elsewhere becomes the state": async (plugin) => {
        const password = await plugin.read(PASSWORD, "hunter2hunter2");
        assert.equal(password.id, "none");
        assert.deepEqual(password.inputs, { ...DEFAULTS, length: 14 });
        assert.deepEqual(password.state, { ...DEFAULTS, length: 14, result: new Secret("hunter2hunter2") });
        assert.deepEqual((await plugin.diff(PASSWORD, "none", password.state, { length: 14 })).properties, {});
        const id = await plugin.read(ID, "p-,AQID");
        assert.deepEqual(id.state, {
            byteLength: 3,
            prefix: "p-",
            b64Url: "p-AQID",
            b64Std: "p-AQID",
            hex: "p-010203",
            dec: "p-66051",
        });
        assert.match((await failure(plugin.read(UUID, "x"))).message, /must be a UUID/);
    },
    "id and UUID: in all their forms": async (plugin) => {
        const { id, state } = await plugin.create(ID, { byteLength: 8, prefix: "p-" });
        const bytes = Buffer.from(id, "base64url");
        assert.equal(bytes.length, 8);
        assert.equal(state["hex"], `p-${bytes.toString("hex")}`);
        assert.equal(state["dec"], `p-${BigInt(`0x${bytes.toString("hex")}`)}`);
        const uuid = await plugin.create(UUID, {});
        assert.match(uuid.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        assert.equal(uuid.state["result"], uuid.id);
    },
    "delete: there is nothing to do": async (plugin) => plugin.delete(UUID, "id", {}),
};

describe("the stand-in for the random plugin", () => {
    let engine: Awaited<ReturnType<typeof startEngine>>;
    let started: Awaited<ReturnType<typeof startPlugin>>;
    let plugin: Plugin;

    before(async () => {
        engine = await startEngine([]);
        started = await startPlugin("random", engine.address);
        plugin = new Plugin(started.port);
        await plugin.configure({});
    });

    after(() => {
        plugin.close();
        started.process.kill();
        engine.stop();
    });

    it("has the official plugin's version", async () => assert.equal(await plugin.info(), version));

    for (const [name, run] of Object.entries(cases)) it(name, () => run(plugin));
});

const mutations: [what: string, behaviours: Partial<RandomBehaviours>, fails: string][] = [
    ["inputs are not checked", { findFailures: () => [] }, "check: all mistakes"],
    ["a change keeps the value", { replacesOnChange: () => false }, "diff:"],
    ["a preview knows the value", { previewOutputs: () => ({}) }, "preview:"],
    [
        "every value is the same",
        { make: () => ({ id: "none", outputs: { result: new Secret("x".repeat(32)) } }) },
        "password:",
    ],
    ["a password is open", { make: (resource, inputs) => revealed(official.make(resource, inputs)) }, "password:"],
    [
        "an import makes a new value",
        { parse: (resource) => ({ ...resource.make({ length: 14 }), inputs: { length: 14 } }) },
        "import:",
    ],
    ["no defaults", { defaults: (_resource, inputs) => inputs }, "password:"],
];

function revealed({ id, outputs }: { id: string; outputs: Bag }): { id: string; outputs: Bag } {
    const { result } = outputs;
    return { id, outputs: { result: result instanceof Secret ? result.value : result } };
}

describe("the cases of the random plugin notice that", () => {
    for (const [what, behaviours, beginning] of mutations)
        it(what, async () => {
            const messages: Message[] = [];
            const engine = await startEngine(messages);
            const server = await listen(
                () => new RandomProvider("0.0.0", { ...official, ...behaviours }),
                engine.address,
            );
            const plugin = new Plugin(server.port);
            try {
                const found = Object.entries(cases).filter(([name]) => name.startsWith(beginning));
                assert.equal(found.length, 1);
                await failure(found[0]?.[1](plugin) ?? Promise.resolve());
            } finally {
                plugin.close();
                server.stop();
                engine.stop();
            }
        });

    it("and nothing else is left to take out", () => {
        const touched = new Set(mutations.flatMap(([, behaviours]) => Object.keys(behaviours)));
        assert.deepEqual([...touched].sort(), Object.keys(official).sort());
    });
});
