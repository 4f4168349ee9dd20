/** The database: its nodes, where their data lives, and who may open it. */
import { z } from "zod";
import { dnsLabel, kinds, objectName, storageSize } from "./formats";
import { nodes, user } from "./instance-schema";

/** A volume that exists outside this program, for one CouchDB node. */
const existingVolumeSchema = z.union(
    [
        z
            .strictObject({ persistentVolume: objectName.describe("A PersistentVolume that exists and is free.") })
            .describe("A PersistentVolume that exists in the cluster."),
        z
            .strictObject({
                driver: z.string().min(1).describe("The CSI driver: ebs.csi.aws.com, csi.vsphere.vmware.com, …"),
                handle: z.string().min(1).describe("The volume as the driver names it: vol-0123456789abcdef0, …"),
                fsType: z.string().default("ext4").describe("The file system on the disk."),
                attributes: z.record(z.string(), z.string()).default({}).describe("The driver's volumeAttributes."),
                zone: z.string().optional().describe("The availability zone the volume lives in; the pod runs there."),
            })
            .describe("A disk that exists; the program makes the PersistentVolume for it, with reclaim policy Retain."),
    ],
    { error: "must be either { persistentVolume } or { driver, handle }" },
);

const latest = z.literal(true).optional().describe("The newest, which is meant anyway.");

/** The snapshots that volumes are made of. Which form it is, its first key says. */
export const snapshotSourceSchema = z
    .union(
        [
            z
                .strictObject({
                    instance: dnsLabel.describe("Another instance of this stack, which may go on running."),
                    latest,
                })
                .describe("The newest of an instance: its quiesced set, or else its snapshots on AWS."),
            z
                .strictObject({
                    instance: dnsLabel.describe("Another instance of this stack."),
                    set: z
                        .string()
                        .regex(/^\d{8}-\d{6}$/, "must be a quiesced set's name such as '20261122-010003'")
                        .describe("Its quiesced set, by the label cht-hosting/quiesced-set of its VolumeSnapshots."),
                })
                .describe("An older quiesced set of an instance."),
            z
                .strictObject({
                    snapshots: z
                        .array(z.string().regex(/^\S+$/, "must be a snapshot as the CSI driver names it"))
                        .min(1)
                        .describe("One per CouchDB node, in their order: snap-0123456789abcdef0, …"),
                })
                .describe("Snapshots by the names that the storage gave them."),
            z
                .strictObject({
                    tags: z
                        .record(z.string().min(1), z.string())
                        .refine((tags) => Object.keys(tags).length > 0, "must not be empty")
                        .describe("Tags that the snapshots have, all of them."),
                    latest,
                })
                .describe("The newest snapshots on AWS that have these tags, one of each CouchDB node's volume."),
            z
                .strictObject({
                    volumeSnapshots: z
                        .array(objectName)
                        .min(1)
                        .describe("VolumeSnapshots in the cluster: one per CouchDB node, in their order."),
                    namespace: dnsLabel.describe("Their namespace."),
                })
                .describe("VolumeSnapshots that exist in the cluster."),
        ],
        {
            error: "must be one of { instance }, { instance, set }, { snapshots }, { tags } and { volumeSnapshots, namespace }",
        },
    )
    .describe("What the volumes are made of. Cannot change later: other data is another instance.");

const volumeSchema = z
    .discriminatedUnion(
        "kind",
        [
            z.strictObject({
                kind: z.literal("new"),
                size: storageSize
                    .optional()
                    .describe("Size of each node's volume. Can grow, never shrink. Default: by sizing."),
                className: objectName
                    .optional()
                    .describe("Storage class; default: the cluster's. Cannot change later."),
            }),
            z.strictObject({
                kind: z.literal("existing"),
                size: storageSize.describe("The volumes' size."),
                className: z.string().default("").describe("The PersistentVolumes' storage class; '' for none."),
                volumes: z
                    .array(existingVolumeSchema)
                    .min(1)
                    .describe("One per CouchDB node, in the order of the nodes."),
            }),
            z.strictObject({
                kind: z.literal("snapshot"),
                from: snapshotSourceSchema,
                size: storageSize
                    .optional()
                    .describe("Size of each node's volume, at least the snapshot's, which is the default. Can grow."),
                className: objectName
                    .optional()
                    .describe("Storage class; default: the cluster's. Cannot change later."),
                outboundMessaging: z
                    .enum(["on", "off"], { error: "must be 'on' or 'off', in quotes" })
                    .optional()
                    .describe(
                        "Whether API and Sentinel may reach anything outside: SMS gateways, other systems. Default: off for a copy of another instance, which would send its messages a second time; else on.",
                    ),
            }),
        ],
        kinds("must be 'new', 'existing' or 'snapshot'"),
    )
    .describe("Where the CouchDB data lives.");

export const couchdbSchema = z
    .strictObject({
        nodes,
        volume: volumeSchema.default({ kind: "new" }),
        dataPath: z
            .string()
            .regex(/^[^/].*[^/]$|^[^/]?$/, "must be a relative path without a '/' at either end, or ''")
            .refine((path) => !path.split("/").includes(".."), "must not contain '..'")
            .default("data")
            .describe(
                "Path of the data on the volume; '' for its root, %d for the node's number. Cannot change later.",
            ),
    })
    .prefault({});

export const credentialsSchema = z
    .strictObject({
        user,
        generation: z
            .int()
            .min(1)
            .default(1)
            .describe("Raise by one to rotate the password: a Job changes it in CouchDB, then every service restarts."),
    })
    .prefault({});

export type SnapshotSourceModel = z.output<typeof snapshotSourceSchema>;
