import assert from "node:assert/strict";
import { certificateScript, RELOAD_HOOK_PATH, reloadHook } from "../../cht/certificate";
import { couchUrl } from "../../cht/credentials";
import { endingCleanly } from "../../cht/shutdown";
import { duration } from "../../components/docker/containers";
import { hostResource, hostStack, registerHost } from "../support/host";
import type { Registered } from "../support/register";
import { hostFile, planOf } from "../unit/config/docker-support";

type Inputs = Record<string, unknown>;

async function containers(more: Record<string, unknown> = {}, options = {}): Promise<(service: string) => Registered> {
    const { resources } = await registerHost(planOf(hostFile(more)), options);
    return (service) => hostResource(resources, "Container", `dev-${service}`);
}

const password = "generated-dev-couchdb-password";
const login = ["COUCHDB_USER=medic", `COUCHDB_PASSWORD=${password}`];
const url = couchUrl({ user: "medic", password, database: "medic" });

/** What every container has, and nothing that Docker would fill in. */
const common = (service: string, address = service): Inputs => ({
    name: `dev-${service}`,
    hostname: address,
    labels: [
        { label: "app.kubernetes.io/managed-by", value: "cht-hosting" },
        { label: "cht-hosting/instance", value: "dev" },
        { label: "cht-hosting/made", value: "" },
        { label: "cht-hosting/stack", value: hostStack },
        { label: "cht-hosting/version", value: "5.2.0" },
        { label: "cht.service", value: service },
    ],
    networkMode: "bridge",
    networksAdvanced: [{ name: "dev-cht-net", aliases: [...new Set([service, address])].sort() }],
    restart: "unless-stopped",
    logDriver: "local",
    logOpts: { "max-size": "50m", "max-file": "20" },
    readOnly: false,
    securityOpts: ["no-new-privileges:true"],
    mustRun: true,
});

const grace = (seconds: number) => ({ stopTimeout: seconds, destroyGraceSeconds: seconds });
const memory = (mebibytes: number) => ({ memory: mebibytes, memorySwap: mebibytes });
const capabilities = (...adds: string[]) => ({ capabilities: { drops: ["ALL"], adds } });
const files = (count: number) => ({ ulimits: [{ name: "nofile", soft: count, hard: count }] });
const volume = (source: string, target: string) => ({ type: "volume", source, target, readOnly: false });
const check = (interval: string, timeout: string, startPeriod: string) => ({
    interval,
    timeout,
    startPeriod,
    retries: 3,
});

/** By service: what it has beside {@link common}; of health checks the times alone, whose commands are tested in cht/. */
const OWN: Record<string, Inputs> = {
    nouveau: {
        image: "public.ecr.aws/medic/cht-couchdb-nouveau:5.2.0",
        envs: [],
        ...grace(30),
        ...memory(3072),
        ...capabilities("CAP_DAC_OVERRIDE"),
        user: "0:0",
        readOnly: true,
        tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777" },
        mounts: [volume("dev_nouveau-data", "/data/nouveau")],
        healthcheck: check("10s", "5s", "5m0s"),
    },
    couchdb: {
        image: "public.ecr.aws/medic/cht-couchdb:5.2.0",
        envs: [
            ...login,
            "COUCHDB_SECRET=generated-dev-couchdb-secret",
            "COUCHDB_UUID=generated-dev-couchdb-uuid",
            "COUCHDB_LOG_LEVEL=info",
            "SVC_NAME=couchdb",
            "WAIT_THRESHOLD=720",
        ],
        entrypoints: ["tini", "--", ...endingCleanly()],
        ...grace(60),
        ...memory(4096),
        ...files(100_000),
        ...capabilities(..."CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID".split(" ").map((name) => `CAP_${name}`)),
        user: "0:0",
        mounts: [
            volume("dev_couchdb-data", "/opt/couchdb/data"),
            volume("dev_cht-credentials", "/opt/couchdb/etc/local.d"),
        ],
        uploads: [
            {
                file: "/opt/couchdb/etc/local.d/cht-hosting.json",
                permissions: "0600",
                content: `${JSON.stringify({
                    version: "5.2.0",
                    values: {
                        COUCHDB_USER: "medic",
                        COUCHDB_PASSWORD: password,
                        COUCHDB_SECRET: "generated-dev-couchdb-secret",
                        COUCHDB_UUID: "generated-dev-couchdb-uuid",
                        COUCH_URL: url,
                    },
                })}\n`,
            },
        ],
        healthcheck: check("10s", "6s", "1h0m0s"),
    },
    haproxy: {
        image: "public.ecr.aws/medic/cht-haproxy:5.2.0",
        envs: [
            ...login,
            "COUCHDB_SERVERS=couchdb",
            "HAPROXY_IP=haproxy",
            "HAPROXY_PORT=5984",
            "DOCKER_DNS_RESOLVER=true",
        ],
        stopSignal: "SIGTERM",
        ...grace(5),
        ...memory(1024),
        ...files(200_000),
        ...capabilities(),
        healthcheck: check("5s", "5s", "5m0s"),
    },
    api: {
        image: "public.ecr.aws/medic/cht-api:5.2.0",
        envs: [
            `COUCH_URL=${url}`,
            "BUILDS_URL=https://staging.dev.medicmobile.org/_couch/builds_4",
            "API_PORT=5988",
            "NODE_ENV=production",
            "LOG_LEVEL=info",
        ],
        ...grace(5),
        ...memory(2048),
        ...capabilities(),
        healthcheck: check("10s", "5s", "30m0s"),
    },
    sentinel: {
        image: "public.ecr.aws/medic/cht-sentinel:5.2.0",
        envs: [`COUCH_URL=${url}`, "API_HOST=api", "API_PORT=5988", "NODE_ENV=production", "LOG_LEVEL=info"],
        ...grace(5),
        ...memory(1024),
        ...capabilities(),
        user: "1000:1000",
        readOnly: true,
    },
    certificate: {
        image: "public.ecr.aws/medic/cht-nginx:5.2.0",
        envs: [],
        entrypoints: ["/bin/sh", "-c", certificateScript({ kind: "self-signed", host: "localhost" })],
        stopSignal: "SIGTERM",
        ...grace(10),
        ...memory(256),
        ...capabilities("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"),
        user: "0:0",
        mounts: [volume("dev_cht-ssl", "/etc/nginx/private")],
        healthcheck: check("30s", "10s", "5m0s"),
    },
    nginx: {
        image: "public.ecr.aws/medic/cht-nginx:5.2.0",
        envs: [
            "API_HOST=api",
            "API_PORT=5988",
            "CERTIFICATE_MODE=OWN_CERT",
            "SSL_CERT_FILE_PATH=/etc/nginx/private/cert.pem",
            "SSL_KEY_FILE_PATH=/etc/nginx/private/key.pem",
        ],
        ...grace(10),
        ...memory(128),
        ...capabilities(..."CHOWN DAC_OVERRIDE NET_BIND_SERVICE SETGID SETUID".split(" ").map((name) => `CAP_${name}`)),
        mounts: [volume("dev_cht-ssl", "/etc/nginx/private")],
        ports: [
            { internal: 80, external: 10080, ip: "127.0.0.1", protocol: "tcp" },
            { internal: 443, external: 10443, ip: "127.0.0.1", protocol: "tcp" },
        ],
        uploads: [{ file: RELOAD_HOOK_PATH, permissions: "0755", content: `${reloadHook()}\n` }],
        healthcheck: check("10s", "6s", "5m0s"),
    },
};

describe("the containers of a Docker host", function () {
    this.timeout(30_000);

    for (const [service, own] of Object.entries(OWN)) {
        it(`of ${service} have exactly these inputs`, async () => {
            const { inputs } = (await containers())(service);
            const { healthcheck, ...rest } = inputs;
            const times = Object.entries((healthcheck ?? {}) as Inputs).filter(([key]) => key !== "tests");
            const told = healthcheck === undefined ? rest : { ...rest, healthcheck: Object.fromEntries(times) };
            assert.deepEqual(told, { ...common(service), ...own });
        });
    }

    it("start one after the other, as the description says, each with a hook that makes its place free", async () => {
        const of = await containers();
        const after = (service: string) =>
            of(service)
                .options.dependsOn.filter((name) => name.startsWith("docker:index/container:Container::"))
                .map((name) => name.replace(/^.*::dev-/, ""));
        assert.deepEqual(Object.fromEntries(Object.keys(OWN).map((service) => [service, after(service)])), {
            nouveau: [],
            couchdb: ["nouveau"],
            haproxy: ["couchdb"],
            api: ["haproxy"],
            sentinel: ["haproxy"],
            certificate: [],
            nginx: ["api", "certificate", "haproxy"],
        });
        for (const service of Object.keys(OWN)) {
            assert.deepEqual(of(service).options.beforeCreate, [`prepare dev-${service}`]);
        }
    });

    it("have as secrets what holds a password, a key or a secret, and nothing else", async () => {
        const tls = { kind: "own", certificate: "cert.pem", key: "key.pem" };
        const plan = { ...planOf(hostFile({ host: "cht.example.org" })), tls: { ...tls, certificate: "PEM" } as never };
        const { resources } = await registerHost(plan, { key: "the key" });
        const secret = Object.fromEntries(
            resources.flatMap(({ name, secretInputs }) => (secretInputs.length === 0 ? [] : [[name, secretInputs]])),
        );
        assert.deepEqual(secret, {
            "dev-couchdb": ["envs[0]", "envs[1]", "envs[2]", "envs[3]", "uploads[0].content"],
            "dev-haproxy": ["envs[0]", "envs[1]"],
            "dev-api": ["envs[0]"],
            "dev-sentinel": ["envs[0]"],
            "dev-certificate": ["uploads[1].content"],
        });
        assert.deepEqual(hostResource(resources, "Container", "dev-certificate").inputs["uploads"], [
            { file: "/cht-hosting/own/cert.pem", content: "PEM", permissions: "0644" },
            { file: "/cht-hosting/own/key.pem", content: "the key", permissions: "0600" },
        ]);
    });

    it("of a cluster are called as in Compose, and lead to one nouveau by two names", async () => {
        const of = await containers({ version: "5.3.0", couchdb: { nodes: 3 } });
        const aliases = (service: string) =>
            (of(service).inputs["networksAdvanced"] as { aliases: string[] }[])[0]?.aliases;
        assert.deepEqual(aliases("couchdb-2"), ["couchdb-2", "couchdb-2.local"]);
        assert.equal(of("couchdb-2").inputs["hostname"], "couchdb-2.local");
        assert.deepEqual(aliases("nouveau-1"), ["nouveau", "nouveau-1"]);
        assert.deepEqual(aliases("nouveau-2"), ["nouveau-2"]);
        // The file that opens the data is kept once, beside node 1.
        const uploads = [1, 2, 3].map((node) => of(`couchdb-${node}`).inputs["uploads"] !== undefined);
        assert.deepEqual(uploads, [true, false, false]);
    });

    it("bind folders so that the engine makes what is missing, nouveau's within CouchDB's", async () => {
        const of = await containers({ couchdb: { data: { kind: "folder", path: "/srv/cht" } } });
        assert.deepEqual(of("couchdb").inputs["volumes"], [
            { hostPath: "/srv/cht", containerPath: "/opt/couchdb/data", readOnly: false },
        ]);
        assert.deepEqual(of("couchdb").inputs["mounts"], [volume("dev_cht-credentials", "/opt/couchdb/etc/local.d")]);
        assert.deepEqual(of("nouveau").inputs["volumes"], [
            { hostPath: "/srv/cht/nouveau", containerPath: "/data/nouveau", readOnly: false },
        ]);
    });

    it("take the limits, the log and the ports that the operator gives", async () => {
        const of = await containers({
            resources: { api: { limits: { cpu: "1500m", memory: "1Gi" } } },
            logs: { maxSize: "5m", maxFiles: 2 },
            host: "cht.example.org",
            ports: { http: 80, https: 443 },
        });
        const { memory: limit, memorySwap, cpus, logOpts } = of("api").inputs;
        assert.deepEqual(
            [limit, memorySwap, cpus, logOpts],
            [1024, 1024, "1.5", { "max-size": "5m", "max-file": "2" }],
        );
        assert.deepEqual(of("nginx").inputs["ports"], [
            { internal: 80, external: 80, ip: "0.0.0.0", protocol: "tcp" },
            { internal: 443, external: 443, ip: "0.0.0.0", protocol: "tcp" },
        ]);
    });

    it("ask for no limit of swap where the engine has none, nor of files where it cannot raise its own", async () => {
        const of = await containers({ couchdb: { defaultUlimit: true } }, { swapLimit: false });
        assert.equal(of("couchdb").inputs["memorySwap"], -1);
        for (const service of ["couchdb", "haproxy"]) assert.equal(of(service).inputs["ulimits"], undefined);
    });

    it("carry the time at which they were made", async () => {
        const of = await containers({}, { whenMade: new Map([["api", "2026-11-22T12:00:00.000Z"]]) });
        const labels = of("api").inputs["labels"] as { label: string; value: string }[];
        assert.equal(labels.find(({ label }) => label === "cht-hosting/made")?.value, "2026-11-22T12:00:00.000Z");
    });

    it("have durations as the engine writes them", () => {
        assert.deepEqual([5, 60, 90, 3600, 3661].map(duration), ["5s", "1m0s", "1m30s", "1h0m0s", "1h1m1s"]);
    });
});
