import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { checkPassword } from "../../../cht/credentials";
import type { Probe, Role } from "../../../cht/model";
import { probesFor } from "../../../cht/probes";

/** `what every <period>s, at most <timeout>s, <failures> times`; a command is told by what it calls. */
function words(probe: Probe | undefined): string {
    if (probe === undefined) return "none";
    const { action, periodSeconds, timeoutSeconds, failureThreshold } = probe;
    const what = {
        http: () =>
            action.kind === "http" ? `GET :${action.port}${action.path}${action.headers ? " with headers" : ""}` : "",
        tcp: () => (action.kind === "tcp" ? `tcp :${action.port}` : ""),
        command: () => {
            const text = action.kind === "command" ? action.command.join(" ") : "";
            return `command ${/https?:\S+/.exec(text)?.[0] ?? (text.includes("openssl x509") ? "certificate" : "")}`;
        },
    }[action.kind]();
    return `${what} every ${periodSeconds}s, at most ${timeoutSeconds}s, ${failureThreshold} times`;
}

/** role → startup, readiness, liveness */
const TABLE: Record<Role, [string, string, string]> = {
    couchdb: [
        "command http://127.0.0.1:5984/_up every 5s, at most 6s, 720 times",
        "command http://127.0.0.1:5984/_up every 10s, at most 6s, 3 times",
        "tcp :5984 every 30s, at most 5s, 20 times",
    ],
    nouveau: [
        "GET :5988/ping every 5s, at most 5s, 60 times",
        "GET :5988/ping every 10s, at most 5s, 3 times",
        "GET :5988/ping every 30s, at most 5s, 10 times",
    ],
    haproxy: ["none", "tcp :5984 every 5s, at most 5s, 3 times", "tcp :5984 every 30s, at most 5s, 10 times"],
    healthcheck: ["none", "tcp :5555 every 30s, at most 5s, 3 times", "tcp :5555 every 30s, at most 5s, 10 times"],
    api: [
        "GET :5988/ every 5s, at most 5s, 360 times",
        "GET :5988/ every 10s, at most 5s, 3 times",
        "GET :5988/ every 30s, at most 5s, 10 times",
    ],
    sentinel: ["none", "none", "none"],
    "upgrade-service": ["none", "tcp :5008 every 10s, at most 5s, 3 times", "none"],
    nginx: [
        "none",
        "command https://localhost/ every 10s, at most 6s, 3 times",
        "tcp :443 every 30s, at most 5s, 10 times",
    ],
    certificate: ["none", "command certificate every 30s, at most 10s, 3 times", "none"],
};

describe("probes", () => {
    for (const [role, expected] of Object.entries(TABLE)) {
        it(`of ${role}`, () => {
            const { startup, readiness, liveness } = probesFor(role as Role);
            assert.deepEqual([startup, readiness, liveness].map(words), expected);
        });
    }
});

describe("the probe of CouchDB", () => {
    let folder: string;
    const action = probesFor("couchdb").readiness?.action;
    assert.ok(action?.kind === "command");
    const [shell = "", ...rest] = action.command;

    before(() => {
        // Stands for curl, which not every machine has: notes what it is given, and ends as it is told.
        folder = mkdtempSync(join(tmpdir(), "probe-"));
        const script = `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/arguments"\ncat > "${folder}/input"\nexit "$STATUS"\n`;
        writeFileSync(join(folder, "curl"), script, { mode: 0o755 });
    });

    after(() => rmSync(folder, { recursive: true }));

    async function probe(password: string, status = 0) {
        const env = {
            PATH: `${folder}:${process.env.PATH}`,
            COUCHDB_USER: "medic",
            COUCHDB_PASSWORD: password,
            STATUS: `${status}`,
        };
        const { stdout, stderr } = await promisify(execFile)(shell, rest, { env });
        assert.deepEqual([stdout, stderr], ["", ""]);
        return readFileSync(join(folder, "input"), "utf8");
    }

    it("gives curl every password that is accepted, in the syntax of its configuration", async function () {
        this.timeout(30_000);
        const characters = fc.constantFrom(..."aA0 \"\\'`$%&#:@/;=!*?~-<>|(){}[]^+,._");
        await fc.assert(
            fc.asyncProperty(fc.string({ unit: characters, minLength: 1, maxLength: 12 }), async (password) => {
                fc.pre(checkPassword(password, { healthcheck: false }).length === 0);
                const line = /^user = "((?:[^"\\]|\\["\\])*)"\n$/.exec(await probe(password));
                assert.equal(line?.[1]?.replace(/\\(.)/g, "$1"), `medic:${password}`);
            }),
            { numRuns: 40, examples: [['"\\'], ['\\"\\n'], ["%s:%s\\t$PATH`id`"]] },
        );
    });

    it("fails when curl fails: CouchDB is in maintenance, or does not know the administrator", async () => {
        await assert.rejects(probe("password", 22), { code: 22 });
    });

    it("has the password in no program's arguments", async () => {
        await probe("password");
        assert.deepEqual(readFileSync(join(folder, "arguments"), "utf8").trim().split("\n"), [
            "-fsm5",
            "-o",
            "/dev/null",
            "-K",
            "-",
            "http://127.0.0.1:5984/_up",
        ]);
        // The only other program; printf is the shell's own.
        assert.match(rest.join(" "), /^-c escaped=\$\(printf %s "\$COUCHDB_PASSWORD" \| sed '[^']*'\)\nprintf /);
    });
});
