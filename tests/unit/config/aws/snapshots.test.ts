import assert from "node:assert/strict";
import { planAlarms, planSnapshotPolicies } from "../../../../config/aws/snapshots";
import { args, daily, instance, planned, withSchedule } from "./snapshots-support";

describe("snapshot policies", () => {
    it("are one for each tier, taking exactly its instances' volumes", () => {
        const tiers = {
            standard: { schedules: { daily }, namespaces: ["training"] },
            close: { schedules: { hourly: { every: "4 hours", at: "01:30", keep: "2 days" }, daily } },
            idle: { schedules: { daily } },
        };
        const { policies, problems, notes } = planned({ tiers, default: "standard", alarms: { email: ["a@b.org"] } }, [
            instance("uat"),
            instance("production", "close", 3, "cht-production"),
            instance("demo", "none"),
            instance("archive", "standard"),
        ]);
        assert.deepEqual(problems, []);
        assert.deepEqual(
            policies.map(({ tier, targetTags, everyHours }) => ({ tier, targetTags, everyHours })),
            [
                {
                    tier: "standard",
                    targetTags: { "cht-hosting/volumes": ["prod/archive", "prod/training", "prod/uat"] },
                    everyHours: 24,
                },
                { tier: "close", targetTags: { "cht-hosting/volumes": ["prod/cht-production"] }, everyHours: 4 },
            ],
        );
        assert.deepEqual(notes, [
            "Snapshots of tier 'standard', 'daily': every day at 02:00 UTC, 14 kept; begun within the hour.",
            "Snapshots of tier 'close', 'hourly': every 4 hours from 01:30 UTC, kept for 2 days; begun within the hour.",
            "Snapshots of tier 'close', 'daily': every day at 02:00 UTC, 14 kept; begun within the hour.",
            "Tier 'idle' has no instance: there is no policy for it.",
            "No snapshots are taken of demo.",
            "The tier's snapshots of 'production' are no consistent set: its 3 CouchDB volumes are taken one by one while it writes. 'snapshots.quiesced' takes consistent ones.",
        ]);
    });

    it("have the schedules as AWS has them, and in words", () => {
        const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        const schedules = {
            hourly: { every: "hour", at: "00:15", keep: 24 },
            daily: { ...daily, copyTo: [{ region: "eu-west-1", keep: "30 days", keyArn }] },
            weekly: { every: "week", on: "sunday", at: "03:00", keep: "8 weeks", shareWith: ["210987654321"] },
            monthly: { every: "month", keep: "7 years", fastRestore: ["eu-west-2a"] },
        };
        const { policies, problems } = planned({ tiers: { standard: { schedules } } });
        const nothing = { copies: [], shareWith: [], fastRestoreZones: [] };
        assert.deepEqual(problems, []);
        assert.deepEqual(policies[0]?.schedules, [
            {
                ...nothing,
                name: "hourly",
                rule: { interval: 1, time: "00:15" },
                retain: { count: 24 },
                everyHours: 1,
                words: "every hour at 15 past, UTC, 24 kept",
            },
            {
                ...nothing,
                name: "daily",
                rule: { interval: 24, time: "02:00" },
                retain: { count: 14 },
                copies: [{ region: "eu-west-1", keyArn, interval: 30, unit: "DAYS" }],
                everyHours: 24,
                words: "every day at 02:00 UTC, 14 kept; copied to eu-west-1, kept there for 30 days",
            },
            {
                ...nothing,
                name: "weekly",
                rule: { cron: "cron(0 3 ? * SUN *)" },
                retain: { interval: 8, unit: "WEEKS" },
                shareWith: ["210987654321"],
                everyHours: 168,
                words: "every week on Sunday at 03:00 UTC, kept for 8 weeks; shared with 210987654321",
            },
            {
                ...nothing,
                name: "monthly",
                rule: { cron: "cron(0 1 1 * ? *)" },
                retain: { interval: 7, unit: "YEARS" },
                fastRestoreZones: ["eu-west-2a"],
                everyHours: 744,
                words: "every month on day 1 at 01:00 UTC, kept for 7 years; fast to restore in eu-west-2a",
            },
        ]);
        assert.equal(policies[0]?.description, "Snapshots of tier standard on cluster prod");
    });

    it("are none without tiers, which is said", () => {
        assert.deepEqual(planned({}), { policies: [], problems: [], notes: ["No snapshots are taken of uat."] });
    });

    it("say that nobody is told where there are no alarms", () => {
        assert.match(planned(withSchedule({})).notes.at(-1) ?? "", /Nobody is told/);
    });
});

describe("alarms", () => {
    const tiers = {
        standard: { schedules: { daily, monthly: { every: "month", keep: 12 } } },
        close: { schedules: { hourly: { every: "hour", keep: 24 } }, namespaces: ["training"] },
    };
    const instances = [instance("uat"), instance("production", "close", 3, "cht-production"), instance("demo", "none")];
    const planOf = (alarms: object | undefined, of: object = tiers) => {
        const given = args({ tiers: of, default: "standard", alarms }, instances);
        return planAlarms({ ...given, policies: planSnapshotPolicies(given).policies });
    };

    it("watch what the tiers promise: their most frequent schedule, the hour AWS takes, and what may be late", () => {
        assert.deepEqual(planOf({ email: ["ops@example.org"], lateHours: 5, skewMinutes: 7 }), {
            emails: ["ops@example.org"],
            watched: [
                { instance: "uat", namespace: "uat", volumes: 1, latestAgeHours: 30 },
                {
                    instance: "production",
                    namespace: "cht-production",
                    volumes: 3,
                    latestAgeHours: 7,
                    skewMinutes: 7,
                },
                {
                    instance: "namespace:training",
                    namespace: "training",
                    volumes: 1,
                    latestAgeHours: 7,
                    skewMinutes: 7,
                },
            ],
        });
    });

    it("go to a topic that is given", () => {
        const topicArn = "arn:aws:sns:eu-west-2:123456789012:alarms";
        const alarms = planOf({ topicArn });
        assert.deepEqual([alarms?.topicArn, alarms?.emails], [topicArn, []]);
    });

    it("are none where nobody is told, or nothing is taken", () => {
        assert.equal(planOf(undefined), undefined);
        const given = args({ alarms: { email: ["a@b.org"] } }, instances);
        assert.equal(planAlarms({ ...given, policies: [] }), undefined);
    });
});
