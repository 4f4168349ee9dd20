import assert from "node:assert/strict";
import * as fc from "fast-check";
import { made, planned, problemsOf } from "./classes-support";

describe("what gp3 does not have", () => {
    const path = "cluster.storage.classes.fast";
    const cases: [object, string, string][] = [
        [{ iops: 2999 }, "iops", "must be 3000 to 80000, as gp3 has it"],
        [{ iops: 80001 }, "iops", "must be 3000 to 80000, as gp3 has it"],
        [{ throughput: 124 }, "throughput", "must be 125 to 2000 MiB a second, as gp3 has it"],
        [{ iops: 80000, throughput: 2001 }, "throughput", "must be 125 to 2000 MiB a second, as gp3 has it"],
        [
            { throughput: 1000 },
            "throughput",
            "must be at most 0.25 MiB a second for each of the 3000 IOPS, 750: 1000 needs iops: 4000",
        ],
    ];
    for (const [fast, key, message] of cases) {
        it(`${JSON.stringify(fast)}: ${message}`, () =>
            assert.deepEqual(problemsOf({ classes: { fast } }), [{ path: `${path}.${key}`, message }]));
    }

    it("is allowed up to the limits themselves", () => {
        const classes = {
            a: { iops: 3000, throughput: 750 },
            b: { iops: 80000, throughput: 2000 },
            c: { throughput: 125 },
        };
        assert.deepEqual(problemsOf({ classes, className: "a" }), []);
    });

    it("several classes without saying which is new volumes' own: Pulumi keeps no order of keys", () => {
        const volumes = [{ path: "instances.uat.couchdb.volume.size", size: "10Gi" }];
        assert.deepEqual(problemsOf({ classes: { gp3: {}, fast: {} } }, volumes), [
            {
                path: "cluster.storage.className",
                message: "is required with several classes, 'gp3' or 'fast': no order of them is kept",
            },
        ]);
    });

    it("is told all at once", () => {
        const classes = { a: { iops: 1, throughput: 1 }, b: { iops: 90000 } };
        const volumes = [{ path: "instances.uat.couchdb.volume.size", size: "65Ti", className: "d" }];
        assert.deepEqual(
            problemsOf({ classes, className: "c" }, volumes).map(({ path }) => path),
            [
                "cluster.storage.className",
                "cluster.storage.classes.a.iops",
                "cluster.storage.classes.a.throughput",
                "cluster.storage.classes.b.iops",
                "instances.uat.couchdb.volume.className",
                "instances.uat.couchdb.volume.size",
            ],
        );
    });

    it("no class at all", () => {
        assert.deepEqual(problemsOf({ classes: {} }), [
            { path: "cluster.storage.classes", message: "must have at least one class, such as gp3: {}" },
        ]);
    });

    describe("of a volume", () => {
        const classes = { fast: { iops: 16000 } };
        const volume = (size: string, className?: string) => [
            { path: "instances.uat.couchdb.volume.size", size, className },
        ];
        it("is more IOPS than its size allows", () => {
            assert.deepEqual(problemsOf({ classes }, volume("31Gi")), [
                {
                    path: "instances.uat.couchdb.volume.size",
                    message: "must be at least 32Gi for the 16000 IOPS of class 'fast': gp3 allows 500 for each GiB",
                },
            ]);
            assert.deepEqual(problemsOf({ classes }, volume("32Gi")), []);
        });

        it("is more than 64 TiB", () => {
            assert.deepEqual(problemsOf({}, volume("65537Gi")), [
                { path: "instances.uat.couchdb.volume.size", message: "must be at most 65536Gi, as gp3 has it" },
            ]);
            assert.deepEqual(problemsOf({}, volume("64Ti")), []);
        });

        it("is a class that is nowhere; one that the cluster has is allowed", () => {
            assert.deepEqual(problemsOf({}, volume("10Gi", "gp2")), [
                {
                    path: "instances.uat.couchdb.volume.className",
                    message: "must be one of cluster.storage.classes, 'gp3', not 'gp2'",
                },
            ]);
            const gp2 = made(planned().plan, "gp3", { stack: undefined });
            assert.deepEqual(problemsOf({}, volume("10Gi", "gp2"), new Map([["gp2", gp2]])), []);
        });
    });

    it("is refused exactly where AWS refuses it", () => {
        const iops = fc.option(fc.integer({ min: 2900, max: 80100 }), { nil: undefined });
        const throughput = fc.option(fc.integer({ min: 120, max: 2010 }), { nil: undefined });
        fc.assert(
            fc.property(iops, throughput, fc.integer({ min: 1, max: 70000 }), (operations, bandwidth, sizeGi) => {
                const [io = 3000, mib = 125] = [operations, bandwidth];
                const right =
                    io >= 3000 &&
                    io <= 80000 &&
                    io <= Math.max(3000, 500 * sizeGi) &&
                    mib >= 125 &&
                    mib <= 2000 &&
                    4 * mib <= io &&
                    sizeGi <= 65536;
                const classes = { gp3: { iops: operations, throughput: bandwidth } };
                const problems = problemsOf({ classes }, [{ path: "a.size", size: `${sizeGi}Gi` }]);
                assert.equal(problems.length === 0, right, JSON.stringify(problems));
            }),
        );
    });
});
