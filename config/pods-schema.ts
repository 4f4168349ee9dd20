/** Where the pods run, how much they may use, and where their images come from. */
import { z } from "zod";
import { cpuQuantity, memoryQuantity, nodeLabels, objectName } from "./formats";
import { registry } from "./instance-schema";

export const tolerationSchema = z.strictObject({
    key: z
        .string()
        .min(1)
        .optional()
        .describe("The taint's key; without it every taint is tolerated (operator 'Exists')."),
    operator: z
        .enum(["Equal", "Exists"])
        .default("Equal")
        .describe("Whether the taint's value must be equal, or may be any."),
    value: z.string().optional().describe("The taint's value, with operator 'Equal'."),
    effect: z
        .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
        .optional()
        .describe("The taint's effect; default: every effect."),
});

export const placementSchema = z
    .strictObject({
        nodeSelector: nodeLabels.default({}).describe("Labels that a node must have to run the instance's pods."),
        tolerations: z
            .array(tolerationSchema)
            .default([])
            .describe("Taints that the instance's pods tolerate, such as those of nodes kept for CouchDB."),
        couchdbNodes: z
            .array(nodeLabels)
            .optional()
            .describe(
                "Labels per CouchDB node, the first for node 1, over nodeSelector: pins each to the machine or zone of its volume. As many as couchdb.nodes.",
            ),
    })
    .describe("Where in the cluster the pods may run.");

const resourceNeedsSchema = z.strictObject({
    requests: z
        .strictObject({ cpu: cpuQuantity.optional(), memory: memoryQuantity.optional() })
        .default({})
        .describe("What a node must have free for the service to be put there."),
    limits: z
        .strictObject({ cpu: cpuQuantity.optional(), memory: memoryQuantity.optional() })
        .default({})
        .describe("What the service may use at most: more processor time is withheld, more memory ends it."),
});

export const resourcesSchema = z
    .strictObject({
        couchdb: resourceNeedsSchema.optional().describe("CouchDB, each node."),
        nouveau: resourceNeedsSchema.optional().describe("The full-text index beside CouchDB (5.x)."),
        haproxy: resourceNeedsSchema.optional().describe("HAProxy, which spreads requests over CouchDB's nodes."),
        healthcheck: resourceNeedsSchema.optional().describe("HAProxy's health check of CouchDB's nodes."),
        api: resourceNeedsSchema.optional().describe("API, the web app and REST server."),
        sentinel: resourceNeedsSchema.optional().describe("Sentinel, the background transitions."),
        "upgrade-service": resourceNeedsSchema.optional().describe("The upgrade service (4.x)."),
    })
    .describe("CPU and memory per service, over what sizing computes.");

export const imagesSchema = z
    .strictObject({
        registry,
        upgradeService: z
            .string()
            .min(1)
            .optional()
            .describe("The upgrade service's image (4.x), a product of its own."),
        pullPolicy: z
            .enum(["IfNotPresent", "Always", "Never"])
            .default("IfNotPresent")
            .describe("When nodes pull images; 'Always' for tags of branches, which are built again."),
        pullSecret: objectName
            .optional()
            .describe(
                "The Secret with the registry's credentials. Made from the secret key '<instance>.dockerConfigJson' where that is set, else it must exist in the namespace.",
            ),
    })
    .prefault({});
