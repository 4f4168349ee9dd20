import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { couchUrl, generatedPassword } from "../cht/credentials";

/** What the program makes up of an instance's credentials. Whether it is used, the platform's own part decides. */
export interface GeneratedCredentials {
    /** One for each generation. */
    readonly passwords: readonly pulumi.Output<string>[];
    readonly secret: pulumi.Output<string>;
    readonly uuid: pulumi.Output<string>;
}

/**
 * Generates them, used or not, so that none ever leaves the state while its instance is there.
 *
 * @param generations how many passwords there have been, the current one among them
 */
export function generateCredentials(
    name: string,
    keep: pulumi.CustomResourceOptions,
    generations = 1,
): GeneratedCredentials {
    const passwords = Array.from({ length: generations }, (_, index) => {
        const suffix = index === 0 ? "" : `-${index + 1}`;
        return new random.RandomPassword(`${name}-couchdb-password${suffix}`, generatedPassword, keep).result;
    });
    const secret = new random.RandomPassword(`${name}-couchdb-secret`, generatedPassword, keep).result;
    const uuid = new random.RandomUuid(`${name}-couchdb-uuid`, {}, keep).result;
    return { passwords, secret, uuid };
}

/** `COUCH_URL` with the password in it: a secret. */
export function secretCouchUrl(user: string, password: pulumi.Input<string>, database: string): pulumi.Output<string> {
    return pulumi.secret(pulumi.output(password).apply((text) => couchUrl({ user, password: text, database })));
}
