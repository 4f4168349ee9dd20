/** What a browser would do: ask over https, whoever signed the certificate, and tell who did. */
import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { PeerCertificate, TLSSocket } from "node:tls";

export interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
    /** What the server showed, over https. */
    readonly certificate?: PeerCertificate;
}

export interface Question {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** The name asked for, where the URL holds an address. */
    readonly servername?: string;
}

export function ask(url: string, { method = "GET", headers = {}, body, servername }: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const tls = { rejectUnauthorized: false, servername };
        // No kept connection: each asks anew for the certificate.
        const options = { method, headers: { ...headers }, agent: false as const, timeout: 10_000, ...tls };
        const request = url.startsWith("https:") ? requestHttps(url, options) : requestHttp(url, options);
        request.on("timeout", () => request.destroy(new Error(`${url} does not answer`)));
        request.on("error", reject);
        request.on("response", (response) => {
            const { socket } = response;
            const certificate = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
            let text = "";
            response.setEncoding("utf8").on("data", (part: string) => (text += part));
            response.on("error", reject);
            response.on("end", () =>
                resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, certificate }),
            );
        });
        request.end(body);
    });
}

/** A user of CHT, in front of one address. */
export class User {
    constructor(
        readonly url: string,
        readonly name: string,
        readonly password: string,
        readonly database = "medic",
    ) {}

    /** The page's own way in. The cookie, where the password is right. */
    async login(): Promise<string | undefined> {
        const answer = await ask(`${this.url}/${this.database}/login`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ user: this.name, password: this.password, redirect: "/" }),
        });
        assert.ok([302, 401].includes(answer.status), `${answer.status} ${answer.body}`);
        return answer.headers["set-cookie"]?.[0]?.split(";")[0];
    }

    private get authorization(): Record<string, string> {
        return { Authorization: `Basic ${Buffer.from(`${this.name}:${this.password}`).toString("base64")}` };
    }

    /** Writes a document, through nginx, API and HAProxy to CouchDB. */
    async write(id: string, content: object): Promise<void> {
        const headers = { ...this.authorization, "Content-Type": "application/json" };
        const url = `${this.url}/${this.database}/${id}`;
        const { status, body } = await ask(url, { method: "PUT", headers, body: JSON.stringify(content) });
        assert.equal(status, 201, body);
    }

    async read(id: string): Promise<Record<string, unknown>> {
        const { status, body } = await ask(`${this.url}/${this.database}/${id}`, { headers: this.authorization });
        assert.equal(status, 200, body);
        return JSON.parse(body) as Record<string, unknown>;
    }

    async version(): Promise<string> {
        return (JSON.parse((await ask(`${this.url}/api/info`)).body) as { version: string }).version;
    }
}

/** Looks until `good`, and says what it last saw where that takes longer than `seconds`. */
export async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean, seconds = 60): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        let said: string;
        try {
            const seen = await look();
            if (good(seen)) return seen;
            said = JSON.stringify(seen);
        } catch (error) {
            said = String(error);
        }
        if (Date.now() > end) assert.fail(`still not after ${seconds} s: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
}
