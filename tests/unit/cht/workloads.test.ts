import assert from "node:assert/strict";
import { describeInstance } from "../../../cht/describe";
import type { InstanceDescription, Platform } from "../../../cht/model";
import { settings } from "./settings";

type Given = [version: string, nodes?: number, platform?: Platform];

const described = (...given: Given) => describeInstance(settings(...given));

/** Workloads as `service: init containers > containers, after services`. */
function workloads({ workloads }: InstanceDescription): string[] {
    return workloads.map(({ service, name, initContainers, containers, startsAfter }) => {
        const copies = initContainers.map((container) => `${container.name} > `).join("");
        const after = startsAfter.length === 0 ? "" : `, after ${startsAfter.join(" ")}`;
        return `${service}: ${name}: ${copies}${containers.map((container) => container.name).join(" ")}${after}`;
    });
}

const HAPROXY = "haproxy: cht-haproxy: copy-haproxy-configuration > cht-haproxy";
const API = "api: cht-api: copy-api-webapp > cht-api, after haproxy";
const SENTINEL = "sentinel: cht-sentinel: cht-sentinel, after haproxy";
const HEALTHCHECK = "healthcheck: cht-haproxy-healthcheck: cht-haproxy-healthcheck";
const UPGRADE_SERVICE = "upgrade-service: upgrade-service: upgrade-service";

const nodes = (line: (node: number) => string) => [1, 2, 3].map(line);
const afterFirst = (node: number) => (node === 1 ? "" : ", after couchdb-1");
const afterCluster = `, after couchdb-1 couchdb-2 couchdb-3 healthcheck`;

describe("the workloads on Kubernetes", () => {
    const TABLE: [string, Given, string[]][] = [
        [
            "4.x with a single CouchDB",
            ["4.22.0"],
            [
                "couchdb: cht-couchdb: cht-couchdb",
                HEALTHCHECK,
                `${HAPROXY}, after couchdb healthcheck`,
                UPGRADE_SERVICE,
                API,
                SENTINEL,
            ],
        ],
        [
            "4.x with a cluster",
            ["4.22.0", 3],
            [
                ...nodes((n) => `couchdb-${n}: cht-couchdb-${n}: cht-couchdb-${n}${afterFirst(n)}`),
                HEALTHCHECK,
                HAPROXY + afterCluster,
                UPGRADE_SERVICE,
                API,
                SENTINEL,
            ],
        ],
        ...["5.0.0", "5.2.0", "5.3.0"].map((version): [string, Given, string[]] => [
            `${version} with a single CouchDB`,
            [version],
            ["couchdb: cht-couchdb: cht-couchdb cht-couchdb-nouveau", `${HAPROXY}, after couchdb`, API, SENTINEL],
        ]),
        ...["5.0.0", "5.2.0"].map((version): [string, Given, string[]] => [
            `${version} with a cluster`,
            [version, 3],
            [
                "couchdb-1: cht-couchdb-1: cht-couchdb-1 cht-couchdb-nouveau",
                "couchdb-2: cht-couchdb-2: cht-couchdb-2, after couchdb-1",
                "couchdb-3: cht-couchdb-3: cht-couchdb-3, after couchdb-1",
                HEALTHCHECK,
                HAPROXY + afterCluster,
                API,
                SENTINEL,
            ],
        ]),
        [
            "5.3.0 with a cluster",
            ["5.3.0", 3],
            [
                ...nodes((n) => `couchdb-${n}: cht-couchdb-${n}: cht-couchdb-${n} cht-couchdb-nouveau${afterFirst(n)}`),
                HEALTHCHECK,
                HAPROXY + afterCluster,
                API,
                SENTINEL,
            ],
        ],
    ];
    for (const [title, given, expected] of TABLE) {
        it(`of ${title}`, () => assert.deepEqual(workloads(described(...given)), expected));
    }
});

describe("the workloads on Docker", () => {
    const haproxy = (after: string) => `haproxy: cht-haproxy: cht-haproxy${after}`;
    const rest = [
        "api: cht-api: cht-api, after haproxy",
        SENTINEL,
        "certificate: cht-certificate: cht-certificate",
        "nginx: cht-nginx: cht-nginx, after api haproxy certificate",
    ];
    const nouveau = "nouveau: cht-couchdb-nouveau: cht-couchdb-nouveau";

    it("of 4.x", () => {
        const expected = [
            "couchdb: cht-couchdb: cht-couchdb",
            HEALTHCHECK,
            haproxy(", after couchdb healthcheck"),
            ...rest,
        ];
        assert.deepEqual(workloads(described("4.22.0", 1, "docker")), expected);
    });

    it("of an upgrade service, in any version, when it is asked for", () => {
        for (const version of ["4.22.0", "5.3.0"]) {
            const names = (upgradeService: boolean) =>
                describeInstance(settings(version, 1, "docker", { upgradeService })).workloads.map(({ name }) => name);
            assert.deepEqual(
                names(true).filter((name) => !names(false).includes(name)),
                ["upgrade-service"],
            );
        }
    });

    it("of 5.x with a single CouchDB", () => {
        const expected = [
            nouveau,
            "couchdb: cht-couchdb: cht-couchdb, after nouveau",
            haproxy(", after couchdb"),
            ...rest,
        ];
        assert.deepEqual(workloads(described("5.2.0", 1, "docker")), expected);
        assert.deepEqual(workloads(described("5.3.0", 1, "docker")), expected);
    });

    it("of 5.0 to 5.2 with a cluster", () => {
        assert.deepEqual(workloads(described("5.2.0", 3, "docker")), [
            nouveau,
            "couchdb-1: cht-couchdb-1: cht-couchdb-1, after nouveau",
            "couchdb-2: cht-couchdb-2: cht-couchdb-2, after nouveau couchdb-1",
            "couchdb-3: cht-couchdb-3: cht-couchdb-3, after nouveau couchdb-1",
            HEALTHCHECK,
            haproxy(afterCluster),
            ...rest,
        ]);
    });

    it("of 5.3 with a cluster", () => {
        assert.deepEqual(workloads(described("5.3.0", 3, "docker")), [
            ...nodes((n) => `nouveau-${n}: cht-couchdb-nouveau-${n}: cht-couchdb-nouveau`),
            "couchdb-1: cht-couchdb-1: cht-couchdb-1, after nouveau-1",
            "couchdb-2: cht-couchdb-2: cht-couchdb-2, after nouveau-2 couchdb-1",
            "couchdb-3: cht-couchdb-3: cht-couchdb-3, after nouveau-3 couchdb-1",
            HEALTHCHECK,
            haproxy(afterCluster),
            ...rest,
        ]);
    });
});
