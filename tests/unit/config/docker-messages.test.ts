/** Every mistake an operator can make in the stack file of a Docker host, and what is said of it. */
import assert from "node:assert/strict";
import { engine, hostFile, hosts } from "./docker-support";
import { problemsOf, type Raw } from "./support";

/** A mistake, and the problems it makes: `path: message`. */
type Case = readonly [title: string, raw: Raw, ...problems: string[]];

const on = (more: Raw): Raw => ({ cluster: { ...engine, ...more } });
const couchdb = (more: Raw): Raw => hostFile({ couchdb: more });
const folder = (path: unknown, nodes = 1): Raw => ({ couchdb: { nodes, data: { kind: "folder", path } } });
const compose = (project: string, network?: string): Raw => ({ compose: { project, ...(network && { network }) } });
const acme = (more: Raw = {}, tls: Raw = {}): Raw =>
    hostFile({ host: "cht.example.org", ports: { http: 80 }, tls: { kind: "acme", ...tls }, ...more });

const keysOfInstance =
    "version, host, ports, tls, couchdb, compose, credentials, database, sizing, resources, images, upgradeService, logs, logLevel, buildsUrl, proxy, upgrade, remove";

const suites: Readonly<Record<string, readonly Case[]>> = {
    "the engine": [
        ["nothing but the kind", { cluster: engine }],
        ["a socket", on({ host: "unix:///run/user/1000/docker.sock" })],
        ["ssh with options", on({ host: "ssh://ops@cht.example.org:2222", sshOptions: ["-o", "BatchMode=yes"] })],
        ["tcp", on({ host: "tcp://10.0.0.5:2376" })],
        ["a context", on({ context: "field" })],
        ["options for whatever host a context has", on({ context: "field", sshOptions: ["-4"] })],
        [
            "a host without a scheme",
            on({ host: "cht.example.org" }),
            "cluster.host: must be 'unix:///path/of/the.sock', 'ssh://user@machine' or 'tcp://machine:2376'",
        ],
        [
            "a host that ssh would take for an option",
            on({ host: "ssh://-oProxyCommand=x" }),
            "cluster.host: must be 'unix:///path/of/the.sock', 'ssh://user@machine' or 'tcp://machine:2376'",
        ],
        [
            "a password of ssh",
            on({ host: "ssh://ops:hunter2@cht.example.org" }),
            "cluster.host: must not hold a password: ssh uses keys",
        ],
        [
            "a host and a context",
            on({ host: "unix:///x.sock", context: "field" }),
            "cluster.context: goes without 'host': a context names its host itself",
        ],
        [
            "a context's path",
            on({ context: "../field" }),
            "cluster.context: must be the name of a context of 'docker context ls'",
        ],
        [
            "options for a socket",
            on({ host: "unix:///x.sock", sshOptions: ["-4"] }),
            "cluster.sshOptions: is allowed with an ssh:// host only",
        ],
        ["an empty option", on({ host: "ssh://x", sshOptions: [""] }), "cluster.sshOptions[0]: must not be empty"],
        [
            "several hosts",
            on({ hosts: ["ssh://a", "ssh://b"] }),
            "cluster.hosts: is not for Docker: CouchDB's nodes lose one another on an overlay network. For several machines use Kubernetes, kind 'existing'; allowed: kind, host, context, sshOptions",
        ],
        [
            "a swarm",
            on({ swarm: true, overlay: "x", nodes: 3 }),
            "cluster.nodes: is not for Docker: CouchDB's nodes lose one another on an overlay network. For several machines use Kubernetes, kind 'existing'; allowed: kind, host, context, sshOptions",
            "cluster.overlay: is not for Docker: CouchDB's nodes lose one another on an overlay network. For several machines use Kubernetes, kind 'existing'; allowed: kind, host, context, sshOptions",
            "cluster.swarm: is not for Docker: CouchDB's nodes lose one another on an overlay network. For several machines use Kubernetes, kind 'existing'; allowed: kind, host, context, sshOptions",
        ],
        [
            "a key of a Kubernetes cluster",
            on({ kubeconfig: "x" }),
            "cluster.kubeconfig: is not known here; allowed: kind, host, context, sshOptions",
        ],
    ],
    instances: [
        ["a version and nothing else", hostFile()],
        ["none", hosts({})],
        ["no version", hostFile({ version: undefined }), "instances.dev.version: is required"],
        [
            "CHT 3.x",
            hostFile({ version: "3.17.1" }),
            "instances.dev.version: CHT 3.17.1 is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version. Developers of 3.x run the docker-compose.yml of its tag in medic/cht-core (the image medicmobile/medic-os, which Horticulturalist deploys to).",
        ],
        [
            "no version of CHT",
            hostFile({ version: "05.2.0" }),
            'instances.dev.version: "05.2.0" is not a CHT version; write three numbers, 5.2.0, or the tag of a branch\'s build, 5.2.0-my-branch.',
        ],
        [
            "an instance's name",
            hosts({ Dev: {} }),
            "instances.Dev: must be a DNS label: a-z, 0-9 and '-', at most 63, beginning with a letter",
        ],
        [
            "an unknown key",
            hostFile({ replicas: 3 }),
            `instances.dev.replicas: is not known here; allowed: ${keysOfInstance}`,
        ],
        [
            "keys of Kubernetes",
            hostFile({
                namespace: "dev",
                placement: {},
                internet: {},
                images: { pullPolicy: "Always", pullSecret: "x" },
                credentials: { generation: 2 },
                couchdb: { volume: { kind: "new" }, dataPath: "data" },
                resources: { api: { requests: { memory: "1Gi" } } },
            }),
            "instances.dev.couchdb.dataPath: is for Kubernetes, not for a Docker host; allowed: nodes, data, defaultUlimit",
            "instances.dev.couchdb.volume: is for Kubernetes, not for a Docker host; allowed: nodes, data, defaultUlimit",
            "instances.dev.credentials.generation: is for Kubernetes, not for a Docker host; allowed: user",
            "instances.dev.images.pullPolicy: is for Kubernetes, not for a Docker host; allowed: registry, archive, digests, upgradeService, acme",
            "instances.dev.images.pullSecret: is for Kubernetes, not for a Docker host; allowed: registry, archive, digests, upgradeService, acme",
            `instances.dev.internet: is for Kubernetes, not for a Docker host; allowed: ${keysOfInstance}`,
            `instances.dev.namespace: is for Kubernetes, not for a Docker host; allowed: ${keysOfInstance}`,
            `instances.dev.placement: is for Kubernetes, not for a Docker host; allowed: ${keysOfInstance}`,
            "instances.dev.resources.api.requests: is for Kubernetes, not for a Docker host; allowed: limits",
        ],
        [
            "removal of another",
            hostFile({ remove: "prod" }),
            "instances.dev.remove: must be the instance's own name, 'dev', or not be there",
        ],
        [
            "a word for yes",
            hostFile({ upgradeService: "yes" }),
            "instances.dev.upgradeService: must be true or false, not text",
        ],
        [
            "a log's size",
            hostFile({ logs: { maxSize: "50MB" } }),
            "instances.dev.logs.maxSize: must be a size such as '50m' (k, m or g)",
        ],
        ["no logs", hostFile({ logs: { maxFiles: 0 } }), "instances.dev.logs.maxFiles: must be at least 1"],
    ],
    "hosts and ports": [
        ["an address", hostFile({ host: "192.168.1.10" })],
        ["a machine's name", hostFile({ host: "field-server" })],
        [
            "a URL",
            hostFile({ host: "https://cht.example.org" }),
            "instances.dev.host: must be a host name in lower case or an IPv4 address, such as 'localhost' or 'cht.example.org'",
        ],
        [
            "an address that is none",
            hostFile({ host: "192.168.1.300" }),
            "instances.dev.host: must be a host name in lower case or an IPv4 address, such as 'localhost' or 'cht.example.org'",
        ],
        [
            "a port that is none",
            hostFile({ ports: { http: 70000 } }),
            "instances.dev.ports.http: must be at most 65535",
        ],
        [
            "a name to listen on",
            hostFile({ ports: { address: "localhost" } }),
            "instances.dev.ports.address: must be an IPv4 address such as '192.168.1.10'",
        ],
        [
            "one port for both",
            hostFile({ ports: { http: 8080, https: 8080 } }),
            "instances.dev.ports.https: is the port of instances.dev.ports.http: one of them would not be reached",
        ],
        [
            "one port twice",
            hosts({ a: { ports: { https: 8443 } }, b: { ports: { https: 8443 } } }),
            "instances.b.ports.https: is the port of instances.a.ports.https: one of them would not be reached",
        ],
        [
            "one port, at every address and at one",
            hosts({ a: { host: "a.example.org", ports: { https: 8443 } }, b: { ports: { http: 8443 } } }),
            "instances.b.ports.http: is the port of instances.a.ports.https: one of them would not be reached",
        ],
        [
            "one port at two addresses",
            hosts({
                a: { ports: { https: 8443, address: "127.0.0.1" } },
                b: { ports: { https: 8443, address: "127.0.0.2" } },
            }),
        ],
        ["one host with two ports", hosts({ a: { ports: { https: 8443 } }, b: { ports: { https: 8444 } } })],
    ],
    "the database": [
        ["three nodes", couchdb({ nodes: 3 })],
        [
            "two nodes",
            couchdb({ nodes: 2 }),
            "instances.dev.couchdb.nodes: must be 1, or from 3 to 9: CHT's clusters begin with three nodes",
        ],
        ["ten nodes", couchdb({ nodes: 10 }), "instances.dev.couchdb.nodes: must be at most 9"],
        ["a folder", hostFile(folder("/srv/my data/couchdb"))],
        ["a folder for each node", hostFile(folder("/srv/couchdb%d", 3))],
        ["a list of folders", hostFile(folder(["/a", "/b", "/c"], 3))],
        [
            "an unknown kind",
            couchdb({ data: { kind: "nfs" } }),
            "instances.dev.couchdb.data.kind: must be 'volume' or 'folder'",
        ],
        [
            "a relative folder",
            hostFile(folder("srv/couchdb")),
            "instances.dev.couchdb.data.path: must be an absolute path on the host without a '/' at its end, such as '/srv/cht/couchdb'",
        ],
        [
            "the whole host",
            hostFile(folder("/")),
            "instances.dev.couchdb.data.path: must be an absolute path on the host without a '/' at its end, such as '/srv/cht/couchdb'",
        ],
        [
            "a colon, which Docker would read otherwise",
            hostFile(folder("/srv/a:b")),
            "instances.dev.couchdb.data.path: must be an absolute path on the host without a '/' at its end, such as '/srv/cht/couchdb'",
        ],
        [
            "a folder upwards",
            hostFile(folder("/srv/../etc")),
            "instances.dev.couchdb.data.path: must not contain '.' or '..'",
        ],
        [
            "one folder for three nodes",
            hostFile(folder("/srv/couchdb", 3)),
            "instances.dev.couchdb.data.path: must have %d for the node's number, or be a list: every CouchDB node needs its own folder",
        ],
        [
            "fewer folders than nodes",
            hostFile(folder(["/a", "/b"], 3)),
            "instances.dev.couchdb.data.path: must be as many as couchdb.nodes, 3, not 2",
        ],
        [
            "one folder twice in a list",
            hostFile(folder(["/a", "/b", "/a"], 3)),
            "instances.dev.couchdb.data.path: '/a' is, or lies within, or holds a folder of instances.dev.couchdb.data.path: every CouchDB node needs its own",
        ],
        [
            "one folder for two instances",
            hosts({ a: folder("/srv/couchdb"), b: folder("/srv/couchdb") }),
            "instances.b.couchdb.data.path: '/srv/couchdb' is, or lies within, or holds a folder of instances.a.couchdb.data.path: every CouchDB node needs its own",
        ],
        [
            "a folder within another's",
            hosts({ a: folder("/srv"), b: folder("/srv/couchdb%d", 3) }),
            "instances.b.couchdb.data.path: '/srv/couchdb1' is, or lies within, or holds a folder of instances.a.couchdb.data.path: every CouchDB node needs its own",
        ],
        [
            "a folder that holds another's",
            hosts({ a: folder("/srv/couchdb"), b: folder("/srv") }),
            "instances.b.couchdb.data.path: '/srv' is, or lies within, or holds a folder of instances.a.couchdb.data.path: every CouchDB node needs its own",
        ],
        ["folders whose names begin alike", hosts({ a: folder("/srv/cht"), b: folder("/srv/cht2") })],
        [
            "a user that is a pattern",
            hostFile({ credentials: { user: "a.b" } }),
            "instances.dev.credentials.user: must be letters, digits, '_' and '-' (CouchDB's entrypoint uses it as a pattern)",
        ],
    ],
    certificates: [
        ["a certificate's files", hostFile({ tls: { kind: "own", certificate: "cert.pem", key: "key.pem" } })],
        ["no key", hostFile({ tls: { kind: "own", certificate: "cert.pem" } }), "instances.dev.tls.key: is required"],
        [
            "a kind of Kubernetes",
            hostFile({ tls: { kind: "cert-manager" } }),
            "instances.dev.tls.kind: must be 'self-signed', 'own', 'acme' or 'local-ip'",
        ],
        [
            "a key of a kind of Kubernetes",
            hostFile({ tls: { kind: "self-signed", issuer: "letsencrypt" } }),
            "instances.dev.tls.issuer: is for Kubernetes, not for a Docker host; allowed: kind",
        ],
        [
            "a key of another kind",
            hostFile({ tls: { kind: "self-signed", email: "ops@example.org" } }),
            "instances.dev.tls.email: is not known here; allowed: kind",
        ],
        ["ACME", acme()],
        ["ACME behind a router", acme({ ports: { http: 10080 } })],
        ["a private ACME server", acme({ host: "cht.test" }, { server: "https://localhost:14000/dir" })],
        [
            "ACME for localhost",
            acme({ host: undefined }),
            "instances.dev.host: must be a public host name with tls 'acme', such as 'cht.example.org', not 'localhost': Let's Encrypt asks there",
        ],
        [
            "ACME for a name of the house",
            acme({ host: "server.local" }),
            "instances.dev.host: must be a public host name with tls 'acme', such as 'cht.example.org', not 'server.local': Let's Encrypt asks there",
        ],
        [
            "ACME for an address",
            acme({ host: "192.0.2.1" }, { server: "https://localhost:14000/dir" }),
            "instances.dev.host: must be a host name with tls 'acme', not an address",
        ],
        [
            "ACME without a port to be asked at",
            acme({ ports: {} }),
            "instances.dev.ports.http: is required with tls 'acme', whose server asks at port 80: 80, or the port that 80 is led to by a router",
        ],
        [
            "ACME without TLS",
            acme({}, { server: "http://acme.example.org" }),
            "instances.dev.tls.server: must be an https URL",
        ],
        ["no e-mail address", acme({}, { email: "ops" }), "instances.dev.tls.email: must be an e-mail address"],
        ["Medic's certificate for developers", hostFile({ tls: { kind: "local-ip", address: "10.0.0.5" } })],
        [
            "an address that is none",
            hostFile({ tls: { kind: "local-ip", address: "fd00::1" } }),
            "instances.dev.tls.address: must be an IPv4 address such as '192.168.1.10'",
        ],
        [
            "a host that would not be the certificate's",
            hostFile({ host: "cht.example.org", tls: { kind: "local-ip" } }),
            "instances.dev.host: follows from tls.address with tls 'local-ip': take it out of the file",
        ],
    ],
    images: [
        [
            "a registry's URL",
            hostFile({ images: { registry: "https://registry.example.org" } }),
            "instances.dev.images.registry: must be a registry and path without scheme, such as 'registry.example.org/cht'",
        ],
        ["digests", hostFile({ images: { digests: { api: `sha256:${"a".repeat(64)}` } } })],
        [
            "half a digest",
            hostFile({ images: { digests: { api: "sha256:abc" } } }),
            "instances.dev.images.digests.api: must be a digest: 'sha256:' and 64 of 0-9 and a-f",
        ],
        [
            "a digest of no image",
            hostFile({ images: { digests: { postgres: "x" } } }),
            "instances.dev.images.digests.postgres: is not known here; allowed: couchdb, nouveau, haproxy, healthcheck, api, sentinel, nginx",
        ],
        ["no archive", hostFile({ images: { archive: "" } }), "instances.dev.images.archive: must not be empty"],
    ],
    "Compose projects": [
        ["one", hostFile(compose("cht"))],
        ["one that is called as another instance", hosts({ dev: compose("dev") })],
        [
            "a project's name",
            hostFile(compose("My_Project")),
            "instances.dev.compose.project: must be a project of 'docker compose ls': a-z, 0-9, '_' and '-'",
        ],
        [
            "one project twice",
            hosts({ a: compose("cht", "net-a"), b: compose("cht", "net-b") }),
            "instances.b.compose.project: names the volumes of instances.a.compose.project: every instance needs its own",
        ],
        [
            "another instance's name for a project",
            hosts({ a: {}, b: compose("a") }),
            "instances.b.compose.project: names the volumes of instances.a: every instance needs its own",
        ],
        [
            "one network twice",
            hosts({ a: compose("one"), b: compose("two") }),
            "instances.b.compose.network: names the network of instances.a.compose.network: every instance needs its own",
        ],
        [
            "another instance's network",
            hosts({ a: {}, b: compose("cht", "a-cht-net") }),
            "instances.b.compose.network: names the network of instances.a: every instance needs its own",
        ],
        [
            "a network of Docker's own",
            hostFile(compose("cht", "bridge")),
            "instances.dev.compose.network: must be the project's own network: Docker's 'bridge', 'host' and 'none' know no service names",
        ],
    ],
};

describe("mistakes in the stack file of a Docker host", () => {
    for (const [suite, cases] of Object.entries(suites)) {
        describe(suite, () => {
            for (const [title, raw, ...expected] of cases) {
                it(title, () => {
                    assert.deepEqual(
                        problemsOf(raw)
                            .map(({ path, message }) => `${path}: ${message}`)
                            .sort(),
                        expected,
                    );
                });
            }
        });
    }

    it("are told all at once: no mistake hides another, in its own instance or in others", () => {
        const raw = hosts(
            {
                a: { logLevel: "trace", remove: "b", ports: { http: 1, https: 1 }, couchdb: { nodes: 2 } },
                b: { version: "3.0.0", ...compose("a"), tls: { kind: "acme" } },
            },
            { ...engine, host: "unix:///x.sock", context: "x", sshOptions: ["-4"] },
        );
        assert.deepEqual(
            problemsOf(raw, { "c.password": "x", "a.password": "a/b" })
                .map(({ path }) => path)
                .sort(),
            [
                "a.password",
                "c.password",
                "cluster.context",
                "cluster.sshOptions",
                "instances.a.couchdb.nodes",
                "instances.a.logLevel",
                "instances.a.ports.https",
                "instances.a.remove",
                "instances.b.compose.project",
                "instances.b.host",
                "instances.b.ports.http",
                "instances.b.version",
            ],
        );
    });

    const flat = (secrets: Readonly<Record<string, string>>, raw = hostFile()) =>
        problemsOf(raw, secrets).map(({ path, message }) => `${path}: ${message}`);

    const secrets: readonly [string, readonly string[], readonly string[]][] = [
        ["a password", flat({ "dev.password": "a/b", "dev.secret": "s", "dev.uuid": "u" }), []],
        [
            "a password that the health check cannot encode",
            flat({ "dev.password": "a/b" }, hostFile({ version: "4.22.0" })),
            ["dev.password: must not contain /, because the health check of CHT 4.x and of clusters cannot encode it"],
        ],
        ["a registry's logins, which need no Secret", flat({ "dev.dockerConfigJson": '{"auths":{}}' }), []],
        [
            "logins that are none",
            flat({ "dev.dockerConfigJson": "user:pass" }),
            ["dev.dockerConfigJson: must be the contents of a Docker config.json: a JSON object with 'auths'"],
        ],
        [
            "a secret of no instance",
            flat({ "uat.password": "x" }),
            ["uat.password: belongs to no instance; instances are 'dev'"],
        ],
    ];
    for (const [title, problems, expected] of secrets) {
        it(`among secrets: ${title}`, () => assert.deepEqual(problems, expected));
    }
});
