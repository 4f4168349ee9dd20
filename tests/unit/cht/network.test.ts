import assert from "node:assert/strict";
import fc from "fast-check";
import type { NetworkArrow, NetworkPeer, Platform } from "../../../cht/model";
import { jobArrows, networkArrows } from "../../../cht/network";
import { settings, versions } from "./settings";

const end = (peer: NetworkPeer) => (peer.kind === "workload" ? peer.service : `(${peer.kind})`);

/** Arrows as `from > to: ports`, UDP said where it is. */
function words(arrows: readonly NetworkArrow[]): string[] {
    return arrows
        .map(({ from, to, ports }) => {
            const list = ports.map(({ port, protocol }) => (protocol === "UDP" ? `${port}/udp` : `${port}`));
            return `${end(from)} > ${end(to)}: ${list.join(" ")}`;
        })
        .sort();
}

function assertArrows(given: [version: string, nodes: number, platform?: Platform], expected: string[]): void {
    assert.deepEqual(words(networkArrows(settings(...given))), [...expected].sort());
}

const dns = (...services: string[]) => services.map((service) => `${service} > (dns): 53/udp 53`);

const ALWAYS = [
    "(ingress) > api: 5988",
    "api > haproxy: 5984",
    "sentinel > haproxy: 5984",
    "sentinel > api: 5988",
    "api > (internet): 443",
    "sentinel > (internet): 443",
    ...dns("api", "sentinel", "haproxy"),
];

const SINGLE = ["haproxy > couchdb: 5984", "couchdb > couchdb: 5984", ...dns("couchdb")];

const CLUSTER = [
    ...[1, 2, 3].flatMap((from) => [1, 2, 3].map((to) => `couchdb-${from} > couchdb-${to}: 5984 4369 9100`)),
    ...[1, 2, 3].map((node) => `haproxy > couchdb-${node}: 5984`),
    ...[1, 2, 3].map((node) => `healthcheck > couchdb-${node}: 5984`),
    "haproxy > healthcheck: 5555",
    ...dns("couchdb-1", "couchdb-2", "couchdb-3", "healthcheck"),
];

const SINGLE_HEALTHCHECK = ["haproxy > healthcheck: 5555", "healthcheck > couchdb: 5984", ...dns("healthcheck")];

const UPGRADE_SERVICE = [
    "api > upgrade-service: 5008",
    "upgrade-service > (kubernetes-api): 443 6443",
    ...dns("upgrade-service"),
];

describe("the network arrows", () => {
    it("of 4.x with a single CouchDB", () => {
        assertArrows(["4.22.0", 1], [...ALWAYS, ...SINGLE, ...SINGLE_HEALTHCHECK, ...UPGRADE_SERVICE]);
    });

    it("of 4.x with a cluster", () => {
        assertArrows(["4.22.0", 3], [...ALWAYS, ...CLUSTER, ...UPGRADE_SERVICE]);
    });

    it("of 5.0 to 5.2 with a single CouchDB", () => {
        for (const version of ["5.0.0", "5.2.0"]) {
            assertArrows([version, 1], [...ALWAYS, ...SINGLE, "couchdb > couchdb: 5987"]);
        }
    });

    it("of 5.0 to 5.2 with a cluster, whose nodes all use node 1's nouveau", () => {
        for (const version of ["5.0.0", "5.2.0"]) {
            const nouveau = [1, 2, 3].map((node) => `couchdb-${node} > couchdb-1: 5987`);
            assertArrows([version, 3], [...ALWAYS, ...CLUSTER, ...nouveau]);
        }
    });

    it("of 5.3 and later with a single CouchDB", () => {
        assertArrows(["5.3.0", 1], [...ALWAYS, ...SINGLE, "couchdb > couchdb: 5987"]);
    });

    it("of 5.3 and later with a cluster, each of whose nodes has its own nouveau", () => {
        const nouveau = [1, 2, 3].map((node) => `couchdb-${node} > couchdb-${node}: 5987`);
        assertArrows(["5.3.0", 3], [...ALWAYS, ...CLUSTER, ...nouveau]);
    });

    it("of a version whose health check installs packages", () => {
        const downloads = "healthcheck > (internet): 443";
        assertArrows(["4.5.2", 1], [...ALWAYS, ...SINGLE, ...SINGLE_HEALTHCHECK, ...UPGRADE_SERVICE, downloads]);
    });

    it("on Docker, where nginx stands before API and nouveau by itself", () => {
        const docker = [
            "(ingress) > nginx: 80 443",
            "nginx > api: 5988",
            ...ALWAYS.filter((line) => !line.startsWith("(ingress)")),
            "certificate > nginx: 80",
            "certificate > (internet): 443",
            ...dns("nginx", "nouveau", "certificate"),
        ];
        assertArrows(["5.2.0", 1, "docker"], [...docker, ...SINGLE, "couchdb > nouveau: 5987"]);
        const nouveau = [1, 2, 3].map((node) => `couchdb-${node} > nouveau: 5987`);
        assertArrows(["5.2.0", 3, "docker"], [...docker, ...CLUSTER, ...nouveau]);
    });

    it("on Docker of an upgrade service that is asked for: it is asked, and asks nobody", () => {
        const asked = words(networkArrows(settings("5.2.0", 1, "docker", { upgradeService: true })));
        const without = words(networkArrows(settings("5.2.0", 1, "docker")));
        assert.deepEqual(
            asked.filter((line) => !without.includes(line)),
            ["api > upgrade-service: 5008", ...dns("upgrade-service")],
        );
    });

    it("of Jobs lead to every CouchDB node", () => {
        assert.deepEqual(words(jobArrows({ couchdbNodes: 1 })), ["job > (dns): 53/udp 53", "job > couchdb: 5984"]);
        assert.deepEqual(words(jobArrows({ couchdbNodes: 2 })), [
            "job > (dns): 53/udp 53",
            "job > couchdb-1: 5984",
            "job > couchdb-2: 5984",
        ]);
    });

    it("always have a purpose, never come twice, and let nobody but the instance's nodes at Erlang", () => {
        fc.assert(
            fc.property(
                versions,
                fc.integer({ min: 1, max: 5 }),
                fc.constantFrom<Platform>("kubernetes", "docker"),
                (version, nodes, platform) => {
                    const arrows = networkArrows(settings(version.tag, nodes, platform));
                    assert.equal(new Set(words(arrows)).size, arrows.length);
                    assert.ok(arrows.every(({ purpose }) => purpose !== ""));
                    const erlang = arrows.filter(({ ports }) =>
                        ports.some(({ port }) => port === 9100 || port === 4369),
                    );
                    assert.equal(erlang.length, nodes === 1 ? 0 : nodes ** 2);
                    for (const { from, to } of erlang) {
                        assert.match(`${end(from)} ${end(to)}`, /^couchdb-\d couchdb-\d$/);
                    }
                    // Users come in at one place only.
                    assert.equal(arrows.filter(({ from }) => from.kind !== "workload").length, 1);
                },
            ),
        );
    });
});
