/** Which tier of snapshots an instance has. */
import type { EksModel } from "./schema";

/** What snapshots need to know of an instance. */
export interface SnapshotInstance {
    /** The key in the stack file. */
    readonly name: string;
    readonly namespace: string;
    /** A tier of the cluster, or `none`. @default - the cluster's */
    readonly tier?: string;
    /** Each has a volume. */
    readonly couchdbNodes: number;
}

export interface SnapshotPoliciesArgs {
    readonly model: Pick<EksModel, "name" | "region" | "zones" | "account" | "snapshots">;
    readonly instances: readonly SnapshotInstance[];
}

/** The instance's own, or the cluster's default; `none` where there are none. */
export function tierOf({ tier }: Pick<SnapshotInstance, "tier">, { tiers, default: byDefault }: EksModel["snapshots"]) {
    return tier ?? defaultTier({ tiers, default: byDefault }) ?? "none";
}

/** The one that is said, or the only one. */
export function defaultTier({ tiers, default: byDefault }: Pick<EksModel["snapshots"], "tiers" | "default">) {
    const names = Object.keys(tiers);
    return byDefault ?? (names.length === 1 ? names[0] : undefined);
}
