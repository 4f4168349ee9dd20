import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EndpointError, type EndpointRequest, findEndpoint, type Machine, thisMachine } from "../../../docker/endpoint";

const keys = { host: "cluster.host", context: "cluster.context", sshOptions: "cluster.sshOptions" };

/** A home as the docker CLI lays it out. */
let home: string;

function write(file: string, text: string): void {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
}

function addContext(folder: string, name: string, docker: object | undefined, tls: Record<string, string> = {}): void {
    const id = createHash("sha256").update(name).digest("hex");
    const meta = { Name: name, Metadata: {}, Endpoints: docker === undefined ? {} : { docker } };
    write(join(folder, "contexts/meta", id, "meta.json"), JSON.stringify(meta));
    for (const [file, text] of Object.entries(tls)) write(join(folder, "contexts/tls", id, "docker", file), text);
}

function tlsFolder(folder: string, name: string): string {
    return join(home, folder, "contexts/tls", createHash("sha256").update(name).digest("hex"), "docker");
}

function machine(env: Machine["env"] = {}, platform: NodeJS.Platform = "linux"): Machine {
    return { ...thisMachine(), env, home, platform };
}

const find = (request: EndpointRequest = {}, env: Machine["env"] = {}, platform?: NodeJS.Platform) =>
    findEndpoint({ keys, ...request }, machine(env, platform));

function refusal(request: EndpointRequest, env: Machine["env"] = {}, platform?: NodeJS.Platform): string {
    try {
        find(request, env, platform);
    } catch (error) {
        assert.ok(error instanceof EndpointError, String(error));
        return error.message;
    }
    throw new assert.AssertionError({ message: "it was taken" });
}

const pems = { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" };

describe("where the Docker engine is", () => {
    beforeEach(() => {
        home = mkdtempSync(join(tmpdir(), "cht-docker-home-"));
        write(".docker/config.json", JSON.stringify({ auths: {}, currentContext: "field" }));
        addContext(".docker", "field", { Host: "ssh://medic@field.example.org", SkipTLSVerify: false });
        addContext(".docker", "office", { Host: "tcp://10.0.0.5:2376", SkipTLSVerify: false }, pems);
        addContext(".docker", "careless", { Host: "tcp://10.0.0.6:2376", SkipTLSVerify: true }, pems);
        addContext(".docker", "cluster only", undefined);
        addContext("other", "field", { Host: "unix:///run/other.sock" });
        write("other/config.json", JSON.stringify({ currentContext: "field" }));
        write("pem/ca.pem", "CA2");
        write("pem/cert.pem", "CERT2");
        write("pem/key.pem", "KEY2");
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    const variables = { DOCKER_HOST: "unix:///run/variable.sock", DOCKER_CONTEXT: "office" };

    it("the host asked for goes before everything", () => {
        const { host, from } = find({ host: "unix:///run/asked.sock" }, variables);
        assert.deepEqual({ host, from }, { host: "unix:///run/asked.sock", from: "cluster.host" });
    });

    it("the context asked for goes before every variable", () => {
        const { host, from } = find({ context: "field" }, variables);
        assert.equal(host, "ssh://medic@field.example.org");
        assert.equal(from, "context 'field' (cluster.context)");
    });

    it("DOCKER_HOST goes before DOCKER_CONTEXT", () => {
        const { host, from } = find({}, variables);
        assert.deepEqual({ host, from }, { host: "unix:///run/variable.sock", from: "DOCKER_HOST" });
    });

    it("DOCKER_CONTEXT goes before the context in use", () => {
        const { host, from } = find({}, { DOCKER_CONTEXT: "office" });
        assert.deepEqual({ host, from }, { host: "tcp://10.0.0.5:2376", from: "context 'office' (DOCKER_CONTEXT)" });
    });

    it("the context in use goes before the usual socket", () => {
        const { host, from } = find();
        assert.equal(host, "ssh://medic@field.example.org");
        assert.equal(from, `context 'field' (currentContext in ${join(home, ".docker/config.json")})`);
    });

    it("the CLI's folder is DOCKER_CONFIG", () => {
        assert.equal(find({}, { DOCKER_CONFIG: join(home, "other") }).host, "unix:///run/other.sock");
    });

    it("without anything it is the engine's usual socket", () => {
        const env = { DOCKER_CONFIG: join(home, "nothing"), DOCKER_HOST: "", DOCKER_CONTEXT: "" };
        assert.deepEqual(find({}, env), {
            host: "unix:///var/run/docker.sock",
            from: "default",
            local: true,
            address: { kind: "socket", path: "/var/run/docker.sock" },
            provider: {
                ...{ host: "unix:///var/run/docker.sock", context: "", certPath: "", caMaterial: "", certMaterial: "" },
                ...{ keyMaterial: "", sshOpts: [] },
            },
        });
        assert.equal(find({}, env, "win32").host, "npipe:////./pipe/docker_engine");
        const { host, address } = find({}, { ...env, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(home, "pem") });
        assert.equal(host, "tcp://localhost:2376");
        assert.equal(address.kind === "tcp" && address.tls?.ca, "CA2");
    });

    it("the context 'default' is what the variables say", () => {
        assert.equal(find({ context: "default" }, variables).host, "unix:///run/variable.sock");
        assert.equal(find({ context: "default" }).host, "unix:///var/run/docker.sock");
        assert.equal(find({}, { DOCKER_CONTEXT: "default" }).host, "unix:///var/run/docker.sock");
    });

    it("names the variable or file that is wrong", () => {
        assert.match(refusal({}, { DOCKER_HOST: "nonsense://x" }), /^DOCKER_HOST: 'nonsense:\/\/x' is no address/);
        assert.equal(
            refusal({}, { DOCKER_CONTEXT: "fields" }),
            "DOCKER_CONTEXT: there is no Docker context 'fields'; there are: 'default', 'careless', 'cluster only', 'field', 'office'",
        );
        assert.match(
            refusal({ context: "cluster only" }),
            /^cluster\.context: the Docker context 'cluster only' names no/,
        );
        write(".docker/config.json", '{ "auths": { "x": { "auth": "c2VjcmV0" } }');
        const message = refusal({});
        assert.ok(message.startsWith(`${join(home, ".docker/config.json")}: is not valid JSON`), message);
        assert.doesNotMatch(message, /c2VjcmV0/);
    });

    it("refuses a host and a context together", () => {
        assert.match(
            refusal({ host: "ssh://box", context: "field" }),
            /^cluster\.context: goes without 'cluster\.host'/,
        );
    });

    describe("TLS", () => {
        it("of a context is what its folder holds", () => {
            const { address, provider } = find({ context: "office" });
            const tls = { ca: "CA", cert: "CERT", key: "KEY", verify: true };
            assert.deepEqual(address, { kind: "tcp", host: "10.0.0.5", port: 2376, tls });
            assert.deepEqual(
                [provider.host, provider.certPath, provider.keyMaterial],
                ["tcp://10.0.0.5:2376", tlsFolder(".docker", "office"), ""],
            );
        });

        it("of a context that does not check the engine", () => {
            const { address, provider } = find({ context: "careless" });
            assert.equal(address.kind === "tcp" && address.tls?.verify, false);
            // The provider checks nothing where it has no CA.
            const { certPath, caMaterial, certMaterial, keyMaterial } = provider;
            assert.deepEqual([certPath, caMaterial, certMaterial, keyMaterial], ["", "", "CERT", "KEY"]);
        });

        it("of the environment goes with a host, and not with a context", () => {
            const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(home, "pem") };
            for (const found of [
                find({ host: "tcp://box:1" }, env),
                find({}, { ...env, DOCKER_HOST: "tcp://box:1" }),
            ]) {
                const tls = { ca: "CA2", cert: "CERT2", key: "KEY2", verify: true };
                assert.deepEqual(found.address, { kind: "tcp", host: "box", port: 1, tls });
                assert.equal(found.provider.certPath, join(home, "pem"));
            }
            const { address } = find({ context: "office" }, env);
            assert.equal(address.kind === "tcp" && address.tls?.ca, "CA");
        });

        it("of the environment without a check of the engine", () => {
            const { address, provider } = find(
                { host: "tcp://box:1" },
                { DOCKER_TLS: "1", DOCKER_CERT_PATH: join(home, "pem") },
            );
            const { certPath, caMaterial, certMaterial, keyMaterial } = provider;
            assert.deepEqual([certPath, caMaterial, certMaterial, keyMaterial], ["", "", "CERT2", "KEY2"]);
            assert.equal(address.kind === "tcp" && address.tls?.verify, false);
        });

        it("files lie in the CLI's folder where DOCKER_CERT_PATH is not set", () => {
            for (const [file, text] of Object.entries(pems)) write(join(".docker", file), text);
            const { provider } = find({ host: "tcp://box:1" }, { DOCKER_TLS_VERIFY: "1" });
            assert.equal(provider.certPath, join(home, ".docker"));
        });

        it("certificates alone do not switch it on", () => {
            const { address, provider } = find({ host: "tcp://box:1" }, { DOCKER_CERT_PATH: join(home, "pem") });
            assert.equal(address.kind === "tcp" && address.tls, undefined);
            assert.equal(provider.certPath, "");
        });

        it("means nothing to a socket or ssh", () => {
            const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(home, "nothing") };
            for (const host of ["unix:///run/a.sock", "ssh://box"])
                assert.equal(find({ host }, env).provider.certPath, "");
        });

        it("names the files that are missing", () => {
            const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(home, "pem") };
            rmSync(join(home, "pem/ca.pem"));
            rmSync(join(home, "pem/key.pem"));
            assert.match(
                refusal({ host: "tcp://box:1" }, env),
                /^cluster\.host: TLS needs .* missing in .*pem: ca\.pem, key\.pem$/,
            );
        });
    });

    describe("options of ssh", () => {
        const options = ["-o", "StrictHostKeyChecking=yes"];

        it("reach the connection and the provider", () => {
            const { address, provider } = find({ host: "ssh://box", sshOptions: options }, { DOCKER_SSH_OPTS: "-v" });
            assert.deepEqual(address.kind === "ssh" && address.options, options);
            assert.deepEqual(provider.sshOpts, options);
        });

        it("are those of the provider's variable where none are given", () => {
            const { address, provider } = find({ host: "ssh://box" }, { DOCKER_SSH_OPTS: " -o  Port=2222 " });
            assert.deepEqual(address.kind === "ssh" && address.options, ["-o", "Port=2222"]);
            assert.deepEqual(provider.sshOpts, ["-o", "Port=2222"]);
        });

        it("are refused where there is no ssh", () => {
            assert.equal(
                refusal({ host: "tcp://box:1", sshOptions: options }),
                "cluster.sshOptions: goes with 'ssh://' only, and the Docker engine is tcp://box:1 (cluster.host)",
            );
        });
    });
});
