import assert from "node:assert/strict";
import { compareQuantities, quantityOf } from "../../../config/quantity";

describe("quantities", () => {
    const cases: readonly [string, number][] = [
        ["0", 0],
        ["1", 1],
        ["250m", 0.25],
        ["0.5", 0.5],
        ["1k", 1000],
        ["1Ki", 1024],
        ["1.5Gi", 1.5 * 2 ** 30],
        ["2Ti", 2 ** 41],
        ["1e3", 1000],
        ["1E", 1e18],
        ["53687091200", 50 * 2 ** 30],
    ];
    for (const [text, number] of cases) {
        it(`${text} is ${number}`, () => assert.equal(quantityOf(text), number));
    }

    it("compares numbers, not texts", () => {
        assert.ok(compareQuantities("9Gi", "10Gi") < 0);
        assert.ok(compareQuantities("1Ti", "1000Gi") > 0);
        assert.equal(compareQuantities("1Gi", "1024Mi"), 0);
        assert.equal(compareQuantities("50Gi", "53687091200"), 0);
    });

    for (const text of ["", "Gi", "1 Gi", "1gi", "-1", "ten"]) {
        it(`'${text}' is none`, () => assert.throws(() => quantityOf(text), /is not a Kubernetes quantity/));
    }
});
