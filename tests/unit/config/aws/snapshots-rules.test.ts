import assert from "node:assert/strict";
import type { SnapshotInstance } from "../../../../config/aws/tiers";
import { daily, instance, problemsOf, schedulePath, withSchedule } from "./snapshots-support";

describe("what AWS or the file does not allow of snapshots", () => {
    const cases: [string, object, readonly SnapshotInstance[] | undefined, string, string][] = [
        [
            "no schedule",
            { tiers: { standard: { schedules: {} } } },
            undefined,
            "cluster.snapshots.tiers.standard.schedules",
            "must be 1 to 4, not 0",
        ],
        [
            "five schedules",
            { tiers: { standard: { schedules: { a: daily, b: daily, c: daily, d: daily, e: daily } } } },
            undefined,
            "cluster.snapshots.tiers.standard.schedules",
            "must be 1 to 4, not 5",
        ],
        [
            "a schedule that does not go together",
            withSchedule({ on: "sunday" }),
            undefined,
            `${schedulePath}.on`,
            "is allowed with every 'week' or 'month' only, not with 'day'",
        ],
        [
            "more than a hundred years",
            withSchedule({ keep: "101 years" }),
            undefined,
            `${schedulePath}.keep`,
            "must be a hundred years at most, 100 years",
        ],
        [
            "a copy for more than a hundred years",
            withSchedule({ copyTo: [{ region: "eu-west-1", keep: "1201 months" }] }),
            undefined,
            `${schedulePath}.copyTo[0].keep`,
            "must be a hundred years at most, 1200 months",
        ],
        [
            "a copy where the cluster is",
            withSchedule({ copyTo: [{ region: "eu-west-2", keep: "30 days" }] }),
            undefined,
            `${schedulePath}.copyTo[0].region`,
            "is the cluster's own region: a copy goes to another one",
        ],
        [
            "two copies in a region",
            withSchedule({
                copyTo: [
                    { region: "eu-west-1", keep: "30 days" },
                    { region: "eu-west-1", keep: "60 days" },
                ],
            }),
            undefined,
            `${schedulePath}.copyTo[1].region`,
            "is that of copyTo[0]: one copy goes to a region",
        ],
        [
            "a key of another region",
            withSchedule({
                copyTo: [{ region: "eu-west-1", keep: "30 days", keyArn: "arn:aws:kms:eu-west-2:123456789012:key/1" }],
            }),
            undefined,
            `${schedulePath}.copyTo[0].keyArn`,
            "must be a key in eu-west-1, not in eu-west-2",
        ],
        [
            "the own account to share with",
            withSchedule({ shareWith: ["123456789012"] }),
            undefined,
            `${schedulePath}.shareWith[0]`,
            "is the cluster's own account",
        ],
        [
            "an account twice",
            withSchedule({ shareWith: ["210987654321", "210987654321"] }),
            undefined,
            `${schedulePath}.shareWith[1]`,
            "is there twice",
        ],
        [
            "a zone elsewhere",
            withSchedule({ fastRestore: ["eu-west-2c"] }),
            undefined,
            `${schedulePath}.fastRestore[0]`,
            "must be a zone of the cluster, 'eu-west-2a' or 'eu-west-2b'",
        ],
        [
            "a zone twice",
            withSchedule({ fastRestore: ["eu-west-2a", "eu-west-2a"] }),
            undefined,
            `${schedulePath}.fastRestore[1]`,
            "is there twice",
        ],
        [
            "a namespace of an instance of this stack",
            { tiers: { standard: { schedules: { daily }, namespaces: ["cht-uat"] } } },
            [instance("uat", "none", 1, "cht-uat")],
            "cluster.snapshots.tiers.standard.namespaces[0]",
            "is the namespace of instances.uat, which says its tier itself",
        ],
        [
            "a namespace twice",
            { tiers: { standard: { schedules: { daily }, namespaces: ["training", "training"] } } },
            undefined,
            "cluster.snapshots.tiers.standard.namespaces[1]",
            "is there twice: 'training'",
        ],
        [
            "more namespaces than a policy takes",
            { tiers: { standard: { schedules: { daily } } } },
            Array.from({ length: 51 }, (_, index) => instance(`i${index}`)),
            "cluster.snapshots.tiers.standard",
            "has 51 namespaces; a policy of AWS takes 50: make another tier with the same schedules for some of them",
        ],
        [
            "a hundred and one tiers",
            {
                tiers: Object.fromEntries(
                    Array.from({ length: 101 }, (_, index) => [`t${index}`, { schedules: { daily } }]),
                ),
                default: "t1",
            },
            undefined,
            "cluster.snapshots.tiers",
            "must be at most 100, as AWS has policies for a region",
        ],
        [
            "a tier called none",
            { tiers: { none: { schedules: { daily } } } },
            undefined,
            "cluster.snapshots.tiers.none",
            "is what an instance without snapshots says: give the tier another name",
        ],
        [
            "a default that is no tier",
            { tiers: { standard: { schedules: { daily } } }, default: "other" },
            [instance("uat", "standard")],
            "cluster.snapshots.default",
            "must be one of tiers, 'standard'",
        ],
        [
            "a default without tiers",
            { default: "other" },
            [instance("uat", "none")],
            "cluster.snapshots.default",
            "is allowed with tiers only",
        ],
        [
            "an instance's tier that is none",
            { tiers: { standard: { schedules: { daily } }, close: { schedules: { daily } } } },
            [instance("uat", "standrad")],
            "instances.uat.snapshots.tier",
            "must be 'standard', 'close' or 'none', not 'standrad'",
        ],
        [
            "several tiers and no choice",
            { tiers: { standard: { schedules: { daily } }, close: { schedules: { daily } } } },
            [instance("uat")],
            "instances.uat.snapshots.tier",
            "is required, 'standard', 'close' or 'none', because cluster.snapshots has several tiers and no default",
        ],
        [
            "nobody to tell",
            { ...withSchedule({}), alarms: {} },
            undefined,
            "cluster.snapshots.alarms",
            "must have an email or a topicArn: somebody has to be told",
        ],
        [
            "addresses for somebody else's topic",
            {
                ...withSchedule({}),
                alarms: { email: ["a@b.org"], topicArn: "arn:aws:sns:eu-west-2:123456789012:alarms" },
            },
            undefined,
            "cluster.snapshots.alarms.email",
            "is not allowed with topicArn: subscribe them to that topic",
        ],
        [
            "a topic elsewhere",
            { ...withSchedule({}), alarms: { topicArn: "arn:aws:sns:eu-west-1:123456789012:alarms" } },
            undefined,
            "cluster.snapshots.alarms.topicArn",
            "must be a topic in eu-west-2, where the alarms are, not in eu-west-1",
        ],
        [
            "an address twice",
            { ...withSchedule({}), alarms: { email: ["a@b.org", "a@b.org"] } },
            undefined,
            "cluster.snapshots.alarms.email[1]",
            "is there twice",
        ],
    ];
    for (const [what, snapshots, instances, path, message] of cases) {
        it(what, () => assert.deepEqual(problemsOf(snapshots, instances), [{ path, message }]));
    }

    it("is told all at once", () => {
        const wrong = { daily: { ...daily, on: "sunday", keep: "101 years", shareWith: ["123456789012"] } };
        const instances = [instance("uat", "other"), instance("production", "another")];
        assert.deepEqual(
            problemsOf({ tiers: { standard: { schedules: wrong } }, default: "no", alarms: {} }, instances).map(
                ({ path }) => path,
            ),
            [
                `${schedulePath}.on`,
                `${schedulePath}.keep`,
                `${schedulePath}.shareWith[0]`,
                "cluster.snapshots.default",
                "instances.uat.snapshots.tier",
                "instances.production.snapshots.tier",
                "cluster.snapshots.alarms",
            ],
        );
    });

    it("is not the limit itself", () => {
        const tiers = { standard: { schedules: { a: daily, b: daily, c: daily, d: daily } } };
        const instances = Array.from({ length: 50 }, (_, index) => instance(`i${index}`));
        assert.deepEqual(problemsOf({ tiers }, instances), []);
    });
});
