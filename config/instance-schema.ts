/** The keys that an instance has wherever it runs: what a CHT release asks for, and nothing of Kubernetes or Docker. */
import { z } from "zod";

export const version = z
    .string()
    .regex(
        /^\d{1,5}\.\d{1,5}\.\d{1,5}(-[A-Za-z0-9][A-Za-z0-9_.-]{0,99})?$/,
        "must be three numbers such as '5.2.0', or the tag of a branch's build, '5.2.0-my-branch'",
    )
    .describe("The CHT release, such as '5.2.0'; it is also the images' tag.");

/** CouchDB's administrator. */
export const user = z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "must be letters, digits, '_' and '-' (CouchDB's entrypoint uses it as a pattern)")
    .default("medic")
    .describe("CouchDB's administrator. Cannot change later.");

/** CouchDB's nodes: how many there may be is a rule of the platform. */
export const nodes = z
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe("CouchDB nodes: 1, or a cluster. Cannot change later: the data would have to move between nodes.");

/** Where CHT's images come from. */
export const registry = z
    .string()
    .regex(
        /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
        "must be a registry and path without scheme, such as 'registry.example.org/cht'",
    )
    .optional()
    .describe("Replaces Medic's public registry, for mirrors.");

const sizing = z
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

const proxy = z
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
    .describe("For instances behind a proxy that needs the TLS server name, or the upstream's Host header.");

const upgrade = z
    .strictObject({
        snapshot: z
            .string()
            .min(1)
            .describe("The name of the snapshot or backup taken before a change of major version."),
    })
    .optional()
    .describe("Said before 4.x becomes 5.x, which cannot be undone without a backup.");

/** Keys with one meaning everywhere; each platform's instance has them among its own. */
export const common = {
    database: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,99}$/, "must be at most 100 of a-z, 0-9, '_' and '-', beginning with a letter")
        .default("medic")
        .describe("The database of CHT's documents; only instances that always had another name need it."),
    sizing: sizing.optional(),
    logLevel: z
        .enum(["error", "warn", "info", "debug"])
        .default("info")
        .describe("How much API and Sentinel log (5.1.0 and later)."),
    buildsUrl: z
        .url({ protocol: /^https?$/, error: "must be an http or https URL" })
        .default("https://staging.dev.medicmobile.org/_couch/builds_4")
        .describe("Where the admin page looks for new releases."),
    proxy,
    upgrade,
} as const;
