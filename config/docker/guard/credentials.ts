/** Whether the credentials still open the data: CouchDB keeps the password it was first given. No message has a value in it. */
import type { CredentialKey } from "../../../cht/model";
import { guardIdentity } from "../../guard/credentials";
import type { Finding } from "../../guard/subject";
import type { LiveHostCredentials } from "../live";
import { isOwn } from "../ports";
import { credentialsVolume } from "./data";
import type { HostSubject } from "./subject";

export function guardHostCredentials(subject: HostSubject): Finding[] {
    const found = subject.live.credentials.get(subject.name);
    if (found === undefined) return withoutFile(subject);
    const missing = (["COUCHDB_USER", "COUCHDB_PASSWORD"] as const).filter((key) => !found.values[key]);
    if (missing.length > 0) {
        const where = found.from === "container" ? "The environment of CouchDB's container" : "The file of credentials";
        return [
            {
                path: "credentials",
                message: `${where} lacks ${missing.join(" and ")}: what CouchDB was made with cannot be told. Put back what it held.`,
            },
        ];
    }
    return [...guardGiven(subject, found), ...guardIdentity({ instance: subject.instance }, found)];
}

/**
 * The file is written with the first CouchDB container. A volume of this program's without it was never used; one of
 * Compose's has had a password since Compose's first start, which new ones would not replace.
 */
function withoutFile(subject: HostSubject): Finding[] {
    const { name, live, owner, secrets } = subject;
    const volume = live.volumes.find((one) => one.name === credentialsVolume(subject, 1));
    if (volume === undefined || isOwn(volume, owner) || secrets.has(name, "password")) return [];
    return [
        {
            path: "credentials",
            message: `The volume '${volume.name}' holds CouchDB's administrator, and no container of CouchDB is there to tell the password. Give it as it stands in Compose's .env file: 'pulumi config set --secret ${name}.password' (and .secret, .uuid).`,
        },
    ];
}

/** What was given must be what CouchDB has. */
function* guardGiven({ name, secrets }: HostSubject, { values }: LiveHostCredentials): Generator<Finding> {
    const keys: readonly (readonly ["password" | "secret" | "uuid", CredentialKey])[] = [
        ["password", "COUCHDB_PASSWORD"],
        ["secret", "COUCHDB_SECRET"],
        ["uuid", "COUCHDB_UUID"],
    ];
    for (const [key, liveKey] of keys) {
        const live = values[liveKey];
        if (!live || !secrets.differs(name, key, live)) continue;
        const what = key === "password" ? "the password that CouchDB has" : "what CouchDB was made with";
        yield {
            path: "credentials",
            message: `${name}.${key} is not ${what}, and it cannot change on a Docker host. Take ${name}.${key} out of the file.`,
        };
    }
}
