/** Snapshots: what is taken of the volumes on a cloud (`cluster.snapshots`), and of an instance in its cluster. */
import { z } from "zod";
import { dnsLabel } from "./formats";
import { scheduleSchema } from "./schedule-schema";

const region = z.string().regex(/^[a-z]{2,3}(-[a-z]+)+-\d$/, "must be a region such as 'eu-west-1'");

const keepFor = z.string().regex(/^[1-9]\d{0,4} (days|weeks|months|years)$/, "must be an age such as '30 days'");

const tierSchedule = scheduleSchema.extend({
    copyTo: z
        .array(
            z.strictObject({
                region: region.describe("The region of the copy."),
                keep: keepFor.describe("How long the copy is kept."),
                keyArn: z
                    .string()
                    .regex(/^arn:aws[-a-z]*:kms:/, "must be a KMS key's ARN")
                    .optional()
                    .describe("The key there; default: that region's own for EBS."),
            }),
        )
        .max(3)
        .default([])
        .describe("Copies in other regions, at most 3."),
    shareWith: z
        .array(z.string().regex(/^\d{12}$/, "must be an account's 12 digits, in quotes"))
        .default([])
        .describe(
            "Accounts that may copy the snapshots, each by a policy of its own; the volumes' key must be the program's or your own.",
        ),
    fastRestore: z
        .array(z.string())
        .default([])
        .describe("Zones where a volume made of the snapshot is fast at once; each costs by the hour."),
});

/** At most four schedules, by names of your choice: a policy of AWS Data Lifecycle Manager has no more. */
const tierSchema = z.strictObject({
    schedules: z.record(dnsLabel, tierSchedule).describe("One to four schedules by name."),
    namespaces: z
        .array(dnsLabel)
        .default([])
        .describe("Namespaces of instances in other stacks on this cluster, whose volumes are taken too."),
});

export const snapshotsSchema = z
    .strictObject({
        tiers: z.record(dnsLabel, tierSchema).default({}).describe("Sets of schedules by name; each instance has one."),
        default: dnsLabel.optional().describe("The tier of instances that say nothing; default: the only one."),
        alarms: z
            .strictObject({
                email: z
                    .array(z.email({ error: "must be an e-mail address" }))
                    .default([])
                    .describe("Who is told; each confirms once."),
                topicArn: z
                    .string()
                    .regex(/^arn:aws[-a-z]*:sns:/, "must be an SNS topic's ARN")
                    .optional()
                    .describe("A topic of your own instead of the program's."),
                lateHours: z
                    .int()
                    .min(1)
                    .max(72)
                    .default(6)
                    .describe("Hours that a snapshot may be late before it is told."),
                skewMinutes: z
                    .int()
                    .min(1)
                    .max(1440)
                    .default(10)
                    .describe(
                        "Minutes that the snapshots of a CouchDB cluster's volumes may lie apart before it is told.",
                    ),
            })
            .optional()
            .describe(
                "Who is told when a policy or snapshot fails, a snapshot is late, or a cluster's snapshots lie apart. A topic of your own must let EventBridge and CloudWatch publish.",
            ),
    })
    .prefault({})
    .describe(
        "Snapshots of the volumes by AWS Data Lifecycle Manager, which begins within the hour of a schedule's time and takes volume by volume: of an instance with several CouchDB nodes no consistent set, see the instance's 'snapshots.quiesced'.",
    );

/** Of an instance: `none` must be said, it is never the default where the cluster has tiers. */
export const instanceSnapshotsSchema = z
    .strictObject({
        tier: z
            .union([z.literal("none"), dnsLabel])
            .optional()
            .describe("The tier of cluster.snapshots; default: the cluster's. 'none' for none."),
        quiesced: scheduleSchema
            .optional()
            .describe(
                "Sets of VolumeSnapshots of all nodes, taken while nothing writes: API and Sentinel stop for the minute it takes. The only consistent snapshot of a CouchDB cluster.",
            ),
    })
    .prefault({})
    .describe("Snapshots of the instance's volumes.");

export type SnapshotsModel = z.output<typeof snapshotsSchema>;
export type TierModel = z.output<typeof tierSchema>;
export type TierScheduleModel = z.output<typeof tierSchedule>;
export type InstanceSnapshotsModel = z.output<typeof instanceSnapshotsSchema>;
