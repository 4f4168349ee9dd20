/** How much a schedule's snapshots hold: the first a whole copy of what is used, the others what changed since the one before. */
import type { SnapshotSchedulePlan } from "./eks-plan";

type Rhythm = Pick<SnapshotSchedulePlan, "everyHours">;
type Retention = SnapshotSchedulePlan["retain"];

const daysOf = { DAYS: 1, WEEKS: 7, MONTHS: 30.4, YEARS: 365 } as const;

/** Snapshots of a schedule in a month. */
export function countMonthly({ everyHours }: Rhythm): number {
    return (daysOf.MONTHS * 24) / everyHours;
}

/** What a snapshot holds beside the one before it, as a multiple of what is used: at most a whole copy. */
export function changedBetween({ everyHours }: Rhythm, changedDaily: number): number {
    return Math.min(1, (changedDaily * everyHours) / 24);
}

/**
 * What the snapshots of a schedule hold beside a first whole copy, as a multiple of it. Where schedules overlap it counts
 * twice what they share, so that an estimate is rather too high.
 */
export function heldBeside(schedule: Rhythm, retain: Retention, changedDaily: number): number {
    const count = "count" in retain ? retain.count : (retain.interval * daysOf[retain.unit] * 24) / schedule.everyHours;
    return count * changedBetween(schedule, changedDaily);
}
