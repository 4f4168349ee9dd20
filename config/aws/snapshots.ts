/**
 * Snapshots of the volumes by AWS Data Lifecycle Manager: one policy for each tier, taking the volumes of the tier's
 * instances. A policy begins within the hour of its time and takes volume by volume: of a CouchDB cluster, whose nodes
 * hold each document once, that is no consistent set.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lifecycle.html
 */
import type { Problem } from "../problem";
import { ageOf, awsCronOf, hoursBetween, scheduleWords } from "../schedule";
import type { TierModel, TierScheduleModel } from "../snapshots-schema";
import type { AlarmsPlan, SnapshotPolicyPlan, SnapshotSchedulePlan } from "./eks-plan";
import { checkSnapshots } from "./snapshots-rules";
import { awsTags, volumesOf } from "./tags";
import { type SnapshotPoliciesArgs, tierOf } from "./tiers";

export function planSnapshotPolicies(args: SnapshotPoliciesArgs): {
    policies: SnapshotPolicyPlan[];
    problems: Problem[];
    /** For the preview: what is taken when, and what a policy cannot do. */
    notes: string[];
} {
    const policies = Object.entries(args.model.snapshots.tiers).flatMap(([tier, model]) => planTier(tier, model, args));
    return { policies, problems: [...checkSnapshots(args)], notes: notesOf(args, policies) };
}

/** Nothing for a tier without volumes: AWS has no policy that takes none. */
function planTier(
    tier: string,
    { schedules, namespaces }: TierModel,
    args: SnapshotPoliciesArgs,
): SnapshotPolicyPlan[] {
    const { model, instances } = args;
    const own = instances.filter((each) => tierOf(each, model.snapshots) === tier).map(({ namespace }) => namespace);
    const values = [...new Set([...own, ...namespaces])].sort().map((namespace) => volumesOf(model.name, namespace));
    if (values.length === 0) return [];
    return [
        {
            tier,
            // AWS takes letters, digits, '-', '_' and blanks only.
            description: `Snapshots of tier ${tier} on cluster ${model.name}`,
            targetTags: { [awsTags.volumes]: values },
            schedules: Object.entries(schedules).map(([name, schedule]) => planSchedule(name, schedule)),
            everyHours: Math.min(...Object.values(schedules).map(hoursBetween)),
        },
    ];
}

function planSchedule(name: string, schedule: TierScheduleModel): SnapshotSchedulePlan {
    const { every, at, keep, copyTo, shareWith, fastRestore } = schedule;
    const byHour = every !== "week" && every !== "month";
    return {
        name,
        rule: byHour ? { interval: hoursBetween(schedule), time: at } : { cron: awsCronOf(schedule) },
        retain: typeof keep === "number" ? { count: keep } : ageOf(keep),
        copies: copyTo.map(({ region, keyArn, keep: age }) => ({
            region,
            ...(keyArn === undefined ? {} : { keyArn }),
            ...ageOf(age),
        })),
        shareWith,
        fastRestoreZones: fastRestore,
        everyHours: hoursBetween(schedule),
        words: [
            scheduleWords(schedule),
            ...copyTo.map(({ region, keep: age }) => `copied to ${region}, kept there for ${age}`),
            ...(shareWith.length === 0 ? [] : [`shared with ${shareWith.join(", ")}`]),
            ...(fastRestore.length === 0 ? [] : [`fast to restore in ${fastRestore.join(", ")}`]),
        ].join("; "),
    };
}

function notesOf({ model, instances }: SnapshotPoliciesArgs, policies: readonly SnapshotPolicyPlan[]): string[] {
    const { snapshots } = model;
    const without = instances.filter((each) => tierOf(each, snapshots) === "none").map(({ name }) => name);
    const clusters = instances.filter((each) => each.couchdbNodes > 1 && tierOf(each, snapshots) !== "none");
    const idle = Object.keys(snapshots.tiers).filter((tier) => !policies.some((policy) => policy.tier === tier));
    return [
        ...policies.flatMap(({ tier, schedules }) =>
            schedules.map(
                ({ name, words }) => `Snapshots of tier '${tier}', '${name}': ${words}; begun within the hour.`,
            ),
        ),
        ...idle.map((tier) => `Tier '${tier}' has no instance: there is no policy for it.`),
        ...(without.length === 0 ? [] : [`No snapshots are taken of ${without.join(", ")}.`]),
        ...clusters.map(
            ({ name, couchdbNodes }) =>
                `The tier's snapshots of '${name}' are no consistent set: its ${couchdbNodes} CouchDB volumes are taken one by one while it writes. 'snapshots.quiesced' takes consistent ones.`,
        ),
        ...(policies.length > 0 && snapshots.alarms === undefined
            ? ["Nobody is told when a snapshot fails or is late: 'cluster.snapshots.alarms' is missing."]
            : []),
    ];
}

export interface AlarmsArgs extends SnapshotPoliciesArgs {
    readonly policies: readonly SnapshotPolicyPlan[];
}

/** Hours in which AWS begins a snapshot after its time. */
const beginsWithin = 1;

/** @returns `undefined` where nobody is to be told, or nothing is taken */
export function planAlarms({ model, instances, policies }: AlarmsArgs): AlarmsPlan | undefined {
    const { alarms, tiers } = model.snapshots;
    if (alarms === undefined || policies.length === 0) return undefined;
    const { email, topicArn, lateHours, skewMinutes } = alarms;
    return {
        emails: email,
        ...(topicArn === undefined ? {} : { topicArn }),
        watched: policies.flatMap(({ tier, everyHours }) => {
            const latestAgeHours = everyHours + beginsWithin + lateHours;
            const own = instances.filter((each) => tierOf(each, model.snapshots) === tier);
            return [
                ...own.map(({ name, namespace, couchdbNodes }) => ({
                    instance: name,
                    namespace,
                    volumes: couchdbNodes,
                    latestAgeHours,
                    ...(couchdbNodes > 1 ? { skewMinutes } : {}),
                })),
                // Of other stacks' instances only the namespace is known: what is there is watched.
                ...(tiers[tier]?.namespaces ?? []).map((namespace) => ({
                    instance: `namespace:${namespace}`,
                    namespace,
                    volumes: 1,
                    latestAgeHours,
                    skewMinutes,
                })),
            ];
        }),
    };
}
