/** Connections to an engine: a socket, TCP with or without TLS, or ssh. */
import http from "node:http";
import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Address } from "./address";
import { SshConnection } from "./ssh";

const CONNECT_TIMEOUT = 30_000;

/** sshd turns further ones away while ten are not logged in yet (MaxStartups). */
const SSH_CONNECTIONS = 4;

export interface Connections {
    /** For calls that are answered at once. */
    readonly calls: http.Agent;
    /** For calls that may last: logs, waiting, archives. They never hold up the others. */
    readonly streams: http.Agent;
    close(): void;
}

/** Nothing is opened before the first call. */
export function connections(address: Address): Connections {
    const ssh = address.kind === "ssh";
    // Only ssh's are worth keeping: a kept one may turn out to have been closed, and the call would have to be made anew.
    const calls = new Dialer(address, ssh ? { keepAlive: true, maxSockets: SSH_CONNECTIONS } : {});
    const streams = new Dialer(address, {});
    return {
        calls,
        streams,
        close: () => {
            calls.destroy();
            streams.destroy();
        },
    };
}

class Dialer extends http.Agent {
    constructor(
        private readonly address: Address,
        options: http.AgentOptions,
    ) {
        super(options);
    }

    override createConnection(): Duplex {
        return dial(this.address);
    }
}

function dial(address: Address): Duplex {
    switch (address.kind) {
        case "socket":
            return net.connect(address.path);
        case "tcp": {
            const { host, port } = address;
            if (address.tls === undefined) return timely(net.connect({ host, port }), "connect");
            const { ca, cert, key, verify } = address.tls;
            // A server name is sent of host names only.
            const servername = net.isIP(host) === 0 ? host : undefined;
            return timely(
                tls.connect({ host, port, servername, ca, cert, key, rejectUnauthorized: verify }),
                "secureConnect",
            );
        }
        case "ssh":
            return new SshConnection(address);
    }
}

/** A host that drops packets answers nothing at all. */
function timely(socket: net.Socket, connected: "connect" | "secureConnect"): net.Socket {
    const timer = setTimeout(() => {
        socket.destroy(Object.assign(new Error("connection timed out"), { code: "ETIMEDOUT" }));
    }, CONNECT_TIMEOUT);
    return socket.once(connected, () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
}
