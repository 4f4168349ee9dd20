/** The database: its nodes, where their data lives, and who may open it. */
import { z } from "zod";
import { kinds } from "./cluster-schema";
import { objectName, storageSize } from "./formats";
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
        ],
        kinds("must be 'new' or 'existing' ('snapshot' comes with the snapshot policies and is not built yet)"),
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
