/** The engine's answer while it pulls or loads an image: JSON, one object a line. */
import { EngineError, kindOf } from "./error";
import type { Progress } from "./types";

/**
 * Reads the answer to its end.
 *
 * @throws {EngineError} what the engine said: the status of its answer was sent before it knew.
 */
export async function followProgress(
    source: AsyncIterable<Uint8Array>,
    failure: string,
    onProgress: (progress: Progress) => void = () => undefined,
): Promise<void> {
    for await (const { error, errorDetail, ...progress } of objects(source)) {
        const message = errorDetail?.message ?? error;
        if (message !== undefined) throw new EngineError(kindOf(message), `${failure}: ${message.trim()}`);
        onProgress(progress);
    }
}

interface Report extends Progress {
    readonly error?: string;
    readonly errorDetail?: { readonly message: string };
}

async function* objects(source: AsyncIterable<Uint8Array>): AsyncGenerator<Report> {
    // One decoder for all parts: a character may come in two.
    const decoder = new TextDecoder();
    let rest = "";
    for await (const part of source) {
        const complete = (rest + decoder.decode(part, { stream: true })).split("\n");
        rest = complete.pop() ?? "";
        yield* complete.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Report);
    }
    if (rest.trim() !== "") yield JSON.parse(rest) as Report;
}
