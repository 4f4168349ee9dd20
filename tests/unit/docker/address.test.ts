import assert from "node:assert/strict";
import { isLocal, parseHost } from "../../../docker/address";

const addresses: readonly [text: string, host: string, address: object, local: boolean][] = [
    ["unix:///run/a.sock", "unix:///run/a.sock", { kind: "socket", path: "/run/a.sock" }, true],
    ["unix://", "unix:///var/run/docker.sock", { kind: "socket", path: "/var/run/docker.sock" }, true],
    ["tcp://box:99", "tcp://box:99", { kind: "tcp", host: "box", port: 99 }, false],
    ["tcp://box", "tcp://box:2375", { kind: "tcp", host: "box", port: 2375 }, false],
    ["box:99", "tcp://box:99", { kind: "tcp", host: "box", port: 99 }, false],
    ["tcp://:99/", "tcp://localhost:99", { kind: "tcp", host: "localhost", port: 99 }, true],
    ["tcp://127.0.0.1:99", "tcp://127.0.0.1:99", { kind: "tcp", host: "127.0.0.1", port: 99 }, true],
    [
        "tcp://127.0.0.1.example.org:99",
        "tcp://127.0.0.1.example.org:99",
        { kind: "tcp", host: "127.0.0.1.example.org", port: 99 },
        false,
    ],
    ["tcp://[::1]:99", "tcp://[::1]:99", { kind: "tcp", host: "::1", port: 99 }, true],
    ["ssh://box", "ssh://box", { kind: "ssh", host: "box", options: [] }, false],
    [
        "ssh://me@localhost:22",
        "ssh://me@localhost:22",
        { kind: "ssh", host: "localhost", user: "me", port: 22, options: [] },
        false,
    ],
    ["ssh://me@[fe80::1]/", "ssh://me@[fe80::1]/", { kind: "ssh", host: "fe80::1", user: "me", options: [] }, false],
    [
        "ssh://box/run/a.sock",
        "ssh://box/run/a.sock",
        { kind: "ssh", host: "box", socket: "/run/a.sock", options: [] },
        false,
    ],
];

const refused: readonly [host: string, message: RegExp][] = [
    [
        "/var/run/docker.sock",
        /^'\/var\/run\/docker\.sock' is no address of a Docker engine; allowed are 'unix:.*'tcp:.*'ssh:/,
    ],
    ["http://box:2375", /no address of a Docker engine; allowed are/],
    ["fd://3", /no address of a Docker engine; allowed are/],
    ["tcp://box:port", /is no address; allowed are/],
    ["tcp://box:2375/path", /may hold only a host and a port/],
    ["tcp://me@box:2375", /may hold only a host and a port/],
    ["ssh://", /is no address; allowed are|does not name a host/],
    ["ssh://-oProxyCommand=id", /does not name a host/],
    ["ssh://-l@box", /does not name a host/],
    ["ssh://me%20you@box", /does not name a host/],
    ["ssh://box?x=1", /may not hold '\?' or '#'/],
    ["npipe:////./pipe/other", /is a named pipe, which only Windows has; allowed are 'unix:/],
];

describe("addresses of engines", () => {
    for (const [text, host, address, local] of addresses) {
        it(`takes ${text}`, () => {
            const parsed = parseHost(text, "linux");
            assert.equal(parsed.host, host);
            // Without the keys that are undefined.
            assert.deepEqual(JSON.parse(JSON.stringify(parsed.address)), address);
            assert.equal(isLocal(parsed.address), local);
        });
    }

    for (const [text, message] of refused) {
        it(`refuses ${text}`, () => assert.throws(() => parseHost(text, "linux"), { message }));
    }

    it("takes a named pipe on Windows", () => {
        const { host, address } = parseHost("npipe:////./pipe/other", "win32");
        assert.deepEqual([host, address], ["npipe:////./pipe/other", { kind: "socket", path: "//./pipe/other" }]);
    });

    it("refuses a password, and does not repeat it", () => {
        for (const text of [
            "ssh://me:hunter2@box",
            "tcp://me:hunter2@box:1",
            "ssh://me:hunter2@box?a",
            "ssh://me:hunter2@box:x",
        ]) {
            assert.throws(
                () => parseHost(text, "linux"),
                ({ message }: Error) => !message.includes("hunter2"),
            );
        }
        assert.throws(() => parseHost("ssh://me:hunter2@box", "linux"), { message: /a password cannot be part of/ });
    });
});
