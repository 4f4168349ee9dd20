import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listPrices, type PriceTable, readPrices } from "../../../../config/aws/prices";

describe("a price file", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-prices-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    function read(content: string, region = "us-east-1") {
        const file = join(folder, "prices.yaml");
        writeFileSync(file, content);
        const { prices, problems } = readPrices(file, region);
        const short = problems.map(({ path, message }) => `${path}: ${message.replace(file, "FILE")}`);
        return { prices, problems: short };
    }

    const own: PriceTable = { ...listPrices, source: "our contract" };

    it("is the project's table where none is given", () => {
        assert.deepEqual(readPrices(undefined, "eu-west-2"), { prices: listPrices, problems: [] });
    });

    it("is taken in the table's form", () => {
        assert.deepEqual(read(JSON.stringify(own)), { prices: own, problems: [] });
    });

    it("must have the cluster's region", () => {
        assert.deepEqual(read(JSON.stringify(own), "eu-west-2").problems, [
            "cluster.prices: 'FILE' has no prices of 'eu-west-2', the cluster's region; it has those of 'us-east-1'",
        ]);
    });

    it("is refused with every mistake at once", () => {
        const region = { ...own.regions["us-east-1"], volume: undefined };
        const wrong = {
            date: "July",
            source: own.source,
            regions: { "us-east-1": { ...region, keyMonth: -1, nat: {} } },
        };
        assert.deepEqual(read(JSON.stringify(wrong)).problems.sort(), [
            "cluster.prices: 'FILE' currency: is required",
            "cluster.prices: 'FILE' date: must be a day such as '2026-07-20', in quotes",
            "cluster.prices: 'FILE' has an unknown key: regions.us-east-1.nat",
            "cluster.prices: 'FILE' regions.us-east-1.keyMonth: must be a number, zero or more",
            "cluster.prices: 'FILE' regions.us-east-1.volume: is required",
        ]);
    });

    it("that cannot be read is told without a stack", () => {
        assert.match(
            readPrices(join(folder, "none"), "us-east-1").problems[0]?.message ?? "",
            /cannot be read: ENOENT/,
        );
        assert.match(read("{ a: ").problems[0] ?? "", /cannot be read/);
        assert.match(read("[]").problems[0] ?? "", /must hold date, source, currency and regions/);
    });
});
