/** Values as they travel between the engine and a plugin, and quantities as Kubernetes writes them. */
import assert from "node:assert/strict";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { pathText } from "../../sandbox/plugins/kubernetes/diff";
import { touches } from "../../sandbox/plugins/kubernetes/forceNew";
import { canonicalQuantity } from "../../sandbox/plugins/kubernetes/normalize";
import { prune } from "../../sandbox/plugins/kubernetes/state";
import { type Bag, decode, encode, Secret, unknown } from "../../sandbox/plugins/values";

const wireSecret = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
});

describe("values on the wire", () => {
    it("knows what is unknown and what is secret", () => {
        const wire = {
            text: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            object: { list: ["6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", wireSecret("canary"), null, 1, true] },
            nested: wireSecret("dd056dcd-154b-4c76-9bd3-c8f88648b5ff"),
        };
        assert.deepEqual(decode(Struct.fromJavaScript(wire)), {
            text: unknown,
            object: { list: [unknown, new Secret("canary"), null, 1, true] },
            nested: new Secret(unknown),
        });
    });

    it("writes them as the engine reads them, and leaves out what is absent", () => {
        const value: Bag = { a: unknown, b: new Secret("canary"), c: { d: [new Secret("x")] }, e: undefined };
        assert.deepEqual(encode(value).toJavaScript(), {
            a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            b: wireSecret("canary"),
            c: { d: [wireSecret("x")] },
        });
    });
});

describe("quantities", () => {
    const table: [given: string, stored: string][] = [
        ["1", "1"],
        ["0", "0"],
        ["0.1", "100m"],
        ["0.5", "500m"],
        ["1.0", "1"],
        ["1000m", "1"],
        ["1500m", "1500m"],
        ["2000", "2k"],
        ["1500", "1500"],
        ["1024Mi", "1Gi"],
        ["1000Mi", "1000Mi"],
        ["0.5Gi", "512Mi"],
        ["1.5Gi", "1536Mi"],
        ["512", "512"],
        ["0.5Ki", "512"],
        ["1Ki", "1Ki"],
        ["5000M", "5G"],
        ["-0.5", "-500m"],
        ["12e6", "12e6"],
        ["many", "many"],
        ["", ""],
    ];
    for (const [given, stored] of table)
        it(`${JSON.stringify(given)} is stored as ${JSON.stringify(stored)}`, () =>
            assert.equal(canonicalQuantity(given), stored));
});

describe("the live object, as far as the program goes", () => {
    const table: [what: string, live: Bag, inputs: Bag, expected: Bag][] = [
        ["other fields are left out", { a: 1, b: { c: 1, d: 1 } }, { a: 2, b: { c: 2 } }, { a: 1, b: { c: 1 } }],
        ["a lost field is missing", { a: 1 }, { a: 1, b: "x" }, { a: 1 }],
        [
            "an empty one is not",
            { a: 1 },
            { a: 1, b: "", c: [], d: { e: false }, f: 0 },
            { a: 1, b: "", c: [], d: { e: false }, f: 0 },
        ],
        ["items go by their place", { a: [{ b: 1, c: 1 }, { b: 2 }] }, { a: [{ b: 3 }] }, { a: [{ b: 1 }] }],
        ["a list of another kind is kept whole", { a: ["x", "y"] }, { a: [{ b: 1 }] }, { a: ["x", "y"] }],
        ["a value of another kind is kept whole", { a: { b: 1 } }, { a: "x" }, { a: { b: 1 } }],
    ];
    for (const [what, live, inputs, expected] of table) it(what, () => assert.deepEqual(prune(live, inputs), expected));
});

describe("property paths", () => {
    it("are written as the engine writes them", () => {
        assert.equal(pathText(["metadata", "labels", "a.b/c"]), 'metadata.labels["a.b/c"]');
        assert.equal(pathText(["spec", "list", 0, "name"]), "spec.list[0].name");
    });

    it("touch a field from below, at it and from above", () => {
        const field = "spec.containers[*].image";
        assert.ok(touches(field, ["spec", "containers", 0, "image"], "new"));
        assert.ok(touches("spec.selector", ["spec", "selector", "matchLabels", "app"], "new"));
        assert.ok(touches(field, ["spec"], { containers: [{ image: "new" }] }));
        assert.ok(!touches(field, ["spec"], { containers: [{ name: "new" }] }));
        assert.ok(!touches(field, ["spec", "containers", 0, "name"], "new"));
        assert.ok(!touches(field, ["spec", "containers"], undefined));
    });
});
