/** An engine behind a real sshd. */
import assert from "node:assert/strict";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Engine } from "../../docker/client";
import { findEndpoint, thisMachine } from "../../docker/endpoint";
import { EngineError } from "../../docker/error";
import { processesWith, run } from "../support/processes";
import { collect, docker, engine, image, prefix, shell, useEngine } from "./support/client";
import { type Sshd, sshOptions, startSshd } from "./support/sshd";

const reach = (host: string, options: readonly string[]): Promise<Engine> =>
    connect(findEndpoint({ host, sshOptions: options }, thisMachine()));

async function refusal(host: string, options: readonly string[]): Promise<string> {
    try {
        (await reach(host, options)).close();
    } catch (error) {
        assert.ok(error instanceof EngineError && !error.message.includes("\n"), String(error));
        return `${error.kind}: ${error.message}`;
    }
    throw new assert.AssertionError({ message: "it was reached" });
}

describe("an engine over ssh", () => {
    useEngine();
    let sshd: Sshd;
    let remote: Engine;

    before(async () => {
        sshd = await startSshd({ dockerHost: process.env["DOCKER_HOST"] });
        remote = await reach(sshd.host, sshd.options);
    });
    after(async () => {
        remote.close();
        await sshd.stop();
    });

    it("is the same engine, and not taken for this machine's", async () => {
        assert.deepEqual(
            await remote.info().then(({ ID }) => ID),
            await engine()
                .info()
                .then(({ ID }) => ID),
        );
        assert.equal(remote.endpoint.local, false);
        assert.deepEqual(await remote.images.names(), await engine().images.names());
    });

    it("needs few logins for many calls", async () => {
        const before = sshd.logins();
        const name = await shell("ssh", "sleep 600");
        const found = await Promise.all([...Array(40)].map(() => remote.containers.inspect(name)));
        assert.deepEqual([...new Set(found.map((each) => each?.Name))], [`/${name}`]);
        for (let call = 0; call < 5; call++) await remote.ping();
        const logins = sshd.logins() - before;
        assert.ok(logins <= 4, `${logins} logins`);
    });

    it("streams commands, files, logs and archives", async () => {
        const name = await shell("ssh-2", "for i in 1 2 3; do echo $i; sleep 0.3; done; sleep 600");
        const { code, stdout } = await remote.containers.exec(name, [
            "/bin/busybox",
            "sh",
            "-c",
            "head -c 3000000 /dev/zero; exit 4",
        ]);
        assert.deepEqual([code, stdout.length], [4, 3_000_000]);
        const followed = collect(remote.containers.logs(name, { follow: true }));
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await remote.containers.stop(name, 0);
        assert.deepEqual(
            (await followed).map(({ text }) => text),
            ["1", "2", "3"],
        );
        const folder = mkdtempSync(join(tmpdir(), "cht-ssh-"));
        try {
            await docker("tag", image, `${prefix}/ssh:1`);
            await docker("save", "--output", join(folder, "a.tar"), `${prefix}/ssh:1`);
            await remote.images.remove(`${prefix}/ssh:1`);
            assert.deepEqual(await remote.images.load(createReadStream(join(folder, "a.tar"))), [`${prefix}/ssh:1`]);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("answers while many logs are followed", async () => {
        const name = await shell("ssh-many", "echo ready; sleep 600");
        const logs = [...Array(6)].map(() => remote.containers.logs(name, { follow: true }));
        for (const log of logs) assert.equal((await log.next()).value?.text, "ready");
        await remote.ping();
        for (const log of logs) await log.return(undefined);
    });

    it("sends no more than is read", async () => {
        const size = 60_000_000;
        const name = await shell("ssh-large", `head -c ${size} /dev/zero > /tmp/large; sleep 600`);
        const { code } = await remote.containers.exec(name, [
            "/bin/busybox",
            "sh",
            "-c",
            `until [ $(wc -c < /tmp/large) = ${size} ]; do sleep 0.1; done`,
        ]);
        assert.equal(code, 0);
        const before = process.memoryUsage().arrayBuffers;
        const archive = await remote.containers.getArchive(name, "/tmp/large");
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        const kept = process.memoryUsage().arrayBuffers - before;
        assert.ok(kept < size / 4, `${kept} bytes are kept`);
        let read = 0;
        for await (const part of archive) read += (part as Buffer).length;
        assert.ok(read > size, `${read} bytes`);
    });

    it("is found by the path of its socket", async () => {
        const { address } = engine().endpoint;
        assert.ok(address.kind === "socket");
        const elsewhere = await startSshd({ dockerHost: "unix:///nowhere.sock" });
        try {
            const reached = await reach(`${elsewhere.host}${address.path}`, elsewhere.options);
            assert.deepEqual(reached.version, engine().version);
            reached.close();
            const without = await refusal(elsewhere.host, elsewhere.options);
            assert.match(
                without,
                /^unreachable: .* does not answer: the host answers, but its Docker engine does not; is Docker started there\? \(/,
            );
        } finally {
            await elsewhere.stop();
        }
    });

    it("leaves no ssh behind, closed or not", async () => {
        const reached = await reach(sshd.host, sshd.options);
        const key = join(sshd.folder, "user");
        const own = () => processesWith(key).length;
        const before = own();
        assert.ok(before >= 2);
        const until = async (count: number) => {
            for (const began = Date.now(); own() > count && Date.now() - began < 5_000; ) {
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
            assert.equal(own(), count);
        };
        reached.close();
        await until(before - 1);
        const script = `
            const { connect } = require(${JSON.stringify(require.resolve("../../docker/client"))});
            const { findEndpoint, thisMachine } = require(${JSON.stringify(require.resolve("../../docker/endpoint"))});
            const request = ${JSON.stringify({ host: sshd.host, sshOptions: sshd.options })};
            connect(findEndpoint(request, thisMachine())).then((engine) => engine.ping()).then(() => console.log("done"));`;
        const began = Date.now();
        const { code, stdout } = await run(process.execPath, ["-e", script], { cwd: tmpdir(), env: process.env });
        assert.deepEqual([code, stdout], [0, "done\n"]);
        assert.ok(Date.now() - began < 10_000);
        await until(before - 1);
    });

    describe("that cannot be reached is one sentence", () => {
        const start = (host: string) => `unreachable: the Docker engine (${host}, from host) does not answer: `;

        it("where the login is refused", async () => {
            const options = sshOptions(join(sshd.folder, "stranger"), join(sshd.folder, "known_hosts"));
            const message = await refusal(sshd.host, options);
            assert.ok(
                message.startsWith(`${start(sshd.host)}the login is refused; is the user right, and its key`),
                message,
            );
        });

        it("where the host's key is another, or not known", async () => {
            for (const file of ["known_hosts.wrong", "known_hosts.none"]) {
                const message = await refusal(
                    sshd.host,
                    sshOptions(join(sshd.folder, "user"), join(sshd.folder, file)),
                );
                assert.ok(message.startsWith(`${start(sshd.host)}the host's key is not the one known for it`), message);
            }
        });

        it("where nobody listens, or nobody knows the host", async () => {
            assert.match(
                await refusal("ssh://127.0.0.1:1", sshd.options),
                /the host refuses the connection; does sshd run there, on this port\?/,
            );
            assert.match(await refusal("ssh://engine.invalid", sshd.options), /the host name is not known \(/);
            const silent = ["-o", "ConnectTimeout=1", ...sshd.options];
            assert.match(
                await refusal("ssh://192.0.2.123", silent),
                /the host cannot be reached; is the address right/,
            );
        });

        it("where ssh does not know an option", async () => {
            const message = await refusal(sshd.host, ["-o", "NoSuchOption=1", ...sshd.options]);
            assert.match(message, /ssh does not know one of its options \(.*nosuchoption/i);
        });

        it("where there is no docker command, or no ssh here", async () => {
            const empty = await startSshd({ path: "/nowhere" });
            try {
                assert.match(
                    await refusal(empty.host, empty.options),
                    /the host has no docker command; install Docker's command line there/,
                );
            } finally {
                await empty.stop();
            }
            const { PATH } = process.env;
            process.env["PATH"] = "/nowhere";
            try {
                assert.match(await refusal(sshd.host, sshd.options), /there is no program 'ssh' on this machine$/);
            } finally {
                process.env["PATH"] = PATH;
            }
        });

        it("where the host goes away in the middle", async () => {
            const other = await startSshd({ dockerHost: process.env["DOCKER_HOST"] });
            const reached = await reach(other.host, other.options);
            const name = await shell("ssh-3", "echo 1; sleep 600");
            const lines = reached.containers.logs(name, { follow: true });
            assert.equal((await lines.next()).value?.text, "1");
            const next = lines.next();
            // The processes that sshd made for each login.
            for (const { pid, args } of processesWith(join(other.folder, "user")))
                if (args.startsWith("ssh ")) process.kill(pid);
            await assert.rejects(next, (error) => error instanceof EngineError && error.kind === "unreachable");
            await other.stop();
            assert.match(await reached.ping().then(String, String), /does sshd run there/);
        });
    });
});
