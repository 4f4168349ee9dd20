/** Whether an instance may be made of the snapshots that were found, and whether what was made stays what it is. */
import type { ChtVersion, CredentialKey } from "../../cht/model";
import { checkTransition } from "../../cht/transition";
import { compareNumbers } from "../../cht/version";
import { type LiveNamespace, labels } from "../live";
import { compareQuantities } from "../quantity";
import type { InstanceModel } from "../schema";
import type { GivenSecrets } from "../secrets";
import { type FoundSnapshots, requestOf, type SnapshotSource, snapshotVolumeOf } from "../snapshot-source";
import { guardIdentity } from "./credentials";
import type { Finding } from "./subject";
import { newestRelease } from "./version";

export interface SnapshotSubject {
    readonly name: string;
    readonly namespace: string;
    readonly instance: InstanceModel;
    readonly version: ChtVersion;
    readonly secrets: GivenSecrets;
    /** The instance's own namespace, where it exists. */
    readonly own?: LiveNamespace;
}

/** The way out of every change of what data was made of. */
const another = "other data is another instance: give it a name of its own, and move the host when it is well";

/** Of an instance that has its volumes: nothing of the source can be changed any more. */
export function* guardMade(
    { instance }: Pick<SnapshotSubject, "instance">,
    made: SnapshotSource | undefined,
): Generator<Finding> {
    const from = snapshotVolumeOf(instance)?.from;
    if (from === undefined) return;
    if (made === undefined) {
        yield {
            path: "couchdb.volume.kind",
            message: `The instance has its data already, and a snapshot would not change it. Set couchdb.volume back; ${another}.`,
        };
        return;
    }
    const same =
        requestOf(from) === made.request || ("snapshots" in from && from.snapshots.join() === made.handles.join());
    if (same) return;
    yield {
        path: "couchdb.volume.from",
        message: `The data was made of ${made.handles.join(", ")}, asked for as '${made.request}', and another snapshot would not change it. Set couchdb.volume.from back; ${another}.`,
    };
}

/** Of an instance that has no volumes yet. */
export function guardFound(subject: SnapshotSubject, found: FoundSnapshots): Finding[] {
    return [
        ...guardSize(subject, found),
        ...guardTopology(subject, found),
        ...guardRelease(subject, found),
        ...guardOpening(subject, found),
    ];
}

function* guardSize({ instance }: SnapshotSubject, { source }: FoundSnapshots): Generator<Finding> {
    const size = snapshotVolumeOf(instance)?.size;
    const path = "couchdb.volume.size";
    if (size === undefined && source.size === undefined) {
        yield { path, message: "is required: nobody can tell the snapshot's size. Give at least that of its volume." };
    } else if (size !== undefined && source.size !== undefined && compareQuantities(size, source.size) < 0) {
        yield {
            path,
            message: `The snapshot needs ${source.size}, and does not fit into ${size}. Set couchdb.volume.size: ${source.size}, or more; or take it out.`,
        };
    }
}

function* guardTopology(
    { instance, namespace }: SnapshotSubject,
    { annotations, origin, namespace: before, source }: FoundSnapshots,
): Generator<Finding> {
    const { nodes, dataPath } = instance.couchdb;
    const nodesBefore = annotations[labels.couchdbNodes] ?? origin?.annotations[labels.couchdbNodes];
    if (nodesBefore !== undefined && Number(nodesBefore) !== nodes) {
        yield {
            path: "couchdb.nodes",
            message: `The data is of ${nodesBefore === "1" ? "1 CouchDB node" : `${nodesBefore} CouchDB nodes`}, and can be opened by as many only. Set couchdb.nodes: ${nodesBefore}.`,
        };
    }
    const pathBefore = annotations[labels.dataPath] ?? origin?.annotations[labels.dataPath];
    if (pathBefore !== undefined && pathBefore !== dataPath) {
        yield {
            path: "couchdb.dataPath",
            message: `The data lies at '${pathBefore}' in the snapshot, and CouchDB would begin anew at '${dataPath}'. Set couchdb.dataPath: '${pathBefore}'.`,
        };
    }
    if (nodes > 1 && before !== undefined && before !== namespace) {
        yield {
            path: "namespace",
            message: `A CouchDB cluster's nodes are named after the namespace, '${before}', in its own shard map, and would not find one another in '${namespace}'. It can be restored in a namespace '${before}' only: in another Kubernetes cluster, or here when that namespace is gone, with couchdb.volume.from: { snapshots: [${source.handles.join(", ")}] }. A single CouchDB can be copied anywhere.`,
        };
    }
}

function* guardRelease({ version }: SnapshotSubject, { annotations, origin }: FoundSnapshots): Generator<Finding> {
    const from = newestRelease(
        annotations[labels.version] === undefined ? (origin?.deployments.flatMap(({ images }) => images) ?? []) : [],
        [annotations[labels.version] ?? origin?.annotations[labels.version]],
    );
    if (from === undefined) return;
    const path = "version";
    if (compareNumbers(from, version) > 0) {
        yield {
            path,
            message: `The data is of CHT ${from.tag}, and ${version.tag} is older: an older release cannot read data that a newer one has changed. Set version: ${from.tag}, or later.`,
        };
        return;
    }
    // The snapshot is the way back.
    const transition = checkTransition({ from, to: version, snapshotTaken: "the instance's own source" });
    if (!transition.allowed) {
        yield { path, message: `The data is of an older release. ${transition.reason} ${transition.wayOut}` };
    }
}

const required = [
    ["password", "COUCHDB_PASSWORD"],
    ["secret", "COUCHDB_SECRET"],
    ["uuid", "COUCHDB_UUID"],
] as const;

/** Data opens with the user, password, secret and uuid that it was made with. */
function* guardOpening(subject: SnapshotSubject, found: FoundSnapshots): Generator<Finding> {
    const { name, instance, secrets, own } = subject;
    if (own?.credentials !== undefined) return;
    const values = found.origin?.credentials?.values;
    const missing = required.filter(([key, live]) => !secrets.has(name, key) && values?.[live] === undefined);
    if (missing.length > 0) {
        const commands = missing.map(([key]) => `'pulumi config set --secret ${name}.${key}'`).join(", ");
        yield {
            path: "credentials",
            message: `CouchDB's data opens only with the user, password, secret and uuid that it was made with, and nobody here knows them. Give them: ${commands}.`,
        };
    }
    if (values === undefined) return;
    yield* guardIdentity({ instance }, { values });
    for (const [key, live] of required.slice(1)) {
        if (secrets.differs(name, key, values[live] ?? "")) {
            yield {
                path: "credentials",
                message: `${name}.${key} is not what the data was made with. Take ${name}.${key} out of the file: it is taken from the source.`,
            };
        }
    }
    yield* guardRotated(subject, found);
}

/** A snapshot from before a rotation has the password of that time. */
function* guardRotated(
    { name, secrets }: SnapshotSubject,
    { annotations, origin }: FoundSnapshots,
): Generator<Finding> {
    const then = Number(annotations[labels.credentialsGeneration] ?? Number.NaN);
    const now = origin?.credentials?.generation ?? 1;
    if (Number.isNaN(then) || then >= now || secrets.has(name, "password")) return;
    yield {
        path: "credentials",
        message: `The snapshot is from before a rotation of the password (generation ${then}, now ${now}), and opens with the password of that time. Give it: 'pulumi config set --secret ${name}.password'; or take a newer snapshot.`,
    };
}

/** What the new instance takes over of its source; what the operator gave counts more. */
export function inheritedCredentials(
    { name, secrets }: Pick<SnapshotSubject, "name" | "secrets">,
    { origin }: FoundSnapshots,
): Readonly<Partial<Record<CredentialKey, string>>> | undefined {
    const values = origin?.credentials?.values;
    if (values === undefined) return undefined;
    return Object.fromEntries(
        required.flatMap(([key, live]) => {
            const value = values[live];
            return value === undefined || secrets.has(name, key) ? [] : [[live, value]];
        }),
    );
}
