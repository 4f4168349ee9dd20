import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { ArchiveWriter, verifyArchive } from "../../../automation/backup/archive";
import { type BackupManifest, blockFor } from "../../../automation/backup/manifest";

const content = {
    "couchdb-data/shards/a.couch": "documents",
    "couchdb-data/_dbs.couch": "map",
    [`couchdb-data/${"x".repeat(180)}`]: "long",
};

function manifest(more: Partial<BackupManifest> = {}): BackupManifest {
    return {
        format: 1,
        created: "2026-01-01T00:00:00.000Z",
        instance: "dev",
        stack: "dev",
        online: false,
        cluster: { kind: "docker" },
        block: { version: "5.2.0" },
        parts: [],
        files: [],
        ...more,
    };
}

/** As the engine packs a folder. */
function tar(files: Readonly<Record<string, string>>, links: readonly Partial<Header>[] = []): Readable {
    const archive = pack();
    archive.entry({ name: "couchdb-data/", type: "directory", uid: 5984, gid: 5984 });
    for (const [name, text] of Object.entries(files)) archive.entry({ name, uid: 5984, gid: 5984, mode: 0o640 }, text);
    for (const link of links) archive.entry(link as Header);
    archive.finalize();
    return Readable.from(archive);
}

describe("the archive of a backup", () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-backup-"));
        file = join(folder, "dev.tar.gz");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    async function write(
        files = content as Readonly<Record<string, string>>,
        keep: (path: string) => boolean = () => true,
    ): Promise<void> {
        const writer = new ArchiveWriter(file, () => undefined);
        const links: Partial<Header>[] = [
            { name: "couchdb-data/soft", type: "symlink", linkname: "shards/a.couch" },
            { name: "couchdb-data/hard", type: "link", linkname: "couchdb-data/_dbs.couch" },
        ];
        await writer.add(tar(files, links), keep);
        await writer.finish(manifest({ files: writer.files }));
    }

    const verify = () => verifyArchive(file, () => undefined);

    it("is whole, for its owner alone, and says what is in it", async () => {
        await write();
        assert.equal(statSync(file).mode & 0o777, 0o600);
        assert.equal(existsSync(`${file}.partial`), false);
        const { files } = await verify();
        assert.deepEqual(
            files,
            Object.entries(content).map(([path, text]) => ({
                path: `data/${path}`,
                size: text.length,
                sha256: createHash("sha256").update(text).digest("hex"),
            })),
        );
    });

    it("leaves out what shall not be kept", async () => {
        await write(content, (path) => !path.startsWith("couchdb-data/shards"));
        assert.deepEqual(
            (await verify()).files.map(({ path }) => path.slice(0, 24)),
            ["data/couchdb-data/_dbs.c", "data/couchdb-data/xxxxxx"],
        );
    });

    it("of which a byte is another is refused, naming the file", async () => {
        await write();
        const bytes = gunzipSync(readFileSync(file));
        bytes[bytes.indexOf("documents")] = 0x44;
        writeFileSync(file, gzipSync(bytes));
        await assert.rejects(verify(), {
            kind: "invalid",
            message: /1 of its files .* data\/couchdb-data\/shards\/a\.couch$/,
        });
    });

    it("that lost its end, or is none, is refused", async () => {
        await write();
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.subarray(0, bytes.length / 2));
        await assert.rejects(verify(), { kind: "invalid" });
        writeFileSync(file, "no archive");
        await assert.rejects(verify(), { kind: "invalid" });
        writeFileSync(file, gzipSync(Buffer.alloc(1024)));
        await assert.rejects(verify(), { kind: "invalid", message: /no manifest\.json/ });
        rmSync(file);
        await assert.rejects(verify(), { kind: "not-found" });
    });

    it("that has a file outside of its place is refused, though its sum is right", async () => {
        const path = "data/../../etc/passwd";
        const files = [{ path, size: 4, sha256: createHash("sha256").update("root").digest("hex") }];
        const archive = pack();
        archive.entry({ name: path }, "root");
        archive.entry({ name: "manifest.json" }, JSON.stringify(manifest({ files })));
        archive.finalize();
        const chunks: Buffer[] = [];
        for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
        writeFileSync(file, gzipSync(Buffer.concat(chunks)));
        await assert.rejects(verify(), { kind: "invalid", message: /it has 'data\/\.\.\/\.\.\/etc\/passwd' in it$/ });
    });

    it("of a later format is refused", async () => {
        const writer = new ArchiveWriter(file, () => undefined);
        await writer.finish({ ...manifest(), format: 2 as 1 });
        await assert.rejects(verify(), { kind: "invalid", message: /format/ });
    });

    it("that could not be finished leaves nothing", async () => {
        const writer = new ArchiveWriter(file, () => undefined);
        await writer.add(tar(content), () => true);
        await writer.discard();
        assert.deepEqual([existsSync(file), existsSync(`${file}.partial`)], [false, false]);
    });
});

describe("the block of a restored instance", () => {
    const block = {
        version: "5.2.0",
        ports: { address: "0.0.0.0", http: 10080 },
        couchdb: { nodes: 3, data: { kind: "folder", path: "/srv/%d" } },
        compose: { project: "cht" },
    };

    it("is the one that was backed up, but for its removal", () => {
        assert.deepEqual(blockFor(manifest({ block: { ...block, remove: "dev" } }), "dev"), block);
    });

    it("under another name has ports, data and volumes of its own", () => {
        assert.deepEqual(blockFor(manifest({ block }), "copy"), {
            version: "5.2.0",
            ports: { address: "0.0.0.0" },
            couchdb: { nodes: 3 },
        });
    });
});
