import assert from "node:assert/strict";
import { type Endpoint, findEndpoint, thisMachine } from "../../../docker/endpoint";
import { SshEnded } from "../../../docker/ssh";
import { unreachable } from "../../../docker/unreachable";

const at = (host: string): Endpoint =>
    findEndpoint({ host, keys: { host: "cluster.host", context: "", sshOptions: "" } }, { ...thisMachine(), env: {} });

function reason(host: string, error: Error): string {
    const { message } = unreachable(at(host), error);
    const start = `the Docker engine (${host}, from cluster.host) does not answer: `;
    assert.ok(message.startsWith(start), message);
    return message.slice(start.length);
}

const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

/** What OpenSSH and the docker CLI write; those that a test can make are in tests/docker as well. */
const ssh: readonly [stderr: string, reason: string][] = [
    ["ssh: Could not resolve hostname box: Name or service not known", "the host name is not known"],
    ["ssh: connect to host box port 22: Connection refused", "the host refuses the connection"],
    ["ssh: connect to host box port 22: Connection timed out", "the host cannot be reached"],
    ["ssh: connect to host box port 22: No route to host", "the host cannot be reached"],
    [
        "No ED25519 host key is known for box and you have requested strict checking.\r\nHost key verification failed.",
        "the host's key is not",
    ],
    ["me@box: Permission denied (publickey,password).", "the login is refused; is the user right"],
    [
        "Received disconnect from 10.0.0.5 port 22:2: Too many authentication failures",
        "the login is refused; name the key",
    ],
    ["sh: 1: docker: not found", "the host has no docker command"],
    ["bash: line 1: docker: command not found", "the host has no docker command"],
    ["zsh:1: command not found: docker", "the host has no docker command"],
    [
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        "the host answers, but its Docker engine does not",
    ],
    [
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
        "over there, this user may not use",
    ],
    [
        "ERROR: failed to dial: dial unix /var/run/docker.sock: connect: permission denied",
        "over there, this user may not use",
    ],
    ["command-line: line 0: Bad configuration option: nosuchoption", "ssh does not know one of its options"],
];

describe("why no engine answers", () => {
    it("a socket that this user may not use", () => {
        const expected = "this user may not use the socket; is the user in the group docker?";
        assert.equal(reason("unix:///run/a.sock", coded("EACCES")), expected);
    });

    it("a host that cannot be reached", () => {
        for (const code of ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]) {
            assert.match(reason("tcp://10.0.0.5:2376", coded(code)), /^the host cannot be reached/);
        }
    });

    for (const [stderr, expected] of ssh) {
        it(stderr.split("\n").at(-1) ?? "", () => {
            const last = stderr.split("\n").at(-1);
            for (const banner of ["", "Warning: Permanently added 'box' (ED25519) to the list of known hosts.\r\n"]) {
                const found = reason("ssh://me@box", new SshEnded(255, `${banner}${stderr}\r\n`));
                assert.ok(found.startsWith(expected) && found.endsWith(` (${last})`), found);
            }
        });
    }

    it("what ssh said last, where nobody knows what it means", () => {
        assert.equal(reason("ssh://box", new SshEnded(255, "Banner\nkex_exchange: odd\n")), "ssh: kex_exchange: odd");
        assert.equal(reason("ssh://box", new SshEnded(1, "")), "ssh: it ended with code 1");
    });
});
