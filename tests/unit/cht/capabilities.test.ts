import assert from "node:assert/strict";
import { capabilities } from "../../../cht/capabilities";
import type { Platform } from "../../../cht/model";
import { parseVersion } from "../../../cht/version";

/** version, CouchDB nodes, platform → nouveau, health check, upgrade service, log level, HAProxy stores credentials */
const TABLE: [string, number, Platform, string, boolean, boolean, boolean, boolean][] = [
    ["4.0.0", 1, "kubernetes", "none", true, true, false, true],
    ["4.22.0", 1, "kubernetes", "none", true, true, false, true],
    ["4.22.0", 3, "kubernetes", "none", true, true, false, true],
    ["4.22.0", 1, "docker", "none", true, false, false, true],
    ["5.0.0", 1, "kubernetes", "first-node", false, false, false, false],
    ["5.0.0", 3, "kubernetes", "first-node", true, false, false, true],
    ["5.1.0", 1, "kubernetes", "first-node", false, false, true, false],
    ["5.2.9", 1, "kubernetes", "first-node", false, false, true, false],
    ["5.2.0", 3, "docker", "first-node", true, false, true, true],
    ["5.3.0", 1, "kubernetes", "every-node", false, false, true, false],
    ["5.3.0", 3, "kubernetes", "every-node", true, false, true, true],
    ["6.0.0", 1, "docker", "every-node", false, false, true, false],
];

describe("capabilities", () => {
    for (const [version, nodes, platform, nouveau, healthcheck, upgradeService, logLevel, stores] of TABLE) {
        it(`of ${version} with ${nodes} CouchDB node(s) on ${platform}`, () => {
            const can = capabilities(parseVersion(version), nodes, platform);
            assert.deepEqual(
                [can.nouveau, can.healthcheck, can.upgradeService, can.logLevel, can.haproxyStoresCredentials],
                [nouveau, healthcheck, upgradeService, logLevel, stores],
            );
        });
    }

    it("have an upgrade service on Docker where it is asked for, whatever the version", () => {
        for (const version of ["4.22.0", "5.3.0"]) {
            for (const asked of [true, false]) {
                assert.equal(capabilities(parseVersion(version), 1, "docker", asked).upgradeService, asked);
            }
        }
        assert.equal(capabilities(parseVersion("5.3.0"), 1, "kubernetes", true).upgradeService, false);
    });

    it("say when the health check installs packages at its start, and when passwords are not escaped", () => {
        const of = (version: string) => {
            const can = capabilities(parseVersion(version), 1, "kubernetes");
            return [can.healthcheckInstallsPackages, can.unescapedPassword];
        };
        assert.deepEqual(["4.5.2", "4.6.0", "4.7.2", "4.8.0"].map(of), [
            [true, true],
            [false, true],
            [false, true],
            [false, false],
        ]);
    });
});
