import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { checkPassword } from "../../../cht/credentials";
import { api } from "../../../cht/public-route";
import { rotationScript, rotationSecurity } from "../../../cht/rotation";

/** Stands for curl and the CouchDB behind it, whose password is in the file PASSWORD; reads what curl would read. */
const CURL = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require("fs");
const { PASSWORD, CALLS } = process.env;
const options = Object.fromEntries(readFileSync(0, "utf8").trim().split("\\n").map((line) => {
    const [, key, quoted] = /^([a-z]+) = "((?:[^"\\\\]|\\\\["\\\\])*)"$/.exec(line);
    return [key, quoted.replace(/\\\\(.)/g, "$1")];
}));
appendFileSync(CALLS, (options.request ?? "GET") + " " + process.argv.slice(2).join(" ") + "\\n");
if (options.user !== "medic:" + readFileSync(PASSWORD, "utf8")) process.exit(22);
if (options.request === "PUT") writeFileSync(PASSWORD, JSON.parse(options.data));
`;

describe("rotation", () => {
    let folder: string;
    const file = (name: string) => join(folder, name);

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "rotation-"));
        writeFileSync(file("curl"), CURL, { mode: 0o755 });
    });

    after(() => rmSync(folder, { recursive: true }));

    /** Rotates, and returns CouchDB's password afterwards, and what was asked of it. */
    async function rotate(current: string, from: string, to: string) {
        writeFileSync(file("password"), current);
        writeFileSync(file("calls"), "");
        const [shell = "", ...rest] = rotationScript;
        const env = {
            PATH: `${folder}:${process.env.PATH}`,
            PASSWORD: file("password"),
            CALLS: file("calls"),
            COUCHDB_URL: "http://couchdb:5984",
            COUCHDB_USER: "medic",
            OLD_PASSWORD: from,
            NEW_PASSWORD: to,
        };
        const { stdout } = await promisify(execFile)(shell, rest, { env });
        return { password: readFileSync(file("password"), "utf8"), calls: readFileSync(file("calls"), "utf8"), stdout };
    }

    it("changes the password on the node that it asks, and looks whether that is in force", async () => {
        const look = "GET -fsS -m 10 -o /dev/null -K - http://couchdb:5984/_session\n";
        const change = "PUT -fsS -m 30 -o /dev/null -K - http://couchdb:5984/_node/_local/_config/admins/medic\n";
        assert.deepEqual(await rotate("old", "old", "new"), {
            password: "new",
            calls: look + change + look,
            stdout: "The password was changed.\n",
        });
    });

    it("changes nothing when it was done before", async () => {
        const { password, calls } = await rotate("new", "old", "new");
        assert.equal(password, "new");
        assert.doesNotMatch(calls, /PUT/);
    });

    it("fails when neither password is in force", async () => {
        await assert.rejects(rotate("another", "old", "new"), { code: 22 });
    });

    it("takes every password that is accepted to every other", async function () {
        this.timeout(60_000);
        const characters = fc.constantFrom(..."aA0 \"\\'`$%&#:@/;=!*?~-<>|(){}[]^+,._");
        const passwords = fc
            .string({ unit: characters, minLength: 1, maxLength: 12 })
            .filter((password) => checkPassword(password, { healthcheck: false }).length === 0);
        await fc.assert(
            fc.asyncProperty(passwords, passwords, async (from, to) => {
                assert.equal((await rotate(from, from, to)).password, to);
            }),
            {
                numRuns: 15,
                examples: [
                    ['"\\', '\\"\\n'],
                    ["%s$PATH", "`id`'\\\\"],
                ],
            },
        );
    });

    it("runs as CouchDB's user, restricted", () => {
        assert.deepEqual(rotationSecurity, {
            runAsUser: 5984,
            runAsGroup: 5984,
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
        });
    });
});

describe("the public route", () => {
    it("leads to API, lets phones wait an hour, and asks nothing of CouchDB to see whether API is well", () => {
        assert.deepEqual(api, {
            service: "api",
            port: 5988,
            idleTimeoutSeconds: 3600,
            largestBody: "32m",
            healthPath: "/",
            healthCodes: "200-399",
        });
    });
});
