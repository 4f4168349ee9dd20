/** A cluster's snapshots as an operator writes them, planned. */
import { planSnapshotPolicies } from "../../../../config/aws/snapshots";
import type { SnapshotInstance } from "../../../../config/aws/tiers";
import { snapshotsSchema } from "../../../../config/snapshots-schema";

export const daily = { every: "day", at: "02:00", keep: 14 };

export const instance = (name: string, tier?: string, couchdbNodes = 1, namespace = name): SnapshotInstance => ({
    name,
    namespace,
    couchdbNodes,
    ...(tier === undefined ? {} : { tier }),
});

export function args(snapshots: object, instances: readonly SnapshotInstance[] = [instance("uat")]) {
    const model = {
        name: "prod",
        region: "eu-west-2",
        zones: ["eu-west-2a", "eu-west-2b"],
        account: "123456789012",
        snapshots: snapshotsSchema.parse(snapshots),
    };
    return { model, instances };
}

export const planned = (...of: Parameters<typeof args>) => planSnapshotPolicies(args(...of));
export const problemsOf = (...of: Parameters<typeof args>) => planned(...of).problems;

/** The tier `standard` with that schedule. */
export const withSchedule = (schedule: object) => ({
    tiers: { standard: { schedules: { daily: { ...daily, ...schedule } } } },
});
export const schedulePath = "cluster.snapshots.tiers.standard.schedules.daily";
