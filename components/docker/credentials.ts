import * as pulumi from "@pulumi/pulumi";
import type { CredentialKey } from "../../cht/model";
import type { GivenCredentials } from "../../config/load";
import { generateCredentials, secretCouchUrl } from "../credentials";
import type { Scope } from "./scope";

export type Credentials = Readonly<Record<CredentialKey, pulumi.Output<string>>>;

/**
 * Decides the credentials. What the engine holds wins, because CouchDB keeps the password it was first given: new values
 * would lock everybody out of the data. Then what the operator gave, then what is generated.
 */
export function decideCredentials({ plan, keep }: Pick<Scope, "plan" | "keep">, given: GivenCredentials): Credentials {
    const { user, live } = plan.credentials;
    const made = generateCredentials(plan.name, keep);
    const choose = (found: string | undefined, wanted: pulumi.Output<string> | undefined, last: pulumi.Input<string>) =>
        pulumi.secret(found ?? wanted ?? last);
    const password = choose(live?.password, given.password, made.passwords[0] ?? "");
    return {
        COUCHDB_USER: pulumi.output(user),
        COUCHDB_PASSWORD: password,
        COUCHDB_SECRET: choose(live?.secret, given.secret, made.secret),
        COUCHDB_UUID: choose(live?.uuid, given.uuid, made.uuid),
        COUCH_URL: secretCouchUrl(user, password, plan.database),
    };
}

/** Beside CouchDB's own settings, where it outlives every container. CouchDB reads `*.ini` there, and nothing else. */
export const CREDENTIALS_FILE = "/opt/couchdb/etc/local.d/cht-hosting.json";

/** What {@link CREDENTIALS_FILE} holds: without it a volume whose containers are gone could not be opened again. */
export interface KeptCredentials {
    /** The CHT release that had the data last. */
    readonly version: string;
    readonly values: Readonly<Partial<Record<CredentialKey, string>>>;
}

/**
 * The file's text. CouchDB's start script makes it readable for the user couchdb; outside the container the volume's folder
 * is root's alone.
 */
export function keptCredentials(kept: KeptCredentials): string {
    return `${JSON.stringify(kept)}\n`;
}
