/** Restore of a backup: into an instance that has no data, or whose data somebody gives up by name. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { deleteData, destroyInstance } from "../destroy";
import { OperatorError } from "../error";
import type { ProgressEvent } from "../events";
import { connectHost, engineCall, type HostInstance, readInstance } from "../hosts";
import { type Operation, operation } from "../operation";
import { addInstance, newStackText, removeInstance } from "../stack-file";
import {
    checkName,
    editStackFile,
    findInstance,
    listStackFiles,
    removeStackFile,
    writeNewStackFile,
} from "../stack-files";
import { createOrSelectStack, type UpdateOptions, updateStack } from "../stacks";
import type { Project } from "../workspace";
import { moved, readArchive, verifyArchive } from "./archive";
import { type BackupManifest, blockFor, dataPrefix } from "./manifest";
import { imageForParts, mountPoint, withParts } from "./parts";
import { places, refuseFolders } from "./places";

export interface RestoreOptions extends Pick<UpdateOptions, "gate" | "signal"> {
    /** The instance to restore into. @default the one that was backed up */
    readonly instance?: string;
    /** The stack it belongs to. @default where it is written, else a new stack of its name */
    readonly stack?: string;
    /** The cluster of a new stack's file. @default that of the backup */
    readonly cluster?: Readonly<Record<string, unknown>>;
    /** The instance's name, where its data shall be given up for that of the backup. */
    readonly overwrite?: string;
}

export interface RestoreReport {
    readonly instance: string;
    readonly stack: string;
    readonly volumes: readonly string[];
    readonly bytes: number;
    /** When the backup was made, ISO 8601. */
    readonly created: string;
}

/**
 * Verifies the whole archive, and only then fills volumes with it and deploys the instance. Its login is the backup's.
 *
 * @throws OperatorError invalid: the archive is not whole; refused: there is data, or a folder that is not the program's to empty
 */
export function restoreInstance(
    project: Project,
    file: string,
    options: RestoreOptions = {},
): Operation<RestoreReport> {
    return operation(async (report) => {
        report({ kind: "phase", phase: `verify ${file}` });
        const manifest = await verifyArchive(file, counted("verified", report));
        const name = options.instance ?? manifest.instance;
        checkName("the instance's name", name);
        const { stack, takeBack } = writeInstance(project, name, manifest, options);
        const volumes = await refill(project, { stack, name, file, manifest }, options, report).catch(
            (error: unknown) => {
                takeBack();
                throw error;
            },
        );
        const opened = await createOrSelectStack(project, stack);
        const { gate, signal } = options;
        const update = updateStack(opened, { ...(gate && { gate }), ...(signal && { signal }) });
        for await (const event of update) report(event);
        await update.result;
        const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
        return { instance: name, stack, volumes, bytes, created: manifest.created };
    });
}

/**
 * The stack whose file has the instance; written there, or as a file of its own, where none has it.
 *
 * @returns with it what takes back what was written
 */
function writeInstance(
    project: Project,
    name: string,
    manifest: BackupManifest,
    options: RestoreOptions,
): { stack: string; takeBack: () => void } {
    try {
        return { stack: findInstance(project.folder, name, options.stack).stack, takeBack: () => undefined };
    } catch (error) {
        if (!(error instanceof OperatorError) || error.kind !== "not-found") throw error;
    }
    const { folder } = project;
    const stack = options.stack ?? name;
    const block = blockFor(manifest, name);
    if (listStackFiles(folder).includes(stack)) {
        editStackFile(folder, stack, (text) => addInstance(text, name, block));
        return { stack, takeBack: () => editStackFile(folder, stack, (text) => removeInstance(text, name)) };
    }
    const cluster = options.cluster ?? manifest.cluster;
    const comment = `Made by 'npm run cht -- restore', from a backup of ${manifest.created}.`;
    writeNewStackFile(folder, stack, newStackText({ cluster, instances: { [name]: block } }, [comment]));
    return { stack, takeBack: () => removeStackFile(folder, stack) };
}

async function refill(
    project: Project,
    { stack, name, file, manifest }: { stack: string; name: string; file: string; manifest: BackupManifest },
    options: RestoreOptions,
    report: (event: ProgressEvent) => void,
): Promise<string[]> {
    const engine = await connectHost(project, stack);
    try {
        const instance = await readInstance(project, stack, name, engine);
        await giveUpData(instance, options, report);
        return await fill(instance, file, manifest, report);
    } finally {
        engine.close();
    }
}

async function giveUpData(
    instance: HostInstance,
    { overwrite, signal }: RestoreOptions,
    report: (event: ProgressEvent) => void,
): Promise<void> {
    const { project, stack, name, volumes, containers } = instance;
    if (volumes.length === 0 && containers.length === 0) return;
    if (overwrite !== name) {
        throw new OperatorError(
            "refused",
            `there is data of '${name}' already, which a restore would replace: give its name to confirm that (--overwrite ${name}), or restore under another name`,
        );
    }
    const end = signal === undefined ? {} : { signal };
    const destroying = destroyInstance(project, stack, name, end);
    for await (const event of destroying) report(event);
    await destroying.result;
    const deleting = deleteData(instance, name, end);
    for await (const event of deleting) report(event);
    await deleting.result;
}

/** Makes the volumes with the names by which the program knows them, and unpacks the archive into them. */
async function fill(
    instance: HostInstance,
    file: string,
    manifest: BackupManifest,
    report: (event: ProgressEvent) => void,
): Promise<string[]> {
    const { project, stack, name, engine } = instance;
    const parts = places(instance, manifest);
    await refuseFolders(instance, parts);
    const owner = `${project.name}.${stack}`;
    const made: string[] = [];
    try {
        await engineCall(async () => {
            for (const { kind, source, labels: all } of parts) {
                if (kind === "folder") continue;
                await engine.volumes.create(source, all);
                made.push(source);
            }
        });
        const image = await imageForParts(engine, []);
        await withParts({ engine, stack: owner, instance: name }, parts, image, async (container) => {
            report({ kind: "phase", phase: `restore ${parts.map(({ source }) => source).join(", ")}` });
            const names = new Set(parts.map((part) => part.name));
            await unpack(instance, container, file, names, counted("restored", report));
        });
    } catch (error) {
        // Half of somebody's data is worse than none: the next try begins anew.
        for (const volume of made) await engine.volumes.remove(volume).catch(() => undefined);
        throw error;
    }
    return made;
}

async function unpack(
    { engine }: HostInstance,
    container: string,
    file: string,
    parts: ReadonlySet<string>,
    progress: (bytes: number) => void,
): Promise<void> {
    const tar = pack();
    const sending = engineCall(() => engine.containers.putArchive(container, mountPoint, Readable.from(tar)));
    sending.catch(() => undefined);
    const reading = readArchive(file, async (entry, path) => {
        const inside = path.slice(dataPrefix.length);
        const header = moved(entry.header, inside, "");
        if (header.type === "link") header.linkname = header.linkname.slice(dataPrefix.length);
        const wanted = parts.has(inside.slice(0, inside.indexOf("/")));
        if (!wanted || header.type !== "file") {
            if (wanted) tar.entry(header);
            entry.resume();
            return;
        }
        entry.on("data", (chunk: Buffer) => progress(chunk.length));
        await pipeline(entry, tar.entry(header));
    });
    await Promise.race([reading, sending]);
    await reading;
    tar.finalize();
    await sending;
}

/** Reports not every piece, but every so many bytes. */
function counted(what: string, report: (event: ProgressEvent) => void): (bytes: number) => void {
    let bytes = 0;
    let told = 0;
    return (more) => {
        bytes += more;
        if (bytes - told < 64 * 2 ** 20) return;
        told = bytes;
        report({ kind: "amount", what, bytes });
    };
}
