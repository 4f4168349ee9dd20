/**
 * What an operator may write in a stack file, and the only home of its defaults.
 *
 * Everything is strict: a key that is not known is a mistake, never ignored. Checks that need another key (an instance's
 * volumes against its nodes, two instances with one host) are in `rules.ts`; reading is in `load.ts`.
 */
import { z } from "zod";
import { clusterSchema, kinds } from "./cluster-schema";
import { couchdbSchema, credentialsSchema } from "./couchdb-schema";
import { dnsLabel, hostName, namespaceName, objectName } from "./formats";
import { imagesSchema, placementSchema, resourcesSchema } from "./pods-schema";

const sizingSchema = z
    .union(
        [
            z.strictObject({
                users: z.int().min(1).describe("CHWs and supervisors who sign in."),
                documents: z.int().min(1).describe("Documents in the medic database, all in all."),
            }),
            z.strictObject({
                users: z.int().min(1).describe("CHWs and supervisors who sign in."),
                population: z.int().min(1).describe("People the users care for."),
                workflowsPerYear: z.number().min(0).describe("Documents made per person and year."),
                years: z.number().positive().describe("Years of data to keep."),
            }),
        ],
        { error: "must be either { users, documents } or { users, population, workflowsPerYear, years }" },
    )
    .describe("How big the project is; resources and volume size follow from it where they are not given.");

const tlsSchema = z
    .discriminatedUnion(
        "kind",
        [
            z.strictObject({
                kind: z.literal("secret"),
                secretName: objectName.describe("A Secret of type kubernetes.io/tls in the instance's namespace."),
            }),
            z.strictObject({
                kind: z.literal("cert-manager"),
                issuer: objectName.describe("A cert-manager issuer that exists."),
                issuerKind: z
                    .enum(["ClusterIssuer", "Issuer"])
                    .default("ClusterIssuer")
                    .describe("Whether the issuer is the cluster's, or the namespace's own."),
            }),
            z.strictObject({
                kind: z.literal("load-balancer"),
                certificateArn: z
                    .string()
                    .regex(
                        /^arn:aws[-a-z]*:acm:[-a-z0-9]+:\d{12}:certificate\/[-0-9a-f]+$/,
                        "must be the ARN of an ACM certificate",
                    )
                    .optional()
                    .describe("The ALB's certificate; without it the controller finds one by host name."),
            }),
            z
                .strictObject({ kind: z.literal("none") })
                .describe("Plain HTTP, for tests: CHT's app does not work without TLS."),
        ],
        kinds("must be 'secret', 'cert-manager', 'load-balancer' or 'none'"),
    )
    .describe("Where the certificate of the host comes from.");

export const instanceSchema = z.strictObject({
    version: z
        .string()
        .regex(
            /^\d{1,5}\.\d{1,5}\.\d{1,5}(-[A-Za-z0-9][A-Za-z0-9_.-]{0,99})?$/,
            "must be three numbers such as '5.2.0', or the tag of a branch's build, '5.2.0-my-branch'",
        )
        .describe("The CHT release, such as '5.2.0'; it is also the images' tag."),
    host: hostName.describe("The public host name. Every instance has its own."),
    namespace: namespaceName
        .optional()
        .describe("Kubernetes namespace; default: the instance's name. Cannot change later."),
    tls: tlsSchema,
    couchdb: couchdbSchema.describe("The database: its nodes and their volumes."),
    credentials: credentialsSchema.describe(
        "CouchDB's administrator. Passwords are generated, or given as secrets: 'pulumi config set --secret <instance>.password'.",
    ),
    database: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,99}$/, "must be at most 100 of a-z, 0-9, '_' and '-', beginning with a letter")
        .default("medic")
        .describe("The database of CHT's documents; only instances that always had another name need it."),
    sizing: sizingSchema.optional(),
    resources: resourcesSchema.default({}),
    placement: placementSchema.prefault({}),
    images: imagesSchema.describe("Where the container images come from."),
    logLevel: z
        .enum(["error", "warn", "info", "debug"])
        .default("info")
        .describe("How much API and Sentinel log (5.1.0 and later)."),
    buildsUrl: z
        .url({ protocol: /^https?$/, error: "must be an http or https URL" })
        .default("https://staging.dev.medicmobile.org/_couch/builds_4")
        .describe("Where the admin page looks for new releases."),
    proxy: z
        .strictObject({
            addServernameToHttpAgent: z
                .boolean()
                .default(false)
                .describe("Send the TLS server name to the proxy (ADD_SERVERNAME_TO_HTTP_AGENT)."),
            changeOrigin: z
                .boolean()
                .default(false)
                .describe("Rewrite the Host header to the upstream's (PROXY_CHANGE_ORIGIN)."),
        })
        .prefault({})
        .describe("For instances behind a proxy that needs the TLS server name, or the upstream's Host header."),
    internet: z
        .strictObject({
            ports: z
                .array(z.int().min(1).max(65535))
                .default([443])
                .describe("Ports that API and Sentinel may reach outside."),
        })
        .prefault({})
        .describe("What API and Sentinel may reach outside the cluster: SMS gateways, OIDC, push, the builds server."),
    upgrade: z
        .strictObject({
            snapshot: z
                .string()
                .min(1)
                .describe("The name of the snapshot or backup taken before a change of major version."),
        })
        .optional()
        .describe("Said before 4.x becomes 5.x, which cannot be undone without a backup."),
    remove: z
        .string()
        .optional()
        .describe(
            "The instance's own name, to take its services down. Volumes, namespace and credentials stay; afterwards the instance may be taken out of the file.",
        ),
});

/** Every key of the project, as `Pulumi.yaml` declares it. */
export const stackSchema = z.strictObject({
    cluster: clusterSchema,
    instances: z
        .record(dnsLabel, instanceSchema)
        .default({})
        .describe("CHT instances by name, which is their identity."),
});

export type StackInput = z.input<typeof stackSchema>;
export type StackModel = z.output<typeof stackSchema>;
export type InstanceModel = z.output<typeof instanceSchema>;
export type VolumeModel = InstanceModel["couchdb"]["volume"];
export type TlsModel = InstanceModel["tls"];
