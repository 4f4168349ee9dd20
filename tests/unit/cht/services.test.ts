import assert from "node:assert/strict";
import { describeInstance } from "../../../cht/describe";
import type { InstanceDescription, Platform } from "../../../cht/model";
import { settings } from "./settings";

type Given = [version: string, nodes?: number, platform?: Platform];

const described = (...given: Given) => describeInstance(settings(...given));

/** Names as `name > workload: ports`. */
function services({ services }: InstanceDescription): string[] {
    return services.map(
        ({ name, service, ports, beforeReady }) =>
            `${name} > ${service}: ${ports.map(({ port }) => port).join(" ")}${beforeReady ? ", before it is ready" : ""}`,
    );
}

const nodes = (line: (node: number) => string) => [1, 2, 3].map(line);

describe("the services", () => {
    const common = ["haproxy > haproxy: 5984", "api > api: 5988"];
    const upgrades = ["haproxy > haproxy: 5984", "upgrade-service > upgrade-service: 5008", "api > api: 5988"];
    const healthcheck = "healthcheck > healthcheck: 5555";
    const single = "couchdb > couchdb: 5984, before it is ready";
    const cluster = nodes((n) => `couchdb-${n} > couchdb-${n}: 5984 4369 9100, before it is ready`);

    const TABLE: [Given, string[]][] = [
        [["4.22.0"], [single, healthcheck, ...upgrades]],
        [
            ["4.22.0", 3],
            [...cluster, healthcheck, ...upgrades],
        ],
        [["5.2.0"], [single, "nouveau > couchdb: 5987", ...common]],
        [
            ["5.2.0", 3],
            [...cluster, "nouveau > couchdb-1: 5987", healthcheck, ...common],
        ],
        [["5.3.0"], [single, "nouveau > couchdb: 5987", ...common]],
        [
            ["5.3.0", 3],
            [
                ...cluster,
                "nouveau > couchdb-1: 5987",
                ...nodes((n) => `nouveau-${n} > couchdb-${n}: 5987`),
                healthcheck,
                ...common,
            ],
        ],
        [
            ["5.2.0", 1, "docker"],
            [single, "nouveau > nouveau: 5987", ...common, "nginx > nginx: 80 443"],
        ],
        [
            ["5.3.0", 3, "docker"],
            [
                ...cluster,
                "nouveau > nouveau-1: 5987",
                ...nodes((n) => `nouveau-${n} > nouveau-${n}: 5987`),
                healthcheck,
                ...common,
                "nginx > nginx: 80 443",
            ],
        ],
    ];
    for (const [given, expected] of TABLE) {
        const [version, count = 1, platform = "kubernetes"] = given;
        it(`of ${version} with ${count} CouchDB node(s) on ${platform}`, () => {
            assert.deepEqual(services(described(...given)), expected);
        });
    }
});
