import assert from "node:assert/strict";
import fc from "fast-check";
import type { Role } from "../../../cht/model";
import * as names from "../../../cht/names";

const ROLES: Role[] = [
    "couchdb",
    "nouveau",
    "haproxy",
    "healthcheck",
    "api",
    "sentinel",
    "upgrade-service",
    "nginx",
    "certificate",
];

describe("names", () => {
    it("of Deployments are those of the Helm charts", () => {
        assert.deepEqual(
            ROLES.map((role) => names.workloadName(role)),
            [
                "cht-couchdb",
                "cht-couchdb-nouveau",
                "cht-haproxy",
                "cht-haproxy-healthcheck",
                "cht-api",
                "cht-sentinel",
                "upgrade-service",
                "cht-nginx",
                "cht-certificate",
            ],
        );
        assert.equal(names.workloadName("couchdb", 2), "cht-couchdb-2");
    });

    it("of Services are the roles, numbered in clusters", () => {
        assert.deepEqual(
            ROLES.map((role) => names.serviceName(role)),
            ROLES,
        );
        assert.equal(names.serviceName("nouveau", 3), "nouveau-3");
        assert.equal(names.serviceAddress("uat")("couchdb", 1), "couchdb-1.uat.svc.cluster.local");
        assert.equal(names.serviceAddress("uat")("haproxy"), "haproxy.uat.svc.cluster.local");
    });

    it("of addresses on Docker are those of the Compose files: CouchDB's have a dot in clusters", () => {
        const addresses = (nodes: number) => {
            const address = names.dockerAddress(nodes);
            return [
                ...names.nodeNumbers(nodes).map((node) => address("couchdb", node)),
                address("haproxy"),
                address("nouveau", 2),
            ];
        };
        assert.deepEqual(addresses(1), ["couchdb", "haproxy", "nouveau-2"]);
        assert.deepEqual(addresses(2), ["couchdb-1.local", "couchdb-2.local", "haproxy", "nouveau-2"]);
    });

    it("of what holds data are those of the Helm charts", () => {
        assert.deepEqual([undefined, 1, 2].map(names.claimName), [
            "couchdb-claim0",
            "couchdb-1-claim0",
            "couchdb-2-claim0",
        ]);
        assert.equal(names.volumeName("uat"), "couchdb-pv-uat");
        assert.equal(names.volumeName("uat", 2), "couchdb-pv-uat-2");
    });

    it("of single objects are those of the Helm charts", () => {
        assert.deepEqual(
            [
                names.SERVICE_LABEL,
                names.CREDENTIALS_SECRET,
                names.SERVERS_CONFIG_MAP,
                names.INGRESS,
                names.INGRESS_CERTIFICATE,
                names.UPGRADE_SERVICE_ACCOUNT,
                names.UPGRADE_SERVICE_ROLE,
                names.UPGRADE_SERVICE_ROLE_BINDING,
            ],
            [
                "cht.service",
                "cht-couchdb-credentials",
                "couchdb-servers-configmap",
                "api-ingress",
                "api-tls-secret",
                "cht-upgrade-service-user",
                "deployment-manager",
                "deployment-manager-cht",
            ],
        );
    });

    it("number the nodes of a cluster from 1, and a single node not at all", () => {
        assert.deepEqual([...names.nodeNumbers(1)], [undefined]);
        assert.deepEqual([...names.nodeNumbers(3)], [1, 2, 3]);
    });

    it("are DNS labels of at most 63 characters; of volumes DNS subdomains", () => {
        const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
        const node = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
        fc.assert(
            fc.property(
                fc.constantFrom(...ROLES),
                node,
                fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
                (role, n, namespace) => {
                    for (const name of [names.workloadName(role, n), names.serviceName(role, n), names.claimName(n)]) {
                        assert.match(name, label);
                    }
                    for (const name of [names.volumeName(namespace, n), names.serviceAddress(namespace)(role, n)]) {
                        assert.match(name, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
                        assert.ok(name.length <= 253);
                    }
                },
            ),
        );
    });
});
