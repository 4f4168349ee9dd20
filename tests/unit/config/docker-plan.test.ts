/** What is planned of an instance on a Docker host, and what of it stays for ever. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type CertificateSource, certificateScript } from "../../../cht/certificate";
import type { HostFiles } from "../../../config/docker/files";
import type { HostPlan } from "../../../config/docker/host-plan";
import type { LiveHost } from "../../../config/docker/live";
import { planHostStack } from "../../../config/docker/plan";
import { givenSecrets } from "../../../config/secrets";
import {
    composed,
    destroyed,
    emptyEngine,
    hostCredentials,
    hostFile,
    hostModelOf,
    hosts,
    labels,
    noFiles,
    planHost,
    planOf,
    runningOn,
    stack,
} from "./docker-support";
import type { Raw } from "./support";

const own = { "app.kubernetes.io/managed-by": "cht-hosting", [labels.stack]: stack, [labels.instance]: "dev" };
const made = (more: Record<string, string> = {}) => ({
    ...own,
    [labels.couchdbNodes]: "1",
    [labels.version]: "5.2.0",
    [labels.ports]: "10080,10443",
    ...more,
});
const volumesOf = ({ volumes }: HostPlan) => volumes.map(({ mount, name, adopt }) => `${mount} ${name} ${adopt}`);
const compose = (more: Raw = {}): Raw => ({
    host: "cht.example.org",
    compose: { project: "cht" },
    couchdb: { data: { kind: "folder", path: "/srv/cht" } },
    ...more,
});

describe("the plan of a Docker host's instance", () => {
    it("is whole from a version alone", () => {
        const { description, ...plan } = planOf(hostFile());
        assert.deepEqual(plan, {
            name: "dev",
            host: "localhost",
            version: "5.2.0",
            database: "medic",
            couchdbNodes: 1,
            url: "https://localhost:10443",
            tls: { kind: "self-signed" },
            ports: { address: "127.0.0.1", http: 10080, https: 10443 },
            network: { name: "dev-cht-net", labels: own },
            volumes: [
                {
                    mount: "cht-credentials",
                    name: "dev_cht-credentials",
                    adopt: false,
                    labels: made({ [labels.volumeSource]: "volume" }),
                },
                { mount: "cht-ssl", name: "dev_cht-ssl", adopt: false, labels: made() },
                { mount: "data-1", name: "dev_couchdb-data", adopt: false, labels: made() },
                { mount: "nouveau-1", name: "dev_nouveau-data", adopt: false, labels: made() },
            ],
            data: [{ kind: "volume", node: 1, name: "dev_couchdb-data" }],
            credentials: { user: "medic", given: { password: false, secret: false, uuid: false } },
            logs: { maxSize: "50m", maxFiles: 20 },
            remove: false,
            takeOver: [],
        });
        assert.deepEqual(
            description.workloads.map(({ service }) => service),
            ["nouveau", "couchdb", "haproxy", "api", "sentinel", "certificate", "nginx"],
        );
    });

    const volumes: readonly (readonly [string, Raw, string[]])[] = [
        [
            "of 4.x, without an index",
            { version: "4.22.0" },
            ["cht-credentials dev_cht-credentials", "cht-ssl dev_cht-ssl", "data-1 dev_couchdb-data"],
        ],
        [
            "of a cluster of 5.2, with one index, by the name that 5.3 gives its first",
            { couchdb: { nodes: 3 } },
            [
                "cht-credentials dev_cht-credentials",
                "cht-credentials-2 dev_cht-credentials-2",
                "cht-credentials-3 dev_cht-credentials-3",
                "cht-ssl dev_cht-ssl",
                "data-1 dev_couchdb-data-1",
                "data-2 dev_couchdb-data-2",
                "data-3 dev_couchdb-data-3",
                "nouveau-1 dev_nouveau-data-1",
            ],
        ],
        [
            "of a cluster of 5.3, with an index each",
            { version: "5.3.0", couchdb: { nodes: 3 } },
            [
                "cht-credentials dev_cht-credentials",
                "cht-credentials-2 dev_cht-credentials-2",
                "cht-credentials-3 dev_cht-credentials-3",
                "cht-ssl dev_cht-ssl",
                "data-1 dev_couchdb-data-1",
                "data-2 dev_couchdb-data-2",
                "data-3 dev_couchdb-data-3",
                "nouveau-1 dev_nouveau-data-1",
                "nouveau-2 dev_nouveau-data-2",
                "nouveau-3 dev_nouveau-data-3",
            ],
        ],
        [
            "of data in a folder, the index within it",
            { couchdb: { data: { kind: "folder", path: "/srv/cht" } } },
            ["cht-credentials dev_cht-credentials", "cht-ssl dev_cht-ssl"],
        ],
        ["of a Compose project", compose(), ["cht-credentials cht_cht-credentials", "cht-ssl cht_cht-ssl"]],
    ];
    for (const [title, more, expected] of volumes) {
        it(`has volumes ${title}`, () => {
            assert.deepEqual(
                volumesOf(planOf(hostFile(more))),
                expected.map((one) => `${one} false`),
            );
        });
    }

    it("has a folder for each node, and says on each node's credentials where its data is", () => {
        const raw = hostFile({ couchdb: { nodes: 3, data: { kind: "folder", path: "/srv/%d/couchdb%d" } } });
        const plan = planOf(raw);
        assert.deepEqual(
            plan.data,
            [1, 2, 3].map((node) => ({ kind: "folder", node, path: `/srv/${node}/couchdb${node}` })),
        );
        assert.deepEqual(
            plan.volumes.map((volume) => [volume.mount, volume.labels[labels.volumeSource]]),
            [
                ["cht-credentials", "folder /srv/1/couchdb1"],
                ["cht-credentials-2", "folder /srv/2/couchdb2"],
                ["cht-credentials-3", "folder /srv/3/couchdb3"],
                ["cht-ssl", undefined],
            ],
        );
    });

    const urls: readonly (readonly [string, Raw, string, string])[] = [
        ["localhost", {}, "localhost", "https://localhost:10443"],
        [
            "the usual port",
            { host: "cht.example.org", ports: { https: 443 } },
            "cht.example.org",
            "https://cht.example.org",
        ],
        [
            "this machine's address in its network",
            { tls: { kind: "local-ip" } },
            "192-168-1-10.local-ip.medicmobile.org",
            "https://192-168-1-10.local-ip.medicmobile.org:10443",
        ],
        [
            "a given address",
            { tls: { kind: "local-ip", address: "10.0.0.5", source: "http://mirror.example.org" } },
            "10-0-0-5.local-ip.medicmobile.org",
            "https://10-0-0-5.local-ip.medicmobile.org:10443",
        ],
    ];
    for (const [title, more, host, url] of urls) {
        it(`is called by ${title}`, () => {
            const plan = planOf(hostFile(more));
            assert.deepEqual([plan.host, plan.url], [host, url]);
        });
    }

    it("is called by loopback where the machine is in no network", () => {
        const live = { ...emptyEngine, lanAddress: undefined };
        assert.equal(planOf(hostFile({ tls: { kind: "local-ip" } }), live).host, "127-0-0-1.local-ip.medicmobile.org");
    });

    it("takes certificates from their files, and tells the description where they come from", () => {
        const files: HostFiles = {
            ...noFiles,
            certificates: new Map([["a", "PEM"]]),
            authorities: new Map([["b", "CA"]]),
            notes: ["instances.a.tls.certificate: soon"],
        };
        const raw = hosts({
            a: { tls: { kind: "own", certificate: "c", key: "k" } },
            b: {
                host: "b.test",
                ports: { http: 8080 },
                tls: { kind: "acme", server: "https://acme.test/dir", certificateAuthority: "ca.pem" },
            },
        });
        const { plans, notes, problems } = planHost(raw, emptyEngine, {}, files);
        assert.deepEqual(problems, []);
        assert.deepEqual(
            plans.map(({ tls }) => tls),
            [
                { kind: "own", certificate: "PEM" },
                { kind: "acme", server: "https://acme.test/dir", certificateAuthority: "CA" },
            ],
        );
        assert.deepEqual(notes, [
            "instances.a.tls.certificate: soon",
            "instances.b.ports.http: the ACME server asks at port 80 of b.test: a router must lead it to port 8080 of this host",
        ]);
    });

    const sources: readonly (readonly [string, Raw, CertificateSource])[] = [
        ["self-signed", {}, { kind: "self-signed", host: "cht.example.org" }],
        ["own", { tls: { kind: "own", certificate: "c", key: "k" } }, { kind: "own" }],
        [
            "acme",
            { tls: { kind: "acme", email: "a@example.org" }, ports: { http: 80 } },
            { kind: "acme", host: "cht.example.org", email: "a@example.org" },
        ],
        [
            "acme of a private server",
            { tls: { kind: "acme", server: "https://x", certificateAuthority: "ca" }, ports: { http: 80 } },
            { kind: "acme", host: "cht.example.org", server: "https://x", certificateAuthority: true },
        ],
        [
            "local-ip",
            { host: undefined, tls: { kind: "local-ip", address: "10.0.0.5", source: "http://x" } },
            { kind: "local-ip", host: "10-0-0-5.local-ip.medicmobile.org", source: "http://x" },
        ],
    ];
    for (const [title, more, source] of sources) {
        it(`has the companion keep the certificate: ${title}`, () => {
            const files = { ...noFiles, authorities: new Map(title.includes("private") ? [["dev", "CA"]] : []) };
            const { plans } = planHost(hostFile({ host: "cht.example.org", ...more }), emptyEngine, {}, files);
            const companion = plans[0]?.description.workloads.find(({ role }) => role === "certificate");
            assert.deepEqual(companion?.containers[0]?.command, ["/bin/sh", "-c", certificateScript(source)]);
        });
    }

    it("hands settings on to the description", () => {
        const { description } = planOf(
            hostFile({
                images: { registry: "mirror.example.org/cht", digests: { api: `sha256:${"a".repeat(64)}` } },
                resources: { api: { limits: { memory: "3Gi", cpu: 2 } } },
                upgradeService: true,
                couchdb: { nodes: 3, defaultUlimit: true },
            }),
        );
        const of = (service: string) =>
            description.workloads.find((workload) => workload.service === service)?.containers[0];
        assert.equal(of("api")?.image, `mirror.example.org/cht/cht-api:5.2.0@sha256:${"a".repeat(64)}`);
        assert.deepEqual(of("api")?.resources.limits, { cpu: "2", memory: "3Gi" });
        assert.equal(of("couchdb-1")?.openFiles, undefined);
        assert.deepEqual(description.couchdbServers, ["couchdb-1.local", "couchdb-2.local", "couchdb-3.local"]);
        assert.ok(of("upgrade-service") !== undefined);
    });

    it("says what sizing needs, and whether the disk has it", () => {
        const raw = hostFile({ sizing: { users: 500, documents: 10_000_000 } });
        const { plans, notes } = planHost(raw);
        assert.equal(plans[0]?.estimate?.volumeGi, 269);
        assert.deepEqual(notes, [
            "instances.dev.sizing: the data will need 269 GiB, and 100.0 GiB of the engine's disk are free",
        ]);
        const elsewhere = hostFile({
            sizing: { users: 500, documents: 10_000_000 },
            couchdb: { data: { kind: "folder", path: "/srv/cht" } },
        });
        assert.deepEqual(planHost(elsewhere).notes, []);
        const roomy = { ...emptyEngine, freeBytes: 300 * 1024 ** 3 };
        assert.deepEqual(planHost(raw, roomy).notes, []);
        assert.deepEqual(planHost(raw, { ...emptyEngine, freeBytes: undefined }).notes, []);
    });
});

describe("what is on the engine already", () => {
    /** What an instance may never lose: names, places and labels. */
    const kept = ({ ports, network, volumes, data, url }: HostPlan) => ({
        ports,
        url,
        network: [network.name, network.labels],
        volumes: volumes.map(({ mount, name, labels }) => [mount, name, labels]),
        data,
    });

    const files: Readonly<Record<string, Raw>> = {
        "a single node": {},
        "a cluster": { couchdb: { nodes: 3 } },
        "a folder": { couchdb: { data: { kind: "folder", path: "/srv/cht" } } },
    };
    for (const [title, more] of Object.entries(files)) {
        it(`is imported as it is, without a problem: ${title}`, () => {
            const raw = hostFile(more);
            const live = runningOn(raw);
            const { plans, problems, notes } = planHost(raw, live);
            assert.deepEqual({ problems, notes }, { problems: [], notes: [] });
            const [plan] = plans;
            assert.ok(plan !== undefined);
            assert.deepEqual(kept(plan), kept(planOf(raw)));
            assert.equal(plan.network.adopt, "id-dev-cht-net");
            assert.deepEqual(new Set(plan.volumes.map(({ adopt }) => adopt)), new Set([true]));
        });

        it(`is taken up again after a destroy: ${title}`, () => {
            const raw = hostFile(more);
            const { plans, problems } = planHost(raw, destroyed(runningOn(raw)));
            assert.deepEqual(problems, []);
            const [plan] = plans;
            assert.ok(plan !== undefined);
            assert.deepEqual(kept(plan), kept(planOf(raw)));
            assert.deepEqual(plan.credentials.live, {
                password: "live-password",
                secret: "live-secret",
                uuid: "live-uuid",
            });
        });
    }

    it("keeps the labels it was made with, whatever the file says now", () => {
        const live = runningOn(hostFile({ version: "5.1.0" }));
        const { plans, problems } = planHost(hostFile({ ports: { https: 9443 } }), live);
        assert.deepEqual(problems, []);
        assert.deepEqual(
            plans[0]?.volumes.map((volume) => [volume.labels[labels.version], volume.labels[labels.ports]]),
            [1, 2, 3, 4].map(() => ["5.1.0", "10080,10443"]),
        );
    });

    it("gets what a new version has more, and keeps what both have", () => {
        const raw = (version: string) => hostFile({ version, couchdb: { nodes: 3 } });
        const { plans, problems } = planHost(raw("5.3.0"), runningOn(raw("5.2.0")));
        assert.deepEqual(problems, []);
        assert.deepEqual(
            plans.flatMap(volumesOf).filter((volume) => volume.startsWith("nouveau")),
            [
                "nouveau-1 dev_nouveau-data-1 true",
                "nouveau-2 dev_nouveau-data-2 false",
                "nouveau-3 dev_nouveau-data-3 false",
            ],
        );
    });

    it("of Compose is taken over once, with its ports, credentials, volumes and network", () => {
        const raw = hostFile(compose());
        const live = composed();
        const { plans, problems, notes } = planHost(raw, live);
        assert.deepEqual(problems, []);
        assert.deepEqual(notes, [
            "instances.dev.compose: 'cht' is taken over: its containers are stopped and removed (cht-couchdb-1, cht-haproxy-1, cht-api-1, cht-nginx-1), its volumes and its network are used on",
        ]);
        const [plan] = plans;
        assert.ok(plan !== undefined);
        assert.deepEqual(
            plan.takeOver,
            ["couchdb", "haproxy", "api", "nginx"].map((service) => ({
                id: `id-cht-${service}-1`,
                name: `cht-${service}-1`,
            })),
        );
        assert.deepEqual(plan.ports, { address: "0.0.0.0", http: 80, https: 443 });
        assert.equal(plan.url, "https://cht.example.org");
        assert.deepEqual(plan.network, {
            name: "cht-net",
            adopt: "id-cht-net",
            labels: { "com.docker.compose.project": "cht", "com.docker.compose.network": "cht-net" },
        });
        assert.deepEqual(
            plan.volumes.map(({ name, adopt, labels }) => [name, adopt, labels]),
            ["cht-credentials", "cht-ssl"].map((name) => [
                `cht_${name}`,
                true,
                { "com.docker.compose.project": "cht", "com.docker.compose.volume": name },
            ]),
        );
        assert.deepEqual(plan.data, [{ kind: "folder", node: 1, path: "/srv/cht" }]);

        const after = runningOn(raw, live);
        assert.deepEqual(after.containers.map(({ name }) => name).sort(), [
            "dev-api",
            "dev-certificate",
            "dev-couchdb",
            "dev-haproxy",
            "dev-nginx",
            "dev-nouveau",
            "dev-sentinel",
        ]);
        const again = planHost(raw, after);
        assert.deepEqual([again.problems, again.notes], [[], []]);
        assert.deepEqual(again.plans, [{ ...plan, takeOver: [] }]);
    });

    it("of Compose is used again after a destroy, by its names alone", () => {
        const raw = hostFile(compose({ ports: { http: 80, https: 443 } }));
        const before = runningOn(raw, composed());
        const after = destroyed(before);
        assert.deepEqual([after.containers, after.networks.map(({ name }) => name)], [[], ["cht-net"]]);
        const { plans, problems } = planHost(raw, after);
        assert.deepEqual(problems, []);
        assert.deepEqual(plans.map(kept), planHost(raw, before).plans.map(kept));
    });

    it("of Compose, half removed when the update was killed, is taken over to its end", () => {
        const raw = hostFile(compose());
        const live = composed();
        const rest: LiveHost = { ...live, containers: live.containers.slice(2) };
        const { plans, problems } = planHost(raw, rest);
        assert.deepEqual(problems, []);
        assert.deepEqual(
            plans[0]?.takeOver.map(({ name }) => name),
            ["cht-api-1", "cht-nginx-1"],
        );
    });

    it("of Compose as a cluster keeps node 1's credentials, and gets volumes for the others", () => {
        const raw = hostFile(compose({ couchdb: { nodes: 3, data: { kind: "folder", path: "/srv/cht%d" } } }));
        const { plans, problems } = planHost(raw, composed(3));
        assert.deepEqual(problems, []);
        assert.deepEqual(plans.flatMap(volumesOf), [
            "cht-credentials cht_cht-credentials true",
            "cht-credentials-2 cht_cht-credentials-2 false",
            "cht-credentials-3 cht_cht-credentials-3 false",
            "cht-ssl cht_cht-ssl true",
        ]);
        const again = planHost(raw, runningOn(raw, composed(3)));
        assert.deepEqual([again.problems, again.notes], [[], []]);
    });

    it("of Compose without a secret and a uuid leaves them to be given or generated", () => {
        const values = { ...hostCredentials.values, COUCHDB_SECRET: "", COUCHDB_UUID: "" };
        const live = composed(1, "5.2.0", { credentials: new Map([["dev", { ...hostCredentials, values }]]) });
        const { plans, problems } = planHost(hostFile(compose()), live, { dev: { uuid: "given" } });
        assert.deepEqual(problems, []);
        assert.deepEqual(plans[0]?.credentials, {
            user: "medic",
            given: { password: false, secret: false, uuid: true },
            live: { password: "live-password" },
        });
    });

    it("is taken down when it is said by name, and forgotten afterwards", () => {
        const live = runningOn(hostFile());
        const down = planHost(hostFile({ remove: "dev" }), live);
        assert.deepEqual(down.problems, []);
        assert.equal(down.plans[0]?.remove, true);
        assert.deepEqual(planHost(hosts({}), destroyed(live)).problems, []);
    });
});

describe("planning a stack of Docker hosts", () => {
    const args = (raw: Raw, live: LiveHost) => ({
        model: hostModelOf(raw),
        live,
        files: noFiles,
        stack,
        secrets: givenSecrets(new Map()),
    });

    it("gives the plans where nothing is wrong", () => {
        assert.deepEqual(
            planHostStack(args(hosts({ a: {}, b: {} }), emptyEngine)).map(({ name }) => name),
            ["a", "b"],
        );
    });

    it("ends in a RunError that names the file and the engine", () => {
        assert.throws(
            () => planHostStack(args(hosts({}), runningOn(hostFile()))),
            (error: unknown) => {
                assert.ok(pulumi.RunError.isInstance(error));
                assert.equal(
                    error.message,
                    `Pulumi.test.yaml does not fit what is on the Docker engine unix:///var/run/docker.sock:

  instances.dev
    The instance is on the Docker engine unix:///var/run/docker.sock, but is not in the stack file any more. To take it down, put it back with 'remove: dev', run 'pulumi up', and then take it out of the file; its data stays.
`,
                );
                return true;
            },
        );
    });
});
