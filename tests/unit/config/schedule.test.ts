import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
    ageOf,
    awsCronOf,
    checkAge,
    checkSchedule,
    cronOf,
    hoursBetween,
    scheduleWords,
} from "../../../config/schedule";
import { type ScheduleModel, scheduleSchema } from "../../../config/schedule-schema";

const schedule = (raw: object): ScheduleModel => scheduleSchema.parse(raw);

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
const hourly = ["hour", "2 hours", "3 hours", "4 hours", "6 hours", "8 hours", "12 hours"] as const;

/** Every schedule that passes schema and rules. */
const anySchedule: fc.Arbitrary<ScheduleModel> = fc
    .record({
        hour: fc.integer({ min: 0, max: 23 }),
        minute: fc.integer({ min: 0, max: 59 }),
        keep: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant("8 years")),
        when: fc.oneof(
            fc.constantFrom(...hourly, "day" as const).map((every) => ({ every })),
            fc.option(fc.constantFrom(...weekdays), { nil: undefined }).map((on) => ({ every: "week" as const, on })),
            fc
                .option(fc.integer({ min: 1, max: 28 }), { nil: undefined })
                .map((on) => ({ every: "month" as const, on })),
        ),
    })
    .map(({ hour, minute, keep, when }) => {
        const two = (value: number) => String(value).padStart(2, "0");
        return schedule({ at: `${two(hour)}:${two(minute)}`, keep, ...when });
    });

type Runs = (time: Date) => boolean;

/** The values that a field of cron has: all (`*`, `?`), a number, or several. */
function field(text = ""): (value: number) => boolean {
    if (text === "*" || text === "?") return () => true;
    const values = new Set(text.split(",").map(Number));
    return (value) => values.has(value);
}

/** Five fields; day and weekday are never both given here, where cron would join them by "or". */
function kubernetesRuns(cron: string): Runs {
    const [minute, hour, day, month, weekday, ...rest] = cron.split(" ");
    assert.deepEqual([rest, day !== "*" && weekday !== "*"], [[], false], cron);
    const [minutes, hours, days, months, weekdays] = [minute, hour, day, month, weekday].map(field) as FiveFields;
    return (time) =>
        minutes(time.getUTCMinutes()) &&
        hours(time.getUTCHours()) &&
        days(time.getUTCDate()) &&
        months(time.getUTCMonth() + 1) &&
        weekdays(time.getUTCDay());
}

type Field = ReturnType<typeof field>;
type FiveFields = [Field, Field, Field, Field, Field];

/** Six fields, weekdays by name or from 1, which is Sunday; exactly one of day and weekday is `?`. */
function awsRuns(cron: string): Runs {
    const [minute, hour, day, month, weekday = "", year, ...rest] = (/^cron\((.*)\)$/.exec(cron)?.[1] ?? "").split(" ");
    assert.deepEqual([rest, year, [day, weekday].filter((each) => each === "?").length], [[], "*", 1], cron);
    const names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    const numbered = weekday.replace(/[A-Z]{3}/g, (name) => String(names.indexOf(name) + 1));
    const [minutes, hours, days, months, weekdays] = [minute, hour, day, month, numbered].map(field) as FiveFields;
    return (time) =>
        minutes(time.getUTCMinutes()) &&
        hours(time.getUTCHours()) &&
        days(time.getUTCDate()) &&
        months(time.getUTCMonth() + 1) &&
        weekdays(time.getUTCDay() + 1);
}

/** The words, read by somebody who knows nothing of cron. */
function wordsRun(words: string): Runs {
    const minuteOf = (time: Date) => time.getUTCHours() * 60 + time.getUTCMinutes();
    const clock = (text = "") => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    const [, past] = /^every hour at (\d+) past, UTC/.exec(words) ?? [];
    if (past !== undefined) return (time) => Number(past) === time.getUTCMinutes();
    const [, step, from] = /^every (\d+) hours from (\d\d:\d\d) UTC/.exec(words) ?? [];
    if (step !== undefined) {
        return (time) => {
            const later = minuteOf(time) - clock(from);
            return later >= 0 && later % (Number(step) * 60) === 0;
        };
    }
    const [, what = "", day, at] =
        /^every (day|week|month)(?: on (?:day )?(\w+))? at (\d\d:\d\d) UTC/.exec(words) ?? [];
    const weekday = weekdays.findIndex((name) => name === day?.toLowerCase());
    return (time) =>
        minuteOf(time) === clock(at) &&
        (what === "day" ||
            (what === "week" && weekday === time.getUTCDay()) ||
            (what === "month" && Number(day) === time.getUTCDate()));
}

/** Of five weeks and two days, which have the ends of two months, each minute that can matter. */
function minutes({ at }: ScheduleModel): Date[] {
    const minute = Number(at.slice(3));
    const around = [...new Set([minute, (minute + 59) % 60, (minute + 1) % 60, 0])];
    return Array.from({ length: 37 * 24 }, (_, hour) =>
        around.map((each) => new Date(Date.UTC(2026, 1, 25, hour, each))),
    ).flat();
}

describe("a schedule", () => {
    it("is the same minutes in words, for AWS and for Kubernetes", () => {
        fc.assert(
            fc.property(anySchedule, (each) => {
                assert.deepEqual([...checkSchedule(each, "")], []);
                const [words, aws, kubernetes] = [scheduleWords(each), awsCronOf(each), cronOf(each)];
                const [expected, ...others] = [wordsRun(words), awsRuns(aws), kubernetesRuns(kubernetes)];
                const times = minutes(each);
                const wrong = times.find((time) => others.some((runs) => runs(time) !== expected(time)));
                assert.equal(wrong, undefined, `${words}: ${aws}, ${kubernetes}`);
                assert.ok(times.some(expected), `${words} never runs`);
            }),
            { numRuns: 60 },
        );
    });

    it("runs no further apart than it says, and sometimes so far", () => {
        fc.assert(
            fc.property(anySchedule, (each) => {
                // Of a leap year and the next: all lengths of months.
                const minute = Number(each.at.slice(3));
                const hours = Array.from(
                    { length: 400 * 24 },
                    (_, hour) => new Date(Date.UTC(2027, 11, 1, hour, minute)),
                );
                const runs = hours.filter(kubernetesRuns(cronOf(each))).map((time) => time.getTime());
                const between = runs.slice(1).map((time, index) => (time - (runs[index] ?? 0)) / 3_600_000);
                assert.equal(Math.max(...between), hoursBetween(each));
            }),
            { numRuns: 40 },
        );
    });

    const cases: [object, string, string, string, number][] = [
        [{ every: "hour", keep: 24 }, "every hour at 0 past, UTC, 24 kept", "cron(0 * * * ? *)", "0 * * * *", 1],
        [
            { every: "6 hours", at: "20:15", keep: "2 days" },
            "every 6 hours from 02:15 UTC, kept for 2 days",
            "cron(15 2,8,14,20 * * ? *)",
            "15 2,8,14,20 * * *",
            6,
        ],
        [
            { every: "day", at: "02:00", keep: 14 },
            "every day at 02:00 UTC, 14 kept",
            "cron(0 2 * * ? *)",
            "0 2 * * *",
            24,
        ],
        [
            { every: "week", keep: 8 },
            "every week on Sunday at 01:00 UTC, 8 kept",
            "cron(0 1 ? * SUN *)",
            "0 1 * * 0",
            168,
        ],
        [
            { every: "week", on: "saturday", at: "23:59", keep: "8 weeks" },
            "every week on Saturday at 23:59 UTC, kept for 8 weeks",
            "cron(59 23 ? * SAT *)",
            "59 23 * * 6",
            168,
        ],
        [
            { every: "month", keep: 12 },
            "every month on day 1 at 01:00 UTC, 12 kept",
            "cron(0 1 1 * ? *)",
            "0 1 1 * *",
            744,
        ],
        [
            { every: "month", on: 28, at: "03:30", keep: "7 years" },
            "every month on day 28 at 03:30 UTC, kept for 7 years",
            "cron(30 3 28 * ? *)",
            "30 3 28 * *",
            744,
        ],
    ];
    for (const [raw, words, aws, kubernetes, hours] of cases) {
        it(words, () => {
            const each = schedule(raw);
            const told = [scheduleWords(each), awsCronOf(each), cronOf(each), hoursBetween(each)];
            assert.deepEqual(told, [words, aws, kubernetes, hours]);
        });
    }
});

describe("what a schedule may not be", () => {
    const path = "instances.uat.snapshots.quiesced";
    const problem = (raw: object) => [...checkSchedule(schedule(raw), path)];

    const cases: [object, string, string][] = [
        [{ every: "day", on: "sunday", keep: 1 }, "on", "is allowed with every 'week' or 'month' only, not with 'day'"],
        [
            { every: "2 hours", on: 3, keep: 1 },
            "on",
            "is allowed with every 'week' or 'month' only, not with '2 hours'",
        ],
        [{ every: "week", on: 3, keep: 1 }, "on", "must be a day of the week with every 'week', such as 'sunday'"],
        [{ every: "month", on: "sunday", keep: 1 }, "on", "must be a day of the month with every 'month', 1 to 28"],
        [
            { every: "week", keep: "6 days" },
            "keep",
            "must not be less than a week: the last would go before the next is there",
        ],
        [
            { every: "month", keep: "30 days" },
            "keep",
            "must not be less than a month: the last would go before the next is there",
        ],
        [{ every: "day", keep: "101 years" }, "keep", "must be a hundred years at most, 100 years"],
        [{ every: "day", keep: "1201 months" }, "keep", "must be a hundred years at most, 1200 months"],
        [{ every: "day", keep: "5201 weeks" }, "keep", "must be a hundred years at most, 5200 weeks"],
        [{ every: "day", keep: "36501 days" }, "keep", "must be a hundred years at most, 36500 days"],
    ];
    for (const [raw, key, message] of cases) {
        it(`${JSON.stringify(raw)}: ${message}`, () =>
            assert.deepEqual(problem(raw), [{ path: `${path}.${key}`, message }]));
    }

    for (const raw of [
        { every: "month", keep: "31 days" },
        { every: "month", keep: "1 months" },
        { every: "week", keep: "7 days" },
        { every: "hour", keep: "1 days" },
        { every: "day", keep: "36500 days" },
        { every: "day", keep: "100 years" },
    ]) {
        it(`allows ${JSON.stringify(raw)}`, () => assert.deepEqual(problem(raw), []));
    }

    it("of a copy, only its age", () => {
        assert.deepEqual([...checkAge("1 days", "keep")], []);
        assert.equal([...checkAge("101 years", "keep")].length, 1);
        assert.deepEqual(ageOf("8 weeks"), { interval: 8, unit: "WEEKS" });
    });

    it("is refused by the schema where a key alone is wrong", () => {
        const wrong = [
            { every: "5 hours", keep: 1 },
            { every: "day", keep: 1001 },
            { every: "day", keep: 0 },
            { every: "day", keep: "a while" },
            { every: "day", at: "24:00", keep: 1 },
            { every: "month", on: 29, keep: 1 },
            { every: "day" },
        ];
        assert.deepEqual(
            wrong.filter((raw) => scheduleSchema.safeParse(raw).success),
            [],
        );
    });
});
