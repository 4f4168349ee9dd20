import assert from "node:assert/strict";
import fc from "fast-check";
import { checkTransition } from "../../../cht/transition";
import { compareNumbers, parseVersion } from "../../../cht/version";
import { versions } from "./settings";

const check = (from: string, to: string, snapshotTaken?: string) =>
    checkTransition({ from: parseVersion(from), to: parseVersion(to), snapshotTaken });

describe("a version", () => {
    it("may follow itself, with nothing to say", () => {
        assert.deepEqual(check("5.2.0", "5.2.0"), { allowed: true, notes: [] });
    });

    it("may follow an older patch silently, and an older minor with a word on the disk", () => {
        assert.deepEqual(check("5.2.0", "5.2.1"), { allowed: true, notes: [] });
        const notes = ["Views may be built anew: have five times the disk that is used now."];
        assert.deepEqual(check("5.1.0", "5.2.0"), { allowed: true, notes });
        assert.deepEqual(check("4.0.1", "4.22.0"), { allowed: true, notes });
    });

    it("may replace a branch's build of its numbers, and the other way round", () => {
        for (const [from, to] of [
            ["5.2.0", "5.2.0-a"],
            ["5.2.0-a", "5.2.0"],
            ["5.2.0-b", "5.2.0-a"],
        ] as const) {
            assert.deepEqual(check(from, to), { allowed: true, notes: [] });
        }
    });

    it("may not follow a newer one", () => {
        assert.deepEqual(check("5.2.0", "5.1.3", "snapshot"), {
            allowed: false,
            reason: "CHT 5.2.0 is running, and 5.1.3 is older: an older release cannot read data that a newer one has changed.",
            wayOut: "Set version: 5.2.0, or restore a snapshot from before the upgrade as a new instance.",
        });
    });

    it("5.x may not follow 4.0 to 4.4, snapshot or not", () => {
        assert.deepEqual(check("4.4.2", "5.2.0", "snapshot"), {
            allowed: false,
            reason: "CHT 4.4.2 cannot become 5.2.0 in one step: versions before 4.5.0 must pass through 4.5.0 or later.",
            wayOut: "Set version: 4.22.0 first, and when the instance is up again the version you want.",
        });
    });

    for (const snapshot of [undefined, "", "  "]) {
        it(`5.x may not follow 4.x when the snapshot is ${JSON.stringify(snapshot)}`, () => {
            assert.deepEqual(check("4.22.0", "5.0.0", snapshot), {
                allowed: false,
                reason: "From CHT 4.22.0 to 5.0.0 there is no way back, and no snapshot has been named.",
                wayOut: "Take a snapshot of every CouchDB volume, and name it in upgrade.snapshot.",
            });
        });
    }

    it("5.x may follow 4.5 and later once a snapshot is named", () => {
        assert.deepEqual(check("4.5.0", "5.2.0", "snap-0123"), {
            allowed: true,
            notes: [
                "Views may be built anew: have five times the disk that is used now.",
                "The full-text index is built after the upgrade: search and replication may be slow for up to 24 hours.",
                "The upgrade service is removed from Kubernetes: from now on the version changes in the stack file only.",
            ],
        });
    });

    it("is spoken of as Docker has it: backups, and no word of Kubernetes", () => {
        const onDocker = (from: string, to: string, snapshotTaken?: string) =>
            checkTransition({ from: parseVersion(from), to: parseVersion(to), snapshotTaken, platform: "docker" });
        assert.deepEqual(onDocker("4.22.0", "5.2.0"), {
            allowed: false,
            reason: "From CHT 4.22.0 to 5.2.0 there is no way back, and no backup has been named.",
            wayOut: "Take a backup of CouchDB's data, and name it in upgrade.snapshot.",
        });
        assert.deepEqual(onDocker("4.22.0", "5.2.0", "monday"), {
            allowed: true,
            notes: [
                "Views may be built anew: have five times the disk that is used now.",
                "The full-text index is built after the upgrade: search and replication may be slow for up to 24 hours.",
            ],
        });
    });

    it("is never allowed to follow a newer one, whichever they are", () => {
        fc.assert(
            fc.property(versions, versions, (from, to) => {
                const { allowed } = checkTransition({ from, to, snapshotTaken: "snapshot" });
                if (compareNumbers(to, from) < 0) {
                    assert.equal(allowed, false);
                } else if (from.major === to.major) {
                    assert.equal(allowed, true);
                }
            }),
        );
    });
});
