import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CredentialKey } from "../../cht/model";
import { CREDENTIALS_SECRET } from "../../cht/names";
import { labels } from "../../config/live";
import type { GivenCredentials } from "../../config/load";
import { generateCredentials, secretCouchUrl } from "../credentials";
import { adopting, metadata, type Scope } from "./scope";

export interface Credentials {
    readonly values: Readonly<Record<CredentialKey, pulumi.Output<string>>>;
    /** Changes with any of the values, and says nothing about them: it covers a random secret. */
    readonly checksum: pulumi.Output<string>;
}

/**
 * Decides the credentials. What the cluster holds for this generation wins, because CouchDB keeps the password it was first
 * given: new values would lock everybody out of the data. Then what the operator gave; then, where the data is a copy of
 * another instance's, what that one has; then what is generated.
 *
 * A password is generated for every generation up to the current one, used or not, so that none ever leaves the state
 * while its instance is there.
 */
export function decideCredentials(scope: Pick<Scope, "plan" | "keep">, given: GivenCredentials): Credentials {
    const { plan, keep } = scope;
    const { user, generation, live, inherited } = plan.credentials;

    const made = generateCredentials(plan.name, keep, generation);
    const generated = made.passwords[generation - 1] ?? pulumi.output("");
    const fromCluster = (key: CredentialKey) => (live === undefined ? undefined : pulumi.secret(live.values[key]));
    const fromSource = (key: CredentialKey) => {
        const value = inherited?.[key];
        return value === undefined ? undefined : pulumi.secret(value);
    };
    const password =
        (live?.generation === generation ? fromCluster("COUCHDB_PASSWORD") : undefined) ??
        given.password ??
        fromSource("COUCHDB_PASSWORD") ??
        generated;

    const values = {
        COUCHDB_USER: pulumi.output(user),
        COUCHDB_PASSWORD: pulumi.secret(password),
        COUCHDB_SECRET: fromCluster("COUCHDB_SECRET") ?? given.secret ?? fromSource("COUCHDB_SECRET") ?? made.secret,
        COUCHDB_UUID: fromCluster("COUCHDB_UUID") ?? given.uuid ?? fromSource("COUCHDB_UUID") ?? made.uuid,
        COUCH_URL: secretCouchUrl(user, password, plan.database),
    };
    const checksum = pulumi.unsecret(
        pulumi.all(values).apply((all) => createHash("sha256").update(JSON.stringify(all)).digest("hex")),
    );
    return { values, checksum };
}

/** The Secret that operators know, with the generation of what it holds. */
export function createCredentialsSecret(
    scope: Scope,
    credentials: Credentials,
    after: pulumi.Resource[],
): k8s.core.v1.Secret {
    const { plan, keep } = scope;
    const options = adopting(keep, plan.adopt.credentials, `${plan.namespace}/${CREDENTIALS_SECRET}`);
    return new k8s.core.v1.Secret(
        `${plan.name}-credentials`,
        {
            metadata: metadata(scope, CREDENTIALS_SECRET, {
                annotations: { [labels.credentialsGeneration]: String(plan.credentials.generation) },
            }),
            type: "Opaque",
            data: encoded(credentials.values),
        },
        { ...options, dependsOn: after },
    );
}

/** `data` rather than `stringData`, which the API server never gives back, so that drift in it could not be seen. */
export function encoded(
    values: Readonly<Record<string, pulumi.Output<string>>>,
): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
            key,
            pulumi.secret(value.apply((text) => Buffer.from(text, "utf8").toString("base64"))),
        ]),
    );
}
