/** The way to an engine: the same as the docker CLI's, with contexts that it made itself; TLS; what stands where none answers. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { connect } from "../../docker/client";
import { type EndpointRequest, findEndpoint, type Machine, thisMachine } from "../../docker/endpoint";
import { EngineError } from "../../docker/error";
import { run } from "../support/processes";
import { engine, useEngine } from "./support/client";

let folder: string;
const at = (name: string) => join(folder, name);
const servers: net.Server[] = [];

async function must(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await run(command, args, { cwd: folder, env: { ...bare(), ...env } });
    assert.equal(code, 0, `${command} ${args.join(" ")}: ${stderr}`);
    return stdout;
}

/** No variable of the person who runs the tests says where Docker is. */
const bare = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], HOME: folder, DOCKER_CONFIG: at("config") });

const machine = (env: Machine["env"]): Machine => ({ ...thisMachine(), home: folder, env: { ...bare(), ...env } });

/** The engine that the CLI looks for, in its own words: it can be found nowhere. */
async function hostOfCli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
    const { stderr } = await run("docker", [...args, "version"], { cwd: folder, env: { ...bare(), ...env } });
    return / at (\S+?)\.? Is the docker daemon running/.exec(stderr)?.[1] ?? stderr.trim();
}

async function listen(server: net.Server, ...where: Parameters<net.Server["listen"]> | []): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) =>
        where.length > 0 ? server.listen(...where).on("listening", resolve) : server.listen(0, "127.0.0.1", resolve),
    );
    return where.length > 0 ? 0 : (server.address() as AddressInfo).port;
}

/** Keys and certificates as Docker's documentation has them made: a CA, the engine's, a client's. */
async function makeCertificates(name: string): Promise<void> {
    const own = (file: string) => at(`${name}/${file}`);
    await must("mkdir", ["-p", at(name)]);
    const ca = ["-x509", "-days", "2", "-subj", "/CN=test", "-keyout", own("ca-key.pem"), "-out", own("ca.pem")];
    await must("openssl", ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...ca]);
    for (const [file, names] of [
        ["server-", "IP:127.0.0.1"],
        ["", "DNS:client"],
    ] as const) {
        const key = ["-keyout", own(`${file}key.pem`), "-out", own("request.pem"), "-subj", "/CN=test"];
        await must("openssl", ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", ...key]);
        writeFileSync(own("extensions"), `subjectAltName=${names}\n`);
        const signed = [
            "-CA",
            own("ca.pem"),
            "-CAkey",
            own("ca-key.pem"),
            "-CAcreateserial",
            "-out",
            own(`${file}cert.pem`),
        ];
        await must("openssl", [
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            own("request.pem"),
            "-extfile",
            own("extensions"),
            ...signed,
        ]);
    }
}

async function refusal(request: EndpointRequest, env: Machine["env"] = {}): Promise<string> {
    try {
        (await connect(findEndpoint(request, machine(env)))).close();
    } catch (error) {
        assert.ok(error instanceof EngineError && !error.message.includes("\n"), String(error));
        return `${error.kind}: ${error.message}`;
    }
    throw new assert.AssertionError({ message: "it was reached" });
}

describe("the way to an engine", () => {
    useEngine();
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-endpoint-"));
        await makeCertificates("pem");
        await makeCertificates("other");
    });
    after(() => {
        for (const server of servers) server.close();
        rmSync(folder, { recursive: true, force: true });
    });

    describe("is the docker CLI's own", () => {
        before(async () => {
            await must("docker", ["context", "create", "field", "--docker", "host=tcp://127.0.0.1:1"]);
            await must("docker", ["context", "create", "office", "--docker", `host=unix://${at("office.sock")}`]);
        });

        const fields = { DOCKER_HOST: "tcp://127.0.0.1:3", DOCKER_CONTEXT: "office" };
        const cases: readonly [what: string, request: EndpointRequest, args: string[], env: NodeJS.ProcessEnv][] = [
            ["with a host before all variables", { host: "unix:///run/x.sock" }, ["-H", "unix:///run/x.sock"], fields],
            ["with a context before all variables", { context: "field" }, ["-c", "field"], fields],
            ["with the default context", { context: "default" }, ["-c", "default"], fields],
            ["with DOCKER_HOST before DOCKER_CONTEXT", {}, [], fields],
            ["with DOCKER_CONTEXT", {}, [], { DOCKER_CONTEXT: "office" }],
            ["with a host without a port", { host: "tcp://127.0.0.1" }, ["-H", "tcp://127.0.0.1"], {}],
            ["with a host without a scheme", { host: "127.0.0.1:3" }, ["-H", "127.0.0.1:3"], {}],
        ];
        for (const [what, request, args, env] of cases) {
            it(what, async () => {
                assert.equal(findEndpoint(request, machine(env)).host, await hostOfCli(args, env));
            });
        }

        it("with the context in use, and without anything", async () => {
            await must("docker", ["context", "use", "office"]);
            assert.equal(findEndpoint({}, machine({})).host, await hostOfCli([], {}));
            assert.equal(findEndpoint({}, machine({})).host, `unix://${at("office.sock")}`);
            await must("docker", ["context", "use", "default"]);
            const { host, from } = findEndpoint({}, machine({}));
            assert.deepEqual([host, from], ["unix:///var/run/docker.sock", "default"]);
        });
    });

    describe("over TLS", () => {
        let host: string;
        before(async () => {
            const { address } = engine().endpoint;
            assert.ok(address.kind === "socket", "these tests want the environment's engine on a socket");
            const [ca, cert, key] = ["ca", "server-cert", "server-key"].map((file) =>
                readFileSync(at(`pem/${file}.pem`)),
            );
            const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
            const server = tls.createServer(options, (socket) => {
                const inner = net.connect(address.path);
                socket.on("error", () => inner.destroy()).pipe(inner);
                inner.on("error", () => socket.destroy()).pipe(socket);
            });
            host = `tcp://127.0.0.1:${await listen(server.on("tlsClientError", () => undefined))}`;
        });

        it("with a context of the CLI's, and with its variables", async () => {
            const files = ["ca", "cert", "key"].map((file) => `${file}=${at(`pem/${file}.pem`)}`).join(",");
            await must("docker", ["context", "create", "tls", "--docker", `host=${host},${files}`]);
            const variables = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: at("pem") };
            for (const [request, env] of [
                [{ context: "tls" }, {}],
                [{}, variables],
            ] as const) {
                const endpoint = findEndpoint(request, machine(env));
                const reached = await connect(endpoint);
                assert.deepEqual(reached.version, engine().version);
                assert.equal(
                    readFileSync(join(endpoint.provider.certPath, "key.pem"), "utf8"),
                    readFileSync(at("pem/key.pem"), "utf8"),
                );
                reached.close();
            }
        });

        it("says what is wrong with the certificates", async () => {
            const others = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: at("other") };
            assert.match(
                await refusal({}, others),
                /^unreachable: the Docker engine \(tcp:.*, from DOCKER_HOST\) .*TLS failed: .*(certificate|signature)/,
            );
            // Not checked is not refused by us, but the engine does not know the client.
            assert.match(
                await refusal({}, { ...others, DOCKER_TLS_VERIFY: "", DOCKER_TLS: "1" }),
                /^unreachable: .*(TLS failed: |does the engine trust the certificate in cert\.pem\?$)/,
            );
            assert.match(await refusal({}, { DOCKER_HOST: host }), /does this port expect TLS\?$/);
        });
    });

    describe("that leads nowhere is one sentence", () => {
        it("where there is no socket, nobody behind it, or none for this user", async () => {
            const no = `unreachable: the Docker engine (unix://${at("no.sock")}, from host) does not answer: `;
            assert.equal(
                await refusal({ host: `unix://${at("no.sock")}` }),
                `${no}there is no such socket; is Docker installed, and started?`,
            );
            // Only a process that was killed leaves its socket behind.
            const leave = `require("net").createServer().listen(${JSON.stringify(at("dead.sock"))}, () => process.kill(process.pid, "SIGKILL"))`;
            await run(process.execPath, ["-e", leave], { cwd: folder, env: bare() });
            assert.match(
                await refusal({ host: `unix://${at("dead.sock")}` }),
                /nobody listens on the socket; is Docker started\?$/,
            );
        });

        it("where nobody listens on the port, or nobody knows the host", async () => {
            assert.match(
                await refusal({ host: "tcp://127.0.0.1:1" }),
                /the host refuses the connection; is Docker started there/,
            );
            assert.match(
                await refusal({ host: "tcp://engine.invalid:1" }),
                /the host name 'engine\.invalid' is not known$/,
            );
        });

        it("where something else answers, or an engine that is too old", async () => {
            const serve = async (body: string) => {
                const port = await listen(http.createServer((_, response) => response.end(body)));
                return refusal({ host: `tcp://127.0.0.1:${port}` });
            };
            assert.match(await serve("<html>"), /^unsupported: .* answers, but not as a Docker engine$/);
            assert.match(await serve('{"version":"1"}'), /^unsupported: what answers at tcp:.* is no Docker engine$/);
            assert.match(
                await serve('{"Version":"18.09.1","ApiVersion":"1.39"}'),
                /^unsupported: .* is version 18\.09\.1 with API 1\.39; at least Docker 20\.10/,
            );
        });
    });
});
