/** Backup of one instance of a Docker host: everything that a restore needs, in one file on this machine. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { roleOf } from "../../cht/start-order";
import { OperatorError } from "../error";
import type { ProgressEvent } from "../events";
import { engineCall, type HostInstance } from "../hosts";
import { startContainers, stopContainers } from "../lifecycle";
import { type Operation, operation } from "../operation";
import { readStackFile } from "../stack-files";
import { versionOf } from "../status";
import { ArchiveWriter } from "./archive";
import { findParts, imageForParts, mountPoint, type PlacedPart, withParts } from "./parts";

export interface BackupOptions {
    /**
     * Whether CouchDB runs on meanwhile. Its files only ever grow at their end, so that each copy is a state that was; the
     * engine walks names in their order, which copies indexes (`.shards`) before databases (`shards`): CouchDB brings an
     * older index up to date and trusts a newer one. What is written during the copy may be missing from it. The full-text
     * index is left out then: it is built anew.
     *
     * @default false: everything is stopped in order, and started again
     * @see https://docs.couchdb.org/en/stable/maintenance/backups.html
     */
    readonly online?: boolean;
    /** Ends the backup; what was written is taken back, what was stopped is started again. */
    readonly signal?: AbortSignal;
}

export interface BackupReport {
    readonly file: string;
    /** Of the archive. */
    readonly bytes: number;
    /** Of what is in it. */
    readonly dataBytes: number;
    readonly files: number;
    readonly parts: readonly string[];
    readonly version?: string;
}

/**
 * Backs an instance up. The archive holds everybody's data and what opens it: it is readable by its owner alone, and belongs
 * where passwords are kept.
 *
 * @param target a file that is not there yet, or a folder, in which it is named by instance and time
 * @throws OperatorError not-found, exists, unreachable, cancelled, failed
 */
export function backupInstance(
    instance: HostInstance,
    target: string,
    { online = false, signal }: BackupOptions = {},
): Operation<BackupReport> {
    return operation(async (report) => {
        const file = fileFor(instance, target);
        const parts = await findParts(instance);
        const image = await imageForParts(instance.engine, instance.containers);
        if (online) return write(instance, { file, parts, image, online, signal }, report);
        const { containers: stopped } =
            instance.containers.length > 0 ? await stopContainers(instance, report) : { containers: [] };
        try {
            return await write(instance, { file, parts, image, online, signal }, report);
        } finally {
            const again = instance.containers.filter(({ name }) => stopped.includes(name));
            if (again.length > 0) await startContainers(instance, again, report);
        }
    });
}

interface Plan {
    readonly file: string;
    readonly parts: readonly PlacedPart[];
    readonly image: string;
    readonly online: boolean;
    readonly signal: AbortSignal | undefined;
}

async function write(
    instance: HostInstance,
    { file, parts, image, online, signal }: Plan,
    report: (event: ProgressEvent) => void,
): Promise<BackupReport> {
    const { project, stack, name, engine } = instance;
    let bytes = 0;
    let told = 0;
    const writer = new ArchiveWriter(file, (more) => {
        bytes += more;
        if (bytes - told < tellEvery) return;
        told = bytes;
        report({ kind: "amount", what: "backed up", bytes });
    });
    try {
        const owner = { engine, stack: `${project.name}.${stack}`, instance: name };
        await withParts(owner, parts, image, async (container) => {
            for (const part of parts) {
                if (signal?.aborted) throw cancelled(name);
                report({ kind: "phase", phase: `back up ${part.source}` });
                const tar = await engineCall(() =>
                    engine.containers.getArchive(container, `${mountPoint}/${part.name}`, signal),
                );
                await writer.add(tar, (path) => !(online && isIndex(part.name, path)));
            }
        });
        const { cluster, instances } = readStackFile(project.folder, stack);
        const version = versionOf(instance);
        const archive = await writer.finish({
            format: 1,
            created: new Date().toISOString(),
            instance: name,
            stack,
            ...(version === undefined ? {} : { version }),
            online,
            cluster,
            block: { ...instances[name] },
            parts: parts.map(({ name: part, kind, labels }) => ({ name: part, kind, labels })),
            files: writer.files,
        });
        const names = parts.map((part) => part.source);
        const counts = { bytes: archive, dataBytes: bytes, files: writer.files.length };
        return { file, ...counts, parts: names, ...(version === undefined ? {} : { version }) };
    } catch (error) {
        await writer.discard();
        if (signal?.aborted) throw cancelled(name);
        throw writeError(error, file);
    }
}

const tellEvery = 64 * 2 ** 20;

/** Files of the full-text index, which is in a volume of its own or in CouchDB's data folder. */
function isIndex(part: string, path: string): boolean {
    const [, inside = "", ...rest] = path.split("/");
    return part.startsWith("nouveau") ? inside !== "" : inside === roleOf("nouveau") && rest.join("") !== "";
}

function fileFor({ name }: HostInstance, target: string): string {
    const folder = existsSync(target) && statSync(target).isDirectory();
    const time = new Date()
        .toISOString()
        .replace(/\.\d+Z$/, "Z")
        .replaceAll(":", "");
    const file = folder ? join(target, `${name}-${time}.tar.gz`) : target;
    if (existsSync(file)) throw new OperatorError("exists", `${file} is there already`);
    return file;
}

const cancelled = (name: string) =>
    new OperatorError("cancelled", `the backup of '${name}' was cancelled; nothing of it is left`);

function writeError(error: unknown, file: string): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC")
        return new OperatorError("failed", `there is no space left for ${file}; nothing of it is left`);
    if (code === "ENOENT" || code === "EACCES")
        return new OperatorError("refused", `${file} cannot be written (${code})`);
    return error;
}
