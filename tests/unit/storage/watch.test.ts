import assert from "node:assert/strict";
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Snapshot, Volume } from "@aws-sdk/client-ec2";
import * as fc from "fast-check";
import { type Clients, type Settings, watch } from "../../../components/storage/watch";

const now = new Date("2026-11-22T12:00:00Z");
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

const volume = (id: string, namespace: string, hours = 1000): Volume => ({
    VolumeId: id,
    CreateTime: ago(hours),
    Tags: [
        { Key: "Name", Value: "something" },
        { Key: "cht-hosting/volumes", Value: `prod/${namespace}` },
    ],
});

const snapshot = (id: string, hours: number, state = "completed"): Snapshot => ({
    VolumeId: id,
    StartTime: ago(hours),
    State: state,
});

/** AWS with what it has, answering as it does: by filter, in pages of two. */
function aws(volumes: readonly Volume[], snapshots: readonly Snapshot[]) {
    const calls: unknown[] = [];
    const told: MetricDatum[] = [];
    const page = <Item>(items: readonly Item[], token: string | undefined) => {
        const start = Number(token ?? 0);
        const next = start + 2 < items.length ? { NextToken: String(start + 2) } : {};
        return { items: items.slice(start, start + 2), next };
    };
    const clients: Clients = {
        ec2: {
            describeVolumes({ Filters, NextToken }) {
                calls.push({ describeVolumes: Filters });
                const [filter] = Filters;
                const found = volumes.filter(({ Tags = [] }) =>
                    Tags.some(
                        ({ Key, Value = "" }) => filter?.Name === `tag:${Key ?? ""}` && filter.Values.includes(Value),
                    ),
                );
                const { items, next } = page(found, NextToken);
                return Promise.resolve({ Volumes: items, ...next });
            },
            describeSnapshots({ OwnerIds, Filters, NextToken }) {
                calls.push({ describeSnapshots: Filters, OwnerIds });
                const ids = Filters.find(({ Name }) => Name === "volume-id")?.Values ?? [];
                const { items, next } = page(
                    snapshots.filter(({ VolumeId = "" }) => ids.includes(VolumeId)),
                    NextToken,
                );
                return Promise.resolve({ Snapshots: items, ...next });
            },
        },
        cloudWatch: {
            putMetricData({ Namespace, MetricData }) {
                calls.push({ putMetricData: Namespace, count: MetricData.length });
                told.push(...MetricData);
                return Promise.resolve({});
            },
        },
    };
    return { clients, calls, told };
}

const settings = (watched: Record<string, number>): Settings => ({
    cluster: "prod",
    tag: "cht-hosting/volumes",
    metrics: "cht-hosting/snapshots",
    watched: Object.entries(watched).map(([instance, volumes]) => ({
        instance,
        volumesTag: `prod/${instance}`,
        volumes,
    })),
});

async function measured(volumes: readonly Volume[], snapshots: readonly Snapshot[], expected = volumes.length) {
    return (await watch(settings({ uat: expected }), aws(volumes, snapshots).clients, now))["uat"];
}

describe("the watch over snapshots", () => {
    it("tells CloudWatch of each instance by its own volumes", async () => {
        const { clients, told, calls } = aws(
            [
                volume("vol-1", "uat"),
                volume("vol-2", "production"),
                volume("vol-3", "production"),
                volume("vol-4", "production"),
                volume("vol-5", "of-nobody"),
            ],
            [
                snapshot("vol-1", 3),
                snapshot("vol-1", 27),
                snapshot("vol-2", 10),
                snapshot("vol-3", 10.5),
                snapshot("vol-4", 9.75),
                snapshot("vol-4", 33.75),
                snapshot("vol-5", 0),
            ],
        );
        const results = await watch(settings({ uat: 1, production: 3 }), clients, now);
        const dimensions = (instance: string) => [
            { Name: "Cluster", Value: "prod" },
            { Name: "Instance", Value: instance },
        ];
        const datum = (instance: string, MetricName: string, Value: number, Unit = "None") => ({
            MetricName,
            Dimensions: dimensions(instance),
            Value,
            Unit,
        });
        assert.deepEqual(results, {
            uat: { ageHours: 3, without: 0 },
            production: { ageHours: 10.5, without: 0, skewMinutes: 45 },
        });
        assert.deepEqual(told, [
            datum("uat", "SnapshotAgeHours", 3),
            datum("uat", "VolumesWithoutSnapshot", 0, "Count"),
            datum("production", "SnapshotAgeHours", 10.5),
            datum("production", "VolumesWithoutSnapshot", 0, "Count"),
            datum("production", "SnapshotSkewMinutes", 45),
        ]);
        const volumesFilter = { Name: "tag:cht-hosting/volumes", Values: ["prod/uat", "prod/production"] };
        const snapshotsFilter = { Name: "volume-id", Values: ["vol-1", "vol-2", "vol-3", "vol-4"] };
        assert.deepEqual(calls, [
            ...Array.from({ length: 2 }, () => ({ describeVolumes: [volumesFilter] })),
            ...Array.from({ length: 3 }, () => ({ describeSnapshots: [snapshotsFilter], OwnerIds: ["self"] })),
            { putMetricData: "cht-hosting/snapshots", count: 5 },
        ]);
    });

    it("counts the age of the volume that is worst off, and of one without a snapshot from its beginning", async () => {
        const volumes = [volume("vol-1", "uat"), volume("vol-2", "uat", 50)];
        assert.deepEqual(await measured(volumes, [snapshot("vol-1", 1)]), { ageHours: 50, without: 1 });
        assert.deepEqual(await measured([volume("vol-1", "uat", 2)], []), { ageHours: 2, without: 1 });
    });

    it("takes none for a snapshot that cannot be restored yet, or failed", async () => {
        const volumes = [volume("vol-1", "uat")];
        const states = ["pending", "error", "recovering"];
        for (const state of states) {
            const snapshots = [snapshot("vol-1", 1, state), snapshot("vol-1", 25)];
            assert.deepEqual(await measured(volumes, snapshots), { ageHours: 25, without: 0 }, state);
        }
    });

    it("tells no age where there is no volume, so that the missing metric raises the alarm", async () => {
        assert.deepEqual(await measured([], [], 3), { without: 3 });
        const { clients, told } = aws([], []);
        await watch(settings({ uat: 1 }), clients, now);
        assert.deepEqual(
            told.map(({ MetricName }) => MetricName),
            ["VolumesWithoutSnapshot"],
        );
    });

    it("counts a volume that is not there", async () => {
        assert.deepEqual(await measured([volume("vol-1", "uat")], [snapshot("vol-1", 1)], 3), {
            ageHours: 1,
            without: 2,
        });
    });

    describe("measures how far apart the newest set lies", () => {
        const volumes = ["vol-1", "vol-2", "vol-3"].map((id) => volume(id, "uat"));
        const skew = async (snapshots: readonly Snapshot[]) => (await measured(volumes, snapshots))?.skewMinutes;
        const yesterday = [snapshot("vol-1", 34), snapshot("vol-2", 34.1), snapshot("vol-3", 34.2)];

        it("of all volumes, however long their copies take", async () => {
            const today = [snapshot("vol-1", 10), snapshot("vol-2", 10.5, "pending"), snapshot("vol-3", 10.25)];
            assert.equal(await skew([...yesterday, ...today]), 30);
        });

        it("not of one that is just being taken", async () => {
            assert.equal(await skew([...yesterday, snapshot("vol-1", 0.1)]), 12);
        });

        it("without the ones that failed", async () => {
            const today = [snapshot("vol-1", 10), snapshot("vol-2", 10, "error"), snapshot("vol-3", 10)];
            assert.equal(await skew([...yesterday, ...today]), 12);
        });

        it("whatever order they come in", async () => {
            const hours = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 });
            await fc.assert(
                fc.asyncProperty(fc.tuple(hours, hours, hours), async (each) => {
                    const all = each.flatMap((times, index) => times.map((time) => snapshot(`vol-${index + 1}`, time)));
                    assert.equal(await skew(all), await skew([...all].reverse()));
                }),
                { numRuns: 100, examples: [[[[17], [29, 5, 0], [0]]]] },
            );
        });

        it("of two volumes at least", async () => {
            assert.equal(await skew([snapshot("vol-1", 1)]), undefined);
        });
    });

    it("asks AWS for no more than it takes at once", async () => {
        const many = Array.from({ length: 450 }, (_, index) => `i${index}`);
        const { clients, calls } = aws(
            many.map((name) => volume(`vol-${name}`, name)),
            [],
        );
        await watch(settings(Object.fromEntries(many.map((name) => [name, 1]))), clients, now);
        const sizes = (calls as { describeVolumes?: { Values: string[] }[]; count?: number }[]).map(
            ({ describeVolumes, count }) => describeVolumes?.[0]?.Values.length ?? count ?? 0,
        );
        assert.ok(sizes.every((size) => size <= 1000) && sizes.includes(50) && sizes.includes(900), sizes.join());
        assert.equal(Math.max(...sizes.slice(0, -1)), 200);
    });
});
