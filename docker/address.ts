/** Addresses of engines as the docker CLI writes them. */

export type Address =
    /** A unix socket, or a named pipe of Windows. */
    | { readonly kind: "socket"; readonly path: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls?: TlsMaterial }
    | {
          readonly kind: "ssh";
          readonly host: string;
          readonly user?: string;
          readonly port?: number;
          /** The engine's socket over there, where the address has a path. */
          readonly socket?: string;
          readonly options: readonly string[];
      };

/** PEM texts. The key is a secret. */
export interface TlsMaterial {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    /** Whether the engine's certificate is checked. */
    readonly verify: boolean;
}

const allowed = "allowed are 'unix://<socket>', 'tcp://<host>:<port>' and 'ssh://[<user>@]<host>[:<port>]'";

/** As the docker CLI fills up what is left out. */
const defaults = { socket: "/var/run/docker.sock", pipe: "//./pipe/docker_engine", tcpPort: 2375, tlsPort: 2376 };

export function defaultHost(platform: NodeJS.Platform, tls: boolean): string {
    if (tls) return `tcp://localhost:${defaults.tlsPort}`;
    return platform === "win32" ? `npipe://${defaults.pipe}` : `unix://${defaults.socket}`;
}

/**
 * @returns the address, and how the CLI writes it.
 * @throws {Error} saying what is wrong with it and what is allowed.
 */
export function parseHost(text: string, platform: NodeJS.Platform): { host: string; address: Address } {
    // The CLI takes `machine:2375` for TCP; a path alone is more likely a socket whose scheme was forgotten.
    const bare = /^[^/:]+(:\d+)?$/.test(text) ? `tcp://${text}` : text;
    const [, scheme, rest] = /^([a-z]+):\/\/(.*)$/s.exec(bare) ?? [];
    switch (scheme) {
        case "unix":
            return socket(scheme, rest || defaults.socket);
        case "npipe":
            if (platform !== "win32") throw new Error(`'${text}' is a named pipe, which only Windows has; ${allowed}`);
            return socket(scheme, rest || defaults.pipe);
        case "tcp":
            return tcp(bare);
        case "ssh":
            return ssh(bare);
        default:
            throw new Error(`'${text}' is no address of a Docker engine; ${allowed}`);
    }
}

function socket(scheme: string, path: string): { host: string; address: Address } {
    return { host: `${scheme}://${path}`, address: { kind: "socket", path } };
}

function tcp(text: string): { host: string; address: Address } {
    const url = parse(text.replace(/^tcp:\/\/(?=:|$)/, "tcp://localhost"));
    if (url.username !== "" || url.password !== "" || !["", "/"].includes(url.pathname) || url.hostname === "") {
        throw new Error(`'${withoutPassword(text)}' may hold only a host and a port: 'tcp://<host>:<port>'`);
    }
    const port = url.port === "" ? defaults.tcpPort : Number(url.port);
    return {
        host: `tcp://${url.hostname}:${port}`,
        address: { kind: "tcp", host: withoutBrackets(url.hostname), port },
    };
}

function ssh(text: string): { host: string; address: Address } {
    const url = parse(text);
    if (url.password !== "") {
        throw new Error("a password cannot be part of an ssh address; use a key, with ssh-agent or ~/.ssh/config");
    }
    const user = decodeURIComponent(url.username);
    // A host or user that begins with '-' would be an option of ssh.
    if (url.hostname === "" || [url.hostname, user].some((name) => /^-|[\s'"\\$`;&|<>()]/.test(name))) {
        throw new Error(`'${text}' does not name a host: 'ssh://[<user>@]<host>[:<port>]'`);
    }
    const path = url.pathname.replace(/^\/+$/, "");
    return {
        host: text,
        address: {
            kind: "ssh",
            host: withoutBrackets(url.hostname),
            user: user || undefined,
            port: url.port === "" ? undefined : Number(url.port),
            socket: path === "" ? undefined : decodeURIComponent(path),
            options: [],
        },
    };
}

function parse(text: string): URL {
    let url: URL;
    try {
        url = new URL(text);
    } catch {
        throw new Error(`'${withoutPassword(text)}' is no address; ${allowed}`);
    }
    if (url.search !== "" || url.hash !== "") throw new Error(`'${withoutPassword(text)}' may not hold '?' or '#'`);
    return url;
}

function withoutPassword(text: string): string {
    return text.replace(/:[^/@]*@/, "@");
}

function withoutBrackets(hostname: string): string {
    return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Whether the ports and folders of an engine at this address are those of the machine that asks. */
export function isLocal(address: Address): boolean {
    if (address.kind === "socket") return true;
    return address.kind === "tcp" && /^(localhost|127(\.\d+){3}|::1)$/.test(address.host);
}
