/** What an operator may write for a Docker host: where its engine is, and the instances on it. */
import { z } from "zod";
import { cpuQuantity, kinds, memoryQuantity } from "../formats";
import { common, nodes, registry, user, version } from "../instance-schema";

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

const ipv4 = z.ipv4({ error: "must be an IPv4 address such as '192.168.1.10'" });

const hostOrAddress = z.union(
    [
        z
            .string()
            .max(253)
            .regex(new RegExp(`^(?=.*[a-z])${label}(\\.${label})*$`)),
        z.ipv4(),
    ],
    { error: "must be a host name in lower case or an IPv4 address, such as 'localhost' or 'cht.example.org'" },
);

const path = z.string().min(1);

/** The engine. Several hosts are not: CouchDB over an overlay network of Docker is unreliable. */
export const hostSchema = z
    .strictObject({
        kind: z.literal("docker"),
        host: z
            .string()
            .regex(
                // Not beginning with '-', which ssh would take for an option.
                /^(unix:\/\/\/|ssh:\/\/|tcp:\/\/)[^-\s:@?#/]([^\s?#]*[^\s?#/])?$/,
                "must be 'unix:///path/of/the.sock', 'ssh://user@machine' or 'tcp://machine:2376'",
            )
            .refine((host) => !/^\w+:\/\/[^/]*:[^/]*@/.test(host), "must not hold a password: ssh uses keys")
            .optional()
            .describe(
                "The engine's address: unix:///path, ssh://user@machine or tcp://machine:2376. Default: what the docker command uses ($DOCKER_HOST, $DOCKER_CONTEXT, the current context, /var/run/docker.sock).",
            ),
        context: z
            .string()
            .regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]*$/, "must be the name of a context of 'docker context ls'")
            .optional()
            .describe("A context of the docker command, instead of host."),
        sshOptions: z
            .array(z.string().min(1))
            .optional()
            .describe("Arguments for ssh, such as ['-o', 'StrictHostKeyChecking=yes']; with an ssh:// host only."),
    })
    .describe("The Docker engine that the instances run on.");

/** How an operator calls what says where the engine is, for messages. */
export const engineKeys = { host: "cluster.host", context: "cluster.context", sshOptions: "cluster.sshOptions" };

const tlsSchema = z
    .discriminatedUnion(
        "kind",
        [
            z
                .strictObject({ kind: z.literal("self-signed") })
                .describe(
                    "Made on the host, and renewed there. Browsers warn of it, and CHT's Android app refuses it.",
                ),
            z
                .strictObject({
                    kind: z.literal("own"),
                    certificate: path.describe(
                        "Path of the certificate and its chain (PEM), relative to the project; the host's own first.",
                    ),
                    key: path.describe("Path of its private key (PEM), relative to the project."),
                })
                .describe("A certificate of your own, which you renew: run 'pulumi up' when the files are new."),
            z
                .strictObject({
                    kind: z.literal("acme"),
                    email: z
                        .email({ error: "must be an e-mail address" })
                        .optional()
                        .describe("Where the certificate authority writes to when something is wrong."),
                    server: z
                        .url({ protocol: /^https$/, error: "must be an https URL" })
                        .optional()
                        .describe("The ACME directory; default: Let's Encrypt's."),
                    certificateAuthority: path
                        .optional()
                        .describe("Path of the certificate (PEM) by which a private ACME server is trusted."),
                })
                .describe("A public certificate by ACME (Let's Encrypt), renewed by itself. Port 80 must lead here."),
            z
                .strictObject({
                    kind: z.literal("local-ip"),
                    address: ipv4
                        .optional()
                        .describe("The host's address in its network; default: that of this machine."),
                    source: z
                        .url({ protocol: /^https?$/, error: "must be an http or https URL" })
                        .optional()
                        .describe("Where the certificate is fetched; default: Medic's."),
                })
                .describe("Medic's certificate for developers: phones in the same network can reach the instance."),
        ],
        kinds("must be 'self-signed', 'own', 'acme' or 'local-ip'"),
    )
    .describe("Where the certificate of the host comes from.");

/** A folder of the host's, as Docker can bind it: absolute, and without what Docker and Compose would read otherwise. */
const folder = z
    .string()
    .regex(
        /^(\/[^/:,"\\\r\n\t]+)+$/,
        "must be an absolute path on the host without a '/' at its end, such as '/srv/cht/couchdb'",
    )
    .refine((path) => !path.split("/").some((part) => part === "." || part === ".."), "must not contain '.' or '..'");

const dataSchema = z
    .discriminatedUnion(
        "kind",
        [
            z.strictObject({ kind: z.literal("volume") }).describe("Docker volumes, made for the instance."),
            z
                .strictObject({
                    kind: z.literal("folder"),
                    path: z
                        .union([folder, z.array(folder).min(1)])
                        .describe(
                            "The folder on the host. In a cluster: with %d for the node's number, or a list with one for each node.",
                        ),
                })
                .describe("A folder of the host, as the official Compose files have it."),
        ],
        kinds("must be 'volume' or 'folder'"),
    )
    .describe("Where the CouchDB data lives. Cannot change later.");

const limits = z
    .strictObject({
        limits: z
            .strictObject({ cpu: cpuQuantity.optional(), memory: memoryQuantity.optional() })
            .default({})
            .describe("What the service may use at most: more processor time is withheld, more memory ends it."),
    })
    .prefault({})
    .optional();

const resourcesSchema = z
    .strictObject({
        couchdb: limits.describe("CouchDB, each node."),
        nouveau: limits.describe("The full-text index beside CouchDB (5.x)."),
        haproxy: limits.describe("HAProxy, which spreads requests over CouchDB's nodes."),
        healthcheck: limits.describe("HAProxy's health check of CouchDB's nodes."),
        api: limits.describe("API, the web app and REST server."),
        sentinel: limits.describe("Sentinel, the background transitions."),
        "upgrade-service": limits.describe("The upgrade service, where it is asked for."),
        nginx: limits.describe("nginx, which users reach over TLS."),
        certificate: limits.describe("The companion that keeps the certificate."),
    })
    .default({})
    .describe("Processors and memory per service, over what sizing computes.");

const digest = z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "must be a digest: 'sha256:' and 64 of 0-9 and a-f")
    .optional();

const imagesSchema = z
    .strictObject({
        registry,
        archive: path
            .optional()
            .describe(
                "A folder of image archives ('docker save', also compressed), relative to the project: they are loaded before anything starts, for hosts without internet.",
            ),
        digests: z
            .strictObject({
                couchdb: digest.describe("CouchDB's."),
                nouveau: digest.describe("The full-text index's (5.x)."),
                haproxy: digest.describe("HAProxy's."),
                healthcheck: digest.describe("The health check's."),
                api: digest.describe("API's."),
                sentinel: digest.describe("Sentinel's."),
                nginx: digest.describe("nginx's."),
            })
            .default({})
            .describe("The images' digests, which fix them for good; they change with every version."),
        upgradeService: z.string().min(1).optional().describe("The upgrade service's image, a product of its own."),
        acme: z.string().min(1).optional().describe("The ACME client's image; default: certbot's own."),
    })
    .prefault({})
    .describe("Where the container images come from.");

const port = z.int().min(1).max(65535).optional();

export const hostInstanceSchema = z.strictObject({
    version,
    host: hostOrAddress
        .optional()
        .describe(
            "The name or address that users call it by; default: localhost. With tls 'local-ip' it follows from the address.",
        ),
    ports: z
        .strictObject({
            address: ipv4
                .optional()
                .describe(
                    "The host's address to listen on; default: 127.0.0.1 where the host is localhost, else 0.0.0.0.",
                ),
            http: port.describe("The port that redirects to https; default: the first free from 10080, then for ever."),
            https: port.describe("The port of the web app; default: the first free from 10443, then for ever."),
        })
        .default({})
        .describe("The ports of the host. What is not given is chosen once and remembered."),
    tls: tlsSchema.default({ kind: "self-signed" }),
    couchdb: z
        .strictObject({
            nodes,
            data: dataSchema.default({ kind: "volume" }),
            defaultUlimit: z
                .boolean()
                .default(false)
                .describe(
                    "Whether containers take the engine's limit of open files as it is, where that cannot be raised to 200,000: rootless Docker, or Docker in a container.",
                ),
        })
        .prefault({})
        .describe("The database: its nodes and their data."),
    compose: z
        .strictObject({
            project: z
                .string()
                .regex(/^[a-z0-9][a-z0-9_-]*$/, "must be a project of 'docker compose ls': a-z, 0-9, '_' and '-'")
                .describe("The Compose project. Its volumes keep their names, so this stays in the file for ever."),
            network: z
                .string()
                .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "must be a network of 'docker network ls'")
                .default("cht-net")
                .describe("The project's network: CHT_NETWORK of its .env file."),
        })
        .optional()
        .describe("An instance of the official Compose files, to be taken over with its data."),
    credentials: z
        .strictObject({ user })
        .prefault({})
        .describe(
            "CouchDB's administrator. Passwords are generated, or given as secrets: 'pulumi config set --secret <instance>.password'.",
        ),
    database: common.database,
    sizing: common.sizing,
    resources: resourcesSchema,
    images: imagesSchema,
    upgradeService: z
        .boolean()
        .default(false)
        .describe("Whether the upgrade service runs, for 'stage' and 'upgrade' in the admin page."),
    logs: z
        .strictObject({
            maxSize: z
                .string()
                .regex(/^[1-9]\d{0,5}[kmg]$/, "must be a size such as '50m' (k, m or g)")
                .default("50m")
                .describe("When a log file is full and the next begins: '50m'."),
            maxFiles: z.int().min(1).max(1000).default(20).describe("How many log files each service keeps."),
        })
        .prefault({})
        .describe("How much of each service's log is kept."),
    logLevel: common.logLevel,
    buildsUrl: common.buildsUrl,
    proxy: common.proxy,
    upgrade: common.upgrade,
    remove: z
        .string()
        .optional()
        .describe(
            "The instance's own name, to take its services down. Data and credentials stay; afterwards the instance may be taken out of the file.",
        ),
});

export type DockerModel = z.output<typeof hostSchema>;
export type HostInstanceModel = z.output<typeof hostInstanceSchema>;
export type HostTlsModel = HostInstanceModel["tls"];
export type HostDataModel = HostInstanceModel["couchdb"]["data"];
