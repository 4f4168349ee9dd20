/** When something is done again and again, and how much of it is kept: for every kind of snapshot. */
import { z } from "zod";

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day in UTC such as '02:00', in quotes");

const keep = z.union(
    [
        z.int().min(1).max(1000),
        z.string().regex(/^[1-9]\d{0,4} (days|weeks|months|years)$/, "must be an age such as '30 days'"),
    ],
    { error: "must be how many are kept, 1 to 1000, or for how long: '30 days', '8 weeks', '12 months' or '7 years'" },
);

export const scheduleSchema = z
    .strictObject({
        every: z
            .enum(["hour", "2 hours", "3 hours", "4 hours", "6 hours", "8 hours", "12 hours", "day", "week", "month"], {
                error: "must be 'hour', '2 hours', '3 hours', '4 hours', '6 hours', '8 hours', '12 hours', 'day', 'week' or 'month'",
            })
            .describe("How often."),
        at: time.default("01:00").describe("The time of day in UTC; of hours, one of their times."),
        on: z
            .union(
                [
                    z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
                    z.int().min(1).max(28),
                ],
                { error: "must be a day such as 'sunday', or with every: month a day of it, 1 to 28" },
            )
            .optional()
            .describe("The day of the week, default sunday; or of the month, default 1."),
        keep: keep.describe("How many are kept (14), or for how long ('30 days')."),
    })
    .describe("A schedule.");

export type ScheduleModel = z.output<typeof scheduleSchema>;
