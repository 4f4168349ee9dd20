import { getSnapshot } from "@pulumi/aws/ebs/getSnapshot";
import { getSnapshotIds } from "@pulumi/aws/ebs/getSnapshotIds";
import type { LiveAws, LiveSnapshot, SnapshotQuery } from "../../config/aws/live";
import type { Questions } from "./aws-questions";

/** How many of those with the same tags are looked at: an hourly tier has hundreds, and each is a question. */
const latest = 10;

/** The EBS snapshots that volumes are made of. */
export async function readSnapshots(aws: Questions, queries: readonly SnapshotQuery[]): Promise<LiveAws["snapshots"]> {
    const found = await Promise.all(
        queries.map(async ({ key, ids, tags }): Promise<[string, LiveSnapshot[]]> => {
            const filters =
                ids === undefined
                    ? [
                          { name: "status", values: ["completed"] },
                          ...Object.entries(tags ?? {}).map(([tag, value]) => ({
                              name: `tag:${tag}`,
                              values: [value],
                          })),
                      ]
                    : [{ name: "snapshot-id", values: [...ids] }];
            // By id, a snapshot may be another account's that shares it.
            const owners = ids === undefined ? { owners: ["self"] } : {};
            const answer = await aws.find("snapshots", getSnapshotIds, { ...owners, filters });
            const snapshots = await Promise.all(
                (answer?.ids ?? []).slice(0, ids?.length ?? latest).map((id) => readSnapshot(aws, id)),
            );
            const known = snapshots.filter((snapshot) => snapshot !== undefined);
            return [key, known.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))];
        }),
    );
    return new Map(found);
}

async function readSnapshot(aws: Questions, id: string): Promise<LiveSnapshot | undefined> {
    const snapshot = await aws.find(`the snapshot '${id}'`, getSnapshot, { snapshotIds: [id] });
    if (snapshot === undefined) return undefined;
    return {
        id,
        volumeId: snapshot.volumeId,
        startedAt: snapshot.startTime,
        state: snapshot.state,
        sizeGi: snapshot.volumeSize,
        encrypted: snapshot.encrypted,
        tags: snapshot.tags,
    };
}
