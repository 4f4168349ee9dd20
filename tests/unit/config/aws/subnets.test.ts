import assert from "node:assert/strict";
import fc from "fast-check";
import { isWithin, overlap, rangeOf, rangeText, sizeOf } from "../../../../config/aws/cidr";
import { planSubnets } from "../../../../config/aws/subnets";

const zones = ["eu-west-2a", "eu-west-2b", "eu-west-2c"];

/** Every range of the sizes that a VPC may have here, wherever it begins. */
const vpcs = fc
    .tuple(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
    .map(([prefix, address]) => rangeText({ first: address - (address % sizeOf(prefix)), prefix }));

describe("the subnets of a new VPC", () => {
    it("are a quarter of it for nodes in each zone, and a sixteenth for load balancers", () => {
        assert.deepEqual(planSubnets("10.0.0.0/16", zones), [
            { zone: "eu-west-2a", private: "10.0.0.0/18", public: "10.0.192.0/20" },
            { zone: "eu-west-2b", private: "10.0.64.0/18", public: "10.0.208.0/20" },
            { zone: "eu-west-2c", private: "10.0.128.0/18", public: "10.0.224.0/20" },
        ]);
        assert.deepEqual(planSubnets("172.31.240.0/20", zones.slice(0, 2)), [
            { zone: "eu-west-2a", private: "172.31.240.0/22", public: "172.31.252.0/24" },
            { zone: "eu-west-2b", private: "172.31.244.0/22", public: "172.31.253.0/24" },
        ]);
    });

    it("lie in the VPC, begin where a network begins, and overlap nowhere", () => {
        fc.assert(
            fc.property(vpcs, fc.integer({ min: 1, max: 3 }), (vpc, count) => {
                const ranges = planSubnets(vpc, zones.slice(0, count)).flatMap((subnets) => [
                    subnets.private,
                    subnets.public,
                ]);
                assert.equal(ranges.length, 2 * count);
                ranges.forEach((range, index) => {
                    assert.ok(isWithin(rangeOf(range), rangeOf(vpc)), `${range} in ${vpc}`);
                    assert.equal(rangeText(rangeOf(range)), range);
                    // AWS takes /16 to /28.
                    assert.ok(rangeOf(range).prefix <= 28);
                    for (const other of ranges.slice(index + 1)) {
                        assert.ok(!overlap(rangeOf(range), rangeOf(other)), `${range} and ${other} in ${vpc}`);
                    }
                });
            }),
        );
    });

    it("stay where they are when a zone is added at the end", () => {
        fc.assert(
            fc.property(vpcs, fc.integer({ min: 1, max: 2 }), (vpc, count) => {
                assert.deepEqual(
                    planSubnets(vpc, zones.slice(0, count + 1)).slice(0, count),
                    planSubnets(vpc, zones.slice(0, count)),
                );
            }),
        );
    });

    it("go by a zone's place, not by its name", () => {
        const ranges = (names: string[]) =>
            planSubnets("10.0.0.0/18", names).map((subnets) => [subnets.private, subnets.public]);
        assert.deepEqual(ranges(["b", "a"]), ranges(["a", "b"]));
    });
});
