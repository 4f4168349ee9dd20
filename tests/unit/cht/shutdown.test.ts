import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Role } from "../../../cht/model";
import { endingCleanly, shutdownCommand, shutdownFor, terminateAndWait } from "../../../cht/shutdown";

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
    certificate: [10, false, "SIGTERM"],
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

describe("the command of CouchDB's container on Docker", () => {
    const name = `couch${process.pid}`;
    let folder: string;
    let child: ChildProcess | undefined;

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "couchdb-"));
        copyFileSync(process.execPath, join(folder, name));
    });

    afterEach(() => child?.kill("SIGKILL"));

    after(() => rmSync(folder, { recursive: true }));

    /** A start script that dies at once on TERM, and takes a database with it that needs a second, as in the image. */
    const image = (code: string) => [
        "/bin/sh",
        "-c",
        `trap 'echo "the script dies"; exit 143' TERM; "${join(folder, name)}" -e '${code}' & wait $!; code=$?; exit $code`,
    ];
    const DATABASE = `process.on("SIGTERM", () => setTimeout(() => { console.log("written"); process.exit(0); }, 1000));
        setInterval(() => {}, 1000); console.log("up");`;

    function start(code: string): { output: () => string; ended: Promise<number | null> } {
        const [shell = "", ...rest] = endingCleanly(image(code), name);
        const started = spawn(shell, rest, { stdio: ["ignore", "pipe", "inherit"] });
        child = started;
        let output = "";
        started.stdout.on("data", (data: Buffer) => {
            output += data.toString("utf8");
        });
        return { output: () => output, ended: new Promise((resolve) => started.once("exit", resolve)) };
    }

    it("lets the database write what it has, before the start script hears of the end", async function () {
        this.timeout(20_000);
        const { output, ended } = start(DATABASE);
        while (output() !== "up\n") await new Promise((resolve) => setTimeout(resolve, 50));
        child?.kill("SIGTERM");
        assert.equal(await ended, 0);
        assert.match(output(), /^up\nwritten\n/);
    });

    it("ends with the exit code of a database that ends by itself, so that Docker starts it anew", async function () {
        this.timeout(20_000);
        assert.equal(await start("process.exit(7)").ended, 7);
    });

    it("stands between tini and the image's start script", () => {
        assert.deepEqual(shutdownCommand("couchdb"), ["tini", "--", ...endingCleanly()]);
        assert.deepEqual(endingCleanly().slice(-3), ["couchdb", "/docker-entrypoint.sh", "/opt/couchdb/bin/couchdb"]);
        assert.equal(shutdownCommand("api"), undefined);
    });
});
