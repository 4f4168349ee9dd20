/** Whether the credentials still open the data: CouchDB keeps the password it was first given. No message has a value in it. */
import type { CredentialKey } from "../../cht/model";
import { CREDENTIALS_SECRET } from "../../cht/names";
import type { LiveCredentials } from "../live";
import type { Finding, Subject } from "./subject";

export const credentialKeys: readonly CredentialKey[] = [
    "COUCHDB_USER",
    "COUCHDB_PASSWORD",
    "COUCHDB_SECRET",
    "COUCHDB_UUID",
    "COUCH_URL",
];

/** The generation of what the Secret holds; one that another tool made holds the first. */
export function generationOf(credentials: LiveCredentials): number {
    return credentials.generation ?? 1;
}

export function guardCredentials(subject: Subject): Finding[] {
    const { credentials } = subject.live;
    if (credentials === undefined) return withoutSecret(subject);
    const missing = credentialKeys.filter((key) => credentials.values[key] === undefined);
    if (missing.length > 0) {
        return [
            {
                path: "credentials",
                message: `The Secret '${CREDENTIALS_SECRET}' in the namespace '${subject.live.name}' lacks ${missing.join(", ")}: what CouchDB was made with cannot be told. Put back what it held.`,
            },
        ];
    }
    return [
        ...guardGeneration(subject, generationOf(credentials)),
        ...guardGiven(subject, credentials),
        ...guardIdentity(subject, credentials),
    ];
}

/**
 * Even where Pulumi's state has credentials, they need not be those of the data: those of an instance that was taken over
 * were only ever in the Secret. So nothing is guessed while there is data.
 */
function withoutSecret({ name, instance, live, secrets }: Subject): Finding[] {
    if (live.claims.length === 0) return guardNew(instance.credentials.generation);
    if (secrets.has(name, "password")) return [];
    return [
        {
            path: "credentials",
            message: `There is data in the namespace '${live.name}', but its Secret '${CREDENTIALS_SECRET}' is gone: new credentials would not open it. Put the Secret back ('pulumi stack export --show-secrets' has what it held), or give the old password: 'pulumi config set --secret ${name}.password' (and .secret, .uuid).`,
        },
    ];
}

/** A rotation changes a password that is there. */
export function guardNew(generation: number): Finding[] {
    if (generation === 1) return [];
    return [
        {
            path: "credentials.generation",
            message: `The instance has no password yet that could be rotated. Set credentials.generation: 1.`,
        },
    ];
}

function* guardGeneration({ instance, live }: Subject, before: number): Generator<Finding> {
    const { generation } = instance.credentials;
    const path = "credentials.generation";
    if (generation < before) {
        yield {
            path,
            message: `The password is of generation ${before}, and an older one cannot come back. Set credentials.generation: ${before}.`,
        };
    } else if (generation > before + 1) {
        yield {
            path,
            message: `The password is of generation ${before}: each rotation is one step. Set credentials.generation: ${before + 1}.`,
        };
    } else if (generation > before && instance.remove !== undefined) {
        yield {
            path,
            message: `The instance is to be removed, and no CouchDB would be left to change the password in. Set credentials.generation: ${before}.`,
        };
    } else if (generation > before && !live.deployments.some(({ service }) => service.startsWith("couchdb"))) {
        yield {
            path,
            message: `CouchDB does not run, so that its password cannot be changed. Set credentials.generation: ${before}, run 'pulumi up', then rotate.`,
        };
    }
}

/** What was given must be what CouchDB has, or a new password for a new generation. */
function* guardGiven({ name, instance, secrets }: Subject, live: LiveCredentials): Generator<Finding> {
    const before = generationOf(live);
    const differs = (key: "password" | "secret" | "uuid", liveKey: CredentialKey) =>
        secrets.differs(name, key, live.values[liveKey] ?? "");
    if (instance.credentials.generation === before && differs("password", "COUCHDB_PASSWORD")) {
        yield {
            path: "credentials.generation",
            message: `${name}.password is not the password that CouchDB has. Set credentials.generation: ${before + 1} to rotate to it, or take ${name}.password out of the file.`,
        };
    }
    if (
        instance.credentials.generation === before + 1 &&
        secrets.has(name, "password") &&
        !differs("password", "COUCHDB_PASSWORD")
    ) {
        yield {
            path: "credentials.generation",
            message: `${name}.password is still the password that CouchDB has, so that nothing would be rotated. Set a new one: 'pulumi config set --secret ${name}.password', or take it out of the file to have one generated.`,
        };
    }
    for (const [key, liveKey] of [
        ["secret", "COUCHDB_SECRET"],
        ["uuid", "COUCHDB_UUID"],
    ] as const) {
        if (differs(key, liveKey)) {
            yield {
                path: "credentials",
                message: `${name}.${key} is not what CouchDB was made with, and it cannot change. Take ${name}.${key} out of the file.`,
            };
        }
    }
}

/** Whether user and database are those that the data was made with. */
export function* guardIdentity(
    { instance }: { readonly instance: Pick<Subject["instance"], "database"> & { credentials: { user: string } } },
    { values }: Pick<LiveCredentials, "values">,
): Generator<Finding> {
    const user = values.COUCHDB_USER;
    if (user !== undefined && user !== instance.credentials.user) {
        yield {
            path: "credentials.user",
            message: `CouchDB's administrator is '${user}', and cannot become '${instance.credentials.user}'. Set credentials.user: ${user}.`,
        };
    }
    const database = databaseOf(values.COUCH_URL);
    if (database !== undefined && database !== instance.database) {
        yield {
            path: "database",
            message: `CHT's documents are in the database '${database}', and would be left behind for '${instance.database}'. Set database: ${database}.`,
        };
    }
}

/** Only the path: everything before it is secret. */
function databaseOf(url: string | undefined): string | undefined {
    const last = url?.replace(/\/+$/, "").split("/").at(-1);
    return last === undefined || !/^[a-z][a-z0-9_$()+%-]*$/i.test(last) ? undefined : decodeURIComponent(last);
}
