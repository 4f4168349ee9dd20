/** Logs of real containers. */
import assert from "node:assert/strict";
import type { LogOptions } from "../../docker/containers";
import { EngineError } from "../../docker/error";
import type { LogLine } from "../../docker/output";
import { collect, docker, engine, prefix, shell, useEngine } from "./support/client";

const log = (name: string, options?: LogOptions) => engine().containers.logs(name, options);
const short = ({ stream, text }: LogLine) => `${stream} ${text}`;

for (const driver of ["json-file", "local"]) {
    const HostConfig = { LogConfig: { Type: driver, Config: {} } };

    describe(`logs of the driver ${driver}`, () => {
        useEngine();

        it("come line by line, of both streams, long ones whole", async () => {
            // The engine cuts lines at 16 KiB: here within a character of two bytes, which json-file would lose.
            const first = driver === "local" ? "x" : "";
            const long = `${first}${"é".repeat(40_000)}`;
            const many = `printf '${first}'; yes é | head -40000 | tr -d '\\n'; echo`;
            const script = `echo one; sleep 0.3; echo two >&2; sleep 0.3; ${many}; echo; printf end`;
            const name = await shell(`lines-${driver}`, script, { HostConfig });
            await engine().containers.wait(name);
            const lines = await collect(log(name));
            // The driver local forgets empty lines.
            const empty = driver === "local" ? [] : ["stdout "];
            assert.deepEqual(lines.map(short), ["stdout one", "stderr two", `stdout ${long}`, ...empty, "stdout end"]);
            for (const { time } of lines) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
            assert.deepEqual((await collect(log(name, { tail: 1 }))).map(short), ["stdout end"]);
            const since = new Date(Date.parse(lines[1]?.time ?? ""));
            assert.deepEqual((await collect(log(name, { since, until: new Date(since.getTime() + 100) }))).map(short), [
                "stderr two",
            ]);
        });

        it("are followed until the container ends", async () => {
            const script = "for i in 1 2 3; do echo $i; sleep 0.2; done";
            const name = await shell(`follow-${driver}`, script, { HostConfig });
            assert.deepEqual((await collect(log(name, { follow: true }))).map(short), [
                "stdout 1",
                "stdout 2",
                "stdout 3",
            ]);
        });

        it("of a terminal have no frames", async () => {
            const name = await shell(`tty-${driver}`, "echo one; echo two >&2", { HostConfig, Tty: true });
            await engine().containers.wait(name);
            assert.deepEqual((await collect(log(name))).map(short), ["stdout one", "stdout two"]);
        });
    });
}

describe("following a log", () => {
    useEngine();

    it("ends where the signal says, and the connection with it", async () => {
        const name = await shell("endless", "while :; do echo tick; sleep 0.05; done");
        const controller = new AbortController();
        let seen = 0;
        for await (const { text } of log(name, { follow: true, signal: controller.signal })) {
            assert.equal(text, "tick");
            if (++seen === 3) controller.abort();
        }
        assert.ok(seen >= 3);
    });

    it("ends where nobody reads on, before it began, and while nothing is written", async () => {
        const name = await shell("silent", "echo hello; sleep 600");
        for await (const { text } of log(name, { follow: true })) {
            assert.equal(text, "hello");
            break;
        }
        assert.deepEqual(await collect(log(name, { follow: true, signal: AbortSignal.abort() })), []);
        const lines = await collect(log(name, { follow: true, signal: AbortSignal.timeout(500) }));
        assert.deepEqual(lines.map(short), ["stdout hello"]);
    });

    it("of many containers at once does not hold up other calls", async () => {
        const name = await shell("many", "sleep 600");
        const controller = new AbortController();
        const followers = [...Array(30)].map(() => collect(log(name, { follow: true, signal: controller.signal })));
        await engine().ping();
        controller.abort();
        await Promise.all(followers);
    });

    it("says that there is no such container, or that its driver keeps nothing", async () => {
        const none = collect(log(`${prefix}-none`));
        await assert.rejects(none, (error) => error instanceof EngineError && error.kind === "not-found");
        const name = await shell("nolog", "echo x", { HostConfig: { LogConfig: { Type: "none", Config: {} } } });
        await assert.rejects(collect(log(name)), /the log of container '.*-nolog' cannot be read: .*logging driver/);
        assert.equal(await docker("inspect", "-f", "{{.HostConfig.LogConfig.Type}}", name), "none");
    });
});
