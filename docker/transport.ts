/** Calls of the API: one request, one answer, one sentence where it fails. */
import { setMaxListeners } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Connections } from "./connection";
import type { Endpoint } from "./endpoint";
import { EngineError, kindOf } from "./error";
import { unreachable } from "./unreachable";

export interface Call {
    readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
    /** Without the version, its names encoded: `/containers/dev-api/json`. */
    readonly path: string;
    readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
    readonly headers?: Readonly<Record<string, string>>;
    /** Sent as JSON; a stream or a buffer as it is, a tar. */
    readonly body?: object | Readable | Buffer;
    /** What fails where it fails, as the beginning of a sentence: `container 'dev-api' cannot be started`. */
    readonly failure: string;
    /** Whether it may last. @default false */
    readonly lasting?: boolean;
    readonly signal?: AbortSignal;
}

export class Transport {
    constructor(
        private readonly endpoint: Endpoint,
        private readonly connections: Connections,
        /** The API's version, before every path; none while it is asked for. */
        private readonly version?: string,
    ) {}

    /** @throws {EngineError} */
    async json<T>(call: Call): Promise<T> {
        const text = await this.text(await this.stream(call), call);
        try {
            return JSON.parse(text) as T;
        } catch {
            throw new EngineError(
                "unsupported",
                `${call.failure}: ${this.endpoint.host} answers, but not as a Docker engine`,
            );
        }
    }

    /** Nothing where the engine answers that there is no such thing. */
    async find<T>(call: Call): Promise<T | undefined> {
        return orNothing(this.json<T>(call));
    }

    /** A call whose answer says nothing. */
    async send(call: Call): Promise<void> {
        await this.text(await this.stream(call), call);
    }

    /** The answer as it comes. Whoever stops reading it early destroys it. */
    async stream(call: Call): Promise<IncomingMessage> {
        const response = await this.request(call);
        const { statusCode: status = 0 } = response;
        // 304: it already is as it was asked to be.
        if (status < 400) return response;
        const message = messageOf(await this.text(response, call));
        throw new EngineError(kindOf(message, status), `${call.failure}: ${message || `status ${status}`}`, status);
    }

    private request(call: Call): Promise<IncomingMessage> {
        const { method = "GET", path, query = {}, headers, body, lasting, signal } = call;
        const parameters = new URLSearchParams();
        for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value));
        const search = parameters.size === 0 ? "" : `?${parameters.toString()}`;
        const tar = body instanceof Readable || Buffer.isBuffer(body);
        const type = body === undefined ? {} : { "Content-Type": tar ? "application/x-tar" : "application/json" };
        // One signal may end the logs of a dozen containers, which Node would take for a leak.
        if (signal !== undefined) setMaxListeners(0, signal);
        return new Promise((resolve, reject) => {
            const request = http.request({
                agent: lasting || tar ? this.connections.streams : this.connections.calls,
                host: "docker",
                method,
                path: `${this.version === undefined ? "" : `/v${this.version}`}${path}${search}`,
                headers: { ...type, ...headers },
                signal,
            });
            request.on("response", resolve);
            request.on("error", (error) => reject(this.failed(error, signal)));
            if (body instanceof Readable) {
                upload(body, request, reject);
            } else {
                request.end(tar ? body : body && JSON.stringify(body));
            }
        });
    }

    /** The parts of an answer; a connection that breaks is told as such. */
    async *read(response: Readable, signal?: AbortSignal): AsyncGenerator<Buffer> {
        try {
            for await (const part of response) yield part as Buffer;
        } catch (error) {
            throw this.failed(error, signal);
        }
    }

    private async text(response: IncomingMessage, { signal }: Call): Promise<string> {
        const parts: Buffer[] = [];
        for await (const part of this.read(response, signal)) parts.push(part);
        return Buffer.concat(parts).toString();
    }

    /** What broke a connection; whoever gave a signal gets its own reason back. */
    private failed(error: unknown, signal?: AbortSignal): Error {
        if (signal?.aborted) return signal.reason as Error;
        return error instanceof EngineError ? error : unreachable(this.endpoint, error);
    }
}

/**
 * An engine that refuses answers before it has read everything, and while it reads it tells its progress: the answer must
 * be read whatever becomes of the upload, which `stream.pipeline` would not allow.
 */
function upload(body: Readable, request: http.ClientRequest, failed: (error: Error) => void): void {
    body.once("error", (error) => {
        failed(error);
        request.destroy(error);
    });
    request.once("close", () => body.destroy());
    body.pipe(request);
}

/** Nothing where there is no such thing. */
export async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if (error instanceof EngineError && error.kind === "not-found") return undefined;
        throw error;
    }
}

function messageOf(text: string): string {
    try {
        const { message } = JSON.parse(text) as { message?: unknown };
        if (typeof message === "string") return message.trim();
    } catch {
        // Not JSON: something between here and the engine answers.
    }
    return text.trim().slice(0, 500);
}

/** A name as part of a path. Those of images hold slashes, which the API takes as they are. */
export function segment(name: string): string {
    return name.split("/").map(encodeURIComponent).join("/");
}
