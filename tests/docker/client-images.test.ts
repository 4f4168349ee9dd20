/** Images of a real engine: archives, a registry that speaks its protocol on loopback, a disk that is full. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { readArchive } from "../../docker/archives";
import { connect } from "../../docker/client";
import { findEndpoint, thisMachine } from "../../docker/endpoint";
import { EngineError } from "../../docker/error";
import type { Progress } from "../../docker/types";
import { collect, docker, engine, image, prefix, useEngine } from "./support/client";
import { startSmallEngine } from "./support/small-engine";

async function failure(work: Promise<unknown>): Promise<EngineError> {
    try {
        await work;
    } catch (error) {
        assert.ok(error instanceof EngineError, String(error));
        return error;
    }
    throw new assert.AssertionError({ message: "it did not fail" });
}

describe("images", () => {
    useEngine();
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-images-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("are found by their whole name, never by the beginning of an id", async () => {
        const { images } = engine();
        const found = await images.inspect(image);
        const id = await docker("image", "inspect", "--format", "{{.Id}}", image);
        assert.deepEqual([found?.Id, found?.RepoTags?.includes(image)], [id, true]);
        assert.equal((await images.inspect(`docker.io/${image}`))?.Id, id);
        assert.equal((await images.inspect(id))?.Id, id);
        for (const name of [id.slice(7, 19), id.slice(0, 30), `${prefix}/tool`, `${prefix}/tool:2`, prefix]) {
            assert.equal(await images.inspect(name), undefined, name);
            await images.remove(name);
        }
        const listed = await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}");
        const expected = listed.split("\n").filter((name) => !name.includes("<none>"));
        const names = await images.names();
        assert.deepEqual([...names].filter((name) => !name.includes("@")).sort(), expected.sort());
    });

    it("are loaded from archives, plain and compressed, whose names were known before", async () => {
        const { images } = engine();
        const names = [`${prefix}/one:1`, `${prefix}/two:latest`];
        for (const name of names) await docker("tag", image, name);
        const plain = join(folder, "images.tar");
        await docker("save", "--output", plain, ...names);
        const archive = await readArchive(plain);
        assert.deepEqual([archive.format, [...archive.images].sort()], ["docker", names]);
        const progress: Progress[] = [];
        for (const source of [() => createReadStream(plain), () => createReadStream(plain).pipe(createGzip())]) {
            for (const name of names) await images.remove(name);
            for (const name of names) assert.equal(await images.inspect(name), undefined);
            const loaded = await images.load(source(), { onProgress: (each) => progress.push(each) });
            assert.deepEqual([...loaded].sort(), names);
            for (const name of names) assert.ok(await images.inspect(name));
        }
        assert.ok(progress.some(({ stream }) => stream?.startsWith("Loaded image")));
        await images.remove(`${prefix}/one`);
        await images.remove(`${prefix}/one:1`);
        assert.ok(await images.inspect(`${prefix}/two`));
    });

    it("are not loaded from what is no archive, or cannot be read", async () => {
        const { images } = engine();
        const text = await failure(images.load(Readable.from([Buffer.alloc(5_000, "text")]), { name: "images/a.tar" }));
        assert.deepEqual([text.kind, text.message.startsWith("images/a.tar cannot be loaded: ")], ["refused", true]);
        const missing = images.load(createReadStream(join(folder, "missing.tar")));
        await assert.rejects(missing, { code: "ENOENT" });
        const stopped = images.load(new Readable({ read: () => undefined }), { signal: AbortSignal.timeout(200) });
        await assert.rejects(stopped, { name: "TimeoutError" });
        await engine().ping();
    });

    it("say that the disk is full", async function () {
        this.timeout("90s");
        const small = await startSmallEngine(16);
        try {
            const full = await connect(findEndpoint({ host: small.host }, thisMachine()));
            const tar = pack();
            tar.entry({ name: "large" }, Buffer.alloc(40_000_000, 7));
            tar.finalize();
            const file = join(folder, "large.tar");
            writeFileSync(file, Buffer.concat((await collect(tar)) as Buffer[]));
            await docker("import", file, `${prefix}/large:1`);
            await docker("save", "--output", file, `${prefix}/large:1`);
            const { kind, message } = await failure(full.images.load(createReadStream(file), { name: "large.tar" }));
            assert.equal(kind, "disk-full");
            assert.match(message, /^large\.tar cannot be loaded: .*no space left on device$/);
            assert.deepEqual([...(await full.images.names())], []);
            full.close();
        } finally {
            await small.stop();
        }
    });

    describe("of a registry", () => {
        const servers: http.Server[] = [];
        /** Repositories' common beginnings, in a registry without and one with a login. */
        let open: string;
        let closed: string;
        /** The digest of what the tag `1` stands for. */
        let reference: string;
        const digest = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
        const files = new Map<string, { type: string; bytes: Buffer }>();

        before(async () => {
            const tar = pack();
            tar.entry({ name: "hello" }, prefix);
            tar.finalize();
            const layer = Buffer.concat((await collect(tar)) as Buffer[]);
            const put = (mediaType: string, bytes: Buffer) => {
                files.set(digest(bytes), { type: mediaType, bytes });
                return { mediaType, size: bytes.length, digest: digest(bytes) };
            };
            const config = {
                os: "linux",
                architecture: "amd64",
                config: {},
                rootfs: { type: "layers", diff_ids: [digest(layer)] },
            };
            const type = "application/vnd.docker";
            const manifest = {
                schemaVersion: 2,
                mediaType: `${type}.distribution.manifest.v2+json`,
                config: put(`${type}.container.image.v1+json`, Buffer.from(JSON.stringify(config))),
                layers: [put(`${type}.image.rootfs.diff.tar.gzip`, gzipSync(layer))],
            };
            reference = put(manifest.mediaType, Buffer.from(JSON.stringify(manifest))).digest;
            const say = (response: http.ServerResponse, status: number, code: string, message: string) =>
                response
                    .writeHead(status, { "Content-Type": "application/json" })
                    .end(JSON.stringify({ errors: [{ code, message }] }));
            const serve = async (closed: boolean) => {
                const server = http.createServer(({ url = "", headers }, response) => {
                    response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
                    const login = Buffer.from("medic:secret").toString("base64");
                    if (closed && headers.authorization !== `Basic ${login}`) {
                        response.setHeader("WWW-Authenticate", 'Basic realm="test"');
                        return say(response, 401, "UNAUTHORIZED", "authentication required");
                    }
                    if (url === "/v2/") return response.writeHead(200).end("{}");
                    const [, wanted = ""] = /\/(?:manifests|blobs)\/(.*)$/.exec(url) ?? [];
                    const file = files.get(wanted === "1" ? reference : wanted);
                    if (file === undefined) return say(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
                    response.setHeader("Docker-Content-Digest", digest(file.bytes));
                    response.writeHead(200, { "Content-Type": file.type, "Content-Length": file.bytes.length });
                    return response.end(file.bytes);
                });
                servers.push(server);
                await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
                // An engine takes plain HTTP of loopback.
                return `127.0.0.1:${(server.address() as AddressInfo).port}/${prefix}`;
            };
            open = await serve(false);
            closed = await serve(true);
        });
        after(() => servers.forEach((server) => server.close()));

        it("are known, unknown, denied or out of reach", async () => {
            const { images } = engine();
            const ask = async (name: string, password?: string) => {
                const login = password && { username: "medic", password, serveraddress: closed };
                const answer = await images.askRegistry(name, login || undefined);
                return answer.kind === "known" ? `known ${answer.digest}` : answer.kind;
            };
            const known = `known ${reference}`;
            assert.equal(await ask(`${open}/image:1`), known);
            assert.equal(await ask(`${open}/image:2`), "unknown");
            assert.equal(await ask(`${closed}/image:1`), "denied");
            assert.equal(await ask(`${closed}/image:1`, "wrong"), "denied");
            assert.equal(await ask(`${closed}/image:1`, "secret"), known);
            assert.equal(await ask(`127.0.0.1:9/${prefix}/open:1`), "unreachable");
            assert.equal(await ask(`registry.invalid/${prefix}/open:1`), "unreachable");
        });

        it("are pulled, with their progress", async () => {
            const { images } = engine();
            const name = `${open}/image:1`;
            const told: Progress[] = [];
            await images.pull(name, { onProgress: (progress) => told.push(progress) });
            assert.ok(told.some(({ status, id }) => status === "Pull complete" && id !== undefined));
            const found = await images.inspect(name);
            const byDigest = `${open}/image@${reference}`;
            assert.deepEqual([found?.RepoTags, found?.RepoDigests], [[name], [byDigest]]);
            assert.ok((await images.names()).has(byDigest));
            assert.equal((await images.inspect(byDigest))?.Id, found?.Id);
        });

        it("are not pulled where there are none, or without a login", async () => {
            const { images } = engine();
            const unknown = await failure(images.pull(`${open}/image:2`));
            assert.deepEqual(
                [unknown.kind, /^image '.*image:2' cannot be pulled: .*manifest unknown/.test(unknown.message)],
                ["not-found", true],
            );
            const name = `${closed}/image:1`;
            assert.equal((await failure(images.pull(name))).kind, "refused");
            await images.pull(name, { auth: { username: "medic", password: "secret", serveraddress: closed } });
            assert.ok(await images.inspect(name));
            const down = await failure(images.pull(`127.0.0.1:9/${prefix}/open:1`));
            assert.match(down.message, /connection refused/);
        });
    });
});
