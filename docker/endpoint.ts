/**
 * Where the Docker engine is, found as the docker CLI finds it: what was asked for, else `DOCKER_HOST`, else
 * `DOCKER_CONTEXT`, else the `currentContext` of the CLI's config.json, else the engine's usual socket.
 *
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 */
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { type Address, defaultHost, isLocal, parseHost } from "./address";
import {
    configFolder,
    currentContext,
    EndpointError,
    type Found,
    type Machine,
    problem,
    readContext,
    readTls,
    type TlsFolder,
} from "./contexts";

export type { Address, TlsMaterial } from "./address";
export { EndpointError, type Machine } from "./contexts";

/** What an operator asked for; nothing means what the docker CLI would use. */
export interface EndpointRequest {
    /** `unix:///var/run/docker.sock`, `ssh://user@machine`, `tcp://machine:2376`. */
    readonly host?: string;
    /** The name of a context of the docker CLI. */
    readonly context?: string;
    /** More options of `ssh`, one word each: `["-o", "StrictHostKeyChecking=yes"]`. @default the words of DOCKER_SSH_OPTS */
    readonly sshOptions?: readonly string[];
    /** How the operator calls the three keys, for messages. @default their names here */
    readonly keys?: Keys;
}

interface Keys {
    readonly host: string;
    readonly context: string;
    readonly sshOptions: string;
}

export interface Endpoint {
    /** As the CLI writes it: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`, `ssh://user@machine`. */
    readonly host: string;
    /** What said so, for messages: a key of the request, `DOCKER_HOST`, `context 'field' (DOCKER_CONTEXT)`, `default`. */
    readonly from: string;
    /** Whether the engine's ports and folders are this machine's: a socket, or TCP on loopback. */
    readonly local: boolean;
    readonly address: Address;
    /** The same engine as arguments of Pulumi's `docker.Provider`. */
    readonly provider: ProviderAccess;
}

/**
 * Every argument is set, the unused ones empty: the provider fills those that are not from variables of its own
 * (DOCKER_CONTEXT, DOCKER_CERT_PATH …), which the docker CLI may have passed over.
 */
export interface ProviderAccess {
    readonly host: string;
    readonly context: "";
    /** A folder with ca.pem, cert.pem and key.pem. */
    readonly certPath: string;
    readonly caMaterial: string;
    readonly certMaterial: string;
    /** A secret. */
    readonly keyMaterial: string;
    readonly sshOpts: string[];
}

/**
 * @throws {EndpointError} naming the key or variable, and what is allowed.
 */
export function findEndpoint(request: EndpointRequest, machine: Machine): Endpoint {
    const keys = request.keys ?? { host: "host", context: "context", sshOptions: "sshOptions" };
    if (request.host !== undefined && request.context !== undefined) {
        throw problem(keys.context, `goes without '${keys.host}': a context names its host itself`);
    }
    const found = find(request, keys, machine);
    const { host, address } = parse(found, machine);
    if (request.sshOptions !== undefined && address.kind !== "ssh") {
        throw problem(keys.sshOptions, `goes with 'ssh://' only, and the Docker engine is ${host} (${found.from})`);
    }
    switch (address.kind) {
        case "socket":
            return endpoint(found, host, address);
        case "tcp":
            return endpoint(found, host, { ...address, tls: found.tls?.material }, tlsAccess(found));
        case "ssh": {
            // The provider takes them from this variable too: both halves shall reach the host in the same way.
            const options = request.sshOptions ?? machine.env["DOCKER_SSH_OPTS"]?.split(/\s+/).filter(Boolean) ?? [];
            return endpoint(found, host, { ...address, options }, { sshOpts: [...options] });
        }
    }
}

function endpoint(found: Found, host: string, address: Address, access: Partial<ProviderAccess> = {}): Endpoint {
    const unused = {
        context: "",
        certPath: "",
        caMaterial: "",
        certMaterial: "",
        keyMaterial: "",
        sshOpts: [],
    } as const;
    const provider = { ...unused, sshOpts: [], host, ...access };
    return { host, from: found.from, local: isLocal(address), address, provider };
}

function find({ host, context }: EndpointRequest, keys: Keys, machine: Machine): Found {
    if (host !== undefined) return { host, from: keys.host, tls: environmentTls(machine) };
    if (context !== undefined) return byName(context, keys.context, machine);
    const { DOCKER_HOST, DOCKER_CONTEXT } = machine.env;
    if (DOCKER_HOST) return byName("default", "DOCKER_HOST", machine);
    if (DOCKER_CONTEXT) return byName(DOCKER_CONTEXT, "DOCKER_CONTEXT", machine);
    const current = currentContext(machine);
    return current
        ? byName(current.name, `currentContext in ${current.file}`, machine)
        : byName("default", "default", machine);
}

/** The context `default` is no entry of the CLI's folder: it is what the variables say. */
function byName(context: string, key: string, machine: Machine): Found {
    if (context !== "default") return readContext(context, key, machine);
    const { DOCKER_HOST } = machine.env;
    const tls = environmentTls(machine);
    if (DOCKER_HOST) return { host: DOCKER_HOST, from: "DOCKER_HOST", tls };
    return { host: defaultHost(machine.platform, tls !== undefined), from: "default", tls };
}

function environmentTls(machine: Machine): TlsFolder | undefined {
    const { DOCKER_TLS, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = machine.env;
    if (!DOCKER_TLS && !DOCKER_TLS_VERIFY) return undefined;
    const path = DOCKER_CERT_PATH || configFolder(machine);
    return { path, material: readTls(path, Boolean(DOCKER_TLS_VERIFY), machine) };
}

function parse({ host, from }: Found, machine: Machine): { host: string; address: Address } {
    try {
        return parseHost(host.trim(), machine.platform);
    } catch (error) {
        throw problem(from, error instanceof Error ? error.message : String(error));
    }
}

/** The provider speaks TLS only with a certificate of its own, and checks the engine's only against a CA. */
function tlsAccess({ tls, from }: Found): Partial<ProviderAccess> {
    if (tls === undefined) return {};
    const { ca, cert, key, verify } = tls.material;
    const missing = [
        ...(verify && ca === undefined ? ["ca.pem"] : []),
        ...(cert === undefined ? ["cert.pem"] : []),
        ...(key === undefined ? ["key.pem"] : []),
    ];
    if (missing.length > 0) {
        throw problem(from, `TLS needs ca.pem, cert.pem and key.pem; missing in ${tls.path}: ${missing.join(", ")}`);
    }
    return verify ? { certPath: tls.path } : { certMaterial: cert ?? "", keyMaterial: key ?? "" };
}

/** This machine, as it is now. */
export function thisMachine(): Machine {
    return {
        env: process.env,
        home: homedir(),
        platform: process.platform,
        read: (path) => orNothing(() => readFileSync(path, "utf8")),
        list: (path) => orNothing(() => readdirSync(path)) ?? [],
    };
}

function orNothing<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        throw new EndpointError([{ path: "Docker's configuration", message }]);
    }
}
