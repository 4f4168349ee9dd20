/**
 * Runs in AWS Lambda, each hour: tells CloudWatch how old the snapshots of each instance are, of how many of its volumes
 * there are none, and how far apart those of a CouchDB cluster lie. It is sent to AWS as this one compiled file, so it
 * imports nothing but what Lambda's Node.js has, and that only when it runs.
 */
import type { CloudWatch, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { EC2, Snapshot, Volume } from "@aws-sdk/client-ec2";

/** What the program writes beside this file, as `watched.json`. */
export interface Settings {
    readonly cluster: string;
    /** The tag by which volumes are found: its value names cluster and namespace. */
    readonly tag: string;
    /** The metrics' namespace in CloudWatch. */
    readonly metrics: string;
    readonly watched: readonly Watched[];
}

export interface Watched {
    readonly instance: string;
    /** The value of the volumes' tag. */
    readonly volumesTag: string;
    /** How many there must be. */
    readonly volumes: number;
}

export interface Clients {
    readonly ec2: Pick<EC2, "describeVolumes" | "describeSnapshots">;
    readonly cloudWatch: Pick<CloudWatch, "putMetricData">;
}

/** Of one instance. */
export interface Measured {
    /** Hours since when the least protected volume has no newer snapshot; of one without any, since it was made. */
    readonly ageHours?: number;
    /** Volumes without any snapshot, and volumes that are not there. */
    readonly without: number;
    /** Minutes between the first and the last snapshot of the newest set over the volumes. */
    readonly skewMinutes?: number;
}

/** AWS takes 200 values in a filter, and 1000 metrics in a call. */
const valuesOfFilter = 200;
const metricsOfCall = 1000;

export async function handler(): Promise<Record<string, Measured>> {
    const [{ EC2: Ec2 }, { CloudWatch: Metrics }] = await Promise.all([
        import("@aws-sdk/client-ec2"),
        import("@aws-sdk/client-cloudwatch"),
    ]);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is written when the program runs, beside this file
    const settings = require("./watched.json") as Settings;
    return watch(settings, { ec2: new Ec2({}), cloudWatch: new Metrics({}) }, new Date());
}

/** @returns what was told, by instance, so that the log of a run says it */
export async function watch(settings: Settings, clients: Clients, now: Date): Promise<Record<string, Measured>> {
    const { cluster, tag, metrics, watched } = settings;
    const volumes = await volumesOf(
        clients,
        tag,
        watched.map(({ volumesTag }) => volumesTag),
    );
    const taken = await takenOf(
        clients,
        volumes.flatMap(({ VolumeId }) => VolumeId ?? []),
    );
    const results = watched.map(({ instance, volumesTag, volumes: expected }) => {
        const own = volumes.filter(({ Tags = [] }) =>
            Tags.some(({ Key, Value }) => Key === tag && Value === volumesTag),
        );
        return [instance, measure(own, expected, taken, now)] as const;
    });
    const data = results.flatMap(([instance, measured]) => dataOf(cluster, instance, measured));
    for (const part of parts(data, metricsOfCall)) {
        await clients.cloudWatch.putMetricData({ Namespace: metrics, MetricData: part });
    }
    return Object.fromEntries(results);
}

/** Begins of a volume's snapshots: what was written later is not in them. */
export interface Taken {
    /** Of all that were not given up: the data is that of the begin, however long it is copied. */
    readonly begun: readonly Date[];
    /** Of the newest that can be restored. */
    readonly completed?: Date;
}

export function measure(
    volumes: readonly Volume[],
    expected: number,
    taken: ReadonlyMap<string, Taken>,
    now: Date,
): Measured {
    const own = volumes.map(({ VolumeId = "", CreateTime = now }) => ({ CreateTime, ...taken.get(VolumeId) }));
    const missing = Math.max(0, expected - own.length);
    const without = missing + own.filter(({ completed }) => completed === undefined).length;
    if (own.length === 0) return { without };
    const oldest = Math.min(...own.map(({ completed, CreateTime }) => (completed ?? CreateTime).getTime()));
    const skew = skewOf(own.flatMap(({ begun = [] }) => (begun.length === 0 ? [] : [begun])));
    return {
        ageHours: rounded((now.getTime() - oldest) / 3_600_000),
        without,
        ...(skew === undefined ? {} : { skewMinutes: rounded(skew / 60_000) }),
    };
}

/**
 * Of the newest set that each volume is part of: one that is just being taken, with volumes still to come, is none yet.
 *
 * @returns milliseconds; `undefined` where there are not two volumes with snapshots
 */
function skewOf(volumes: readonly (readonly Date[])[]): number | undefined {
    if (volumes.length < 2) return undefined;
    // Newest first: of two that are as near, the newer counts.
    const times = volumes.map((begun) => begun.map((time) => time.getTime()).sort((a, b) => b - a));
    const set = Math.min(...times.map((each) => Math.max(...each)));
    const nearest = times.map((each) => each.reduce((a, b) => (Math.abs(b - set) < Math.abs(a - set) ? b : a)));
    return Math.max(...nearest) - Math.min(...nearest);
}

async function volumesOf({ ec2 }: Clients, tag: string, values: readonly string[]): Promise<Volume[]> {
    const found: Volume[] = [];
    for (const part of parts(values, valuesOfFilter)) {
        const Filters = [{ Name: `tag:${tag}`, Values: part }];
        for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
            const page = await ec2.describeVolumes({ Filters, ...(NextToken === undefined ? {} : { NextToken }) });
            found.push(...(page.Volumes ?? []));
            NextToken = page.NextToken;
        }
    }
    return found;
}

async function takenOf({ ec2 }: Clients, volumeIds: readonly string[]): Promise<Map<string, Taken>> {
    const taken = new Map<string, Taken>();
    const take = ({ VolumeId, State, StartTime }: Snapshot) => {
        if (VolumeId === undefined || StartTime === undefined || State === "error") return;
        const { begun, completed } = taken.get(VolumeId) ?? { begun: [] };
        const newer = State === "completed" && (completed === undefined || completed < StartTime);
        taken.set(VolumeId, { begun: [...begun, StartTime], completed: newer ? StartTime : completed });
    };
    for (const part of parts(volumeIds, valuesOfFilter)) {
        const Filters = [{ Name: "volume-id", Values: part }];
        for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
            const asked = { OwnerIds: ["self"], Filters, ...(NextToken === undefined ? {} : { NextToken }) };
            const page = await ec2.describeSnapshots(asked);
            page.Snapshots?.forEach(take);
            NextToken = page.NextToken;
        }
    }
    return taken;
}

function dataOf(cluster: string, instance: string, { ageHours, without, skewMinutes }: Measured): MetricDatum[] {
    const Dimensions = [
        { Name: "Cluster", Value: cluster },
        { Name: "Instance", Value: instance },
    ];
    const values = { SnapshotAgeHours: ageHours, VolumesWithoutSnapshot: without, SnapshotSkewMinutes: skewMinutes };
    return Object.entries(values).flatMap(([MetricName, Value]) =>
        Value === undefined
            ? []
            : [{ MetricName, Dimensions, Value, Unit: MetricName === "VolumesWithoutSnapshot" ? "Count" : "None" }],
    );
}

function parts<Item>(items: readonly Item[], size: number): Item[][] {
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
        items.slice(index * size, (index + 1) * size),
    );
}

function rounded(value: number): number {
    return Math.round(value * 100) / 100;
}
