/** Everything somebody needs who shall look at an instance from afar, in one archive without a secret. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import { OperatorError } from "./error";
import { engineCall, type HostContainer, type HostInstance } from "./hosts";
import { secretsOf } from "./login";
import { logsOf } from "./logs";
import { type Operation, operation } from "./operation";
import { redactAll, redactEnvironment, redactor } from "./redact";
import { statusOf } from "./status";

export interface BundleReport {
    readonly file: string;
    readonly bytes: number;
    /** What is in it. */
    readonly entries: readonly string[];
}

/**
 * Writes a .tar.gz: the status, each container's log and what the engine says of it. Passwords, secrets and the values of
 * environment variables that may be secret are taken out; what users wrote into logs is not.
 *
 * @param options.since how far back the logs go. @default all that the engine keeps
 * @throws OperatorError not-found: nothing is deployed; exists: the file is there
 */
export function bundleLogs(
    instance: HostInstance,
    file: string,
    options: { readonly since?: Date } = {},
): Operation<BundleReport> {
    return operation(async (report) => {
        if (instance.containers.length === 0) {
            throw new OperatorError(
                "not-found",
                `the instance '${instance.name}' has no containers: it is not deployed`,
            );
        }
        const { values, ...login } = await secretsOf(instance);
        const redact = redactor(values, login);
        const place = await open(file, "wx", 0o600).catch((error: unknown) => {
            throw fileError(error, file);
        });
        const archive = pack();
        const written = pipeline(archive, createGzip(), place.createWriteStream());
        const entries: string[] = [];
        const add = async (name: string, text: string) => {
            await entry(archive, `${instance.name}/${name}`, text);
            entries.push(name);
        };
        const folder = await mkdtemp(join(tmpdir(), "cht-logs-"));
        try {
            await add("status.json", json(redactAll(await statusOf(instance), redact)));
            await add("engine.json", json(instance.engine.version));
            for (const container of instance.containers) {
                report({ kind: "phase", phase: `logs of ${container.name}` });
                await add(`inspect/${container.service}.json`, json(await inspection(instance, container, redact)));
                const log = join(folder, container.service);
                const lines = logsOf(instance, { service: container.service, ...options });
                await pipeline(Readable.from(asText(lines)), createWriteStream(log, { mode: 0o600 }));
                await fileEntry(archive, `${instance.name}/logs/${container.service}.log`, log);
                entries.push(`logs/${container.service}.log`);
                await rm(log);
            }
            archive.finalize();
            await written;
        } catch (error) {
            archive.destroy();
            await written.catch(() => undefined);
            await rm(file, { force: true });
            throw fileError(error, file);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
        return { file, bytes: (await stat(file)).size, entries };
    });
}

async function* asText(lines: AsyncIterable<{ time: string; stream: string; text: string }>): AsyncGenerator<string> {
    for await (const { time, stream, text } of lines) yield `${time} ${stream} ${text}\n`;
}

/** What the engine says, as it says it, without the values of variables that may be secret. */
async function inspection(
    { engine }: HostInstance,
    { id }: HostContainer,
    redact: (text: string) => string,
): Promise<unknown> {
    const container = await engineCall(() => engine.containers.inspect(id));
    if (container === undefined) return null;
    const { Config, ...rest } = container;
    const { Env, ...config } = Config;
    return { ...redactAll({ ...rest, Config: config }, redact), Env: redactEnvironment(Env ?? [], redact) };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function entry(archive: Pack, name: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
        archive.entry({ name, mode: 0o600 }, text, (error) => (error ? reject(error) : resolve()));
    });
}

async function fileEntry(archive: Pack, name: string, file: string): Promise<void> {
    const { size } = await stat(file);
    await pipeline(createReadStream(file), archive.entry({ name, mode: 0o600, size }));
}

function fileError(error: unknown, file: string): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return new OperatorError("exists", `${file} is there already`);
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR")
        return new OperatorError("refused", `${file} cannot be written (${code})`);
    if (code === "ENOSPC") return new OperatorError("failed", `there is no space left for ${file}`);
    return error;
}
