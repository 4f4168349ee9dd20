import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { freeLocksOfTheDead, locksOf } from "../../../automation/locks";
import { backendOf, type Project } from "../../../automation/workspace";

describe("the backend", () => {
    let home: string;
    beforeEach(() => {
        home = mkdtempSync(join(tmpdir(), "cht-home-"));
    });
    afterEach(() => rmSync(home, { recursive: true }));

    it("is a folder of the user's where nothing else is said", () => {
        assert.deepEqual(backendOf(undefined, { HOME: home }, join(home, ".cht-hosting")), {
            backend: `file://${home}/.cht-hosting/state?metadata=skip`,
        });
    });

    it("is where the user is logged in", () => {
        const credentials = join(home, ".pulumi");
        mkdirSync(credentials);
        writeFileSync(join(credentials, "credentials.json"), JSON.stringify({ current: "s3://bucket" }));
        assert.deepEqual(backendOf(undefined, { HOME: home }, home), { backend: "s3://bucket", credentials });
    });

    it("is what the variable says, and before it what the caller says", () => {
        const env = { HOME: home, PULUMI_BACKEND_URL: "https://variable.example.org" };
        assert.equal(backendOf(undefined, env, home).backend, "https://variable.example.org");
        assert.equal(backendOf("file:///asked", env, home).backend, "file:///asked");
    });

    it("frees the locks of processes of this machine that are no more, and no others", () => {
        const folder = join(home, ".pulumi", "locks", "organization", "cht-hosting", "dev");
        mkdirSync(folder, { recursive: true });
        const lock = (name: string, pid: number, host: string) =>
            writeFileSync(
                join(folder, `${name}.json`),
                JSON.stringify({ pid, username: "u", hostname: host, timestamp: "2026-01-01T00:00:00Z" }),
            );
        // No process has this number: the kernel's greatest is 2^22.
        const gone = 2 ** 22 + 1;
        lock("alive", process.pid, hostname());
        lock("dead", gone, hostname());
        lock("elsewhere", gone, `not-${hostname()}`);
        writeFileSync(join(folder, "half.json"), "{");
        const project = { backend: `file://${home}?metadata=skip`, name: "cht-hosting" } as Project;
        const told: string[] = [];
        freeLocksOfTheDead(project, "dev", (event) => event.kind === "message" && told.push(event.text));
        assert.deepEqual(told, [`the last update of 'dev' was killed (process ${gone}); its lock is freed`]);
        const left = locksOf(project, "dev").map(({ file }) => file.split("/").at(-1));
        assert.deepEqual(left.sort(), ["alive.json", "elsewhere.json"]);
        assert.deepEqual(locksOf(project, "other"), []);
        assert.deepEqual(locksOf({ ...project, backend: "s3://bucket" }, "dev"), []);
    });
});
