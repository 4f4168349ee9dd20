/**
 * What a schedule means: in words, as cron of AWS and of Kubernetes, and how far apart two of its times are. All in UTC,
 * so that no change of a country's clock leaves out a snapshot or takes it twice.
 */
import type { Problem } from "./problem";
import type { ScheduleModel } from "./schedule-schema";

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

/** How long something is kept, as AWS and the quiesced sets count it. */
export interface Age {
    readonly interval: number;
    readonly unit: "DAYS" | "WEEKS" | "MONTHS" | "YEARS";
}

/** A hundred years: what AWS allows. */
const mostOfUnit: Readonly<Record<Age["unit"], number>> = { DAYS: 36500, WEEKS: 5200, MONTHS: 1200, YEARS: 100 };

/** A month is as long as the longest, so that '1 months' is what lies between two times of every 'month'. */
const hoursOfUnit: Readonly<Record<Age["unit"], number>> = { DAYS: 24, WEEKS: 168, MONTHS: 31 * 24, YEARS: 365 * 24 };

/** @param text `30 days`, as the schema has checked it */
export function ageOf(text: string): Age {
    const [interval, unit = ""] = text.split(" ");
    return { interval: Number(interval), unit: unit.toUpperCase() as Age["unit"] };
}

/** Hours that two times of the schedule lie apart at most: a month has 31 days. */
export function hoursBetween({ every }: Pick<ScheduleModel, "every">): number {
    const hours = hoursOf(every);
    if (hours !== undefined) return hours;
    return every === "week" ? 7 * 24 : 31 * 24;
}

/** `every day at 02:00 UTC, 14 kept` */
export function scheduleWords(schedule: ScheduleModel): string {
    const { keep } = schedule;
    return `${times(schedule)}, ${typeof keep === "number" ? `${keep} kept` : `kept for ${keep}`}`;
}

/** Five fields, for a CronJob whose time zone is `Etc/UTC`. */
export function cronOf(schedule: ScheduleModel): string {
    const { minute, hours, weekday, day } = partsOf(schedule);
    return [minute, hours.join(","), day ?? "*", "*", weekday ?? "*"].join(" ");
}

/**
 * AWS's own six fields, where one of day and weekday must be `?`.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function awsCronOf(schedule: ScheduleModel): string {
    const { minute, hours, weekday, day } = partsOf(schedule);
    const name = weekday === undefined ? undefined : weekdays[weekday]?.slice(0, 3).toUpperCase();
    return `cron(${minute} ${hours.join(",")} ${name === undefined ? (day ?? "*") : "?"} * ${name ?? "?"} *)`;
}

/**
 * What the schema cannot see: a day that does not go with how often, and what is kept for less than the time to the next,
 * so that there would be times with nothing kept at all.
 */
export function* checkSchedule(schedule: ScheduleModel, path: string): Generator<Problem> {
    const { every, on, keep } = schedule;
    if (on !== undefined && every !== "week" && every !== "month") {
        yield { path: `${path}.on`, message: `is allowed with every 'week' or 'month' only, not with '${every}'` };
    }
    if (typeof on === "number" && every === "week") {
        yield { path: `${path}.on`, message: "must be a day of the week with every 'week', such as 'sunday'" };
    }
    if (typeof on === "string" && every === "month") {
        yield { path: `${path}.on`, message: "must be a day of the month with every 'month', 1 to 28" };
    }
    if (typeof keep === "string") yield* checkAge(keep, `${path}.keep`, schedule);
}

/** @param schedule what the age must not be shorter than; missing: nothing */
export function* checkAge(age: string, path: string, schedule?: Pick<ScheduleModel, "every">): Generator<Problem> {
    const { interval, unit } = ageOf(age);
    const most = mostOfUnit[unit];
    if (interval > most) {
        yield { path, message: `must be a hundred years at most, ${most} ${unit.toLowerCase()}` };
    }
    if (schedule !== undefined && interval * hoursOfUnit[unit] < hoursBetween(schedule)) {
        yield {
            path,
            message: `must not be less than a ${schedule.every}: the last would go before the next is there`,
        };
    }
}

interface Parts {
    readonly minute: number;
    readonly hours: readonly (number | "*")[];
    /** 0 is Sunday. */
    readonly weekday?: number;
    readonly day?: number;
}

function partsOf({ every, at, on }: ScheduleModel): Parts {
    const [hour = 0, minute = 0] = at.split(":").map(Number);
    const hours = hoursOf(every);
    if (hours === 1) return { minute, hours: ["*"] };
    if (hours !== undefined) return { minute, hours: hoursFrom(hour, hours) };
    if (every === "week") {
        const weekday = typeof on === "string" ? weekdays.indexOf(on) : 0;
        return { minute, hours: [hour], weekday };
    }
    return { minute, hours: [hour], day: typeof on === "number" ? on : 1 };
}

/** All hours of a day that lie whole steps from the given one: steps divide a day, so that every day has the same. */
function hoursFrom(hour: number, step: number): number[] {
    return Array.from({ length: 24 / step }, (_, index) => (hour % step) + index * step);
}

/** `undefined`: not by the hour. */
function hoursOf(every: ScheduleModel["every"]): number | undefined {
    if (every === "week" || every === "month") return undefined;
    if (every === "day") return 24;
    return every === "hour" ? 1 : Number(every.split(" ")[0]);
}

function times(schedule: ScheduleModel): string {
    const { every, at } = schedule;
    const { minute, hours, weekday, day } = partsOf(schedule);
    if (every === "hour") return `every hour at ${minute} past, UTC`;
    if (weekday !== undefined) return `every week on ${titled(weekdays[weekday] ?? "")} at ${at} UTC`;
    if (day !== undefined) return `every month on day ${day} at ${at} UTC`;
    if (every === "day") return `every day at ${at} UTC`;
    return `every ${every} from ${String(hours[0]).padStart(2, "0")}:${at.slice(3)} UTC`;
}

function titled(word: string): string {
    return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
