/** Archives of images, as `docker save` writes them, looked at without an engine. */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { familiarName } from "./image-name";

export interface ImageArchive {
    readonly path: string;
    /** The images' names in their short form, `medicmobile/cht-api:5.2.0`. */
    readonly images: readonly string[];
    /** `oci`: an OCI layout alone, which engines before 25 cannot load. */
    readonly format: "docker" | "oci";
}

export interface ArchiveFolder {
    /** By file name. */
    readonly archives: readonly ImageArchive[];
    /** Files that look like archives of images and are none, each with one sentence. */
    readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Every `*.tar`, `*.tar.gz` and `*.tgz` of a folder, in the order of their names; other files and folders are passed over.
 *
 * @throws where the folder itself cannot be read.
 */
export async function scanArchives(folder: string): Promise<ArchiveFolder> {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && /\.(tar|tar\.gz|tgz)$/.test(entry.name));
    const archives: ImageArchive[] = [];
    const unreadable: { path: string; reason: string }[] = [];
    // One after the other: a disk reads them faster so. Not `localeCompare`: the order is the same on every machine.
    for (const path of names.map(({ name }) => join(folder, name)).sort()) {
        try {
            archives.push(await readArchive(path));
        } catch (error) {
            unreadable.push({ path, reason: error instanceof Error ? error.message : String(error) });
        }
    }
    return { archives, unreadable };
}

/** @throws {Error} with one sentence where the file is no archive of images. */
export async function readArchive(path: string): Promise<ImageArchive> {
    const { manifest, index } = await readLists(path);
    const format = manifest === undefined ? "oci" : "docker";
    if (manifest === undefined && index === undefined) {
        throw new Error("it holds no images: it has neither manifest.json (docker save) nor index.json (OCI layout)");
    }
    const images = (manifest === undefined ? namesInIndex(index) : namesInManifest(manifest)).map(familiarName);
    if (images.length === 0) throw new Error("its images have no names: save them by name, not by id");
    return { path, images: [...new Set(images)], format };
}

/** The archive's tables of contents. They stand anywhere in it, docker's at its end: all of it is read, and nothing kept. */
async function readLists(path: string): Promise<{ manifest?: unknown; index?: unknown }> {
    const lists: { manifest?: unknown; index?: unknown } = {};
    const tar = extract();
    try {
        const unzip = (await isGzip(path)) ? createGunzip() : new PassThrough();
        const read = pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), unzip, tar);
        // What breaks the pipe breaks the loop as well, with the same error.
        read.catch(() => undefined);
        for await (const entry of tar) {
            const name = entry.header.name.replace(/^\.\//, "");
            if (name === "manifest.json") lists.manifest = await json(name, entry);
            else if (name === "index.json") lists.index = await json(name, entry);
            else entry.resume();
        }
        await read;
    } catch (error) {
        throw new Error(damage(error as NodeJS.ErrnoException));
    }
    return lists;
}

/** By its first bytes, as the engine looks at it: `docker save` calls nothing by its name. */
async function isGzip(path: string): Promise<boolean> {
    for await (const start of createReadStream(path, { end: 1 }))
        return (start as Buffer).equals(Buffer.from([0x1f, 0x8b]));
    return false;
}

async function json(file: string, entry: AsyncIterable<unknown>): Promise<unknown> {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    try {
        return JSON.parse(Buffer.concat(parts).toString());
    } catch {
        throw new Error(`its ${file} is not valid JSON`);
    }
}

function damage({ code, message }: NodeJS.ErrnoException): string {
    switch (code) {
        case "ENOENT":
            return "there is no such file";
        case "EACCES":
        case "EPERM":
            return "it may not be read by this user";
        case "Z_BUF_ERROR":
            return "it is cut off";
        case "Z_DATA_ERROR":
            return "its compression is damaged";
        default:
            if (/unexpected end of data/i.test(message)) return "it is cut off";
            return /invalid tar header/i.test(message) ? "it is no tar archive" : message;
    }
}

function namesInManifest(manifest: unknown): string[] {
    return records(manifest).flatMap(({ RepoTags }) => (Array.isArray(RepoTags) ? RepoTags.map(String) : []));
}

/** containerd and buildx write the whole name; others only the tag, which names nothing. */
function namesInIndex(index: unknown): string[] {
    return records(records([index])[0]?.["manifests"]).flatMap(({ annotations }) => {
        const noted = records([annotations])[0] ?? {};
        const name = noted["io.containerd.image.name"] ?? noted["org.opencontainers.image.ref.name"];
        return typeof name === "string" && /[:/@]/.test(name) ? [name] : [];
    });
}

function records(value: unknown): Record<string, unknown>[] {
    const list: unknown[] = Array.isArray(value) ? value : [];
    return list.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null);
}
