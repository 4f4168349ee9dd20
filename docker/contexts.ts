/** What the docker CLI keeps in its folder: the context in use, contexts, TLS files. */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import type { TlsMaterial } from "./address";
import { EngineError } from "./error";

/** The machine that is asked from. Nothing else of it is looked at. */
export interface Machine {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly home: string;
    readonly platform: NodeJS.Platform;
    /** A file's text, or undefined where there is none. */
    readonly read: (path: string) => string | undefined;
    /** The names in a folder; none where there is no folder. */
    readonly list: (path: string) => readonly string[];
}

/** Everything that is wrong with what was asked for, by key or variable. */
export class EndpointError extends EngineError {
    constructor(readonly problems: readonly { readonly path: string; readonly message: string }[]) {
        super("unreachable", problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
    }
}

export function problem(path: string, message: string): EndpointError {
    return new EndpointError([{ path, message }]);
}

/** Where an engine is, before its address is taken apart. */
export interface Found {
    readonly host: string;
    readonly from: string;
    readonly tls?: TlsFolder;
}

export interface TlsFolder {
    readonly path: string;
    readonly material: TlsMaterial;
}

/** The folder of the docker CLI. */
export function configFolder({ env, home, platform }: Machine): string {
    return env["DOCKER_CONFIG"] || pathOf(platform).join(home, ".docker");
}

export function pathOf(platform: NodeJS.Platform): typeof posix {
    return platform === "win32" ? win32 : posix;
}

/** The context that `docker context use` chose. */
export function currentContext(machine: Machine): { name: string; file: string } | undefined {
    const file = pathOf(machine.platform).join(configFolder(machine), "config.json");
    const { currentContext: name } = json(machine, file) as { currentContext?: unknown };
    return typeof name === "string" && name !== "" ? { name, file } : undefined;
}

/**
 * @param key what named the context, for messages
 * @throws {EndpointError} where there is no such context, naming those there are.
 */
export function readContext(name: string, key: string, machine: Machine): Found {
    const path = pathOf(machine.platform);
    const contexts = path.join(configFolder(machine), "contexts");
    const folder = createHash("sha256").update(name).digest("hex");
    const meta = json(machine, path.join(contexts, "meta", folder, "meta.json")) as Meta;
    const endpoint = meta.Endpoints?.docker;
    if (meta.Name !== name) {
        const known = ["default", ...names(contexts, machine)].map((each) => `'${each}'`).join(", ");
        throw problem(key, `there is no Docker context '${name}'; there are: ${known}`);
    }
    if (!endpoint?.Host) throw problem(key, `the Docker context '${name}' names no Docker engine`);
    const files = path.join(contexts, "tls", folder, "docker");
    const material = readTls(files, endpoint.SkipTLSVerify !== true, machine);
    const tls =
        material.ca || material.cert || material.key || !material.verify ? { path: files, material } : undefined;
    return { host: endpoint.Host, from: `context '${name}' (${key})`, tls };
}

interface Meta {
    readonly Name?: string;
    readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

function names(contexts: string, machine: Machine): string[] {
    const path = pathOf(machine.platform);
    return machine
        .list(path.join(contexts, "meta"))
        .map((folder) => (json(machine, path.join(contexts, "meta", folder, "meta.json")) as Meta).Name)
        .filter((name) => name !== undefined)
        .sort();
}

export function readTls(path: string, verify: boolean, { read, platform }: Machine): TlsMaterial {
    const file = (name: string) => read(pathOf(platform).join(path, name));
    return { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem"), verify };
}

/** Nothing where there is no file. */
function json({ read }: Machine, file: string): object {
    const text = read(file);
    if (text === undefined) return {};
    try {
        const value: unknown = JSON.parse(text);
        if (typeof value === "object" && value !== null) return value;
    } catch {
        // Said below: a parser's message would quote the file, which holds logins.
    }
    throw problem(file, "is not valid JSON; the docker CLI wrote this file, and needs it mended as well");
}
