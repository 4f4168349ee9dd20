import assert from "node:assert/strict";
import { Readable } from "node:stream";
import fc from "fast-check";
import { demultiplex, type Frame, lines, linewise, type OutputStream } from "../../../docker/output";

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const each of source) all.push(each);
    return all;
}

const from = <T>(parts: readonly T[]): AsyncIterable<T> => Readable.from(parts);

function frame(stream: OutputStream, data: Uint8Array): Buffer {
    const header = Buffer.alloc(8);
    header.writeUInt8(stream === "stdout" ? 1 : 2, 0);
    header.writeUInt32BE(data.length, 4);
    return Buffer.concat([header, data]);
}

/** Cuts bytes at any places, as a network does; empty parts among them. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
    const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const streams = fc.constantFrom<OutputStream>("stdout", "stderr");
const places = fc.array(fc.nat(), { maxLength: 40 });

describe("output of containers", () => {
    it("comes out of the frames as it went in, however the network cuts it", async () => {
        const frames = fc.array(fc.record({ stream: streams, data: fc.uint8Array({ maxLength: 300 }) }), {
            maxLength: 12,
        });
        await fc.assert(
            fc.asyncProperty(frames, places, async (sent, at) => {
                const bytes = Buffer.concat(sent.map(({ stream, data }) => frame(stream, data)));
                const got = await collect(demultiplex(from(cut(bytes, at))));
                assert.deepEqual(
                    got.map(({ stream, data }) => ({ stream, data: [...data] })),
                    sent.map(({ stream, data }) => ({ stream, data: [...data] })),
                );
            }),
        );
    });

    it("says so where it is cut off, wherever that is", async () => {
        const bytes = frame("stderr", Buffer.from("0123456789"));
        for (let end = 1; end < bytes.length; end++) {
            await assert.rejects(collect(demultiplex(from([bytes.subarray(0, end)]))), /in the middle of a message/);
        }
    });

    it("says so where it is not framed", async () => {
        await assert.rejects(collect(demultiplex(from([Buffer.from("plain text of a terminal\n")]))), /not framed/);
    });

    const time = "2026-01-02T03:04:05.000000001Z";
    const stamped = (text: string | Buffer) => Buffer.concat([Buffer.from(`${time} `), Buffer.from(text)]);

    it("becomes lines, a long one put together of its pieces while the other stream goes on", async () => {
        const character = Buffer.from("é");
        const frames: Frame[] = [
            { stream: "stdout", data: stamped(Buffer.concat([Buffer.from("caf"), character.subarray(0, 1)])) },
            { stream: "stderr", data: stamped("warning: 2 words\n") },
            { stream: "stdout", data: stamped(Buffer.concat([character.subarray(1), Buffer.from("\n")])) },
            { stream: "stdout", data: stamped("\n") },
            { stream: "stdout", data: stamped("no newline at the end") },
        ];
        assert.deepEqual(await collect(lines(from(frames))), [
            { stream: "stderr", time, text: "warning: 2 words" },
            { stream: "stdout", time, text: "café" },
            { stream: "stdout", time, text: "" },
            { stream: "stdout", time, text: "no newline at the end" },
        ]);
    });

    it("of a terminal becomes lines too, however the network cuts it", async () => {
        const texts = fc.array(
            fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, "")),
            { maxLength: 8 },
        );
        await fc.assert(
            fc.asyncProperty(texts, places, async (sent, at) => {
                const bytes = Buffer.concat(sent.map((text) => stamped(`${text}\r\n`)));
                const got = await collect(lines(linewise(from(cut(bytes, at)))));
                assert.deepEqual(
                    got,
                    sent.map((text) => ({ stream: "stdout", time, text })),
                );
            }),
        );
    });
});
