import * as pulumi from "@pulumi/pulumi";
import type { GivenCredentials } from "../../config/load";
import type { RegistryAuth } from "../../docker/types";

/** Logins at registries by their address, as `docker login` would have written them. Secrets. */
export type Logins = ReadonlyMap<string, { readonly username: string; readonly password: string }>;

/** Those that the operator gave with any instance: the engine is one, and asks its registries as one. */
export async function readLogins(given: ReadonlyMap<string, GivenCredentials>): Promise<Logins> {
    const logins = new Map<string, { username: string; password: string }>();
    for (const { dockerConfigJson } of given.values()) {
        if (dockerConfigJson === undefined) continue;
        const { auths = {} } = JSON.parse(await plain(dockerConfigJson)) as DockerConfig;
        for (const [address, { auth, username, password }] of Object.entries(auths)) {
            const decoded = auth === undefined ? "" : Buffer.from(auth, "base64").toString("utf8");
            const at = decoded.indexOf(":");
            logins.set(registryOf(address), {
                username: username ?? decoded.slice(0, at),
                password: password ?? decoded.slice(at + 1),
            });
        }
    }
    return logins;
}

interface DockerConfig {
    readonly auths?: Readonly<Record<string, { auth?: string; username?: string; password?: string }>>;
}

/** The login for an image, where there is one. */
export function loginFor(image: string, logins: Logins): RegistryAuth | undefined {
    const [first = "", ...rest] = image.split("/");
    const named = rest.length > 0 && /[.:]|^localhost$/.test(first);
    const serveraddress = named ? first : "index.docker.io";
    const login = logins.get(serveraddress);
    return login === undefined ? undefined : { ...login, serveraddress };
}

/** The logins as the provider's argument. */
export function registryAuth(logins: Logins): { address: string; username: string; password: pulumi.Output<string> }[] {
    return [...logins].map(([address, { username, password }]) => ({
        address,
        username,
        password: pulumi.secret(password),
    }));
}

function registryOf(address: string): string {
    return address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/** What an output holds that was known from the start. */
function plain(output: pulumi.Output<string>): Promise<string> {
    return new Promise((resolve) => output.apply(resolve));
}
