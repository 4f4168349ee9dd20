/** What AWS Data Lifecycle Manager allows, and what must be true between tiers and instances. Each names the key. */
import { oneOf, type Problem, pathOf } from "../problem";
import { checkAge, checkSchedule } from "../schedule";
import type { TierModel, TierScheduleModel } from "../snapshots-schema";
import { defaultTier, type SnapshotPoliciesArgs, tierOf } from "./tiers";

/**
 * Of custom policies.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/dlm-quotas.html
 * @see https://docs.aws.amazon.com/dlm/latest/APIReference/API_PolicyDetails.html
 */
export const policyLimits = { policies: 100, schedules: 4, targetTags: 50, fastRestoreZones: 10 } as const;

export function* checkSnapshots(args: SnapshotPoliciesArgs): Generator<Problem> {
    const { tiers } = args.model.snapshots;
    const path = "cluster.snapshots.tiers";
    if (Object.keys(tiers).length > policyLimits.policies) {
        yield { path, message: `must be at most ${policyLimits.policies}, as AWS has policies for a region` };
    }
    if (tiers["none"] !== undefined) {
        yield {
            path: `${path}.none`,
            message: "is what an instance without snapshots says: give the tier another name",
        };
    }
    for (const [tier, model] of Object.entries(tiers)) yield* checkTier(tier, model, args);
    yield* checkDefault(args);
    yield* checkInstances(args);
    yield* checkAlarms(args);
}

function* checkTier(tier: string, model: TierModel, args: SnapshotPoliciesArgs): Generator<Problem> {
    const path = pathOf("cluster", "snapshots", "tiers", tier);
    const count = Object.keys(model.schedules).length;
    if (count < 1 || count > policyLimits.schedules) {
        yield { path: `${path}.schedules`, message: `must be 1 to ${policyLimits.schedules}, not ${count}` };
    }
    for (const [name, schedule] of Object.entries(model.schedules)) {
        yield* checkTierSchedule(schedule, `${path}.schedules.${name}`, args);
    }
    const { instances } = args;
    for (const [index, namespace] of model.namespaces.entries()) {
        const own = instances.find((instance) => instance.namespace === namespace);
        const message =
            own === undefined
                ? model.namespaces.indexOf(namespace) < index && `is there twice: '${namespace}'`
                : `is the namespace of ${pathOf("instances", own.name)}, which says its tier itself`;
        if (message !== false) yield { path: pathOf(...path.split("."), "namespaces", index), message };
    }
    const inTier = instances.filter((instance) => tierOf(instance, args.model.snapshots) === tier).length;
    const taken = inTier + model.namespaces.length;
    if (taken > policyLimits.targetTags) {
        yield {
            path,
            message: `has ${taken} namespaces; a policy of AWS takes ${policyLimits.targetTags}: make another tier with the same schedules for some of them`,
        };
    }
}

function* checkTierSchedule(
    schedule: TierScheduleModel,
    path: string,
    { model }: SnapshotPoliciesArgs,
): Generator<Problem> {
    yield* checkSchedule(schedule, path);
    for (const [index, { region, keep, keyArn }] of schedule.copyTo.entries()) {
        const copy = `${path}.copyTo[${index}]`;
        yield* checkAge(keep, `${copy}.keep`);
        const before = schedule.copyTo.findIndex((each) => each.region === region);
        if (region === model.region) {
            yield { path: `${copy}.region`, message: "is the cluster's own region: a copy goes to another one" };
        } else if (before < index) {
            yield { path: `${copy}.region`, message: `is that of copyTo[${before}]: one copy goes to a region` };
        }
        const keyRegion = keyArn?.split(":")[3];
        if (keyRegion !== undefined && keyRegion !== region) {
            yield { path: `${copy}.keyArn`, message: `must be a key in ${region}, not in ${keyRegion}` };
        }
    }
    for (const [index, account] of schedule.shareWith.entries()) {
        const key = `${path}.shareWith[${index}]`;
        if (account === model.account) yield { path: key, message: "is the cluster's own account" };
        else if (schedule.shareWith.indexOf(account) < index) yield { path: key, message: "is there twice" };
    }
    for (const [index, zone] of schedule.fastRestore.entries()) {
        const key = `${path}.fastRestore[${index}]`;
        if (!model.zones.includes(zone))
            yield { path: key, message: `must be a zone of the cluster, ${oneOf(model.zones)}` };
        else if (schedule.fastRestore.indexOf(zone) < index) yield { path: key, message: "is there twice" };
    }
}

function* checkDefault({ model: { snapshots } }: SnapshotPoliciesArgs): Generator<Problem> {
    const names = Object.keys(snapshots.tiers);
    if (snapshots.default === undefined || names.includes(snapshots.default)) return;
    const message = names.length === 0 ? "is allowed with tiers only" : `must be one of tiers, ${oneOf(names)}`;
    yield { path: "cluster.snapshots.default", message };
}

function* checkInstances({ model: { snapshots }, instances }: SnapshotPoliciesArgs): Generator<Problem> {
    const names = Object.keys(snapshots.tiers);
    for (const { name, tier } of instances) {
        const path = `${pathOf("instances", name)}.snapshots.tier`;
        if (tier !== undefined && tier !== "none" && !names.includes(tier)) {
            yield { path, message: `must be ${oneOf([...names, "none"])}, not '${tier}'` };
        }
        if (tier === undefined && names.length > 1 && defaultTier(snapshots) === undefined) {
            yield {
                path,
                message: `is required, ${oneOf([...names, "none"])}, because cluster.snapshots has several tiers and no default`,
            };
        }
    }
}

function* checkAlarms({ model }: SnapshotPoliciesArgs): Generator<Problem> {
    const { alarms } = model.snapshots;
    if (alarms === undefined) return;
    const path = "cluster.snapshots.alarms";
    const { email, topicArn } = alarms;
    if (topicArn === undefined && email.length === 0) {
        yield { path, message: "must have an email or a topicArn: somebody has to be told" };
    }
    if (topicArn !== undefined && email.length > 0) {
        yield { path: `${path}.email`, message: "is not allowed with topicArn: subscribe them to that topic" };
    }
    const region = topicArn?.split(":")[3];
    if (region !== undefined && region !== model.region) {
        yield {
            path: `${path}.topicArn`,
            message: `must be a topic in ${model.region}, where the alarms are, not in ${region}`,
        };
    }
    for (const [index, address] of email.entries()) {
        if (email.indexOf(address) < index) yield { path: `${path}.email[${index}]`, message: "is there twice" };
    }
}
