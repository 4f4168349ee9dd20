/** The administrator's login, read where the truth is: CouchDB keeps the password it was first given. */

import { roleOf } from "../cht/start-order";
import { environmentOf } from "../docker/container";
import { OperatorError } from "./error";
import { engineCall, type HostInstance } from "./hosts";
import { instanceOutputs } from "./status";

/** A secret: for the person who asked, never for a log. */
export interface Login {
    readonly url?: string;
    readonly user: string;
    readonly password: string;
}

/** @throws OperatorError not-found: no CouchDB container is there */
export async function loginOf(instance: HostInstance): Promise<Login> {
    const { COUCHDB_USER: user, COUCHDB_PASSWORD: password } = await couchdbEnvironment(instance);
    if (user === undefined || password === undefined) {
        throw new OperatorError(
            "not-found",
            `the instance '${instance.name}' has no CouchDB container to ask: \`up\` makes it`,
        );
    }
    const { url } = (await instanceOutputs(instance.project, instance.stack))[instance.name] ?? {};
    return { ...(url === undefined ? {} : { url }), user, password };
}

/** The environment of CouchDB's first container, running or not; empty where there is none. */
export async function couchdbEnvironment({
    engine,
    containers,
}: HostInstance): Promise<Readonly<Record<string, string>>> {
    const couchdb = containers.find(({ service }) => roleOf(service) === "couchdb");
    if (couchdb === undefined) return {};
    const container = await engineCall(() => engine.containers.inspect(couchdb.id));
    return container === undefined ? {} : environmentOf(container);
}

/** Everything of an instance that nobody but its administrators may read. */
export async function secretsOf(
    instance: HostInstance,
): Promise<{ values: string[]; user?: string; password?: string }> {
    const env = await couchdbEnvironment(instance);
    const values = ["COUCHDB_PASSWORD", "COUCHDB_SECRET", "COUCHDB_UUID"].flatMap((name) => env[name] || []);
    const { COUCHDB_USER: user, COUCHDB_PASSWORD: password } = env;
    return { values, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
}
