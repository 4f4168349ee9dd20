import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { scanArchives } from "../../../docker/archives";

let folder: string;

async function tar(files: Readonly<Record<string, unknown>>): Promise<Buffer> {
    const archive = pack();
    for (const [name, content] of Object.entries(files)) {
        archive.entry({ name }, Buffer.isBuffer(content) ? content : JSON.stringify(content));
    }
    archive.finalize();
    const parts: Buffer[] = [];
    for await (const part of archive) parts.push(part as Buffer);
    return Buffer.concat(parts);
}

const layer = Buffer.alloc(300_000, "layer");
const manifest = (...images: (readonly string[] | null)[]) =>
    images.map((RepoTags, index) => ({ Config: `${index}.json`, RepoTags, Layers: ["layer.tar"] }));
const index = (...annotations: (Record<string, string> | undefined)[]) => ({
    schemaVersion: 2,
    manifests: annotations.map((each) => ({ digest: "sha256:0", size: 1, annotations: each })),
});
const layout = { imageLayoutVersion: "1.0.0" };

async function put(name: string, files: Readonly<Record<string, unknown>>): Promise<Buffer> {
    const bytes = await tar(files);
    writeFileSync(join(folder, name), bytes);
    return bytes;
}

/** What the scan says, by file name. */
async function scan() {
    const { archives, unreadable } = await scanArchives(folder);
    const name = (path: string) => path.slice(folder.length + 1);
    return {
        archives: archives.map(({ path, images, format }) => [name(path), format, ...images]),
        unreadable: unreadable.map(({ path, reason }) => [name(path), reason]),
    };
}

describe("archives of images", () => {
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-archives-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("are read wherever their list stands, plain or compressed, whatever the file is called", async () => {
        await put("last.tar", {
            "layer.tar": layer,
            "manifest.json": manifest(["docker.io/library/couchdb:3", "b:1"]),
        });
        await put("first.tar", { "manifest.json": manifest(["a/b:1"], null, ["c:2", "a/b:1"]), "layer.tar": layer });
        const bytes = await put("dotted.tar", { "./manifest.json": manifest(["localhost:5000/d:1"]), layer });
        for (const name of ["zipped.tar.gz", "zipped.tgz", "really zipped.tar"]) {
            writeFileSync(join(folder, name), gzipSync(bytes));
        }
        writeFileSync(join(folder, "not zipped.tar.gz"), bytes);
        assert.deepEqual(await scan(), {
            archives: [
                ["dotted.tar", "docker", "localhost:5000/d:1"],
                ["first.tar", "docker", "a/b:1", "c:2"],
                ["last.tar", "docker", "couchdb:3", "b:1"],
                ["not zipped.tar.gz", "docker", "localhost:5000/d:1"],
                ["really zipped.tar", "docker", "localhost:5000/d:1"],
                ["zipped.tar.gz", "docker", "localhost:5000/d:1"],
                ["zipped.tgz", "docker", "localhost:5000/d:1"],
            ],
            unreadable: [],
        });
    });

    it("of an OCI layout alone are told as such; with docker's list beside it, that counts", async () => {
        const full = { "io.containerd.image.name": "docker.io/a/b:1", "org.opencontainers.image.ref.name": "1" };
        const reference = { "org.opencontainers.image.ref.name": "localhost:5000/c:2" };
        const tagOnly = { "org.opencontainers.image.ref.name": "latest" };
        const several = index(full, undefined, reference, tagOnly);
        await put("oci.tar", { "oci-layout": layout, "index.json": several, "blobs/sha256/0": layer });
        await put("both.tar", { "oci-layout": layout, "index.json": index(full), "manifest.json": manifest(["x:1"]) });
        await put("nameless.tar", { "oci-layout": layout, "index.json": index(tagOnly) });
        assert.deepEqual(await scan(), {
            archives: [
                ["both.tar", "docker", "x:1"],
                ["oci.tar", "oci", "a/b:1", "localhost:5000/c:2"],
            ],
            unreadable: [["nameless.tar", "its images have no names: save them by name, not by id"]],
        });
    });

    it("that are none are named, each with its reason; other files and folders are passed over", async () => {
        const good = await put("good.tar", { "layer.tar": layer, "manifest.json": manifest(["a:1"]) });
        const zipped = gzipSync(good);
        writeFileSync(join(folder, "cut.tar"), good.subarray(0, 200_000));
        writeFileSync(join(folder, "cut.tar.gz"), zipped.subarray(0, zipped.length - 9));
        writeFileSync(join(folder, "damaged.tgz"), Buffer.concat([zipped.subarray(0, 10), Buffer.alloc(500, 0xff)]));
        writeFileSync(join(folder, "empty.tar"), "");
        writeFileSync(join(folder, "text.tar"), "an error page\n".repeat(100));
        await put("export.tar", { "etc/hostname": Buffer.from("box\n"), "etc/manifest.json": manifest(["b:1"]) });
        await put("broken.tar", { "manifest.json": Buffer.from("[{") });
        await put("by-id.tar", { "manifest.json": manifest(null) });
        await put("odd.tar", { "manifest.json": { RepoTags: "a:1" } });
        symlinkSync(join(folder, "gone"), join(folder, "link.tar"));
        writeFileSync(join(folder, "README.md"), "read me");
        mkdirSync(join(folder, "folder.tar"));
        const none = "it holds no images: it has neither manifest.json (docker save) nor index.json (OCI layout)";
        const nameless = "its images have no names: save them by name, not by id";
        assert.deepEqual(await scan(), {
            archives: [["good.tar", "docker", "a:1"]],
            unreadable: [
                ["broken.tar", "its manifest.json is not valid JSON"],
                ["by-id.tar", nameless],
                ["cut.tar", "it is cut off"],
                ["cut.tar.gz", "it is cut off"],
                ["damaged.tgz", "its compression is damaged"],
                ["empty.tar", none],
                ["export.tar", none],
                ["link.tar", "there is no such file"],
                ["odd.tar", nameless],
                ["text.tar", "it is no tar archive"],
            ],
        });
    });

    it("are not looked for where there is no folder", async () => {
        await assert.rejects(scanArchives(join(folder, "nothing")), { code: "ENOENT" });
    });
});
