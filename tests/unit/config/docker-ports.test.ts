/** Ports: given, found, remembered or allotted; never one for two, and never another one than before. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { LiveContainer, LiveHost } from "../../../config/docker/live";
import { planPorts, portsToProbe } from "../../../config/docker/ports";
import { labels } from "../../../config/live";
import {
    composed,
    container,
    destroyed,
    emptyEngine,
    hostModelOf,
    hosts,
    planHost,
    runningOn,
    stack,
} from "./docker-support";
import type { Raw } from "./support";

const portsOf = (raw: Raw, live: LiveHost = emptyEngine) =>
    Object.fromEntries(
        [...planPorts(hostModelOf(raw), live, stack).ports].map(([name, { address, http, https }]) => [
            name,
            `${address} ${http} ${https}`,
        ]),
    );
const problemsOf = (raw: Raw, live: LiveHost) =>
    planHost(raw, live).problems.map(({ path, message }) => `${path}: ${message}`);
const foreign = (host: number, more: Partial<LiveContainer> = {}) =>
    container(`web-${host}`, { ports: [{ address: "0.0.0.0", host, container: 8080 }], ...more });
const withContainers = (...containers: LiveContainer[]): LiveHost => ({ ...emptyEngine, containers });
const taken = (...addresses: string[]): LiveHost => ({ ...emptyEngine, takenPorts: new Set(addresses) });

describe("ports of a Docker host", () => {
    it("are the first pair from 10080 and 10443 on, on loopback alone where the host is localhost", () => {
        assert.deepEqual(
            portsOf(
                hosts({
                    a: {},
                    b: { host: "localhost" },
                    c: { host: "cht.example.org" },
                    d: { tls: { kind: "local-ip" } },
                    e: { ports: { address: "10.0.0.5" } },
                }),
            ),
            {
                a: "127.0.0.1 10080 10443",
                b: "127.0.0.1 10081 10444",
                c: "0.0.0.0 10082 10445",
                d: "0.0.0.0 10083 10446",
                e: "10.0.0.5 10084 10447",
            },
        );
    });

    it("pass over what containers have, running or not, other programs have, and other instances are given", () => {
        const live = {
            ...withContainers(foreign(10080), foreign(10444, { running: false, status: "exited" })),
            takenPorts: new Set(["127.0.0.1:10082"]),
        };
        assert.deepEqual(portsOf(hosts({ a: {}, b: { ports: { https: 10446 } }, c: {} }), live), {
            a: "127.0.0.1 10084 10447",
            b: "127.0.0.1 10081 10446",
            c: "127.0.0.1 10085 10448",
        });
    });

    it("are given one by one", () => {
        assert.deepEqual(portsOf(hosts({ a: { ports: { http: 80, https: 443 } }, b: { ports: { http: 8080 } } })), {
            a: "127.0.0.1 80 443",
            b: "127.0.0.1 8080 10443",
        });
    });

    it("stay those of the instance's nginx, whatever became free or was added before it", () => {
        const live = runningOn(hosts({ b: {} }), withContainers(foreign(10080)));
        const later = { ...live, containers: live.containers.filter(({ name }) => name !== "web-10080") };
        assert.deepEqual(portsOf(hosts({ a: {}, b: {} }), later), {
            a: "127.0.0.1 10080 10443",
            b: "127.0.0.1 10081 10444",
        });
    });

    it("are remembered by the volumes when no container is left, and given ones count before them", () => {
        const live = destroyed(runningOn(hosts({ b: { ports: { http: 8080, https: 8443 } } })));
        assert.deepEqual(live.containers, []);
        assert.deepEqual(portsOf(hosts({ a: {}, b: {} }), live), {
            a: "127.0.0.1 10080 10443",
            b: "127.0.0.1 8080 8443",
        });
        assert.deepEqual(portsOf(hosts({ b: { ports: { https: 9443 } } }), live), { b: "127.0.0.1 8080 9443" });
    });

    it("are remembered by the volume that was there first, not by those of a later version", () => {
        const live = destroyed(runningOn(hosts({ a: {} })));
        const later = live.volumes.map((volume) =>
            volume.name === "a_cht-ssl" ? volume : { ...volume, labels: { ...volume.labels, [labels.ports]: "1,2" } },
        );
        assert.deepEqual(portsOf(hosts({ a: {} }), { ...live, volumes: later }), { a: "127.0.0.1 10080 10443" });
    });

    it("are not remembered by another stack's volume", () => {
        const live = destroyed(runningOn(hosts({ a: { ports: { http: 1, https: 2 } } })));
        const others = live.volumes.map((volume) => ({
            ...volume,
            owner: { stack: "cht-hosting.other", instance: "a" },
        }));
        assert.deepEqual(portsOf(hosts({ a: {} }), { ...live, volumes: others }), { a: "127.0.0.1 10080 10443" });
        const damaged = live.volumes.map((volume) => ({ ...volume, labels: { [labels.ports]: "80" } }));
        assert.deepEqual(portsOf(hosts({ a: {} }), { ...live, volumes: damaged }), { a: "127.0.0.1 10080 10443" });
    });

    it("are Compose's, when its project is taken over", () => {
        assert.deepEqual(
            portsOf(hosts({ dev: { host: "cht.example.org", compose: { project: "cht" } } }), composed()),
            {
                dev: "0.0.0.0 80 443",
            },
        );
        assert.deepEqual(portsOf(hosts({ dev: { host: "cht.example.org" } }), composed()), {
            dev: "0.0.0.0 10080 10443",
        });
    });

    it("run out, and it is said", () => {
        const all = Array.from({ length: 363 }, (_, step) => `127.0.0.1:${10080 + step}`);
        assert.deepEqual(problemsOf(hosts({ a: {}, b: { ports: { http: 80 } }, c: {} }), taken(...all)), [
            "instances.a.ports.http: none is free from 10080 to 10442: give one",
            "instances.a.ports.https: none is free from 10443 to 10805: give one",
            "instances.c.ports.http: none is free from 10080 to 10442: give one",
            "instances.c.ports.https: none is free from 10443 to 10805: give one",
        ]);
    });

    const used = (port: number, by: string, address = "127.0.0.1") =>
        `instances.a.ports.https: Port ${port} of ${address} is taken by ${by}. Stop that, or set ports.https to a free one.`;
    const given = (port: number, more: Raw = {}) => hosts({ a: { ports: { https: port }, ...more } });
    const cases: readonly (readonly [string, Raw, LiveHost, ...string[]])[] = [
        ["by a container", given(9000), withContainers(foreign(9000)), used(9000, "the container 'web-9000'")],
        [
            "by a container of another instance",
            given(10443),
            runningOn(hosts({ b: {} }), { ...emptyEngine }),
            "instances.b: The instance is on the Docker engine unix:///var/run/docker.sock, but is not in the stack file any more. To take it down, put it back with 'remove: b', run 'pulumi up', and then take it out of the file; its data stays.",
            used(10443, "the container 'b-nginx'"),
        ],
        ["by a container that is stopped", given(9000), withContainers(foreign(9000, { running: false }))],
        [
            "by a container at another address",
            given(9000),
            withContainers(container("web", { ports: [{ address: "192.168.1.10", host: 9000, container: 80 }] })),
        ],
        ["by a program", given(9000), taken("127.0.0.1:9000"), used(9000, "another program of this machine")],
        ["by a program at another address", given(9000), taken("192.168.1.10:9000")],
        [
            "by the instance itself",
            given(10443),
            { ...runningOn(hosts({ a: {} })), takenPorts: new Set(["127.0.0.1:10080", "127.0.0.1:10443"]) },
        ],
        ["by an instance that is taken down", given(9000, { remove: "a" }), withContainers(foreign(9000))],
        [
            "by an instance that is taken down and remembers it",
            hosts({ b: { ports: { https: 10443, http: 80 } }, a: { remove: "a" } }),
            destroyed(runningOn(hosts({ a: {} }))),
        ],
        [
            "by an instance that remembers it",
            hosts({ b: { ports: { https: 10443, http: 80 } }, a: {} }),
            destroyed(runningOn(hosts({ a: {} }))),
            "instances.a.ports.https: Port 10443 is that of instances.b. Set one of them to a free one.",
        ],
    ];
    for (const [title, raw, live, ...expected] of cases) {
        it(`are refused when taken: ${title}`, () => assert.deepEqual(problemsOf(raw, live), expected));
    }

    it("of Compose's nginx are free for the instance that takes it over", () => {
        const raw = hosts({
            dev: {
                host: "cht.example.org",
                ports: { http: 80, https: 443 },
                compose: { project: "cht" },
                couchdb: { data: { kind: "folder", path: "/srv/cht" } },
            },
        });
        assert.deepEqual(problemsOf(raw, composed(1, "5.2.0", { takenPorts: new Set(["0.0.0.0:80"]) })), []);
    });

    it("are tried only where no container has them, all that could be chosen among them", () => {
        const probes = (raw: Raw, live: LiveHost = emptyEngine) => portsToProbe(hostModelOf(raw), live, stack);
        assert.deepEqual(probes(hosts({ a: { ports: { http: 80, https: 443 } } })), ["127.0.0.1:80", "127.0.0.1:443"]);
        assert.deepEqual(probes(hosts({ a: {} }), runningOn(hosts({ a: {} }))), []);
        const many = probes(hosts({ a: { ports: { http: 80 } } }), withContainers(foreign(10444)));
        assert.deepEqual(many.slice(0, 3), ["127.0.0.1:80", "127.0.0.1:10443", "127.0.0.1:10445"]);
        assert.equal(many.length, 65);
    });

    it("are never one for two, never somebody else's, and never change while they are remembered", () => {
        const port = fc.integer({ min: 10080, max: 10090 }).chain((http) => fc.constantFrom(http, http + 363));
        const instance = fc
            .record({ http: port, https: port }, { requiredKeys: [] })
            .filter(({ http, https }) => http === undefined || http !== https);
        const world = fc.record({
            first: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), instance, { minKeys: 1 }),
            more: fc.dictionary(fc.constantFrom("e", "f"), fc.constant({})),
            containers: fc.uniqueArray(port, { maxLength: 4 }),
            programs: fc.uniqueArray(port, { maxLength: 4 }),
            gone: fc.boolean(),
        });
        fc.assert(
            fc.property(world, ({ first, more, containers, programs, gone }) => {
                const given = (ports: Record<string, object>) =>
                    hosts(Object.fromEntries(Object.entries(ports).map(([name, one]) => [name, { ports: one }])));
                const all = Object.values(first)
                    .flatMap(({ http, https }) => [http, https])
                    .filter(Boolean);
                fc.pre(new Set(all).size === all.length);
                const before: LiveHost = {
                    ...withContainers(...containers.map((one) => foreign(one))),
                    takenPorts: new Set(programs.map((one) => `127.0.0.1:${one}`)),
                };
                const chosen = planPorts(hostModelOf(given(first)), before, stack).ports;
                const numbers = [...chosen.values()].flatMap(({ http, https }) => [http, https]);
                assert.equal(new Set(numbers).size, numbers.length);
                for (const [name, { http, https }] of chosen) {
                    for (const [kind, one] of [
                        ["http", http],
                        ["https", https],
                    ] as const) {
                        if (first[name]?.[kind] !== undefined) assert.equal(one, first[name][kind]);
                        else assert.ok(![...containers, ...programs].includes(one), `${name} was allotted ${one}`);
                    }
                }
                // Later: others come, what was in the way is gone, perhaps the containers too; nobody gives a port any more.
                const ran = runningOn(given(first), before);
                const live = { ...(gone ? destroyed(ran) : ran), takenPorts: new Set<string>() };
                const forgotten = Object.fromEntries(Object.keys(first).map((name) => [name, {}]));
                const later = planPorts(hostModelOf(given({ ...more, ...forgotten })), live, stack).ports;
                for (const [name, ports] of chosen) assert.deepEqual(later.get(name), ports);
                const laterNumbers = [...later.values()].flatMap(({ http, https }) => [http, https]);
                assert.equal(new Set(laterNumbers).size, laterNumbers.length);
            }),
            { numRuns: 100 },
        );
    });
});
