import type { Readable } from "node:stream";
import { extract } from "tar-stream";
import type { ContainerSpec } from "./container-spec";
import { EngineError } from "./error";
import { demultiplex, type LogLine, lines, linewise } from "./output";
import { orNothing, segment, type Transport } from "./transport";
import type { Container, ContainerSummary } from "./types";

export interface ExecOptions {
    /** `NAME=value` */
    readonly env?: readonly string[];
    readonly user?: string;
    readonly workingDir?: string;
    readonly signal?: AbortSignal;
}

export interface ExecResult {
    readonly code: number;
    readonly stdout: Buffer;
    readonly stderr: Buffer;
}

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerLogs */
export interface LogOptions {
    /** Whether to wait for more. @default false */
    readonly follow?: boolean;
    readonly since?: Date;
    readonly until?: Date;
    /** Only the last lines. @default all */
    readonly tail?: number;
    readonly signal?: AbortSignal;
}

export type RestartPolicy = "no" | "always" | "unless-stopped" | "on-failure";

/** Containers are named by their exact name, or their whole id. */
export class Containers {
    constructor(private readonly transport: Transport) {}

    /** All of them, running or not. */
    list(): Promise<readonly ContainerSummary[]> {
        return this.transport.json({
            path: "/containers/json",
            query: { all: true },
            failure: "containers cannot be listed",
        });
    }

    async inspect(name: string): Promise<Container | undefined> {
        const found = await this.transport.find<Container>({
            path: `${path(name)}/json`,
            failure: `container '${name}' cannot be looked at`,
        });
        // The API also takes the beginning of an id.
        return found?.Name === `/${name}` || found?.Id === name ? found : undefined;
    }

    /**
     * Creates and does not start it; its image must be there.
     *
     * @returns the id.
     * @throws {EngineError} not-found: no such image; conflict: the name is taken.
     */
    async create(name: string, spec: ContainerSpec): Promise<string> {
        const { Id } = await this.transport.json<{ Id: string }>({
            method: "POST",
            path: "/containers/create",
            query: { name },
            body: spec,
            failure: `container '${name}' cannot be created`,
        });
        return Id;
    }

    /** One that runs is left alone. @throws {EngineError} also where a port is taken. */
    async start(name: string): Promise<void> {
        const failure = `container '${name}' cannot be started`;
        await this.transport.send({ method: "POST", path: `${await this.path(name)}/start`, failure, lasting: true });
    }

    /** @param seconds until it is killed. @default the container's own stop timeout, else 10 */
    async stop(name: string, seconds?: number): Promise<void> {
        const failure = `container '${name}' cannot be stopped`;
        const query = { t: seconds };
        await this.transport.send({
            method: "POST",
            path: `${await this.path(name)}/stop`,
            query,
            failure,
            lasting: true,
        });
    }

    /** Changes what can be changed of one that exists, running or not. */
    async update(name: string, { restart }: { readonly restart: RestartPolicy }): Promise<void> {
        const failure = `container '${name}' cannot be changed`;
        const body = { RestartPolicy: { Name: restart } };
        await this.transport.send({ method: "POST", path: `${await this.path(name)}/update`, body, failure });
    }

    /** With its anonymous volumes, never named ones. One that is not there is left alone. */
    async remove(name: string, { force }: { readonly force?: boolean } = {}): Promise<void> {
        const failure = `container '${name}' cannot be removed`;
        const found = await this.inspect(name);
        if (found === undefined) return;
        const query = { v: true, force };
        await orNothing(this.transport.send({ method: "DELETE", path: path(found.Id), query, failure, lasting: true }));
    }

    /** Waits until it no longer runs. @returns its exit code. */
    async wait(name: string, signal?: AbortSignal): Promise<number> {
        const { StatusCode } = await this.transport.json<{ StatusCode: number }>({
            method: "POST",
            path: `${await this.path(name)}/wait`,
            failure: `container '${name}' cannot be waited for`,
            lasting: true,
            signal,
        });
        return StatusCode;
    }

    /** Runs a command in a running container; a code that is not 0 is no error here. */
    async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
        const failure = `'${command[0]}' cannot be run in container '${name}'`;
        const { env: Env, user: User, workingDir: WorkingDir, signal } = options;
        const { Id } = await this.transport.json<{ Id: string }>({
            method: "POST",
            path: `${await this.path(name)}/exec`,
            body: { Cmd: command, AttachStdout: true, AttachStderr: true, Env, User, WorkingDir },
            failure,
            signal,
        });
        const response = await this.transport.stream({
            method: "POST",
            path: `/exec/${Id}/start`,
            body: { Detach: false, Tty: false },
            failure,
            lasting: true,
            signal,
        });
        const output: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
        for await (const { stream, data } of demultiplex(this.transport.read(response, signal)))
            output[stream].push(data);
        const { ExitCode } = await this.transport.json<{ ExitCode: number }>({
            path: `/exec/${Id}/json`,
            failure,
            signal,
        });
        return { code: ExitCode, stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) };
    }

    /**
     * Its log, line by line, both streams in the order the engine gives them.
     * With `follow` until the container ends, or `signal` is aborted.
     *
     * @throws {EngineError} not-found: no such container.
     */
    async *logs(
        name: string,
        { follow = false, since, until, tail, signal }: LogOptions = {},
    ): AsyncGenerator<LogLine> {
        const failure = `the log of container '${name}' cannot be read`;
        try {
            const { Config } = await this.transport.json<Container>({
                path: `${await this.path(name)}/json`,
                failure,
                signal,
            });
            const response = await this.transport.stream({
                path: `${await this.path(name)}/logs`,
                query: {
                    ...{ follow, stdout: true, stderr: true, timestamps: true, tail: tail ?? "all" },
                    ...{ since: since && since.getTime() / 1_000, until: until && until.getTime() / 1_000 },
                },
                failure,
                lasting: true,
                signal,
            });
            const data = this.transport.read(response, signal);
            yield* lines(Config.Tty ? linewise(data) : demultiplex(data));
        } catch (error) {
            if (!signal?.aborted) throw error;
        }
    }

    /**
     * A file or folder as a tar stream, of a container that need not run; volumes are seen where they are mounted.
     *
     * @throws {EngineError} not-found: no such container or path.
     */
    async getArchive(name: string, file: string, signal?: AbortSignal): Promise<Readable> {
        return this.transport.stream({
            path: `${await this.path(name)}/archive`,
            query: { path: file },
            failure: `'${file}' of container '${name}' cannot be read`,
            lasting: true,
            signal,
        });
    }

    /** Unpacks a tar (plain, or compressed with gzip) into a folder that exists. Owners and modes are those of the tar. */
    async putArchive(name: string, folder: string, tar: Readable | Buffer, signal?: AbortSignal): Promise<void> {
        await this.transport.send({
            method: "PUT",
            path: `${await this.path(name)}/archive`,
            query: { path: folder, noOverwriteDirNonDir: true },
            body: tar,
            failure: `'${folder}' of container '${name}' cannot be written`,
            signal,
        });
    }

    /** One file's content, or undefined where the container or the file is not there. For small files. */
    async readFile(name: string, file: string): Promise<Buffer | undefined> {
        const archive = await orNothing(this.getArchive(name, file));
        if (archive === undefined) return undefined;
        const parts: Buffer[] = [];
        for await (const entry of archive.pipe(extract())) {
            for await (const part of entry) if (entry.header.type === "file") parts.push(part as Buffer);
        }
        return Buffer.concat(parts);
    }

    /** Only a name that may be the beginning of an id needs a look: the API would take the container of that id. */
    private async path(name: string): Promise<string> {
        if (/^[0-9a-f]{1,63}$/.test(name) && (await this.inspect(name)) === undefined) {
            throw new EngineError("not-found", `there is no container '${name}'`, 404);
        }
        return path(name);
    }
}

function path(name: string): string {
    return `/containers/${segment(name)}`;
}
