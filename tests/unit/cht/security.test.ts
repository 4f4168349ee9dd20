import assert from "node:assert/strict";
import { capabilities } from "../../../cht/capabilities";
import type { ContainerSecurity, Platform, Role } from "../../../cht/model";
import { securityFor, writableFolders } from "../../../cht/security";
import { parseVersion } from "../../../cht/version";

/** What Pod Security's `restricted` asks of a container, and a root file system that cannot be written. */
const restricted = (user: number): ContainerSecurity => ({
    runAsUser: user,
    runAsGroup: user,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    addCapabilities: [],
    exceptions: [],
});

const USERS: Partial<Record<Role, number>> = {
    nouveau: 5984,
    haproxy: 99,
    healthcheck: 65534,
    api: 1000,
    sentinel: 1000,
    "upgrade-service": 1000,
};

describe("security", () => {
    for (const [role, user] of Object.entries(USERS)) {
        it(`of ${role} on Kubernetes has no exception`, () => {
            assert.deepEqual(securityFor(role as Role, "kubernetes"), restricted(user));
        });
    }

    for (const platform of ["kubernetes", "docker"] as const) {
        it(`of couchdb on ${platform} has these exceptions, each with its reason`, () => {
            assert.deepEqual(securityFor("couchdb", platform), {
                runAsUser: 0,
                runAsGroup: 0,
                runAsNonRoot: false,
                readOnlyRootFilesystem: false,
                addCapabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
                exceptions: [
                    "Runs as root: the start script gives files to the user couchdb and starts CouchDB with su.",
                    "Writable root file system: the start script changes owners below /opt/couchdb and rewrites etc/vm.args there.",
                    "CHOWN: the start script gives every file below /opt/couchdb to couchdb.",
                    "DAC_OVERRIDE: the start script reads and writes files that are couchdb's and nobody else's.",
                    "FOWNER: the start script sets the permissions of files that are couchdb's.",
                    "KILL: the preStop command ends Erlang, which runs as couchdb.",
                    "SETGID: su takes couchdb's group.",
                    "SETUID: su takes couchdb's user.",
                ],
            });
        });
    }

    it("on Docker leaves images that write among their own files as they are, and restricts the rest", () => {
        for (const role of ["haproxy", "api"] as const) {
            assert.deepEqual(securityFor(role, "docker"), {
                runAsNonRoot: false,
                readOnlyRootFilesystem: false,
                addCapabilities: [],
                exceptions: [
                    "The image's own user and a writable root file system: the start script writes among the image's files, and Docker has no init containers to copy them.",
                ],
            });
        }
        for (const role of ["healthcheck", "sentinel", "upgrade-service"] as const) {
            assert.deepEqual(securityFor(role, "docker"), securityFor(role, "kubernetes"));
        }
    });

    it("of nouveau on Docker is root, whose folder the engine makes, and may write what has become CouchDB's", () => {
        assert.deepEqual(securityFor("nouveau", "docker"), {
            runAsUser: 0,
            runAsGroup: 0,
            runAsNonRoot: false,
            readOnlyRootFilesystem: true,
            addCapabilities: ["DAC_OVERRIDE"],
            exceptions: [
                "Runs as root: the engine makes the index's folder as root's.",
                "DAC_OVERRIDE: CouchDB's start script takes the index's files for itself.",
            ],
        });
    });

    it("of nginx and its companion, which are on Docker only", () => {
        const companion = securityFor("certificate", "docker");
        assert.deepEqual(companion.addCapabilities, ["CHOWN", "DAC_OVERRIDE", "FOWNER"]);
        assert.deepEqual(
            [companion.runAsUser, companion.runAsNonRoot, companion.readOnlyRootFilesystem],
            [0, false, false],
        );
        const { addCapabilities, exceptions, ...rest } = securityFor("nginx", "docker");
        assert.deepEqual(rest, { runAsNonRoot: false, readOnlyRootFilesystem: false });
        assert.deepEqual(addCapabilities, ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"]);
        assert.equal(exceptions.length, 2 + addCapabilities.length);
    });

    it("adds no capability without a reason", () => {
        for (const role of ["couchdb", "nginx", "certificate", "nouveau"] as const) {
            const { addCapabilities, exceptions } = securityFor(role, "docker");
            for (const capability of addCapabilities) {
                assert.equal(exceptions.filter((reason) => reason.startsWith(`${capability}: `)).length, 1, capability);
            }
        }
    });
});

describe("writable folders", () => {
    const folders = (role: Role, version: string, nodes = 1, platform: Platform = "kubernetes") =>
        writableFolders(role, platform, capabilities(parseVersion(version), nodes, platform)).map(
            ({ name, path, copied }) => `${name} at ${path}${copied ? ", copied" : ""}`,
        );
    const configuration = "haproxy-configuration at /usr/local/etc/haproxy, copied";
    const storage = "haproxy-storage at /srv/storage";

    it("of HAProxy hold its configuration, and the credentials that 4.x and clusters store", () => {
        assert.deepEqual(folders("haproxy", "5.2.0"), [configuration]);
        assert.deepEqual(folders("haproxy", "5.2.0", 3), [configuration, storage]);
        assert.deepEqual(folders("haproxy", "4.22.0"), [configuration, storage]);
    });

    it("of API hold the web app that it completes when it starts", () => {
        for (const version of ["4.22.0", "5.3.0"]) {
            assert.deepEqual(folders("api", version), [
                "api-webapp at /service/api/build/static/webapp, copied",
                "api-tmp at /tmp",
            ]);
        }
    });

    it("of the others are few", () => {
        assert.deepEqual(folders("nouveau", "5.3.0"), ["nouveau-tmp at /tmp"]);
        assert.deepEqual(folders("healthcheck", "4.5.2"), ["healthcheck-tmp at /tmp"]);
        for (const role of ["couchdb", "healthcheck", "sentinel", "upgrade-service", "nginx"] as const) {
            assert.deepEqual(folders(role, "4.22.0"), [], role);
        }
    });

    it("are none where the root file system can be written", () => {
        for (const role of ["haproxy", "api", "couchdb"] as const) {
            assert.deepEqual(folders(role, "4.22.0", 3, "docker"), [], role);
        }
    });

    it("of the upgrade service on Docker: where it looks for Compose files, and must find none", () => {
        assert.deepEqual(folders("upgrade-service", "5.2.0", 1, "docker"), ["compose-files at /docker-compose"]);
    });
});
