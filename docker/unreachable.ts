/** Why no engine answers, as a sentence that says what to look at. */
import type { Endpoint } from "./endpoint";
import { EngineError } from "./error";
import { SshEnded } from "./ssh";

export function unreachable(endpoint: Endpoint, error: unknown): EngineError {
    const { host, from } = endpoint;
    const how = from === "default" ? "" : `, from ${from}`;
    return new EngineError(
        "unreachable",
        `the Docker engine (${host}${how}) does not answer: ${reason(endpoint, error)}`,
    );
}

function reason(endpoint: Endpoint, error: unknown): string {
    const { address } = endpoint;
    if (error instanceof SshEnded) return sshReason(error);
    const { code, message } = error as NodeJS.ErrnoException;
    if (address.kind === "ssh") {
        return code === "ENOENT" ? "there is no program 'ssh' on this machine" : message;
    }
    if (address.kind === "socket") {
        switch (code) {
            case "ENOENT":
                return "there is no such socket; is Docker installed, and started?";
            case "ECONNREFUSED":
                return "nobody listens on the socket; is Docker started?";
            case "EACCES":
            case "EPERM":
                return "this user may not use the socket; is the user in the group docker?";
            default:
                return message;
        }
    }
    switch (code) {
        case "ECONNREFUSED":
            return "the host refuses the connection; is Docker started there, and does it listen on this port?";
        case "ENOTFOUND":
        case "EAI_AGAIN":
            return `the host name '${address.host}' is not known`;
        case "ETIMEDOUT":
        case "EHOSTUNREACH":
        case "ENETUNREACH":
            return "the host cannot be reached; is the address right, and no firewall in between?";
        case "ECONNRESET":
            return `the connection was closed; ${address.tls === undefined ? "does this port expect TLS?" : "does the engine trust the certificate in cert.pem?"}`;
        default:
            return address.tls === undefined || !code ? message : `TLS failed: ${message}`;
    }
}

/** By what OpenSSH and the docker CLI over there say. */
const sshReasons: readonly (readonly [RegExp, string])[] = [
    [/could not resolve hostname/i, "the host name is not known"],
    [
        /host key verification failed|host identification has changed/i,
        "the host's key is not the one known for it; look at ~/.ssh/known_hosts, or connect once by hand with ssh",
    ],
    [
        /permission denied \(/i,
        "the login is refused; is the user right, and its key loaded in ssh-agent or named in ~/.ssh/config?",
    ],
    [/too many authentication failures/i, "the login is refused; name the key in ~/.ssh/config (IdentitiesOnly yes)"],
    [/connection refused/i, "the host refuses the connection; does sshd run there, on this port?"],
    [
        /timed out|no route to host|network is unreachable/i,
        "the host cannot be reached; is the address right, and no firewall in between?",
    ],
    [
        /(bad|invalid|unsupported).*(configuration )?option|unknown option|illegal option/i,
        "ssh does not know one of its options",
    ],
    [
        /permission denied while trying to connect|dial unix .*permission denied/i,
        "over there, this user may not use the engine's socket; is the user in the group docker?",
    ],
    [
        /cannot connect to the docker daemon|failed to dial|dial unix/i,
        "the host answers, but its Docker engine does not; is Docker started there?",
    ],
    [
        /docker.*(not found|no such file)|not found.*docker/i,
        "the host has no docker command; install Docker's command line there",
    ],
];

function sshReason({ stderr, code }: SshEnded): string {
    // Its first words may be a banner; the cause is what stands in the table, else the last line.
    const text = stderr.trim();
    const [, known] = sshReasons.find(([pattern]) => pattern.test(text)) ?? [];
    const last = text.split("\n").at(-1)?.trim() || `it ended with code ${code}`;
    return known === undefined ? `ssh: ${last}` : `${known} (${last})`;
}
