/**
 * Downloads files of a release and checks each before anybody opens it.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "./failure.mjs";

/** The release cannot be had now (no network, a dead host, a broken transfer): another way may still work. */
export class Unreachable extends Error {}

/** How long to wait for an answer, and then for each next piece. */
export const defaultTimeouts = { connect: 5_000, stall: 30_000 };

/** @typedef {typeof defaultTimeouts} Timeouts */

/**
 * @param {string} url
 * @param {string} file
 * @param {{ timeouts?: Timeouts, report?: (state: string) => void }} [options]
 * @returns {Promise<string>} the SHA-256 of what was written
 */
export async function download(url, file, { timeouts = defaultTimeouts, report } = {}) {
    return answered(url, timeouts, async (response, alive) => {
        const total = Number(response.headers.get("content-length")) || undefined;
        const hash = createHash("sha256");
        let received = 0;
        const measure = new Transform({
            transform(chunk, _encoding, done) {
                alive();
                received += chunk.length;
                hash.update(chunk);
                report?.(`${basename(url)}: ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`);
                done(null, chunk);
            },
        });
        const body = Readable.fromWeb(/** @type {import("node:stream/web").ReadableStream} */ (response.body));
        await pipeline(body, measure, createWriteStream(file));
        return hash.digest("hex");
    });
}

/**
 * @param {string} url
 * @param {Timeouts} [timeouts]
 * @returns {Promise<string>}
 */
export function text(url, timeouts = defaultTimeouts) {
    return answered(url, timeouts, (response) => response.text());
}

/**
 * Whether a host answers for this URL at all.
 * @param {string} url
 * @param {number} milliseconds
 */
export async function reachable(url, milliseconds) {
    try {
        const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(milliseconds) });
        return response.ok;
    } catch {
        return false;
    }
}

/**
 * @template T
 * @param {string} url
 * @param {Timeouts} timeouts
 * @param {(response: Response, alive: () => void) => Promise<T>} use `alive` puts the time-out off
 * @returns {Promise<T>}
 */
async function answered(url, { connect, stall }, use) {
    const abort = new AbortController();
    let waiting = `no answer within ${connect / 1000} s`;
    let timer = setTimeout(() => abort.abort(), connect);
    const alive = () => {
        clearTimeout(timer);
        waiting = `nothing received for ${stall / 1000} s`;
        timer = setTimeout(() => abort.abort(), stall);
    };
    try {
        const response = await fetch(url, { signal: abort.signal, headers: { "user-agent": "cht-hosting" } });
        alive();
        if (!response.ok) throw new Unreachable(`${url} answered ${response.status}`);
        return await use(response, alive);
    } catch (error) {
        if (error instanceof Unreachable) throw error;
        const { code, message, cause } = /** @type {NodeJS.ErrnoException & { cause?: Error }} */ (error);
        // fetch wraps what the network does; a bare system error is about the file that is written.
        if (code === "ENOSPC") throw new Failure(`the disk is full: ${message}`);
        if (typeof code === "string" && !cause) throw error;
        throw new Unreachable(`${url}: ${abort.signal.aborted ? waiting : (cause?.message ?? message)}`);
    } finally {
        clearTimeout(timer);
    }
}

/**
 * Finds a file's SHA-256 in what its publisher offers: a list of sums, a bare sum, or GitHub's description of a release.
 *
 * @param {string} published
 * @param {string} fileName
 * @returns {string | undefined}
 */
export function checksumIn(published, fileName) {
    if (published.trimStart().startsWith("{")) {
        /** @type {{ assets?: { name: string, digest?: string | null }[] }} */
        const release = JSON.parse(published);
        const digest = release.assets?.find(({ name }) => name === fileName)?.digest;
        return digest ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
    }
    for (const line of published.split("\n")) {
        const [sum = "", name] = line.trim().split(/\s+\*?/);
        if (/^[0-9a-f]{64}$/.test(sum) && (name === undefined || basename(name) === fileName)) return sum;
    }
    return undefined;
}

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
