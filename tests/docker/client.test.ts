/** The client against a real engine; the docker CLI is asked whether it is true. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { extract, pack } from "tar-stream";
import { EngineError, type EngineErrorKind } from "../../docker/error";
import { collect, docker, engine, image, label, prefix, shell, useEngine } from "./support/client";

function failing(kind: EngineErrorKind, message: RegExp) {
    return (error: unknown) => {
        assert.ok(error instanceof EngineError, String(error));
        assert.equal(error.kind, kind, error.message);
        assert.match(error.message, message);
        return true;
    };
}

/** A network of a name, whether there is one or not. */
async function twin(name: string): Promise<void> {
    const { address } = engine().endpoint;
    assert.ok(address.kind === "socket");
    const headers = { "Content-Type": "application/json" };
    const create = http.request({ socketPath: address.path, method: "POST", path: "/networks/create", headers });
    create.end(JSON.stringify({ Name: name, Labels: label }));
    const [response] = (await once(create, "response")) as [http.IncomingMessage];
    assert.equal(response.resume().statusCode, 201);
}

describe("the client of the engine", () => {
    useEngine();

    it("knows the engine as the CLI does", async () => {
        const { version, apiVersion } = engine();
        const [server, api] = (await docker("version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}")).split(
            " ",
        );
        assert.deepEqual([version.Version, version.ApiVersion], [server, api]);
        assert.equal(apiVersion, Number(api?.split(".")[1]) > 50 ? "1.50" : api);
        const { ID, DockerRootDir, NCPU } = await engine().info();
        assert.equal(
            `${ID} ${DockerRootDir} ${NCPU}`,
            await docker("info", "--format", "{{.ID}} {{.DockerRootDir}} {{.NCPU}}"),
        );
        await engine().ping();
    });

    describe("containers", () => {
        it("are found by their exact name or whole id, never by a part of either", async () => {
            const { containers } = engine();
            const api = `${prefix}-api`;
            const id = await containers.create(api, { Image: image, Cmd: ["/bin/busybox", "true"], Labels: label });
            await containers.create(`${api}-2`, { Image: image, Cmd: ["/bin/busybox"], Labels: label });
            assert.equal(id, await docker("inspect", "--format", "{{.Id}}", api));
            const own = (await containers.list()).filter(({ Labels }) => Labels["cht-hosting.test"] === prefix);
            assert.deepEqual(own.map(({ Names, State }) => [...Names, State]).sort(), [
                [`/${api}`, "created"],
                [`/${api}-2`, "created"],
            ]);
            assert.equal((await containers.inspect(api))?.Id, id);
            assert.equal((await containers.inspect(id))?.Name, `/${api}`);
            for (const part of [prefix, `${api}-`, id.slice(0, 12), id.slice(0, 63)]) {
                assert.equal(await containers.inspect(part), undefined, part);
            }
            await containers.remove(id.slice(0, 12));
            await assert.rejects(containers.start(id.slice(0, 12)), failing("not-found", /no container/));
            assert.equal((await containers.inspect(api))?.State.Status, "created");
            await containers.remove(api);
            await containers.remove(api);
            assert.equal(await containers.inspect(api), undefined);
            assert.ok(await containers.inspect(`${api}-2`));
        });

        it("are refused with the engine's reason", async () => {
            const { containers } = engine();
            const name = await shell("running", "sleep 600");
            const again = containers.create(name, { Image: image, Cmd: ["/bin/busybox"] });
            await assert.rejects(
                again,
                failing("conflict", /^container '.*-running' cannot be created: .*already in use/),
            );
            const missing = containers.create(`${prefix}-x`, { Image: `${prefix}/none:1` });
            await assert.rejects(missing, failing("not-found", /cannot be created: No such image/));
            await assert.rejects(
                containers.start(`${prefix}-x`),
                failing("not-found", /cannot be started: No such container/),
            );
            await assert.rejects(containers.stop(`${prefix}-x`), failing("not-found", /cannot be stopped/));
            await assert.rejects(
                containers.remove(name),
                failing("conflict", /cannot be removed: .*running container/),
            );
            await containers.start(name);
            await containers.remove(name, { force: true });
            assert.equal(await containers.inspect(name), undefined);
        });

        it("say which port is taken", async () => {
            const published = (HostPort: string) => ({
                ExposedPorts: { "80/tcp": {} },
                HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort }] } },
            });
            const first = await shell("port", "sleep 600", published(""));
            const port = (await docker("port", first, "80/tcp")).split(":")[1] ?? "";
            await assert.rejects(
                shell("port-2", "sleep 600", published(port)),
                failing(
                    "refused",
                    new RegExp(`-port-2' cannot be started: .*127\\.0\\.0\\.1:${port}.*already (allocated|in use)`),
                ),
            );
        });

        it("are stopped in time, waited for and started again", async () => {
            const { containers } = engine();
            const deaf = await shell("deaf", "trap '' TERM; while :; do sleep 0.1; done");
            const code = containers.wait(deaf);
            const began = Date.now();
            await containers.stop(deaf, 1);
            const time = Date.now() - began;
            assert.ok(time >= 1_000 && time < 8_000, `${time} ms`);
            assert.equal(await code, 137);
            await containers.stop(deaf);
            await containers.start(deaf);
            await containers.update(deaf, { restart: "unless-stopped" });
            const { State, HostConfig } = (await containers.inspect(deaf)) ?? {};
            assert.deepEqual([State?.Running, HostConfig?.RestartPolicy?.Name], [true, "unless-stopped"]);
            await assert.rejects(
                containers.update(`${prefix}-x`, { restart: "no" }),
                failing("not-found", /cannot be changed/),
            );
        });

        it("run commands, whose outputs and code come back apart", async () => {
            const { containers } = engine();
            const name = await shell("exec", "sleep 600");
            const script = 'echo "out $A $(id -u) $(pwd)"; echo err >&2; head -c 200000 /dev/zero; exit 3';
            const options = { env: ["A=b c"], user: "123", workingDir: "/tmp" };
            const { code, stdout, stderr } = await containers.exec(name, ["/bin/busybox", "sh", "-c", script], options);
            assert.equal(code, 3);
            assert.equal(stderr.toString(), "err\n");
            assert.deepEqual(stdout, Buffer.concat([Buffer.from("out b c 123 /tmp\n"), Buffer.alloc(200_000)]));
            const gone = containers.exec(`${prefix}-none`, ["true"]);
            await assert.rejects(gone, failing("not-found", /^'true' cannot be run in container/));
            await docker("stop", "--time", "0", name);
            await assert.rejects(containers.exec(name, ["true"]), failing("conflict", /not running/));
        });
    });

    describe("files of containers", () => {
        it("go in and out of a volume through a container that never ran", async () => {
            const { containers, volumes } = engine();
            await volumes.create(`${prefix}-files`, label);
            const Mounts = [{ Type: "volume", Source: `${prefix}-files`, Target: "/data" }] as const;
            const names = ["writer", "reader"].map((each) => `${prefix}-${each}`);
            for (const name of names) {
                await containers.create(name, {
                    Image: image,
                    Cmd: ["/bin/busybox"],
                    Labels: label,
                    HostConfig: { Mounts },
                });
            }
            const [writer = "", reader = ""] = names;
            const secret = Buffer.from('{ "password": "pässword" }');
            const tar = pack();
            tar.entry({ name: "cht-hosting.json", mode: 0o600, uid: 5984, gid: 5984 }, secret);
            tar.entry({ name: "large", size: 3_000_000 }, Buffer.alloc(3_000_000, 1));
            tar.finalize();
            await containers.putArchive(writer, "/data", Buffer.concat((await collect(tar)) as Buffer[]));
            assert.deepEqual(await containers.readFile(reader, "/data/cht-hosting.json"), secret);
            const headers: unknown[] = [];
            for await (const entry of (await containers.getArchive(reader, "/data/.")).pipe(extract())) {
                const { name, type, mode = 0, uid, size } = entry.header;
                if (type === "file") headers.push([name, mode & 0o777, uid, size]);
                entry.resume();
            }
            assert.deepEqual(headers.sort(), [
                ["./cht-hosting.json", 0o600, 5984, secret.length],
                ["./large", 0o644, 0, 3_000_000],
            ]);
            assert.equal((await containers.inspect(writer))?.State.Status, "created");
        });

        it("are not there, and say so", async () => {
            const { containers } = engine();
            const name = await shell("nofiles", "sleep 600");
            assert.equal(await containers.readFile(name, "/nothing"), undefined);
            assert.equal(await containers.readFile(`${prefix}-none`, "/etc/passwd"), undefined);
            await assert.rejects(
                containers.getArchive(name, "/nothing"),
                failing("not-found", /'\/nothing' of container/),
            );
            const put = containers.putArchive(name, "/nothing", Buffer.alloc(1024));
            await assert.rejects(put, failing("not-found", /'\/nothing' of container '.*' cannot be written/));
            const tar = pack();
            tar.entry({ name: "tmp" }, "a file where there is a folder");
            tar.finalize();
            const over = containers.putArchive(name, "/", Buffer.concat((await collect(tar)) as Buffer[]));
            await assert.rejects(
                over,
                failing("refused", /'\/' of container '.*' cannot be written: .*cannot overwrite/),
            );
        });
    });

    describe("volumes and networks", () => {
        it("a volume is made once, and deleted when nobody has it", async () => {
            const { volumes, containers } = engine();
            const name = `${prefix}_data`;
            const { Labels, Driver } = await volumes.create(name, label);
            assert.deepEqual([Labels, Driver], [label, "local"]);
            await assert.rejects(volumes.create(name, label), failing("conflict", /there is one of this name/));
            assert.equal(await volumes.inspect(`${prefix}_dat`), undefined);
            assert.equal(
                (await volumes.inspect(name))?.Mountpoint,
                await docker("volume", "inspect", "-f", "{{.Mountpoint}}", name),
            );
            assert.ok((await volumes.list()).some(({ Name }) => Name === name));
            const Mounts = [{ Type: "volume", Source: name, Target: "/data" }] as const;
            await containers.create(`${prefix}-user`, {
                Image: image,
                Cmd: ["/bin/busybox"],
                Labels: label,
                HostConfig: { Mounts },
            });
            await assert.rejects(volumes.remove(name), failing("conflict", /cannot be deleted: .*volume is in use/));
            await containers.remove(`${prefix}-user`);
            assert.ok(await volumes.inspect(name));
            await volumes.remove(name);
            await volumes.remove(name);
            assert.equal(await volumes.inspect(name), undefined);
        });

        it("a network is found by its exact name, and not where there are two", async () => {
            const { networks } = engine();
            const create = (name: string) => docker("network", "create", "--label", `cht-hosting.test=${prefix}`, name);
            const id = await create(`${prefix}-net`);
            await create(`${prefix}-net-2`);
            const found = await networks.inspect(`${prefix}-net`);
            assert.deepEqual([found?.Id, found?.Labels, found?.Containers], [id, label, {}]);
            assert.equal((await networks.inspect(id))?.Name, `${prefix}-net`);
            assert.equal(await networks.inspect(id.slice(0, 12)), undefined);
            assert.equal(await networks.inspect(prefix), undefined);
            // The CLI asks the engine to refuse a second one; engines from 25 on always do.
            if (Number(engine().apiVersion.split(".")[1]) >= 44) return;
            await twin(`${prefix}-net`);
            await assert.rejects(networks.inspect(`${prefix}-net`), failing("conflict", /there are 2 of this name/));
        });
    });
});
