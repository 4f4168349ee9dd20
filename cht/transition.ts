import type { ChtVersion, Platform } from "./model";
import { compareNumbers, isAtLeast } from "./version";

/** Whether a version may follow another, with what the operator should know, or do instead. */
export type Transition =
    | { readonly allowed: true; readonly notes: readonly string[] }
    | { readonly allowed: false; readonly reason: string; readonly wayOut: string };

/**
 * Decides whether an instance that runs `from` may be given `to`. Builds of branches count as the release of their numbers,
 * so that one may replace another.
 *
 * @param change.snapshotTaken The name that the operator gives to the snapshot taken before, of whatever kind.
 * @see https://docs.communityhealthtoolkit.org/hosting/cht/migration/preparing-for-5/, medic/cht-core#9982 (views)
 */
export function checkTransition(change: {
    readonly from: ChtVersion;
    readonly to: ChtVersion;
    readonly snapshotTaken?: string;
    /** Where the instance runs. @default kubernetes */
    readonly platform?: Platform;
}): Transition {
    const { from, to, platform = "kubernetes" } = change;
    const kept = platform === "kubernetes" ? "snapshot" : "backup";
    const order = compareNumbers(from, to);
    if (order > 0) {
        return {
            allowed: false,
            reason: `CHT ${from.tag} is running, and ${to.tag} is older: an older release cannot read data that a newer one has changed.`,
            wayOut: `Set version: ${from.tag}, or restore a ${kept} from before the upgrade as a new instance.`,
        };
    }
    if (from.major === 4 && to.major >= 5) {
        if (!isAtLeast(from, "4.5.0")) {
            return {
                allowed: false,
                reason: `CHT ${from.tag} cannot become ${to.tag} in one step: versions before 4.5.0 must pass through 4.5.0 or later.`,
                wayOut: "Set version: 4.22.0 first, and when the instance is up again the version you want.",
            };
        }
        if (!change.snapshotTaken?.trim()) {
            return {
                allowed: false,
                reason: `From CHT ${from.tag} to ${to.tag} there is no way back, and no ${kept} has been named.`,
                wayOut:
                    platform === "kubernetes"
                        ? "Take a snapshot of every CouchDB volume, and name it in upgrade.snapshot."
                        : "Take a backup of CouchDB's data, and name it in upgrade.snapshot.",
            };
        }
    }
    return { allowed: true, notes: notesFor(from, to, order, platform) };
}

function notesFor(from: ChtVersion, to: ChtVersion, order: number, platform: Platform): string[] {
    if (order === 0) {
        return [];
    }
    const notes: string[] = [];
    if (from.major !== to.major || from.minor !== to.minor) {
        notes.push("Views may be built anew: have five times the disk that is used now.");
    }
    if (from.major === 4 && to.major >= 5) {
        notes.push(
            "The full-text index is built after the upgrade: search and replication may be slow for up to 24 hours.",
        );
        if (platform === "kubernetes") {
            notes.push(
                "The upgrade service is removed from Kubernetes: from now on the version changes in the stack file only.",
            );
        }
    }
    return notes;
}
