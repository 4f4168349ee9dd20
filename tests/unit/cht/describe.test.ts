import assert from "node:assert/strict";
import fc from "fast-check";
import { describeInstance } from "../../../cht/describe";
import { environmentFor } from "../../../cht/environment";
import type { Platform, Workload } from "../../../cht/model";
import { jobArrows, networkArrows } from "../../../cht/network";
import { probesFor } from "../../../cht/probes";
import { securityFor } from "../../../cht/security";
import { shutdownFor } from "../../../cht/shutdown";
import { settings, versions } from "./settings";

type Given = [version: string, nodes?: number, platform?: Platform];

const described = (...given: Given) => describeInstance(settings(...given));

describe("a description", () => {
    const roles = (one: (workload: Workload) => unknown, ...given: Given) =>
        Object.fromEntries(described(...given).workloads.map((workload) => [workload.service, one(workload)]));

    it("names CouchDB's nodes as the others reach them", () => {
        assert.deepEqual(described("5.2.0").couchdbServers, ["couchdb.uat.svc.cluster.local"]);
        assert.deepEqual(described("5.2.0", 2).couchdbServers, [
            "couchdb-1.uat.svc.cluster.local",
            "couchdb-2.uat.svc.cluster.local",
        ]);
    });

    it("tells which workload has which node's volume, and who shares it", () => {
        assert.deepEqual(
            roles(({ node, fileSystemGroup }) => [node, fileSystemGroup], "5.2.0", 2),
            {
                "couchdb-1": [1, 5984],
                "couchdb-2": [2, undefined],
                healthcheck: [undefined, undefined],
                haproxy: [undefined, undefined],
                api: [undefined, undefined],
                sentinel: [undefined, undefined],
            },
        );
        assert.deepEqual(roles(({ node }) => node, "4.22.0").couchdb, 1);
        assert.deepEqual(
            roles(({ node, fileSystemGroup }) => [node, fileSystemGroup], "5.3.0", 2, "docker")["nouveau-2"],
            [2, undefined],
        );
    });

    it("gives every workload its grace, and every container its image, environment, probes, security and resources", () => {
        fc.assert(
            fc.property(
                versions,
                fc.integer({ min: 1, max: 4 }),
                fc.constantFrom<Platform>("kubernetes", "docker"),
                (version, count, platform) => {
                    const given = settings(version.tag, count, platform);
                    const description = describeInstance(given);
                    assert.deepEqual(describeInstance(given), description);
                    for (const { role, node, containers, gracePeriodSeconds } of description.workloads) {
                        assert.equal(gracePeriodSeconds, shutdownFor(role).gracePeriodSeconds);
                        for (const container of containers) {
                            const { preStop, stopSignal } = shutdownFor(container.role);
                            assert.deepEqual(container.probes, probesFor(container.role));
                            assert.deepEqual(container.security, securityFor(container.role, platform));
                            assert.deepEqual(container.resources, given.resources[container.role]);
                            assert.deepEqual([container.preStop, container.stopSignal], [preStop, stopSignal]);
                            assert.deepEqual(
                                container.environment,
                                environmentFor(container.role, given, count === 1 ? undefined : node),
                            );
                            assert.ok(
                                container.role === "upgrade-service" || container.image.endsWith(`:${version.tag}`),
                            );
                        }
                    }
                },
            ),
        );
    });

    it("says how many files CouchDB and HAProxy open", () => {
        const files = described("5.2.0").workloads.flatMap(({ containers }) =>
            containers.flatMap(({ role, openFiles }) => (openFiles === undefined ? [] : [[role, openFiles]])),
        );
        assert.deepEqual(files, [
            ["couchdb", 100_000],
            ["haproxy", 200_000],
        ]);
    });

    it("asks for no limit of open files where the engine or the node cannot raise its own", () => {
        const { workloads } = describeInstance(settings("5.2.0", 3, "docker", { defaultUlimit: true }));
        const limited = workloads.filter(({ containers }) =>
            containers.some(({ openFiles }) => openFiles !== undefined),
        );
        assert.deepEqual(limited, []);
    });

    it("has health checks, commands and files of ours on Docker only, where nothing else does their part", () => {
        const own = (platform: Platform) =>
            described("5.3.0", 3, platform).workloads.flatMap(({ service, containers }) =>
                containers
                    .filter(({ health, command, files }) => health || command || files)
                    .map(({ role, health, command, files }) => [
                        role === "nouveau" ? `${service} nouveau` : service,
                        health === undefined ? "" : "health",
                        command?.slice(0, 3).join(" ").slice(0, 15) ?? "",
                        files?.map(({ path, executable }) => `${path} ${executable}`).join() ?? "",
                    ]),
            );
        assert.deepEqual(own("kubernetes"), []);
        assert.deepEqual(own("docker"), [
            ...[1, 2, 3].map((node) => [`nouveau-${node} nouveau`, "health", "", ""]),
            ...[1, 2, 3].map((node) => [`couchdb-${node}`, "health", "tini -- /bin/sh", ""]),
            ["healthcheck", "health", "", ""],
            ["haproxy", "health", "", ""],
            ["api", "health", "", ""],
            ["certificate", "health", "/bin/sh -c set ", ""],
            ["nginx", "health", "", "/docker-entrypoint.d/90-cht-hosting-reload.sh true"],
        ]);
    });

    it("copies what an image has in a folder before it is written to, as the same restricted user", () => {
        const [copy] = described("5.2.0").workloads.flatMap(({ initContainers }) => initContainers);
        assert.deepEqual(copy, {
            role: "haproxy",
            name: "copy-haproxy-configuration",
            image: "public.ecr.aws/medic/cht-haproxy:5.2.0",
            command: ["/bin/sh", "-c", "cp -R /usr/local/etc/haproxy/. /writable/"],
            environment: [],
            ports: [],
            probes: {},
            security: securityFor("haproxy", "kubernetes"),
            resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
            mounts: [{ kind: "scratch", name: "haproxy-configuration", path: "/writable" }],
        });
    });

    it("has the network's arrows, with those of Jobs on Kubernetes, whose namespaces cannot be restricted", () => {
        const cluster = settings("5.2.0", 3);
        assert.deepEqual(describeInstance(cluster).arrows, [...networkArrows(cluster), ...jobArrows(cluster)]);
        const docker = settings("5.2.0", 3, "docker");
        assert.deepEqual(describeInstance(docker).arrows, networkArrows(docker));
        assert.equal(describeInstance(cluster).podSecurity, "baseline");
    });

    it("is one in itself: every name, arrow and start leads to a workload that is there", () => {
        fc.assert(
            fc.property(
                versions,
                fc.integer({ min: 1, max: 4 }),
                fc.constantFrom<Platform>("kubernetes", "docker"),
                (version, count, platform) => {
                    const { workloads, services, arrows } = describeInstance(settings(version.tag, count, platform));
                    const there = new Set(workloads.map(({ service }) => service));
                    const arrowEnds = arrows.flatMap(({ from, to }) => [from, to]);
                    const named = [
                        ...services.map(({ service }) => service),
                        ...workloads.flatMap(({ startsAfter }) => startsAfter),
                        ...arrowEnds.flatMap((end) =>
                            end.kind === "workload" && end.service !== "job" ? [end.service] : [],
                        ),
                    ];
                    assert.deepEqual(
                        named.filter((service) => !there.has(service)),
                        [],
                    );
                    assert.equal(there.size, workloads.length);
                    assert.equal(new Set(services.map(({ name }) => name)).size, services.length);
                    // Whatever is mounted of the data has a node, whose volume it is.
                    for (const { node, containers } of workloads) {
                        assert.equal(
                            node !== undefined,
                            containers.some(({ mounts }) => mounts.some(({ kind }) => kind === "data")),
                        );
                    }
                },
            ),
        );
    });
});
