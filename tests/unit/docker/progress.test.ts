import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { EngineError } from "../../../docker/error";
import { followProgress } from "../../../docker/progress";
import type { Progress } from "../../../docker/types";

function inPieces(text: string, size: number): AsyncIterable<Buffer> {
    const bytes = Buffer.from(text);
    const starts = [...Array(Math.ceil(bytes.length / size)).keys()].map((piece) => piece * size);
    return Readable.from(starts.map((start) => bytes.subarray(start, start + size)));
}

const report = [
    '{"status":"Loading layer","progressDetail":{"current":32768,"total":3072},"id":"a1"}\r\n',
    '{"stream":"Loaded image: café:1\\n"}\r\n',
].join("");

async function failure(text: string): Promise<EngineError> {
    try {
        await followProgress(inPieces(text, 7), "image 'x' cannot be pulled");
    } catch (error) {
        assert.ok(error instanceof EngineError);
        return error;
    }
    throw new assert.AssertionError({ message: "it did not fail" });
}

describe("progress of an image", () => {
    it("is told object by object, however the network cuts it", async () => {
        for (let size = 1; size < report.length; size++) {
            const told: Progress[] = [];
            await followProgress(inPieces(report, size), "x", (progress) => told.push(progress));
            assert.deepEqual(told, [
                { status: "Loading layer", progressDetail: { current: 32768, total: 3072 }, id: "a1" },
                { stream: "Loaded image: café:1\n" },
            ]);
        }
    });

    it("ends in the engine's error, whose kind is known by its words", async () => {
        const full = "write /usr/lib/x.so: no space left on device";
        const error = await failure(`${report}${JSON.stringify({ errorDetail: { message: full }, error: full })}\r\n`);
        assert.deepEqual([error.kind, error.message], ["disk-full", `image 'x' cannot be pulled: ${full}`]);
        assert.equal((await failure('{"error":"manifest for x:1 not found: manifest unknown"}')).kind, "not-found");
        assert.equal((await failure('{"error":"unexpected EOF"}')).kind, "refused");
    });
});
