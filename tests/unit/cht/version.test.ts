import assert from "node:assert/strict";
import fc from "fast-check";
import { ChtVersionError, compareVersions, isAtLeast, parseVersion } from "../../../cht/version";
import { versions } from "./settings";

describe("CHT versions", () => {
    it("are three numbers, and perhaps a branch", () => {
        assert.deepEqual(parseVersion("5.2.0"), { major: 5, minor: 2, patch: 0, tag: "5.2.0" });
        assert.deepEqual(parseVersion("4.22.10-my-branch.1"), {
            major: 4,
            minor: 22,
            patch: 10,
            branch: "my-branch.1",
            tag: "4.22.10-my-branch.1",
        });
    });

    for (const text of [
        "",
        "5",
        "5.2",
        "v5.2.0",
        "5.2.0 ",
        "5.02.0",
        "5.2.0-",
        "5.2.0-a b",
        "5.2.0+1",
        "latest",
        "5.2.0-ü",
    ]) {
        it(`are not ${JSON.stringify(text)}`, () => {
            assert.throws(() => parseVersion(text), {
                name: "ChtVersionError",
                message: `${JSON.stringify(text)} is not a CHT version; write three numbers, 5.2.0, or the tag of a branch's build, 5.2.0-my-branch.`,
            });
        });
    }

    for (const text of ["3.17.0", "2.13.0", "0.4.0"]) {
        it(`refuse ${text}, and say how its data gets to 4.x`, () => {
            assert.throws(
                () => parseVersion(text),
                (error) =>
                    error instanceof ChtVersionError &&
                    error.message ===
                        `CHT ${text} is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version.`,
            );
        });
    }

    it("are ordered by number, not by text, and a branch's build stands before its release", () => {
        const ordered = ["4.5.0", "4.22.0", "5.2.0-a", "5.2.0-b", "5.2.0", "5.2.1", "5.10.0", "10.0.0"];
        const sorted = [...ordered].reverse().map(parseVersion).sort(compareVersions);
        assert.deepEqual(
            sorted.map(({ tag }) => tag),
            ordered,
        );
    });

    it("have a total order", () => {
        fc.assert(
            fc.property(versions, versions, versions, (a, b, c) => {
                assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0);
                assert.equal(compareVersions(a, b) === 0, a.tag === b.tag);
                if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
                    assert.ok(compareVersions(a, c) <= 0);
                }
            }),
        );
    });

    it("have what came with a release from its own branches on", () => {
        const has = (text: string) => isAtLeast(parseVersion(text), "5.3.0");
        assert.deepEqual(["5.2.9", "5.3.0-branch", "5.3.0", "5.3.1", "6.0.0"].map(has), [
            false,
            true,
            true,
            true,
            true,
        ]);
    });
});
