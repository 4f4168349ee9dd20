/** The stand-ins refuse what the real images refuse: else every other test here would prove little. */
import assert from "node:assert/strict";
import { imageFor } from "../../cht/images";
import type { Role } from "../../cht/model";
import { parseVersion } from "../../cht/version";
import { engine } from "./support/engine";
import "./support/host-stack";
import { eventually } from "./support/web";

const name = "standin";
const image = (role: Role, version = "5.2.0") => imageFor(role, parseVersion(version), {}, "docker");

const couchdb = { COUCHDB_USER: "medic", COUCHDB_PASSWORD: "first", SVC_NAME: "localhost", DEFAULT_ULIMIT: "true" };
const haproxy = {
    COUCHDB_USER: "medic",
    COUCHDB_PASSWORD: "first",
    COUCHDB_SERVERS: "couchdb",
    HAPROXY_IP: "0.0.0.0",
    HAPROXY_PORT: "5984",
    DOCKER_DNS_RESOLVER: "true",
};
const api = { COUCH_URL: "http://medic:first@haproxy:5984/medic" };
const nginx = { API_HOST: "api", API_PORT: "5988", CERTIFICATE_MODE: "SELF_SIGNED" };

type Environment = Readonly<Record<string, string>>;

function flags(environment: Environment): string[] {
    return Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
}

describe("the stand-ins", () => {
    after(() => engine.sweep(name));

    /** What each ends for, and what it says then. */
    const refused: readonly (readonly [string, Role, Environment, RegExp, ...string[]])[] = [
        ["no password", "couchdb", { ...couchdb, COUCHDB_PASSWORD: "" }, /COUCHDB_PASSWORD is not set/],
        ["an unknown log level", "couchdb", { ...couchdb, COUCHDB_LOG_LEVEL: "warn" }, /COUCHDB_LOG_LEVEL/],
        ["no port", "haproxy", { ...haproxy, HAPROXY_PORT: "" }, /HAPROXY_PORT/],
        ["a name that is not its own", "haproxy", { ...haproxy, HAPROXY_IP: "haproxy" }, /haproxy/],
        ["few open files", "haproxy", haproxy, /Cannot raise FD limit/, "--ulimit", "nofile=1024:4096"],
        ["a server that has no name", "haproxy", { ...haproxy, DOCKER_DNS_RESOLVER: "" }, /could not resolve/],
        ["an unencoded password", "api", { COUCH_URL: "http://medic:a/b#c@haproxy:5984/medic" }, /COUCH_URL/],
        ["no database", "api", { COUCH_URL: "http://medic:first@haproxy:5984/" }, /COUCH_URL/],
        ["an unknown log level", "api", { ...api, LOG_LEVEL: "warning" }, /LOG_LEVEL/],
        ["no API", "sentinel", api, /API_HOST is not set/],
        ["no servers", "healthcheck", couchdb, /COUCHDB_SERVERS is not set/],
        ["no API", "nginx", { ...nginx, API_HOST: "" }, /unknown "api_host" variable/i],
        ["no certificate", "nginx", { ...nginx, CERTIFICATE_MODE: "OWN_CERT" }, /there is no certificate/],
        ["an unknown certificate", "nginx", { ...nginx, CERTIFICATE_MODE: "acme" }, /CERTIFICATE_MODE is unknown/],
    ];
    for (const [what, role, environment, said, ...more] of refused) {
        it(`end for ${what}: ${role}`, async () => {
            const alone = ["--network", "none", "--name", `${name}-${role}`];
            const args = ["run", "--rm", ...alone, ...more, ...flags(environment), image(role)];
            const { code, stdout, stderr } = await Promise.race([engine.docker(args), tooLong(role)]);
            assert.ok(code !== undefined && code > 0 && code < 125, `${code} ${stdout}${stderr}`);
            assert.match(stdout + stderr, said);
        });
    }

    it("keep the first password, and tell a clean end from another", async () => {
        const first = await startCouchdb("couchdb", couchdb);
        await isOpen(first, "first");
        await engine.ask("exec", first, "sh", "-c", `kill -TERM $(grep -lx beam.smp /proc/[0-9]*/comm | cut -d/ -f3)`);
        await engine.ask("wait", first);
        await engine.ask("rm", first);
        const second = await startCouchdb("couchdb", { ...couchdb, COUCHDB_PASSWORD: "second" });
        await isOpen(second, "first");
        assert.equal(await up(second, "second"), false);
        // Told to end, the entrypoint ends at once, and CouchDB is killed.
        await engine.ask("stop", second);
        await engine.ask("rm", second);
        const third = await startCouchdb("couchdb", couchdb);
        await isOpen(third, "first");
        assert.equal(await engine.exec(third, "cat", "/opt/couchdb/data/journal"), "start\nclean\nstart\nstart");
    });

    it("notice two CouchDBs on one folder, for ever", async () => {
        await startCouchdb("intruder", couchdb);
        for (const container of ["intruder", "couchdb"])
            await eventually(
                () => engine.container(`${name}-${container}`),
                ({ State }) => !State.Running && State.ExitCode === 1,
            );
        await engine.ask("start", `${name}-couchdb`);
        assert.equal(await engine.ask("wait", `${name}-couchdb`), "1");
        assert.match((await engine.docker(["logs", `${name}-couchdb`])).stderr, /two CouchDBs have written/);
    });

    it("refuse programs that give their name: nouveau", async () => {
        const container = `${name}-nouveau`;
        await engine.ask("run", "--detach", "--name", container, image("nouveau"));
        const ask = (header: string) =>
            engine.exec(
                container,
                "bash",
                "-c",
                `exec 3<>/dev/tcp/127.0.0.1/5987 && printf 'POST /analyze HTTP/1.0\\r\\n${header}\\r\\n' >&3 && head -1 <&3`,
            );
        await eventually(
            () => ask(""),
            (line) => line.includes(" 200 "),
        );
        assert.match(await ask("User-Agent: curl\\r\\n"), / 403 /);
    });

    async function startCouchdb(container: string, environment: Environment): Promise<string> {
        const volumes = ["data:/opt/couchdb/data", "ini:/opt/couchdb/etc/local.d"];
        const mounts = volumes.flatMap((volume) => ["--volume", `${name}_${volume}`]);
        const named = ["run", "--detach", "--name", `${name}-${container}`];
        await engine.ask(...named, ...mounts, ...flags(environment), image("couchdb"));
        return `${name}-${container}`;
    }

    async function up(container: string, password: string): Promise<boolean> {
        const curl = ["curl", "-fsu", `medic:${password}`, "http://127.0.0.1:5984/_up"];
        return (await engine.docker(["exec", container, ...curl])).code === 0;
    }

    const isOpen = (container: string, password: string) => eventually(() => up(container, password), Boolean);
});

function tooLong(what: string): Promise<never> {
    return new Promise((_, reject) => {
        setTimeout(() => reject(new Error(`${what}: it runs`)), 20_000).unref();
    });
}
