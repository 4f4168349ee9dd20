import assert from "node:assert/strict";
import { difference, goldens } from "./golden";

describe("the stack files", () => {
    for (const golden of goldens) {
        it(`make what stands in tests/golden/${golden.file}`, async () => {
            const patch = await difference(golden);
            // The patch is the message: what would change, and where.
            if (patch !== "") assert.fail(`\n${patch}\nIf that is meant: npm run golden\n`);
        });
    }
});
