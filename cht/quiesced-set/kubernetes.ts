/**
 * The API server, as a pod of the instance reaches it: on Node 16 or later, with nothing but Node, `settings.json` beside this
 * file, and the service account's token.
 */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import type { QuiescedSettings } from "./settings";

export interface Metadata {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
}

export class ApiError extends Error {
    constructor(
        readonly code: number,
        message: string,
    ) {
        super(message);
    }
}

export const settings = JSON.parse(readFileSync(join(__dirname, "settings.json"), "utf8")) as QuiescedSettings;
const { patience } = settings;

export function say(text: string): void {
    process.stdout.write(`${text}\n`);
}

/** A signal ends waiting, but not while what was stopped is being started. */
let interrupted: string | undefined;
let uninterruptible = false;
let wake = () => {};
for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
        interrupted = signal;
        wake();
    });
}

export function pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        if (uninterruptible) return;
        wake = () => {
            clearTimeout(timer);
            resolve();
        };
        if (interrupted !== undefined) wake();
    });
}

/** One call of the API server; the token is read each time, because it is changed every hour. */
export function callOnce<T>(method: string, path: string, body?: unknown): Promise<T> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
        const outgoing = request(
            {
                host: process.env["KUBERNETES_SERVICE_HOST"],
                port: process.env["KUBERNETES_SERVICE_PORT"],
                path,
                method,
                ca: readFileSync(join(settings.account, "ca.crt")),
                timeout: 15_000,
                headers: {
                    authorization: `Bearer ${readFileSync(join(settings.account, "token"), "utf8").trim()}`,
                    accept: "application/json",
                    ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }),
                },
            },
            (incoming) => {
                const chunks: Buffer[] = [];
                incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                incoming.on("error", reject);
                incoming.on("end", () => {
                    const answer = Buffer.concat(chunks).toString("utf8");
                    const code = incoming.statusCode ?? 0;
                    if (code >= 200 && code < 300) return resolve(JSON.parse(answer) as T);
                    reject(new ApiError(code, `${method} ${path.split("?")[0] ?? ""}: ${code} ${messageOf(answer)}`));
                });
            },
        );
        outgoing.on("timeout", () => outgoing.destroy(new Error("the API server does not answer")));
        outgoing.on("error", reject);
        outgoing.end(text);
    });
}

function messageOf(answer: string): string {
    try {
        return String((JSON.parse(answer) as { message?: unknown }).message);
    } catch {
        return "";
    }
}

/** Tries again while the API server is away or too busy: it may be upgraded in the middle of a set. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const until = Date.now() + patience.api * 1000;
    for (;;) {
        try {
            return await callOnce<T>(method, path, body);
        } catch (error) {
            const passing = !(error instanceof ApiError) || error.code >= 500 || error.code === 429;
            if (!passing || Date.now() > until) throw error;
            await pause(patience.poll);
            stopIfInterrupted();
        }
    }
}

export function stopIfInterrupted(): void {
    if (interrupted !== undefined && !uninterruptible) throw new Error(`the run was ended by ${interrupted}`);
}

/** From here on a signal changes nothing: what was begun is ended. */
export function ignoreSignals(ignore: boolean): void {
    uninterruptible = ignore;
}
