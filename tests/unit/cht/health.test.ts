import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { certificateHealth } from "../../../cht/certificate";
import { healthFor } from "../../../cht/health";
import type { Role } from "../../../cht/model";
import { probesFor } from "../../../cht/probes";

/** role → what is asked, every so many seconds, at most so long, so often, and how long it may take to start */
const TABLE: Record<Role, [RegExp, number, number, number, number] | undefined> = {
    couchdb: [/_up$/, 10, 6, 3, 3600],
    nouveau: [/\/dev\/tcp\/127\.0\.0\.1\/5988.*GET \/ping /, 10, 5, 3, 300],
    haproxy: [/':1760 /, 5, 5, 3, 300],
    healthcheck: [/ 5555\), 4\)\.recv\(8\) != b"up\\n"\)$/, 30, 5, 3, 300],
    api: [/ http:\/\/localhost:5988\/$/, 10, 5, 3, 1800],
    sentinel: undefined,
    "upgrade-service": [/':1390 /, 10, 5, 3, 300],
    nginx: [/ https:\/\/localhost\/$/, 10, 6, 3, 300],
    certificate: [/openssl x509 -noout -checkend 86400/, 30, 10, 3, 300],
};

describe("the health check on Docker", () => {
    for (const [role, expected] of Object.entries(TABLE)) {
        it(`of ${role}`, () => {
            const health = healthFor(role as Role);
            if (expected === undefined || health === undefined) return assert.equal(health, expected);
            const [asks, ...times] = expected;
            assert.match(health.command.at(-1) ?? "", asks);
            const { periodSeconds, timeoutSeconds, failureThreshold, startSeconds } = health;
            assert.deepEqual([periodSeconds, timeoutSeconds, failureThreshold, startSeconds], times);
        });
    }

    it("is Kubernetes' own where that is a command: the password reaches no argument list", () => {
        const action = probesFor("couchdb").readiness?.action;
        assert.ok(action?.kind === "command");
        assert.deepEqual(healthFor("couchdb")?.command, action.command);
        assert.deepEqual(healthFor("certificate")?.command, ["/bin/sh", "-c", certificateHealth()]);
    });

    it("of a port sees whether somebody listens there, and connects to nobody", async function () {
        if (process.platform !== "linux") this.skip();
        const [shell = "", ...rest] = healthFor("haproxy")?.command ?? [];
        const server = createServer(() => assert.fail("a connection"));
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        const address = server.address();
        assert.ok(typeof address === "object" && address !== null);
        const hexadecimal = address.port.toString(16).toUpperCase().padStart(4, "0");
        const look = () =>
            promisify(execFile)(
                shell,
                rest.map((text) => text.replace("1760", hexadecimal)),
            );
        await look();
        await new Promise((closed) => server.close(closed));
        await assert.rejects(look(), { code: 1 });
    });
});
