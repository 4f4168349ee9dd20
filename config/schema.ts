/**
 * What an operator may write in a stack file, and the only home of its defaults.
 *
 * Everything is strict: a key that is not known is a mistake, never ignored. Checks that need another key (an instance's
 * volumes against its nodes, two instances with one host) are in `rules.ts`; reading is in `load.ts`.
 */
import { z } from "zod";
import { clusterSchema } from "./cluster-schema";
import { couchdbSchema, credentialsSchema } from "./couchdb-schema";
import { hostInstanceSchema, hostSchema } from "./docker/schema";
import { dnsLabel, hostName, kinds, namespaceName, objectName } from "./formats";
import { common, version } from "./instance-schema";
import { imagesSchema, placementSchema, resourcesSchema } from "./pods-schema";
import { instanceSnapshotsSchema } from "./snapshots-schema";

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
                .strictObject({ kind: z.literal("acm") })
                .describe(
                    "A certificate of AWS that the program makes and proves, with the host's record, in cluster.ingress.hostedZone.",
                ),
            z
                .strictObject({ kind: z.literal("none") })
                .describe("Plain HTTP, for tests: CHT's app does not work without TLS."),
        ],
        kinds("must be 'secret', 'cert-manager', 'load-balancer', 'acm' or 'none'"),
    )
    .describe("Where the certificate of the host comes from.");

export const instanceSchema = z.strictObject({
    version,
    host: hostName.describe("The public host name. Every instance has its own."),
    namespace: namespaceName
        .optional()
        .describe("Kubernetes namespace; default: the instance's name. Cannot change later."),
    tls: tlsSchema,
    couchdb: couchdbSchema.describe("The database: its nodes and their volumes."),
    credentials: credentialsSchema.describe(
        "CouchDB's administrator. Passwords are generated, or given as secrets: 'pulumi config set --secret <instance>.password'.",
    ),
    database: common.database,
    sizing: common.sizing,
    resources: resourcesSchema.default({}),
    placement: placementSchema.prefault({}),
    images: imagesSchema.describe("Where the container images come from."),
    logLevel: common.logLevel,
    buildsUrl: common.buildsUrl,
    proxy: common.proxy,
    internet: z
        .strictObject({
            ports: z
                .array(z.int().min(1).max(65535))
                .default([443])
                .describe("Ports that API and Sentinel may reach outside."),
        })
        .prefault({})
        .describe("What API and Sentinel may reach outside the cluster: SMS gateways, OIDC, push, the builds server."),
    upgrade: common.upgrade,
    snapshots: instanceSnapshotsSchema,
    remove: z
        .string()
        .optional()
        .describe(
            "The instance's own name, to take its services down. Volumes, namespace and credentials stay; afterwards the instance may be taken out of the file.",
        ),
});

/** Every key of the project, as `Pulumi.yaml` declares it, where the instances run on Kubernetes. */
export const kubernetesStackSchema = z.strictObject({
    cluster: clusterSchema,
    instances: z
        .record(dnsLabel, instanceSchema)
        .default({})
        .describe("CHT instances by name, which is their identity."),
});

/** The same for a Docker host. The kind of the cluster tells which of the two a stack file is. */
export const hostStackSchema = z.strictObject({
    cluster: hostSchema,
    instances: z
        .record(dnsLabel, hostInstanceSchema)
        .default({})
        .describe(
            "CHT instances by name, which is their identity, and the beginning of all their names on the engine.",
        ),
});

export const stackSchema = z.union([kubernetesStackSchema, hostStackSchema]);

export type StackInput = z.input<typeof stackSchema>;
export type StackModel = KubernetesStackModel | HostStackModel;
export type KubernetesStackModel = z.output<typeof kubernetesStackSchema>;
export type HostStackModel = z.output<typeof hostStackSchema>;
export type InstanceModel = z.output<typeof instanceSchema>;
export type VolumeModel = InstanceModel["couchdb"]["volume"];
export type TlsModel = InstanceModel["tls"];
