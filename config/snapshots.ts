/**
 * What an instance that is made of snapshots is made of, and the quiesced sets that an instance takes: decided beside what
 * runs in the cluster, with everything that is wrong.
 */
import type { CredentialKey, InstanceDescription, NetworkArrow } from "../cht/model";
import type { Retention } from "../cht/quiesced";
import { guardFound, guardMade, inheritedCredentials, type SnapshotSubject } from "./guard/snapshot";
import type { Finding } from "./guard/subject";
import { labels } from "./live";
import { ageOf, cronOf, scheduleWords } from "./schedule";
import type { InstanceModel } from "./schema";
import { findSnapshots } from "./snapshot-resolve";
import {
    type FoundSnapshots,
    NotFound,
    pinnedSource,
    type ResolveArgs,
    type SnapshotSource,
    snapshotVolumeOf,
} from "./snapshot-source";

/** Of an instance with `couchdb.volume.kind: snapshot`. */
export interface RestorePlan {
    /** Missing where there are findings. */
    readonly source?: SnapshotSource;
    /** What CouchDB was made with, from the source's own Secret. */
    readonly inherited?: Readonly<Partial<Record<CredentialKey, string>>>;
    readonly findings: readonly Finding[];
    readonly notes: readonly string[];
}

export interface RestoreArgs extends ResolveArgs {
    readonly contract: {
        readonly name: string;
        readonly storage: { readonly className: string; readonly snapshotClassName?: string; readonly driver?: string };
    };
}

export function planRestore(subject: SnapshotSubject, args: RestoreArgs): RestorePlan {
    const { instance, own } = subject;
    const volume = snapshotVolumeOf(instance);
    if (volume === undefined) return { findings: [], notes: [] };
    if (own !== undefined && own.claims.length > 0) {
        const source = pinnedSource(own);
        return { ...(source === undefined ? {} : { source }), findings: [...guardMade(subject, source)], notes: [] };
    }
    const { storage } = args.contract;
    const className = volume.className ?? storage.className;
    const driver = args.live.storageClasses.get(className)?.provisioner ?? storage.driver;
    const findings = [...withoutStorage(storage.snapshotClassName), ...withoutDriver(className, driver)];
    if (driver === undefined || findings.length > 0) return { findings, notes: [] };
    try {
        const found = findSnapshots(instance, driver, args);
        const wrong = [...otherDriver(found, driver, className), ...guardFound(subject, found)];
        const inherited = inheritedCredentials(subject, found);
        return {
            source: found.source,
            ...(inherited === undefined ? {} : { inherited }),
            findings: wrong,
            notes: [...notesOf(found, instance)],
        };
    } catch (error) {
        if (!(error instanceof NotFound)) throw error;
        return { findings: [{ path: `couchdb.volume.from.${error.path}`, message: error.message }], notes: [] };
    }
}

function* withoutStorage(snapshotClassName: string | undefined): Generator<Finding> {
    if (snapshotClassName !== undefined) return;
    yield {
        path: "couchdb.volume.kind",
        message:
            "'snapshot' needs a storage that can snapshot: name its VolumeSnapshotClass in cluster.storage.snapshotClassName.",
    };
}

function* withoutDriver(className: string, driver: string | undefined): Generator<Finding> {
    if (driver !== undefined) return;
    yield {
        path: "couchdb.volume.className",
        message: `There is no storage class '${className}' in the cluster, so that its CSI driver is not known. Name one that there is, or the driver in cluster.storage.driver.`,
    };
}

function* otherDriver({ source }: FoundSnapshots, driver: string, className: string): Generator<Finding> {
    if (source.driver === driver) return;
    yield {
        path: "couchdb.volume.className",
        message: `The snapshots are of the CSI driver '${source.driver}', and the storage class '${className}' is of '${driver}', which cannot read them. Name a class of '${source.driver}'.`,
    };
}

function* notesOf(found: FoundSnapshots, instance: InstanceModel): Generator<string> {
    const { nodes } = instance.couchdb;
    yield `couchdb.volume: made of ${found.words}. It stays that, also when there are newer ones.`;
    if ((found.skewMinutes ?? 0) > 0) {
        yield `couchdb.volume: the nodes' snapshots were begun ${found.skewMinutes} minutes apart, and are no consistent set: documents may refer to others that are missing. A quiesced set (snapshots.quiesced) is.`;
    }
    if (nodes > 1 && found.namespace === undefined) {
        yield `couchdb.volume: the snapshots do not say in which namespace they were taken. A CouchDB cluster finds its nodes again only in one of the same name.`;
    }
}

/** Whether API and Sentinel reach what is outside. A copy of an instance would send its messages a second time. */
export function sendsMessages(instance: Pick<InstanceModel, "couchdb">): boolean {
    const volume = snapshotVolumeOf(instance);
    if (volume === undefined) return true;
    return (volume.outboundMessaging ?? ("instance" in volume.from ? "off" : "on")) === "on";
}

/** Of a class that keeps what its VolumeSnapshots stood for, pruning saves nothing. */
export function keptForEver(policy: string | undefined, snapshotClassName: string): string[] {
    if (policy !== "Retain") return [];
    return [
        `the VolumeSnapshotClass '${snapshotClassName}' has the deletion policy Retain: of the sets that are pruned, the storage keeps the snapshots for ever. A class with 'Delete' is meant for this.`,
    ];
}

export const withoutMessages =
    "couchdb.volume.outboundMessaging: off, so that API and Sentinel reach nothing outside the cluster (where its network plugin enforces NetworkPolicies): a copy would message the same people again. Set 'on' when it is to take over.";

/** API and Sentinel keep what they need of one another, and lose the way out. */
export function withoutOutside({ arrows }: Pick<InstanceDescription, "arrows">): NetworkArrow[] {
    const writes = (service: string) => service === "api" || service === "sentinel";
    return arrows.filter(
        ({ from, to }) => !(to.kind === "internet" && from.kind === "workload" && writes(from.service)),
    );
}

/** A CronJob that takes quiesced sets. */
export interface QuiescedPlan {
    /** Five fields, in UTC. */
    readonly schedule: string;
    /** `every day at 02:00 UTC, 14 kept` */
    readonly words: string;
    readonly snapshotClassName: string;
    readonly keep: Retention;
    /** Of each snapshot: what its data was made with. */
    readonly annotations: Readonly<Record<string, string>>;
}

/** @param annotations those of the namespace */
export function planQuiesced(
    instance: Pick<InstanceModel, "snapshots" | "credentials" | "remove">,
    snapshotClassName: string | undefined,
    annotations: Readonly<Record<string, string>>,
): { plan?: QuiescedPlan; findings: Finding[] } {
    const { quiesced } = instance.snapshots;
    if (quiesced === undefined || instance.remove !== undefined) return { findings: [] };
    if (snapshotClassName === undefined) {
        const message =
            "needs a storage that can snapshot: name its VolumeSnapshotClass in cluster.storage.snapshotClassName.";
        return { findings: [{ path: "snapshots.quiesced", message }] };
    }
    const { keep } = quiesced;
    return {
        plan: {
            schedule: cronOf(quiesced),
            words: scheduleWords(quiesced),
            snapshotClassName,
            keep: typeof keep === "number" ? { count: keep } : { seconds: secondsOf(keep) },
            annotations: {
                ...annotations,
                [labels.credentialsGeneration]: String(instance.credentials.generation),
            },
        },
        findings: [],
    };
}

/** The longest that it can be: nothing goes before its time. */
function secondsOf(age: string): number {
    const { interval, unit } = ageOf(age);
    const days = { DAYS: 1, WEEKS: 7, MONTHS: 31, YEARS: 366 }[unit];
    return interval * days * 86_400;
}
