import assert from "node:assert/strict";
import fc from "fast-check";
import { type CostArgs, costedInstance, costNotes, estimateCost } from "../../../../config/aws/cost";
import { assumed, type CostedInstance, instancePrice } from "../../../../config/aws/cost-parts";
import type { EksPlan, NodeGroupPlan, SnapshotSchedulePlan } from "../../../../config/aws/eks-plan";
import { listPrices } from "../../../../config/aws/prices";
import { planOf } from "../../../support/plan";

const zones = ["us-east-1a", "us-east-1b"];

function group(more: Partial<NodeGroupPlan> = {}): NodeGroupPlan {
    return {
        name: "general-us-east-1a",
        zone: "us-east-1a",
        instanceTypes: ["m7g.xlarge"],
        amiType: "AL2023_ARM_64_STANDARD",
        releaseVersion: "1.35.2-20261101",
        min: 1,
        desired: 2,
        max: 3,
        diskGi: 50,
        capacityType: "ON_DEMAND",
        labels: {},
        taints: [],
        ...more,
    };
}

function plan(more: Partial<EksPlan> = {}): EksPlan {
    return {
        name: "cht",
        region: "us-east-1",
        account: "123456789012",
        partition: "aws",
        version: "1.35",
        stack: "cht-hosting.test",
        tags: {},
        network: {
            kind: "new",
            cidr: "10.0.0.0/16",
            nat: "single",
            zones: zones.map((zone) => ({ zone, private: "10.0.0.0/18", public: "10.0.192.0/20" })),
        },
        publicAccess: [],
        access: [],
        logs: { types: ["audit"], retentionDays: 30 },
        nodeGroups: [group()],
        addons: [],
        storage: {
            driver: "ebs.csi.aws.com",
            classes: [
                { name: "gp3", default: true, adopt: false, tagSpecifications: [] },
                { name: "fast", default: false, iops: 4000, throughput: 225, adopt: false, tagSpecifications: [] },
            ],
            className: "gp3",
            snapshotClassName: "ebs",
            quiescedClassName: "ebs-quiesced",
            snapshotTagSpecifications: [],
        },
        snapshotPolicies: [],
        ingress: { kind: "alb", scheme: "internet-facing" },
        ...more,
    };
}

function instance(name: string, more: Partial<CostedInstance> = {}): CostedInstance {
    return { name, volumes: [{ className: "gp3", sizeGi: 100 }], memoryGi: 4, cpus: 2, ...more };
}

function daily(more: Partial<SnapshotSchedulePlan> = {}): SnapshotSchedulePlan {
    return {
        name: "daily",
        rule: { interval: 24, time: "01:00" },
        retain: { count: 10 },
        copies: [],
        shareWith: [],
        fastRestoreZones: [],
        everyHours: 24,
        words: "every day at 01:00 UTC, 10 kept",
        ...more,
    };
}

function withSchedule(schedule: SnapshotSchedulePlan): Partial<EksPlan> {
    const { everyHours } = schedule;
    return {
        snapshotPolicies: [{ tier: "main", description: "main", targetTags: {}, schedules: [schedule], everyHours }],
    };
}

function cost(
    more: Partial<EksPlan> = {},
    instances: CostedInstance[] = [instance("uat")],
    args: Partial<CostArgs> = {},
) {
    return estimateCost({ plan: plan(more), instances, prices: listPrices, ...args });
}

describe("the cost of a cluster on AWS", () => {
    const hours = 730;

    it("has every part at its price", () => {
        const { parts, monthly, currency, prices } = cost();
        assert.deepEqual(parts, {
            controlPlane: 73,
            // two m7g.xlarge at 0.1632 an hour, each with a disk of 50 GB
            nodes: 246.27,
            // one NAT gateway with its address, and 100 GB
            network: 41,
            // a load balancer, a capacity unit, addresses in two zones
            loadBalancer: 29.57,
            // two keys, and 5 GB of logs kept for a month
            operation: 4.65,
            volumes: 8,
            snapshots: 0,
        });
        assert.equal(monthly, 402.49);
        assert.deepEqual([currency, prices], ["USD", "us-east-1, 2026-07-20"]);
    });

    it("takes CHT's own figure for a GB of gp3", () => {
        // cost calculator of the documentation: $0.08 a GB and month
        assert.equal(listPrices.regions["us-east-1"]?.volume.gbMonth, 0.08);
    });

    it("grows with zones, gateways, support, and the class of a volume", () => {
        const perZone = cost({ network: { ...plan().network, nat: "per-zone" } as EksPlan["network"] });
        assert.equal(perZone.parts.network, 77.5);
        assert.equal(cost({}, [], { support: "extended" }).parts.controlPlane, 0.6 * hours);
        // 1000 IOPS and 100 MiB/s beyond what gp3 has
        const fast = cost({}, [instance("uat", { volumes: [{ className: "fast", sizeGi: 100 }] })]);
        assert.equal(fast.parts.volumes, 8 + 5 + 4);
    });

    it("costs nothing for what is not made", () => {
        const existing: EksPlan["network"] = { kind: "existing", vpcId: "vpc-1", cidrs: [], zones: [] };
        assert.equal(cost({ network: existing }).parts.network, 0);
        assert.equal(cost({}, []).parts.loadBalancer, 0);
        assert.equal(cost({ logs: { types: [], retentionDays: 90 } }).parts.operation, 2);
        assert.equal(cost({ storage: { ...plan().storage, keyArn: "arn:aws:kms:…" } }).parts.operation, 3.65);
        const watched = [1, 2].map((volumes) => ({ instance: "uat", namespace: "uat", volumes, latestAgeHours: 30 }));
        // a key of the messages, and two alarms over two metrics
        assert.equal(cost({ alarms: { emails: [], watched } }).parts.operation, 4.65 + 1 + 2 * 0.4);
        assert.equal(cost({ alarms: { emails: [], topicArn: "arn:aws:sns:…", watched: [] } }).parts.operation, 4.65);
        const internal = cost({ ingress: { kind: "alb", scheme: "internal" } });
        assert.equal(internal.parts.loadBalancer, 22.27);
    });

    it("counts snapshots by what changes, and their copies with what is sent", () => {
        const tiered = [instance("uat", { tier: "main" })];
        const used = 100 * assumed.used;
        // a whole copy, and ten days of which 3 % change
        assert.equal(cost(withSchedule(daily()), tiered).parts.snapshots, used * 1.3 * 0.05);
        // no snapshot holds more than a whole copy
        const yearly = daily({ everyHours: 8760, retain: { count: 3 } });
        assert.ok(cost(withSchedule(yearly), tiered).parts.snapshots <= used * 4 * 0.05);
        const byAge = daily({ retain: { interval: 10, unit: "DAYS" } });
        assert.equal(cost(withSchedule(byAge), tiered).parts.snapshots, used * 1.3 * 0.05);
        const copied = daily({ copies: [{ region: "eu-west-1", interval: 10, unit: "DAYS" }] });
        const sent = 30.4 * 0.03 * 0.02;
        assert.equal(
            cost(withSchedule(copied), tiered).parts.snapshots,
            Math.round(used * (1.3 * 0.05 * 2 + sent) * 100) / 100,
        );
    });

    it("counts quiesced sets like the snapshots of a tier", () => {
        const sets = { everyHours: 24, retain: { count: 10 } };
        assert.equal(cost({}, [instance("uat", { sets })]).parts.snapshots, 100 * assumed.used * 1.3 * 0.05);
        const taken = costedInstance(planOf(), { quiesced: { every: "week", at: "01:00", keep: "8 weeks" } });
        assert.deepEqual(taken.sets, { everyHours: 168, retain: { interval: 8, unit: "WEEKS" } });
    });

    it("says how dear a fast restore is: by the hour, in every zone", () => {
        const fast = daily({ fastRestoreZones: zones });
        const { parts } = cost(withSchedule(fast), [instance("uat", { tier: "main" })]);
        assert.equal(parts.snapshots, 3.25 + 2 * 0.75 * hours);
    });

    it("takes no snapshots of an instance without a tier, or of another", () => {
        assert.equal(cost(withSchedule(daily()), [instance("uat")]).parts.snapshots, 0);
        assert.equal(cost(withSchedule(daily()), [instance("uat", { tier: "other" })]).parts.snapshots, 0);
    });

    it("estimates Auto Mode's nodes by what the instances ask for, with AWS's fee", () => {
        const { parts, assumptions } = cost({ nodeGroups: [], autoMode: { maximumAgeHours: 504 } }, [
            instance("uat", { memoryGi: 16, cpus: 2 }),
        ]);
        // two of size large, filled to four fifths
        assert.equal(parts.nodes, Math.round((2 / 0.8) * 0.1008 * 1.12 * hours * 100) / 100);
        assert.ok(assumptions.some((text) => text.startsWith("Auto Mode's nodes")));
    });

    it("shares what is shared by memory, and leaves each its own volumes", () => {
        const { instances, parts, monthly } = cost({}, [
            instance("uat", { memoryGi: 2 }),
            instance("production", { memoryGi: 6, volumes: [{ className: "gp3", sizeGi: 300 }] }),
        ]);
        const shared = parts.controlPlane + parts.nodes + parts.network + parts.loadBalancer + parts.operation;
        assert.deepEqual(instances["uat"], { monthly: 106.62, volumes: 8, snapshots: 0, shared: 98.62 });
        assert.equal(instances["production"]?.volumes, 24);
        assert.ok(Math.abs((instances["production"]?.shared ?? 0) - shared * 0.75) < 0.02);
        assert.ok(Math.abs(sum(instances) - monthly) < 0.02);
    });

    it("is the sum of its parts, and of its instances, whatever they are", () => {
        const someInstance = fc.record({
            memoryGi: fc.double({ min: 0.5, max: 64, noNaN: true }),
            cpus: fc.double({ min: 0.1, max: 16, noNaN: true }),
            volumes: fc.array(fc.record({ className: fc.constantFrom("gp3", "fast", "own"), sizeGi: fc.nat(2000) }), {
                maxLength: 3,
            }),
            tier: fc.constantFrom("main", undefined),
        });
        const many = fc.array(someInstance, { minLength: 1, maxLength: 6 });
        fc.assert(
            fc.property(many, fc.integer({ min: 1, max: 400 }), (instances, count) => {
                const {
                    parts,
                    monthly,
                    instances: each,
                } = cost(
                    withSchedule(daily({ retain: { count } })),
                    instances.map((more, index) => instance(`i${index}`, more)),
                );
                assert.ok(Object.values(parts).every((part) => part >= 0));
                assert.ok(Math.abs(Object.values(parts).reduce((a, b) => a + b) - monthly) < 0.1);
                assert.ok(Math.abs(sum(each) - monthly) < 0.1);
            }),
        );
    });

    it("knows every size of a family from one price, and a type's own before it", () => {
        const prices = { instances: { m7g: 0.08, "m7g.2xlarge": 0.2 } };
        const table: [string, number | undefined][] = [
            ["m7g.medium", 0.04],
            ["m7g.large", 0.08],
            ["m7g.xlarge", 0.16],
            ["m7g.2xlarge", 0.2],
            ["m7g.16xlarge", 2.56],
            ["m7g.metal", undefined],
            ["z9.large", undefined],
        ];
        assert.deepEqual(
            table.map(([type]) => [type, instancePrice(type, prices)]),
            table,
        );
    });

    it("leaves out what has no price and says so", () => {
        const { parts, unknown, instances } = cost({ nodeGroups: [group({ instanceTypes: ["z9.large"] })] });
        assert.equal(parts.nodes, 2 * 50 * 0.08);
        assert.deepEqual(unknown, ["2 × z9.large (nodes 'general-us-east-1a')"]);
        assert.ok((instances["uat"]?.monthly ?? 0) > 0);
        const spot = cost({ nodeGroups: [group({ capacityType: "SPOT" })] });
        assert.deepEqual(spot.unknown, ["what spot spares on 'general-us-east-1a': counted as on demand"]);
    });

    it("says so where the table has no prices of the region", () => {
        const { prices, assumptions } = cost({ region: "af-south-1" });
        assert.equal(prices, "us-east-1, 2026-07-20");
        assert.match(assumptions[0] ?? "", /prices of us-east-1, for the table has none of af-south-1/);
    });

    it("is told in a preview in a few lines", () => {
        assert.deepEqual(
            costNotes(cost({ region: "af-south-1", nodeGroups: [group({ instanceTypes: ["z9.large"] })] })),
            [
                "Cost: about 164 USD a month (prices: us-east-1, 2026-07-20): control plane 73, nodes 8, NAT 41, load balancer 30, keys, logs and alarms 5, volumes 8.",
                "Cost by instance, shared parts by memory: uat 164.",
                "Cost, not in the sum: 2 × z9.large (nodes 'general-us-east-1a'). Prices can be given: cluster.prices.",
                "Cost: prices of us-east-1, for the table has none of af-south-1; AWS's differ by region.",
            ],
        );
    });

    it("counts of an instance what its pods ask for and its volumes hold", () => {
        const { volumes, memoryGi, cpus, tier } = costedInstance(
            planOf({ couchdb: { nodes: 3, volume: { kind: "new", size: "100Gi" } } }),
            { tier: "main" },
        );
        assert.deepEqual(
            volumes.map(({ sizeGi }) => sizeGi),
            [100, 100, 100],
        );
        assert.ok(memoryGi > 6 && memoryGi < 32);
        assert.ok(cpus > 3 && cpus < 16);
        assert.equal(tier, "main");
        assert.equal(costedInstance(planOf({ remove: "demo" })).memoryGi, 0);
    });
});

function sum(instances: Readonly<Record<string, { readonly monthly: number }>>): number {
    return Object.values(instances).reduce((total, { monthly }) => total + monthly, 0);
}
