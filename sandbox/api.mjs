// The few calls to the API server that the sandbox makes itself, on Node's own https.
import { request } from "node:https";

/** The API server's refusal, with its HTTP status. */
export class ApiError extends Error {
    /** @param {number} status @param {string} message */
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

/** A connection to the API server. */
export class Api {
    #connection;

    /** @param {{ server: string, authority: Buffer, token: string }} connection */
    constructor(connection) {
        this.#connection = connection;
    }

    /**
     * @param {string} path
     * @param {{ method?: string, body?: unknown, contentType?: string }} [options]
     * @returns {Promise<string>} the answer's text
     */
    call(path, { method = "GET", body, contentType = "application/json" } = {}) {
        const { server, authority, token } = this.#connection;
        const headers = { authorization: `Bearer ${token}`, "content-type": contentType };
        return new Promise((answer, refuse) => {
            const call = request(`${server}${path}`, { method, ca: authority, headers, timeout: 5000 }, (response) => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (part) => (text += part));
                response.on("error", refuse);
                response.on("end", () => {
                    const status = response.statusCode ?? 0;
                    if (status < 300) answer(text);
                    else refuse(new ApiError(status, `${method} ${path}: ${text}`));
                });
            });
            call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer in 5 seconds`)));
            call.on("error", refuse);
            call.end(body === undefined ? undefined : JSON.stringify(body));
        });
    }

    /** @param {string} path @returns {Promise<any>} */
    async get(path) {
        return JSON.parse(await this.call(path));
    }

    /** Server-side apply. @param {string} path @param {object} body */
    async apply(path, body) {
        const contentType = "application/apply-patch+yaml";
        await this.call(`${path}?fieldManager=sandbox&force=true`, { method: "PATCH", body, contentType });
    }

    /** @param {string} path */
    async remove(path) {
        await this.call(path, { method: "DELETE" });
    }

    /** Whether the API server says that it is ready. */
    async isReady() {
        try {
            return (await this.call("/readyz")) === "ok";
        } catch {
            return false;
        }
    }
}
