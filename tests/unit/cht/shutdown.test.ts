import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Role } from "../../../cht/model";
import { shutdownFor, terminateAndWait } from "../../../cht/shutdown";

/** role → grace in seconds, whether something runs before, signal */
const TABLE: Record<Role, [number, boolean, string | undefined]> = {
    couchdb: [60, true, undefined],
    nouveau: [30, false, undefined],
    haproxy: [5, false, "SIGTERM"],
    healthcheck: [5, false, undefined],
    api: [5, false, undefined],
    sentinel: [5, false, undefined],
    "upgrade-service": [30, false, undefined],
    nginx: [10, false, undefined],
};

describe("shutdown", () => {
    for (const [role, expected] of Object.entries(TABLE)) {
        it(`of ${role}`, () => {
            const { gracePeriodSeconds, preStop, stopSignal } = shutdownFor(role as Role);
            assert.deepEqual([gracePeriodSeconds, preStop !== undefined, stopSignal], expected);
        });
    }

    it("of CouchDB ends Erlang first", () => {
        assert.deepEqual(shutdownFor("couchdb").preStop, terminateAndWait("beam.smp"));
    });
});

describe("terminateAndWait", () => {
    const name = `beam${process.pid}`;
    let folder: string;
    let children: ChildProcess[] = [];

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "shutdown-"));
        copyFileSync(process.execPath, join(folder, name));
        copyFileSync(process.execPath, join(folder, `${name}x`));
    });

    afterEach(() => {
        for (const child of children) child.kill("SIGKILL");
        children = [];
    });

    after(() => rmSync(folder, { recursive: true }));

    /** A process called `called` that needs a second to end, as a database does, and says so when it has. */
    async function start(called: string, mark: string): Promise<ChildProcess> {
        const code = `const end = () => { require("fs").writeFileSync(${JSON.stringify(mark)}, "ended"); process.exit(0); };
            process.on("SIGTERM", () => setTimeout(end, 1000)); setInterval(() => {}, 1000); console.log("up");`;
        const child = spawn(join(folder, called), ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
        children.push(child);
        await new Promise((resolve) => child.stdout?.once("data", resolve));
        return child;
    }

    const terminate = () => {
        const [shell = "", ...rest] = terminateAndWait(name);
        return promisify(execFile)(shell, rest);
    };

    it("ends every process of that name and no other, and waits for it", async function () {
        this.timeout(20_000);
        const marks = [join(folder, "a"), join(folder, "b"), join(folder, "other")];
        for (const mark of marks) writeFileSync(mark, "");
        const [first = "", second = "", third = ""] = marks;
        const [a, b, other] = await Promise.all([start(name, first), start(name, second), start(`${name}x`, third)]);
        const { stdout, stderr } = await terminate();
        assert.deepEqual([stdout, stderr], ["", ""]);
        assert.deepEqual(
            marks.map((mark) => readFileSync(mark, "utf8")),
            ["ended", "ended", ""],
        );
        assert.deepEqual([a.exitCode, b.exitCode, other.exitCode], [0, 0, null]);
    });

    it("is done at once where there is none", async () => {
        await terminate();
    });

    it("needs neither ps nor pkill", () => {
        assert.doesNotMatch(terminateAndWait(name).join(" "), /\b(ps|pkill|pgrep|killall|pidof)\b/);
    });
});
