import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { OperatorError } from "../../../automation/error";
import {
    addInstance,
    changeInstance,
    newStackText,
    readStackText,
    removeInstance,
} from "../../../automation/stack-file";

const file = `# yaml-language-server: $schema=schema/stack.schema.json
#
# Whose it is.
encryptionsalt: v1:salt
config:
  cht-hosting:cluster:
    kind: docker # the one here
  # What runs.
  cht-hosting:instances:
    # The first.
    dev:
      version: 5.2.0 # not newer: reports
      ports: { http: 10080 }
      # its database
      couchdb:
        nodes: 3
  cht-hosting:dev.password:
    secure: v1:cipher
`;

function withKind(kind: string): (error: unknown) => boolean {
    return (error) => error instanceof OperatorError && error.kind === kind;
}

describe("stack file", () => {
    it("is read as plain values", () => {
        assert.deepEqual(readStackText(file), {
            cluster: { kind: "docker" },
            instances: { dev: { version: "5.2.0", ports: { http: 10080 }, couchdb: { nodes: 3 } } },
        });
        assert.deepEqual(readStackText("config: {}"), { cluster: {}, instances: {} });
        assert.deepEqual(readStackText(""), { cluster: {}, instances: {} });
    });

    it("gets an instance at its end, and is otherwise the same", () => {
        const added = addInstance(file, "two", { version: "5.1.0", tls: { kind: "self-signed" } });
        const [before = "", after = ""] = file.split("  cht-hosting:dev.password:");
        const block = "    two:\n      version: 5.1.0\n      tls:\n        kind: self-signed\n";
        assert.equal(added, `${before}${block}  cht-hosting:dev.password:${after}`);
    });

    it("gets its first instance", () => {
        const empty = "# head\nconfig:\n  cht-hosting:cluster:\n    kind: docker\n";
        const expected = `${empty}  cht-hosting:instances:\n    one:\n      version: 5.2.0\n`;
        assert.equal(addInstance(empty, "one", { version: "5.2.0" }), expected);
        assert.equal(addInstance(`${empty}  cht-hosting:instances: {}\n`, "one", { version: "5.2.0" }), expected);
    });

    it("has single keys changed, and keeps their comments", () => {
        const changed = changeInstance(file, "dev", {
            version: "5.3.0",
            "couchdb.nodes": undefined,
            "ports.https": 10443,
        });
        assert.equal(
            changed,
            file
                .replace("version: 5.2.0 #", "version: 5.3.0 #")
                .replace("{ http: 10080 }", "{ http: 10080, https: 10443 }")
                .replace("      couchdb:\n        nodes: 3\n", "      couchdb: {}\n"),
        );
    });

    it("loses an instance, and nothing else", () => {
        const two = addInstance(file, "two", { version: "5.1.0" });
        assert.equal(removeInstance(two, "two"), file);
        assert.deepEqual(Object.keys(readStackText(removeInstance(two, "dev")).instances), ["two"]);
    });

    it("refuses what is there already, or is not there", () => {
        assert.throws(() => addInstance(file, "dev", {}), withKind("exists"));
        assert.throws(() => removeInstance(file, "dev2"), withKind("not-found"));
        assert.throws(() => changeInstance(file, "dev2", { version: "5.3.0" }), withKind("not-found"));
    });

    it("that is no YAML is refused without being quoted", () => {
        assert.throws(
            () => readStackText('config:\n  a: "secret-canary\n'),
            (error: Error) => withKind("invalid")(error) && !error.message.includes("canary"),
        );
    });

    it("of any instance reads back as what was written", () => {
        const key = fc.stringMatching(/^[a-z][a-zA-Z]{0,8}$/);
        const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.string({ unit: "grapheme" }));
        const plain = { noNullPrototype: true };
        const block = fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, plain)), plain);
        fc.assert(
            fc.property(block, block, (one, other) => {
                const text = newStackText({ cluster: { kind: "docker" }, instances: { one } }, ["a", "b"]);
                assert.deepEqual(readStackText(text).instances, { one });
                const both = addInstance(text, "other", other);
                assert.deepEqual(readStackText(both).instances, { one, other });
                assert.deepEqual(parse(removeInstance(both, "other")), parse(text));
            }),
        );
    });
});
