/** Requests to a Kubernetes API server, over connections that are kept open. */
import * as http from "node:http";
import * as https from "node:https";
import { type Bag, isBag, textAt } from "../values";
import type { ClientSettings } from "./config";
import type { Connection } from "./kubeconfig";

/** A refusal by the API server, in its own words. */
export class ApiError extends Error {
    constructor(
        readonly code: number,
        message: string,
        readonly status: Bag,
    ) {
        super(message);
    }

    get reason(): string {
        return textAt(this.status, "reason");
    }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.reason === "Conflict";
export const isAlreadyExists = (error: unknown): boolean =>
    error instanceof ApiError && error.reason === "AlreadyExists";

export interface Call {
    method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    path: string;
    query?: Record<string, string | undefined>;
    body?: unknown;
    contentType?: string;
    signal?: AbortSignal;
}

/** Failures of a connection that had been idle: the server may have closed it just before it was used again. */
const STALE = new Set(["ECONNRESET", "EPIPE"]);

export class Client {
    private readonly agent: http.Agent;
    private readonly transport: typeof http | typeof https;
    private credentials: Promise<https.RequestOptions> | undefined;
    private readonly budget: Budget;

    constructor(
        private readonly connection: Connection,
        private readonly settings: ClientSettings,
    ) {
        this.transport = connection.server.startsWith("http:") ? http : https;
        this.agent = new this.transport.Agent({ keepAlive: true, maxSockets: 32 });
        this.budget = new Budget(settings.qps, settings.burst);
    }

    get server(): string {
        return this.connection.server;
    }

    /** @throws ApiError when the server refuses; any other error when it cannot be reached. */
    async request(call: Call): Promise<Bag> {
        await this.budget.spend();
        try {
            return await this.send(call);
        } catch (error) {
            const isExpired = error instanceof ApiError && error.code === 401;
            if (isExpired) this.credentials = undefined;
            else if (!(error instanceof StaleConnection)) throw error;
            return this.send(call);
        }
    }

    private async send({ method = "GET", path, query = {}, body, contentType, signal }: Call): Promise<Bag> {
        this.credentials ??= this.connection.credentials();
        const { headers, ...tls } = await this.credentials.catch((error: Error) => {
            this.credentials = undefined;
            throw error;
        });
        const url = new URL(this.connection.server.replace(/\/$/, "") + path);
        for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
        const content = body === undefined ? undefined : JSON.stringify(body);
        const options: https.RequestOptions = {
            ...tls,
            method,
            agent: this.agent,
            signal,
            timeout: (this.settings.timeout ?? 0) * 1000,
            headers: {
                ...(headers as http.OutgoingHttpHeaders | undefined),
                accept: "application/json",
                ...(content !== undefined && {
                    "content-type": contentType ?? "application/json",
                    "content-length": Buffer.byteLength(content),
                }),
            },
        };
        const { code, text } = await new Promise<{ code: number; text: string }>((resolve, reject) => {
            const request = this.transport.request(url, options, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () =>
                    resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
                );
            });
            request.on("timeout", () => request.destroy(new Error(`no answer within ${this.settings.timeout} s`)));
            request.on("error", (error: NodeJS.ErrnoException) =>
                reject(
                    request.reusedSocket && STALE.has(error.code ?? "") ? new StaleConnection(error.message) : error,
                ),
            );
            request.end(content);
        });
        return parseAnswer(code, text);
    }
}

class StaleConnection extends Error {}

function parseAnswer(code: number, text: string): Bag {
    let answer: unknown;
    try {
        answer = JSON.parse(text);
    } catch {
        answer = undefined;
    }
    if (code >= 200 && code < 300 && isBag(answer as Bag)) return answer as Bag;
    const status = isBag(answer as Bag) ? (answer as Bag) : {};
    throw new ApiError(code, textAt(status, "message") || text.trim() || `the server answered ${code}`, status);
}

/** Client-side rate limit: `burst` requests at once, refilled at `qps` a second. */
class Budget {
    private available: number;
    private updated = Date.now();

    constructor(
        private readonly qps: number,
        private readonly burst: number,
    ) {
        this.available = burst;
    }

    async spend(): Promise<void> {
        const now = Date.now();
        this.available = Math.min(this.burst, this.available + ((now - this.updated) / 1000) * this.qps);
        this.updated = now;
        this.available -= 1;
        if (this.available < 0)
            await new Promise((resolve) => setTimeout(resolve, (-this.available / this.qps) * 1000));
    }
}
