/** The archive of a backup: one .tar.gz, written and read as a stream. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract, type Header, type Pack, pack } from "tar-stream";
import { OperatorError } from "../error";
import { without } from "../without";
import { type BackupFile, type BackupManifest, dataPrefix, manifestName, parseManifest } from "./manifest";

/** A file of an archive, as it is read. */
export type Entry = Readable & { readonly header: Header };

/** Writes an archive beside its place, and puts it there when it is whole. */
export class ArchiveWriter {
    readonly files: BackupFile[] = [];
    private readonly archive: Pack = pack();
    private readonly written: Promise<void>;
    private readonly partial: string;

    /** @param progress is told the bytes taken so far */
    constructor(
        private readonly file: string,
        private readonly progress: (bytes: number) => void,
    ) {
        this.partial = `${file}.partial`;
        // CouchDB compresses its files itself: more effort would cost time and save nothing.
        this.written = pipeline(
            this.archive,
            createGzip({ level: 1 }),
            createWriteStream(this.partial, { mode: 0o600 }),
        );
        // Reported by whoever waits for it; until then it is nobody's.
        this.written.catch(() => undefined);
    }

    /**
     * Takes over what the engine packed.
     *
     * @param tar of one folder, whose name is the first part of every path
     * @param keep decides by a path in it
     */
    async add(tar: Readable, keep: (path: string) => boolean): Promise<void> {
        const source = extract();
        const reading = pipeline(tar, source);
        reading.catch(() => undefined);
        for await (const entry of source as AsyncIterable<Entry>) {
            const { name } = entry.header;
            if (keep(name)) await this.take(entry, name);
            else entry.resume();
        }
        await reading;
    }

    async finish(manifest: BackupManifest): Promise<number> {
        await new Promise<void>((resolve, reject) => {
            const text = `${JSON.stringify(manifest, null, 1)}\n`;
            this.archive.entry({ name: manifestName, mode: 0o600 }, text, (error) =>
                error ? reject(error) : resolve(),
            );
        });
        this.archive.finalize();
        await this.written;
        await rename(this.partial, this.file);
        return (await stat(this.file)).size;
    }

    /** Takes back what was written. */
    async discard(): Promise<void> {
        this.archive.destroy();
        await this.written.catch(() => undefined);
        await rm(this.partial, { force: true });
    }

    private async take(entry: Entry, name: string): Promise<void> {
        const path = dataPrefix + name;
        const header = moved(entry.header, path, dataPrefix);
        if (header.type !== "file") {
            this.archive.entry(header);
            entry.resume();
            return;
        }
        const hash = createHash("sha256");
        const watch = new Transform({
            transform: (chunk: Buffer, _, done) => {
                hash.update(chunk);
                this.progress(chunk.length);
                done(null, chunk);
            },
        });
        await Promise.race([pipeline(entry, watch, this.archive.entry(header)), this.written]);
        this.files.push({ path, size: header.size, sha256: hash.digest("hex") });
    }
}

/** Calls `look` for every entry but the manifest. Each entry's content must be read, or passed over by `resume`. */
export async function readArchive(
    file: string,
    look: (entry: Entry, path: string) => Promise<void>,
): Promise<BackupManifest> {
    const archive = extract();
    const reading = pipeline(createReadStream(file), createGunzip(), archive);
    reading.catch(() => undefined);
    let manifest: BackupManifest | undefined;
    try {
        for await (const entry of archive as AsyncIterable<Entry>) {
            if (entry.header.name === manifestName) manifest = parseManifest(await textOf(entry), file);
            else await look(entry, entry.header.name);
        }
        await reading;
    } catch (error) {
        throw readError(error, file);
    }
    if (manifest === undefined) {
        throw new OperatorError(
            "invalid",
            `${file} is no backup of an instance, or not whole: it has no ${manifestName}`,
        );
    }
    return manifest;
}

/**
 * Reads the whole archive and compares every file with the manifest.
 *
 * @throws OperatorError invalid: a file is missing, is not the one that was backed up, or is there and was not
 */
export async function verifyArchive(file: string, progress: (bytes: number) => void): Promise<BackupManifest> {
    const found = new Map<string, string>();
    const manifest = await readArchive(file, async (entry, path) => {
        const hash = createHash("sha256");
        let size = 0;
        for await (const chunk of entry as AsyncIterable<Buffer>) {
            hash.update(chunk);
            size += chunk.length;
            progress(chunk.length);
        }
        if (entry.header.type === "file") found.set(path, `${size} ${hash.digest("hex")}`);
        refuseOutside(entry.header, path, file);
    });
    const wanted = new Map(manifest.files.map(({ path, size, sha256 }) => [path, `${size} ${sha256}`]));
    const wrong = [...wanted].filter(([path, sum]) => found.get(path) !== sum).map(([path]) => path);
    const more = [...found.keys()].filter((path) => !wanted.has(path));
    const [first] = [...wrong, ...more];
    if (first === undefined) return manifest;
    throw new OperatorError(
        "invalid",
        `${file} is damaged: ${wrong.length + more.length} of its files are not those that were backed up, the first is ${first}`,
    );
}

/** The same entry at another place. */
export function moved(header: Header, name: string, prefix: string): Header {
    // What is said of it beside the header itself; names and size would be said twice.
    const pax = without((header.pax ?? {}) as Record<string, string>, "path", "linkpath", "size");
    return {
        ...header,
        name,
        // A hard link names its target as the archive does; a symbolic one as the file system does.
        ...(header.type === "link" && header.linkname ? { linkname: prefix + header.linkname } : {}),
        pax: Object.keys(pax).length === 0 ? null : pax,
    };
}

/** What is unpacked as root goes where it belongs, or nowhere. */
function refuseOutside({ type }: Header, path: string, file: string): void {
    const inside = path.startsWith(dataPrefix) && !path.split("/").includes("..");
    if (inside && ["file", "directory", "symlink", "link"].includes(type ?? "file")) return;
    throw new OperatorError("invalid", `${file} is no backup of an instance: it has '${path}' in it`);
}

async function textOf(entry: Entry): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
}

function readError(error: unknown, file: string): unknown {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return new OperatorError("not-found", `there is no file ${file}`);
    if (code === "EISDIR" || code === "EACCES") return new OperatorError("refused", `${file} cannot be read (${code})`);
    if (code?.startsWith("Z_") || /invalid tar|unexpected end/i.test(message)) {
        return new OperatorError("invalid", `${file} is damaged, or no backup: it cannot be unpacked (${message})`);
    }
    return error;
}
