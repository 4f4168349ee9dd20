/** What containers write: the engine sends both streams as frames in one, and logs a line at a time. */
import { EngineError } from "./error";

export type OutputStream = "stdout" | "stderr";

/** What a container wrote at once. In a log: one message of the log driver, a line or a piece of a long one. */
export interface Frame {
    readonly stream: OutputStream;
    readonly data: Buffer;
}

export interface LogLine {
    readonly stream: OutputStream;
    /** When the engine got it, RFC 3339 with nanoseconds. */
    readonly time: string;
    /** Without the newline. */
    readonly text: string;
}

const HEADER = 8;
const streams: Readonly<Record<number, OutputStream>> = { 0: "stdout", 1: "stdout", 2: "stderr" };

/**
 * Takes the engine's frames apart: a byte that names the stream, three that mean nothing, the length in four, the data.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export async function* demultiplex(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const part of source) {
        rest = rest.length === 0 ? Buffer.from(part) : Buffer.concat([rest, part]);
        while (rest.length >= HEADER) {
            const end = HEADER + rest.readUInt32BE(4);
            const stream = streams[rest.readUInt8(0)];
            if (stream === undefined)
                throw new EngineError("refused", "the container's output is not framed as expected");
            if (rest.length < end) break;
            yield { stream, data: rest.subarray(HEADER, end) };
            rest = rest.subarray(end);
        }
    }
    if (rest.length > 0) throw new EngineError("unreachable", "the container's output ends in the middle of a message");
}

/** The output of a container with a terminal is not framed; every line is taken for a message. */
export async function* linewise(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const part of source) {
        rest = Buffer.concat([rest, part]);
        for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
            yield { stream: "stdout", data: rest.subarray(0, end + 1) };
            rest = rest.subarray(end + 1);
        }
    }
    if (rest.length > 0) yield { stream: "stdout", data: rest };
}

/** Lines of frames that begin with a time stamp; the pieces of a long line each have one. */
export async function* lines(frames: AsyncIterable<Frame>): AsyncGenerator<LogLine> {
    const begun = new Map<OutputStream, { time: string; pieces: Buffer[] }>();
    const finish = (stream: OutputStream, { time, pieces }: { time: string; pieces: Buffer[] }): LogLine => ({
        stream,
        time,
        text: Buffer.concat(pieces)
            .toString()
            .replace(/\r?\n$/, ""),
    });
    for await (const { stream, data } of frames) {
        const space = data.indexOf(0x20);
        const line = begun.get(stream) ?? { time: data.toString("latin1", 0, space), pieces: [] };
        line.pieces.push(data.subarray(space + 1));
        begun.set(stream, line);
        if (data.at(-1) !== 0x0a) continue;
        begun.delete(stream);
        yield finish(stream, line);
    }
    for (const [stream, line] of begun) yield finish(stream, line);
}
