/** The sets of snapshots: taken, marked when they are complete, and removed when they are old. */
import { ApiError, call, type Metadata, say, settings } from "./kubernetes";
import { SET_LABEL, SET_STATE_LABEL } from "./settings";
import { type Generations, stillWriting, until } from "./writers";

interface Snapshot {
    readonly metadata: Metadata;
    readonly status?: {
        readonly creationTime?: string;
        readonly readyToUse?: boolean;
        readonly error?: { readonly message?: string };
    };
}

const { claims, keep, patience } = settings;
const path = `/apis/snapshot.storage.k8s.io/v1/namespaces/${settings.namespace}/volumesnapshots`;
const snapshotName = (set: string, claim: string) => `quiesced-${set}-${claim}`;

/** What is there already is of this run: its answer was lost, and it was asked for again. */
async function create(snapshot: object): Promise<void> {
    try {
        await call("POST", path, snapshot);
    } catch (error) {
        if (!(error instanceof ApiError && error.code === 409)) throw error;
    }
}

/**
 * Begins all, and waits until each is cut.
 *
 * @throws where anything that writes was started before the last was
 */
export async function takeSnapshots(set: string, generations: Generations): Promise<void> {
    for (const claim of claims) {
        await create({
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshot",
            metadata: {
                name: snapshotName(set, claim),
                labels: { ...settings.labels, [SET_LABEL]: set },
                annotations: settings.annotations,
            },
            spec: {
                volumeSnapshotClassName: settings.snapshotClassName,
                source: { persistentVolumeClaimName: claim },
            },
        });
    }
    await until(patience.snapshots, async () => {
        const missing = await notTaken(set);
        // After the look at the snapshots: what is cut by now was cut while nothing wrote.
        const writing = await stillWriting(generations);
        if (writing !== undefined) throw new Error(`the set is not consistent: ${writing}`);
        return missing;
    });
}

/** The first snapshot that is not cut, as the end of a sentence. */
async function notTaken(set: string): Promise<string | undefined> {
    for (const claim of claims) {
        const { status } = await call<Snapshot>("GET", `${path}/${snapshotName(set, claim)}`);
        if (status?.creationTime === undefined) {
            const reason = status?.error?.message;
            return `the snapshot of ${claim} is not taken${reason === undefined ? "" : `: ${reason}`}`;
        }
    }
    return undefined;
}

export async function markComplete(set: string): Promise<void> {
    for (const claim of claims) {
        await call("PATCH", `${path}/${snapshotName(set, claim)}`, {
            metadata: { labels: { [SET_STATE_LABEL]: "complete" } },
        });
    }
    say(`Took the set ${set}: ${claims.join(", ")}.`);
}

/** The sets there are, the newest first. */
async function sets(): Promise<[name: string, snapshots: Snapshot[]][]> {
    const { items } = await call<{ items: Snapshot[] }>(
        "GET",
        `${path}?labelSelector=${encodeURIComponent(SET_LABEL)}`,
    );
    const found = new Map<string, Snapshot[]>();
    for (const snapshot of items) {
        const set = snapshot.metadata.labels?.[SET_LABEL] ?? "";
        found.set(set, [...(found.get(set) ?? []), snapshot]);
    }
    return [...found].sort(([a], [b]) => (a < b ? 1 : -1));
}
const isComplete = (snapshots: readonly Snapshot[]) =>
    snapshots.length >= claims.length &&
    snapshots.every(({ metadata }) => metadata.labels?.[SET_STATE_LABEL] === "complete");
const isGood = (snapshots: readonly Snapshot[]) => snapshots.every(({ status }) => status?.readyToUse === true);
const hasFailed = (snapshots: readonly Snapshot[]) => snapshots.some(({ status }) => status?.error !== undefined);

async function remove(set: string, snapshots: readonly Snapshot[], reason: string): Promise<void> {
    for (const { metadata } of snapshots) {
        try {
            await call("DELETE", `${path}/${metadata.name}`);
        } catch (error) {
            if (!(error instanceof ApiError && error.code === 404)) throw error;
        }
    }
    say(`Deleted the set ${set}: ${reason}.`);
}

/** What is left of runs that ended in the middle. */
export async function removeIncomplete(): Promise<void> {
    for (const [set, snapshots] of await sets()) {
        if (!isComplete(snapshots)) await remove(set, snapshots, "it was never complete");
    }
}

export async function removeSet(set: string, reason: string): Promise<void> {
    for (const [name, snapshots] of await sets()) {
        if (name === set) await remove(set, snapshots, reason);
    }
}

/** Removes what is not to be kept; never the newest set that can be restored, whatever its age. */
export async function prune(): Promise<void> {
    const complete = (await sets()).filter(([, snapshots]) => isComplete(snapshots));
    const lastGood = complete.find(([, snapshots]) => isGood(snapshots))?.[0];
    // A set that has failed takes no other's place, and may still succeed: drivers try again.
    const standing = complete.filter(([, snapshots]) => !hasFailed(snapshots)).map(([set]) => set);
    for (const [set, snapshots] of complete) {
        if (set === lastGood) continue;
        const failed = hasFailed(snapshots) && lastGood !== undefined && set < lastGood;
        const old =
            "count" in keep
                ? standing.indexOf(set) >= keep.count
                : timeOf(set) < Date.now() - keep.seconds * 1000 && lastGood !== undefined;
        if (failed) await remove(set, snapshots, "it has failed, and there is a newer good one");
        else if (old) await remove(set, snapshots, "it is older than what is kept");
    }
}

/** `20261122-010003` */
export const stamp = (time: Date) => time.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");

function timeOf(set: string): number {
    const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(set) ?? [];
    return Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hours ?? ""}:${minutes ?? ""}:${seconds ?? ""}Z`);
}
