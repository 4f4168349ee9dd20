/** Nodes of an EKS cluster. */
import { z } from "zod";
import { dnsLabel, nodeLabels } from "../formats";
import { zone } from "./formats";

const taint = z.strictObject({
    key: z.string().min(1).describe("The taint's key."),
    value: z.string().default("true").describe("The taint's value."),
    effect: z
        .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
        .default("NoSchedule")
        .describe("What happens to pods that do not tolerate it."),
});

/** Nodes of one make: one managed node group in each zone, because a CouchDB volume lives in one zone. */
const groupSchema = z.strictObject({
    instanceTypes: z
        .array(z.string().regex(/^[a-z][-a-z0-9]*\.[a-z0-9-]+$/, "must be an instance type such as 'm7g.xlarge'"))
        .min(1)
        .describe("Instance types, all of one architecture: Graviton ('m7g.xlarge') or x86 ('m7i.xlarge')."),
    zones: z.array(zone).min(1).optional().describe("The zones it has nodes in; default: all of the cluster's."),
    perZone: z
        .strictObject({
            min: z.int().min(0).max(450).default(1).describe("Nodes at least."),
            desired: z.int().min(0).max(450).optional().describe("Nodes at the start; default: min."),
            max: z.int().min(1).max(450).optional().describe("Nodes at most; default: desired."),
        })
        .prefault({})
        .describe("Nodes in each zone."),
    diskGi: z.int().min(20).max(16384).default(50).describe("The root disk in GiB, for images and logs."),
    capacity: z
        .enum(["on-demand", "spot"], { error: "must be 'on-demand' or 'spot'" })
        .default("on-demand")
        .describe("Spot nodes are taken away with two minutes' notice: never for CouchDB."),
    couchdb: z
        .boolean()
        .default(false)
        .describe("Whether the nodes are kept for CouchDB: tainted and labelled, and tolerated by every instance."),
    labels: nodeLabels.default({}).describe("More labels of the nodes."),
    taints: z.array(taint).default([]).describe("More taints of the nodes."),
});

export const nodesSchema = z
    .strictObject({
        releaseVersion: z
            .string()
            .regex(/^1\.\d\d\.\d+-20\d{6}$/, "must be an AMI's release such as '1.35.2-20261101'")
            .optional()
            .describe("The nodes' image. Preview tells the one that AWS recommends, where it is missing."),
        groups: z.record(dnsLabel, groupSchema).describe("Kinds of nodes by name, such as 'general' and 'couchdb'."),
    })
    .describe("Nodes that the program keeps; required without autoMode.");

export type NodesModel = z.output<typeof groupSchema>;
