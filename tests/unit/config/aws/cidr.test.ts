import assert from "node:assert/strict";
import fc from "fast-check";
import { isWithin, overlap, rangeOf, rangeText, sizeOf } from "../../../../config/aws/cidr";

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const range = fc
    .record({ address, prefix: fc.integer({ min: 0, max: 32 }) })
    .map(({ address: first, prefix }) => rangeOf(rangeText({ first, prefix })));

/** The addresses of two small ranges, counted out. */
const small = fc
    .record({ first: fc.integer({ min: 0, max: 255 }), prefix: fc.integer({ min: 24, max: 32 }) })
    .map((one) => rangeOf(rangeText(one)));
const addresses = ({ first, prefix }: { first: number; prefix: number }) =>
    Array.from({ length: sizeOf(prefix) }, (_, index) => first + index);

describe("a range of addresses", () => {
    it("comes back as it was written", () => {
        for (const text of ["10.0.0.0/16", "0.0.0.0/0", "255.255.255.255/32", "192.168.128.0/20"]) {
            assert.equal(rangeText(rangeOf(text)), text);
        }
    });

    it("begins at its first address, whichever was written", () => {
        assert.equal(rangeText(rangeOf("10.0.17.3/16")), "10.0.0.0/16");
        fc.assert(fc.property(range, (one) => assert.deepEqual(rangeOf(rangeText(one)), one)));
    });

    it("overlaps and lies within as its addresses do", () => {
        fc.assert(
            fc.property(small, small, (one, other) => {
                const [its, others] = [new Set(addresses(one)), addresses(other)];
                assert.equal(
                    overlap(one, other),
                    others.some((each) => its.has(each)),
                );
                assert.equal(
                    isWithin(other, one),
                    others.every((each) => its.has(each)),
                );
            }),
        );
    });
});
