/** Snapshot policies of a cluster `prod` with three instances, as Pulumi registers them. */
import assert from "node:assert/strict";
import * as kms from "@pulumi/aws/kms";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { SnapshotPolicies } from "../../components/storage";
import { planAlarms, planSnapshotPolicies } from "../../config/aws/snapshots";
import type { TaggedVolume } from "../../config/aws/tagged-volumes";
import { snapshotsSchema } from "../../config/snapshots-schema";
import { type Registered, register } from "../support/register";

export const key = "arn:aws:kms:eu-west-2:123456789012:key/1";
export const copyKey = "arn:aws:kms:eu-west-1:123456789012:key/2";
const component = "cht-hosting:storage:SnapshotPolicies::prod";

export const daily = { every: "day", at: "02:00", keep: 14 };
/** One tier for two instances of the three, daily; and who is told. */
export const usual = {
    tiers: { standard: { schedules: { daily } } },
    alarms: { email: ["ops@example.org"], lateHours: 6, skewMinutes: 10 },
};
export const everything = {
    tiers: {
        standard: {
            schedules: {
                hourly: { every: "6 hours", at: "01:00", keep: "2 days" },
                daily: { ...daily, copyTo: [{ region: "eu-west-1", keep: "30 days", keyArn: copyKey }] },
                weekly: { every: "week", keep: "8 weeks", fastRestore: ["eu-west-2a"], shareWith: ["210987654321"] },
                monthly: {
                    every: "month",
                    keep: 12,
                    fastRestore: ["eu-west-2a"],
                    copyTo: [{ region: "us-east-1", keep: "7 years" }],
                },
            },
        },
    },
};

const instances = [
    { name: "uat", namespace: "uat", couchdbNodes: 1 },
    { name: "production", namespace: "cht-production", couchdbNodes: 3 },
    { name: "demo", namespace: "demo", couchdbNodes: 1, tier: "none" },
];

export function planOf(snapshots: object) {
    const zones = ["eu-west-2a", "eu-west-2b"];
    const place = { name: "prod", region: "eu-west-2", account: "123456789012" };
    const args = { model: { ...place, zones, snapshots: snapshotsSchema.parse(snapshots) }, instances };
    const { policies, problems } = planSnapshotPolicies(args);
    assert.deepEqual(problems, []);
    return {
        ...place,
        partition: "aws",
        tags: { "cht-hosting/stack": "cht-hosting.prod" },
        snapshotPolicies: policies,
        alarms: planAlarms({ ...args, policies }),
    };
}

export interface Made {
    readonly resources: readonly Registered[];
    /** Inputs by `<type> <name>`, types without `aws:`. */
    readonly inputs: Readonly<Record<string, Record<string, unknown>>>;
}

export const short = ({ type, name }: Registered) => `${type.replace(/^aws:/, "")} ${name}`;

export async function made(
    snapshots: object = usual,
    taggedVolumes: readonly TaggedVolume[] = [],
    firstPreview = false,
): Promise<Made> {
    const { resources } = await register(
        () => {
            const provider = new aws.Provider("aws", { region: "eu-west-2" });
            const keyArn = firstPreview ? provider.id : pulumi.output(key);
            // Stands for what takes minutes.
            const after = [new kms.Alias("nodes", { targetKeyId: key }, { provider })];
            const plan = planOf(snapshots);
            new SnapshotPolicies("prod", { plan, keyArn, taggedVolumes, after }, { provider });
        },
        {
            firstPreview,
            made: (_, name) => ({
                arn: `arn-of-${name}`,
                name,
                outputs: { PolicyArn: `policy-of-${name}` },
            }),
        },
    );
    const own = resources.filter(({ options }) => options.parent === component);
    return { resources: own, inputs: Object.fromEntries(own.map((each) => [short(each), each.inputs])) };
}

export const json = (value: unknown): unknown => JSON.parse(value as string);

/** Each statement of a policy: what it allows, on what, when. */
export function statements(policy: unknown): unknown[] {
    const { Version, Statement } = json(policy) as { Version: string; Statement: Record<string, unknown>[] };
    assert.equal(Version, "2012-10-17");
    for (const { Effect, Action } of Statement) {
        assert.equal(Effect, "Allow");
        for (const action of Action as string[]) assert.doesNotMatch(action, /\*/);
    }
    return Statement.map(({ Action, Resource, Condition, Principal }) => [
        ...(Principal === undefined ? [] : [Principal]),
        (Action as string[]).join(" "),
        ...(Resource === undefined ? [] : [Resource]),
        ...(Condition === undefined ? [] : [Condition]),
    ]);
}
