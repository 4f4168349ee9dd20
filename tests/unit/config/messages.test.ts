/** Every mistake an operator can make in a stack file, and what is said of it. */
import assert from "node:assert/strict";
import { formatProblems } from "../../../config/problem";
import { cluster, file, instance, problemsOf, type Raw } from "./support";

/** A mistake, and the problems it makes: `path: message`. */
type Case = readonly [title: string, raw: Raw, ...problems: string[]];

const inCluster = (more: Raw): Raw => ({ cluster: { ...cluster, ...more } });
const couchdb = (more: Raw): Raw => file({ couchdb: { volume: { kind: "new", size: "50Gi" }, ...more } });
const volumes = (nodes: number, list: readonly Raw[], more: Raw = {}): Raw => ({
    nodes,
    volume: { kind: "existing", size: "50Gi", volumes: list },
    ...more,
});
const disk = (handle: string) => ({ driver: "ebs.csi.aws.com", handle });

const cases: readonly Case[] = [
    [
        "no cluster",
        { instances: {} },
        "cluster: is required; kind must be 'eks', 'existing', 'stack' or 'docker' ('k3s' is announced, but not built yet)",
    ],
    ["text for a cluster", { cluster: "eks" }, "cluster: must be an object, not text"],
    [
        "a key of another time",
        { ...file(), tenants: [] },
        "tenants: is not known here; allowed: cluster, instances, and as secrets <instance>.password, <instance>.secret, <instance>.uuid, <instance>.dockerConfigJson",
    ],
    [
        "an unknown kind of cluster",
        { cluster: { kind: "gke" } },
        "cluster.kind: must be 'eks', 'existing', 'stack' or 'docker' ('k3s' is announced, but not built yet)",
    ],
    [
        "eks",
        { cluster: { kind: "eks" } },
        ...["name", "region", "version", "zones", "publicAccess"].map((key) => `cluster.${key}: is required`),
    ],
    [
        "k3s",
        { cluster: { kind: "k3s" } },
        "cluster.kind: 'k3s' is not built yet: use kind 'existing' with the kubeconfig of a k3s cluster",
    ],
    [
        "keys of a Docker host",
        file({ ports: { http: 80 }, images: { archive: "images" }, couchdb: { data: { kind: "volume" } } }),
        "instances.uat.couchdb.data: is for a Docker host, not for Kubernetes; allowed: nodes, volume, dataPath",
        "instances.uat.images.archive: is for a Docker host, not for Kubernetes; allowed: registry, upgradeService, pullPolicy, pullSecret",
        "instances.uat.ports: is for a Docker host, not for Kubernetes; allowed: version, host, namespace, tls, couchdb, credentials, database, sizing, resources, placement, images, logLevel, buildsUrl, proxy, internet, upgrade, snapshots, remove",
    ],
    [
        "an unknown key of a cluster",
        inCluster({ region: "x" }),
        "cluster.region: is not known here; allowed: kind, name, kubeconfig, context, storage, ingress, network, share",
    ],
    [
        "whatever cluster is current",
        inCluster({ context: undefined }),
        "cluster: must have a kubeconfig, a context or both: whatever cluster happens to be the current one is not a choice",
    ],
    [
        "an unknown ingress",
        inCluster({ ingress: { kind: "kong" } }),
        "cluster.ingress.kind: must be 'nginx', 'traefik' or 'alb'",
    ],
    [
        "an ALB without ranges",
        inCluster({ ingress: { kind: "alb" } }),
        "cluster.ingress.from: is required with 'alb', whose load balancer has no namespace: the VPC's address ranges, such as [{ cidr: '10.0.0.0/16' }]",
    ],
    [
        "a group without an ALB",
        inCluster({ ingress: { kind: "nginx", group: "cht" } }),
        "cluster.ingress.group: is allowed with kind 'alb' only, not with 'nginx'",
    ],
    [
        "a scheme without an ALB",
        inCluster({ ingress: { kind: "traefik", scheme: "internal" } }),
        "cluster.ingress.scheme: is allowed with kind 'alb' only, not with 'traefik'",
    ],
    [
        "neither namespace nor range",
        inCluster({ ingress: { kind: "nginx", from: [{ host: "x" }] } }),
        "cluster.ingress.from[0]: must be either { namespace } or { cidr }",
    ],
    [
        "no address range",
        inCluster({ ingress: { kind: "nginx", from: [{ cidr: "300.0.0.0/8" }] } }),
        "cluster.ingress.from[0].cidr: must be an address range such as '10.0.0.0/16'",
    ],
    [
        "no port",
        inCluster({ network: { apiServerPorts: [0] } }),
        "cluster.network.apiServerPorts[0]: must be at least 1",
    ],
    [
        "an instance's name",
        { cluster, instances: { UAT: instance("uat") } },
        "instances.UAT: must be a DNS label: a-z, 0-9 and '-', at most 63, beginning with a letter",
    ],
    ["a list of instances", { cluster, instances: [] }, "instances: must be an object, not a list"],
    ["an empty instance", { cluster, instances: { uat: null } }, "instances.uat: must be an object, not empty"],
    [
        "an unknown key",
        file({ replicas: 3 }),
        "instances.uat.replicas: is not known here; allowed: version, host, namespace, tls, couchdb, credentials, database, sizing, resources, placement, images, logLevel, buildsUrl, proxy, internet, upgrade, snapshots, remove",
    ],
    [
        "a password in the file",
        file({ credentials: { password: "x" } }),
        "instances.uat.credentials.password: is not known here; allowed: user, generation",
    ],
    ["no version", file({ version: undefined }), "instances.uat.version: is required"],
    [
        "no word on the certificate",
        file({ tls: undefined }),
        "instances.uat.tls: is required; kind must be 'secret', 'cert-manager', 'load-balancer', 'acm' or 'none'",
    ],
    [
        "a number for a version",
        file({ version: 5.2 }),
        "instances.uat.version: must be text, not a number: put it in quotes",
    ],
    [
        "two numbers for a version",
        file({ version: "5.2" }),
        "instances.uat.version: must be three numbers such as '5.2.0', or the tag of a branch's build, '5.2.0-my-branch'",
    ],
    [
        "CHT 3.x",
        file({ version: "3.17.1" }),
        "instances.uat.version: CHT 3.17.1 is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version.",
    ],
    [
        "no host name",
        file({ host: "localhost" }),
        "instances.uat.host: must be a full host name in lower case, such as 'cht.example.org'",
    ],
    [
        "a host name that is too long",
        file({ host: "a.".repeat(130) + "org" }),
        "instances.uat.host: must have at most 253 characters",
    ],
    [
        "a port that is none",
        file({ internet: { ports: [70000] } }),
        "instances.uat.internet.ports[0]: must be at most 65535",
    ],
    ["no peer", inCluster({ ingress: { kind: "nginx", from: [] } }), "cluster.ingress.from: must not be empty"],
    [
        "a limit that is the request, in other words",
        file({ resources: { api: { requests: { memory: "1Gi" }, limits: { memory: "1024Mi" } } } }),
    ],
    [
        "no namespace",
        file({ namespace: "Test_1" }),
        "instances.uat.namespace: must be a DNS label: a-z, 0-9 and '-', at most 63, beginning with a letter",
    ],
    [
        "one host twice",
        { cluster, instances: { a: instance("a"), b: instance("a") } },
        "instances.b.host: is that of instances.a: every instance needs its own",
    ],
    [
        "one namespace twice",
        { cluster, instances: { a: instance("a"), b: instance("b", { namespace: "a" }) } },
        "instances.b.namespace: is that of instances.a: every instance needs its own",
    ],
    [
        "a wrong namespace, which is not the instance's name",
        { cluster, instances: { a: instance("a", { namespace: "A" }), b: instance("b", { namespace: "a" }) } },
        "instances.a.namespace: must be a DNS label: a-z, 0-9 and '-', at most 63, beginning with a letter",
    ],
    [
        "removal of another",
        file({ remove: "prod" }),
        "instances.uat.remove: must be the instance's own name, 'uat', or not be there",
    ],
    [
        "an unknown kind of TLS",
        file({ tls: { kind: "acme" } }),
        "instances.uat.tls.kind: must be 'secret', 'cert-manager', 'load-balancer', 'acm' or 'none'",
    ],
    [
        "a load balancer's certificate without one",
        file({ tls: { kind: "load-balancer" } }),
        "instances.uat.tls.kind: 'load-balancer' does not go with the cluster's ingress 'nginx': must be 'secret', 'cert-manager' or 'none'",
    ],
    [
        "a Secret's certificate on an ALB",
        {
            ...inCluster({ ingress: { kind: "alb", from: [{ cidr: "10.0.0.0/16" }] } }),
            instances: { uat: instance("uat", { tls: { kind: "secret", secretName: "tls" } }) },
        },
        "instances.uat.tls.kind: 'secret' does not go with the cluster's ingress 'alb': must be 'load-balancer' or 'none'",
    ],
    [
        "no certificate's ARN",
        file({ tls: { kind: "load-balancer", certificateArn: "x" } }),
        "instances.uat.tls.certificateArn: must be the ARN of an ACM certificate",
    ],
    ["no node", couchdb({ nodes: 0 }), "instances.uat.couchdb.nodes: must be at least 1"],
    ["ten nodes", couchdb({ nodes: 10 }), "instances.uat.couchdb.nodes: must be at most 9"],
    ["half a node", couchdb({ nodes: 1.5 }), "instances.uat.couchdb.nodes: must be a whole number, not a number"],
    [
        "a data path from the root",
        couchdb({ dataPath: "/data" }),
        "instances.uat.couchdb.dataPath: must be a relative path without a '/' at either end, or ''",
    ],
    ["a data path upwards", couchdb({ dataPath: "a/../b" }), "instances.uat.couchdb.dataPath: must not contain '..'"],
    [
        "a volume from a snapshot",
        file({ couchdb: { volume: { kind: "snapshot" } } }),
        "instances.uat.couchdb.volume.from: must be one of { instance }, { instance, set }, { snapshots }, { tags } and { volumeSnapshots, namespace }",
    ],
    [
        "a volume's size",
        file({ couchdb: { volume: { kind: "new", size: "50G" } } }),
        "instances.uat.couchdb.volume.size: must be a storage size such as '50Gi' (Mi, Gi or Ti)",
    ],
    [
        "a volume without a size",
        file({ couchdb: {} }),
        "instances.uat.couchdb.volume.size: is required, such as '50Gi', unless 'sizing' tells users and documents",
    ],
    [
        "a wrong sizing, which is none of no sizing",
        file({ couchdb: {}, sizing: { users: 0, documents: 1 } }),
        "instances.uat.sizing.users: must be at least 1",
    ],
    [
        "a sizing of neither form",
        file({ sizing: { users: 1, population: 1, documents: 1 } }),
        "instances.uat.sizing.population: is not known here; allowed: users, documents",
    ],
    [
        "half a sizing",
        file({ sizing: { users: 1 } }),
        "instances.uat.sizing: must be either { users, documents } or { users, population, workflowsPerYear, years }",
    ],
    [
        "fewer volumes than nodes",
        file({ couchdb: volumes(3, [disk("a"), disk("b")]) }),
        "instances.uat.couchdb.volume.volumes: must be as many as couchdb.nodes, 3, not 2",
    ],
    [
        "one disk for two nodes",
        file({ couchdb: volumes(2, [disk("a"), disk("a")], { dataPath: "path%d" }) }),
        "instances.uat.couchdb.volume.volumes[1]: is the volume of instances.uat.couchdb.volume.volumes[0]: every CouchDB node needs its own",
    ],
    [
        "one PersistentVolume twice",
        file({ couchdb: volumes(2, [{ persistentVolume: "a" }, { persistentVolume: "a" }], { dataPath: "path%d" }) }),
        "instances.uat.couchdb.volume.volumes[1]: is the volume of instances.uat.couchdb.volume.volumes[0]: every CouchDB node needs its own",
    ],
    [
        "two instances on one disk",
        {
            cluster,
            instances: {
                a: instance("a", { couchdb: volumes(1, [disk("a")]) }),
                b: instance("b", { couchdb: volumes(1, [disk("a")], { dataPath: "path%d" }) }),
            },
        },
        "instances.b.couchdb.volume.volumes[0]: is the volume of instances.a.couchdb.volume.volumes[0]: every CouchDB node needs its own",
    ],
    [
        "neither a PersistentVolume nor a disk",
        file({ couchdb: volumes(1, [{ path: "/srv" }]) }),
        "instances.uat.couchdb.volume.volumes[0]: must be either { persistentVolume } or { driver, handle }",
    ],
    [
        "a user that is a pattern",
        file({ credentials: { user: "a.b" } }),
        "instances.uat.credentials.user: must be letters, digits, '_' and '-' (CouchDB's entrypoint uses it as a pattern)",
    ],
    [
        "generation 0",
        file({ credentials: { generation: 0 } }),
        "instances.uat.credentials.generation: must be at least 1",
    ],
    [
        "a database's name",
        file({ database: "Medic" }),
        "instances.uat.database: must be at most 100 of a-z, 0-9, '_' and '-', beginning with a letter",
    ],
    [
        "processors in words",
        file({ resources: { api: { limits: { cpu: "two" } } } }),
        "instances.uat.resources.api.limits.cpu: must be processors such as '2', '0.5' or '500m'",
    ],
    [
        "no processors",
        file({ resources: { api: { limits: { cpu: 0 } } } }),
        "instances.uat.resources.api.limits.cpu: must be more than 0",
    ],
    [
        "memory without a unit",
        file({ resources: { api: { requests: { memory: "512" } } } }),
        "instances.uat.resources.api.requests.memory: must be an amount of memory such as '2Gi' (Mi or Gi)",
    ],
    [
        "a limit below the request",
        file({ resources: { api: { requests: { memory: "2Gi" }, limits: { memory: "1024Mi" } } } }),
        "instances.uat.resources.api.limits.memory: must be at least requests.memory",
    ],
    [
        "an unknown service",
        file({ resources: { nginx: {} } }),
        "instances.uat.resources.nginx: is for a Docker host, not for Kubernetes; allowed: couchdb, nouveau, haproxy, healthcheck, api, sentinel, upgrade-service",
    ],
    [
        "a label's key",
        file({ placement: { nodeSelector: { "a b": "c" } } }),
        "instances.uat.placement.nodeSelector.a b: must be a label's key, such as 'topology.kubernetes.io/zone'",
    ],
    [
        "a label's value",
        file({ placement: { nodeSelector: { a: true } } }),
        "instances.uat.placement.nodeSelector.a: must be text, not true or false: put it in quotes",
    ],
    [
        "more labels than nodes",
        file({ placement: { couchdbNodes: [{ a: "b" }, { a: "c" }] } }),
        "instances.uat.placement.couchdbNodes: must be as many as couchdb.nodes, 1, not 2",
    ],
    [
        "every value and one",
        file({ placement: { tolerations: [{ key: "a", operator: "Exists", value: "b" }] } }),
        "instances.uat.placement.tolerations[0].value: is not allowed with operator 'Exists', which tolerates every value",
    ],
    [
        "a value of no taint",
        file({ placement: { tolerations: [{ value: "b" }] } }),
        "instances.uat.placement.tolerations[0].key: is required with operator 'Equal'; operator 'Exists' without a key tolerates every taint",
    ],
    [
        "a registry's URL",
        file({ images: { registry: "https://registry.example.org" } }),
        "instances.uat.images.registry: must be a registry and path without scheme, such as 'registry.example.org/cht'",
    ],
    [
        "an unknown log level",
        file({ logLevel: "trace" }),
        "instances.uat.logLevel: must be 'error', 'warn', 'info' or 'debug'",
    ],
    [
        "no URL of builds",
        file({ buildsUrl: "ftp://example.org" }),
        "instances.uat.buildsUrl: must be an http or https URL",
    ],
    ["an upgrade without a snapshot's name", file({ upgrade: {} }), "instances.uat.upgrade.snapshot: is required"],
    [
        "an upgrade with an empty name",
        file({ upgrade: { snapshot: "" } }),
        "instances.uat.upgrade.snapshot: must not be empty",
    ],
];

describe("a stack file's mistakes", () => {
    for (const [title, raw, ...expected] of cases) {
        it(title, () => {
            assert.deepEqual(
                problemsOf(raw).map(({ path, message }) => `${path}: ${message}`),
                expected,
            );
        });
    }

    it("are told all at once: no mistake hides another, in its own instance or in others", () => {
        const raw = {
            cluster: { ...cluster, context: undefined, ingress: { kind: "traefik", group: "x" } },
            instances: {
                a: instance("a", { logLevel: "trace", remove: "b", tls: { kind: "load-balancer" } }),
                b: instance("a", { couchdb: { nodes: 0 }, placement: { tolerations: [{ value: "x" }] } }),
                c: instance("c", { couchdb: {}, version: "3.0.0" }),
            },
        };
        assert.deepEqual(
            problemsOf(raw, { "d.password": "x" })
                .map(({ path }) => path)
                .sort(),
            [
                "cluster",
                "cluster.ingress.group",
                "d.password",
                "instances.a.logLevel",
                "instances.a.remove",
                "instances.a.tls.kind",
                "instances.b.couchdb.nodes",
                "instances.b.host",
                "instances.b.placement.tolerations[0].key",
                "instances.c.couchdb.volume.size",
                "instances.c.version",
            ],
        );
    });

    it("are printed as blocks under one heading", () => {
        const problems = [
            { path: "instances.uat.host", message: "is required" },
            { path: "cluster", message: "is required" },
        ];
        assert.equal(
            formatProblems("Pulumi.test.yaml is not valid", problems),
            "Pulumi.test.yaml is not valid:\n\n  instances.uat.host\n    is required\n\n  cluster\n    is required\n",
        );
    });
});
