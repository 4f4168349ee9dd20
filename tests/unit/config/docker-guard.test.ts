/** What is on an engine and forbids what the stack file says, and what is said of it. */
import assert from "node:assert/strict";
import type { LiveContainer, LiveHost, LiveHostCredentials, LiveMount, LiveVolume } from "../../../config/docker/live";
import type { InstanceSecrets } from "../../../config/secrets";
import {
    composed,
    container,
    destroyed,
    emptyEngine,
    engine,
    hostCredentials,
    hostFile,
    hosts,
    labels,
    noFiles,
    planHost,
    runningOn,
    stack,
} from "./docker-support";
import type { Raw } from "./support";

const told = (raw: Raw, live: LiveHost, secrets: InstanceSecrets = {}) =>
    planHost(raw, live, { dev: secrets }).problems.map(({ path, message }) => `${path}: ${message}`);

type Case = readonly [title: string, problems: readonly string[], ...expected: string[]];

const other = { stack: "cht-hosting.other", instance: "dev" };
const withContainers = (...more: LiveContainer[]): LiveHost => ({ ...emptyEngine, containers: more });
const withVolume = (name: string, more: Partial<LiveVolume> = {}): LiveHost => ({
    ...emptyEngine,
    volumes: [{ name, driver: "local", labels: {}, ...more }],
});
const withNetworks = (...more: Partial<LiveHost["networks"][number]>[]): LiveHost => ({
    ...emptyEngine,
    networks: more.map((one) => ({ id: "id", name: "dev-cht-net", driver: "bridge", labels: {}, ...one })),
});
const running = runningOn(hostFile());
/** The engine on which `dev` runs, with something besides. */
const beside = (...more: LiveContainer[]): LiveHost => ({ ...running, containers: [...running.containers, ...more] });
const folder = (path: unknown, nodes = 1, more: Raw = {}): Raw =>
    hostFile({ couchdb: { nodes, data: { kind: "folder", path } }, ...more });
const mounting = (source: string, more: Partial<LiveContainer> = {}, readOnly = false) =>
    container("borg", { mounts: [{ kind: "folder", source, path: "/backup", readOnly }], ...more });
const volumeMount = (name: string): LiveMount => ({ kind: "volume", name, path: "/backup", readOnly: false });
const version = (version: string, more: Raw = {}) => hostFile({ version, ...more });
const knowing = (
    more: Partial<LiveHostCredentials["values"]>,
    from: "container" | "volume" = "container",
): LiveHost => ({
    ...running,
    credentials: new Map([["dev", { from, values: { ...hostCredentials.values, ...more } }]]),
});

const removeOrRename = "Remove it, or give this instance another name.";
const corrupt = "and two CouchDBs on one folder corrupt it.";

const suites: Readonly<Record<string, readonly Case[]>> = {
    "the engine": [
        ["the oldest", told(hostFile(), { ...emptyEngine, version: "20.10.24+dfsg1" })],
        [
            "one that is too old",
            told(hostFile(), { ...emptyEngine, version: "20.9.1" }),
            "cluster: The Docker engine unix:///var/run/docker.sock is 20.9.1, and must be 20.10 or newer.",
        ],
        [
            "one that is much too old",
            told(hostFile(), { ...emptyEngine, version: "19.03.15" }),
            "cluster: The Docker engine unix:///var/run/docker.sock is 19.03.15, and must be 20.10 or newer.",
        ],
        ["one whose version says nothing", told(hostFile(), { ...emptyEngine, version: "dev" })],
        [
            "one elsewhere without a name for its users",
            told(hosts({ a: {}, b: { host: "b.example.org" }, c: { tls: { kind: "local-ip" } } }), {
                ...emptyEngine,
                endpoint: "ssh://field",
                local: false,
            }),
            "instances.a.host: is required: ssh://field is another machine, and users do not find it by 'localhost'",
            "instances.c.tls.address: is required: ssh://field is another machine, whose address only you know",
        ],
        [
            "one elsewhere whose address is given",
            told(hostFile({ tls: { kind: "local-ip", address: "10.0.0.5" } }), { ...emptyEngine, local: false }),
        ],
        ["one elsewhere, to take an instance down", told(hostFile({ remove: "dev" }), { ...running, local: false })],
    ],
    "names on the engine": [
        [
            "a container of somebody",
            told(hostFile(), withContainers(container("dev-api"))),
            `instances.dev: The container 'dev-api' exists, and was not made by this program. ${removeOrRename}`,
        ],
        [
            "a container of another stack",
            told(hostFile(), withContainers(container("dev-certificate", { owner: other }))),
            `instances.dev: The container 'dev-certificate' exists, and belongs to the instance 'dev' of the stack 'cht-hosting.other'. ${removeOrRename}`,
        ],
        [
            "a container of Compose",
            told(
                hostFile({ couchdb: { nodes: 3 } }),
                withContainers(container("dev-couchdb-1", { composeProject: "dev", service: "couchdb" })),
            ),
            `instances.dev: The container 'dev-couchdb-1' exists, and was made by the Compose project 'dev'. ${removeOrRename}`,
        ],
        [
            "containers whose names begin or end alike",
            told(hostFile(), withContainers(container("dev-api2"), container("a-dev-api"))),
        ],
        [
            "a volume of somebody",
            told(hostFile(), withVolume("dev_cht-ssl")),
            `instances.dev: The volume 'dev_cht-ssl' exists, and was not made by this program. ${removeOrRename}`,
        ],
        [
            "a volume of another instance",
            told(hostFile(), withVolume("dev_couchdb-data", { owner: { stack, instance: "old" } })),
            `instances.dev: The volume 'dev_couchdb-data' exists, and belongs to the instance 'old' of this stack. ${removeOrRename}`,
        ],
        [
            "a volume of Compose",
            told(hostFile(), withVolume("dev_cht-ssl", { labels: { "com.docker.compose.project": "dev" } })),
            "instances.dev: The volume 'dev_cht-ssl' belongs to the Compose project 'dev'. To take that over with its data, set compose: { project: dev }; else give this instance another name.",
        ],
        [
            "a network of somebody",
            told(hostFile(), withNetworks({})),
            `instances.dev: The network 'dev-cht-net' exists, and was not made by this program. ${removeOrRename}`,
        ],
        [
            "two networks of one name",
            told(hostFile(), withNetworks({}, {})),
            "instances.dev: There are 2 networks 'dev-cht-net', and which of them is meant cannot be told. Remove those that are not used: docker network rm ID.",
        ],
        [
            "a network of several hosts",
            told(hostFile(), withNetworks({ driver: "overlay", owner: { stack, instance: "dev" } })),
            "instances.dev: The network 'dev-cht-net' is of the driver 'overlay': CouchDB's nodes lose one another on a network of several hosts. For several machines use Kubernetes, cluster kind 'existing'.",
        ],
        ["a network of another name", told(hostFile(), withNetworks({ name: "cht-net" }))],
        [
            "an instance that is in the file no more",
            told(hosts({ uat: {} }), running),
            "instances.dev: The instance is on the Docker engine unix:///var/run/docker.sock, but is not in the stack file any more. To take it down, put it back with 'remove: dev', run 'pulumi up', and then take it out of the file; its data stays.",
        ],
        [
            "an instance of another stack beside it",
            told(hosts({}), {
                ...running,
                containers: running.containers.map((one) => ({ ...one, owner: { ...other, instance: "x" } })),
            }),
        ],
    ],
    versions: [
        ["the same", told(version("5.2.0"), running)],
        ["an upgrade", told(version("5.3.0"), running)],
        [
            "a downgrade",
            told(version("5.1.0"), running),
            "instances.dev.version: CHT 5.2.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.0, or restore a backup from before the upgrade as a new instance.",
        ],
        [
            "4.x to 5.x without a backup",
            told(version("5.2.0"), runningOn(version("4.22.0"))),
            "instances.dev.version: From CHT 4.22.0 to 5.2.0 there is no way back, and no backup has been named. Take a backup of CouchDB's data, and name it in upgrade.snapshot.",
        ],
        [
            "4.x to 5.x with a backup",
            told(version("5.2.0", { upgrade: { snapshot: "b" } }), runningOn(version("4.22.0"))),
        ],
        [
            "below the release that the file on the volume remembers",
            told(version("5.1.0"), destroyed(runningOn(version("5.1.0")), "5.3.0")),
            "instances.dev.version: CHT 5.3.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.3.0, or restore a backup from before the upgrade as a new instance.",
        ],
        [
            "below the release that the volumes were made with, where there is no file",
            told(version("5.1.0"), { ...destroyed(running), credentials: new Map() }),
            "instances.dev.version: CHT 5.2.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.0, or restore a backup from before the upgrade as a new instance.",
        ],
        [
            "below the release that the newest of the volumes was made with",
            told(version("5.2.0"), {
                ...destroyed(running),
                credentials: new Map(),
                volumes: destroyed(running).volumes.map((volume, index) => ({
                    ...volume,
                    labels: { ...volume.labels, [labels.version]: `5.${index}.0` },
                })),
            }),
            "instances.dev.version: CHT 5.3.0 is running, and 5.2.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.3.0, or restore a backup from before the upgrade as a new instance.",
        ],
        [
            "below Compose's",
            told(
                folder("/srv/cht", 1, { version: "5.1.0", host: "cht.example.org", compose: { project: "cht" } }),
                composed(1, "5.2.0"),
            ),
            "instances.dev.version: CHT 5.2.0 is running, and 5.1.0 is older: an older release cannot read data that a newer one has changed. Set version: 5.2.0, or restore a backup from before the upgrade as a new instance.",
        ],
    ],
    "the place of the data": [
        [
            "more nodes",
            told(hostFile({ couchdb: { nodes: 3 } }), running),
            "instances.dev.couchdb.nodes: CouchDB has its data on 1 node, and would lose sight of it with 3. Set couchdb.nodes: 1; to change it, move the data to a new instance.",
        ],
        [
            "fewer nodes, when no container is left",
            told(hostFile(), destroyed(runningOn(hostFile({ couchdb: { nodes: 3 } })))),
            "instances.dev.couchdb.nodes: CouchDB has its data on 3 nodes, and would lose sight of it with 1. Set couchdb.nodes: 3; to change it, move the data to a new instance.",
        ],
        [
            "more nodes than Compose had",
            told(
                folder("/srv/cht%d", 3, { host: "a.example.org", compose: { project: "cht" } }),
                runningOn(folder("/srv/cht", 1, { host: "a.example.org", compose: { project: "cht" } }), composed()),
            ),
            "instances.dev.couchdb.nodes: CouchDB has its data on 1 node, and would lose sight of it with 3. Set couchdb.nodes: 1; to change it, move the data to a new instance.",
        ],
        [
            "a folder for a volume",
            told(folder("/srv/cht"), running),
            "instances.dev.couchdb.data: CouchDB's data is in the volume 'dev_couchdb-data', and would be left behind. Set couchdb.data: { kind: volume }; to move it, copy it to a new instance.",
        ],
        [
            "a folder for a volume, when no container is left",
            told(folder("/srv/cht"), destroyed(running)),
            "instances.dev.couchdb.data: CouchDB's data is in the volume 'dev_couchdb-data', and would be left behind. Set couchdb.data: { kind: volume }; to move it, copy it to a new instance.",
        ],
        [
            "a volume for a folder, when no container is left",
            told(hostFile(), destroyed(runningOn(folder("/srv/cht")))),
            "instances.dev.couchdb.data: CouchDB's data is in the folder '/srv/cht', and would be left behind. Set couchdb.data: { kind: folder, path: /srv/cht }; to move it, copy it to a new instance.",
        ],
        [
            "another folder",
            told(folder("/srv/new"), runningOn(folder("/srv/cht"))),
            "instances.dev.couchdb.data: CouchDB's data is in the folder '/srv/cht', and would be left behind. Set couchdb.data: { kind: folder, path: /srv/cht }; to move it, copy it to a new instance.",
        ],
        [
            "other folders for some nodes",
            told(folder(["/srv/1", "/new/2", "/srv/3"], 3), runningOn(folder("/srv/%d", 3))),
            "instances.dev.couchdb.data: CouchDB's data is in the folder '/srv/2', and would be left behind. Set couchdb.data: { kind: folder, path: [/srv/1, /srv/2, /srv/3] }; to move it, copy it to a new instance.",
        ],
        [
            "the same folders in other words",
            told(folder(["/srv/1", "/srv/2", "/srv/3"], 3), runningOn(folder("/srv/%d", 3))),
        ],
        [
            "a folder as Docker Desktop shows it",
            told(folder("/Users/a/cht"), {
                ...runningOn(folder("/Users/a/cht")),
                containers: runningOn(folder("/Users/a/cht")).containers.map((one) => ({
                    ...one,
                    mounts: one.mounts.map((mount) =>
                        mount.kind === "folder" ? { ...mount, source: `/host_mnt${mount.source}` } : mount,
                    ),
                })),
            }),
        ],
    ],
    "others at the data": [
        ["the instance's own", told(folder("/srv/cht"), runningOn(folder("/srv/cht")))],
        [
            "a container at the folder",
            told(folder("/srv/cht"), withContainers(mounting("/srv/cht"))),
            `instances.dev.couchdb.data: The container 'borg' mounts the folder '/srv/cht' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a stopped container at the folder above",
            told(folder("/srv/cht"), withContainers(mounting("/srv/", { running: false, status: "exited" }))),
            `instances.dev.couchdb.data: The container 'borg', which is stopped, mounts the folder '/srv' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a container at a folder within",
            told(folder("/srv/cht%d", 3), withContainers(mounting("/srv/cht2/shards"))),
            `instances.dev.couchdb.data: The container 'borg' mounts the folder '/srv/cht2/shards' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a container at the whole host",
            told(folder("/srv/cht"), withContainers(mounting("/"))),
            `instances.dev.couchdb.data: The container 'borg' mounts the folder '/' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a container that only reads it",
            told(folder("/srv/cht"), withContainers(mounting("/srv/cht", {}, true), mounting("/", {}, true))),
        ],
        [
            "a container at a folder whose name begins alike",
            told(folder("/srv/cht"), withContainers(mounting("/srv/cht2"))),
        ],
        [
            "a container at the volume of the data",
            told(hostFile(), beside(container("borg", { mounts: [volumeMount("dev_couchdb-data")] }))),
            `instances.dev.couchdb.data: The container 'borg' mounts the volume 'dev_couchdb-data' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a container at the volume of another node's data, and of its credentials",
            told(hostFile({ couchdb: { nodes: 3 } }), {
                ...runningOn(hostFile({ couchdb: { nodes: 3 } })),
                containers: ["dev_couchdb-data-2", "dev_cht-credentials-3"].map((name) =>
                    container(`at-${name}`, { mounts: [volumeMount(name)] }),
                ),
            }),
            ...["dev_couchdb-data-2", "dev_cht-credentials-3"].map(
                (name) =>
                    `instances.dev.couchdb.data: The container 'at-${name}' mounts the volume '${name}' too, ${corrupt} Remove it: 'docker rm --force at-${name}'.`,
            ),
        ],
        [
            "a container at the volume of the credentials",
            told(hostFile(), beside(container("borg", { mounts: [volumeMount("dev_cht-credentials")] }))),
            `instances.dev.couchdb.data: The container 'borg' mounts the volume 'dev_cht-credentials' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
        ],
        [
            "a container at the certificate's volume",
            told(hostFile(), beside(container("certbot", { mounts: [volumeMount("dev_cht-ssl")] }))),
        ],
        [
            "another stack's instance at the folder",
            told(
                folder("/srv/cht"),
                withContainers(mounting("/srv/cht", { name: "x-couchdb", owner: { ...other, instance: "x" } })),
            ),
            `instances.dev.couchdb.data: The container 'x-couchdb' mounts the folder '/srv/cht' too, ${corrupt} It belongs to the instance 'x' of the stack 'cht-hosting.other': give this instance another place.`,
        ],
        [
            "a Compose project at the folder",
            told(folder("/srv/cht"), composed(1, "5.2.0", { credentials: new Map() })),
            `instances.dev.couchdb.data: The container 'cht-couchdb-1' mounts the folder '/srv/cht' too, ${corrupt} It belongs to the Compose project 'cht': to take that over, set compose.project: cht; else give this instance another place.`,
        ],
        [
            "a container, while the instance is taken down",
            told(folder("/srv/cht", 1, { remove: "dev" }), withContainers(mounting("/srv/cht"))),
        ],
    ],
    credentials: [
        ["those of the engine", told(hostFile(), running)],
        [
            "those of the engine, given again",
            told(hostFile(), running, { password: "live-password", secret: "live-secret", uuid: "live-uuid" }),
        ],
        [
            "others than CouchDB has",
            told(hostFile(), running, { password: "a", secret: "b", uuid: "c" }),
            "instances.dev.credentials: dev.password is not the password that CouchDB has, and it cannot change on a Docker host. Take dev.password out of the file.",
            "instances.dev.credentials: dev.secret is not what CouchDB was made with, and it cannot change on a Docker host. Take dev.secret out of the file.",
            "instances.dev.credentials: dev.uuid is not what CouchDB was made with, and it cannot change on a Docker host. Take dev.uuid out of the file.",
        ],
        ["a secret that Compose had none of", told(hostFile(), knowing({ COUCHDB_SECRET: "" }), { secret: "b" })],
        [
            "another user",
            told(hostFile({ credentials: { user: "admin" } }), running),
            "instances.dev.credentials.user: CouchDB's administrator is 'medic', and cannot become 'admin'. Set credentials.user: medic.",
        ],
        [
            "another database",
            told(hostFile({ database: "other" }), running),
            "instances.dev.database: CHT's documents are in the database 'medic', and would be left behind for 'other'. Set database: medic.",
        ],
        [
            "a container without a password",
            told(hostFile(), knowing({ COUCHDB_USER: undefined, COUCHDB_PASSWORD: "" })),
            "instances.dev.credentials: The environment of CouchDB's container lacks COUCHDB_USER and COUCHDB_PASSWORD: what CouchDB was made with cannot be told. Put back what it held.",
        ],
        [
            "a file without a password",
            told(hostFile(), knowing({ COUCHDB_PASSWORD: undefined }, "volume")),
            "instances.dev.credentials: The file of credentials lacks COUCHDB_PASSWORD: what CouchDB was made with cannot be told. Put back what it held.",
        ],
        ["a volume that CouchDB never used", told(hostFile(), { ...running, containers: [], credentials: new Map() })],
    ],
};

const taking = (more: Raw = {}, compose: Raw = {}): Raw =>
    hostFile({
        host: "cht.example.org",
        compose: { project: "cht", ...compose },
        couchdb: { data: { kind: "folder", path: "/srv/cht" } },
        ...more,
    });
const cluster = (path: unknown = "/srv/cht%d") => taking({ couchdb: { nodes: 3, data: { kind: "folder", path } } });
/** Compose's engine, with something changed in its container of CouchDB. */
const couchdb = (change: (one: LiveContainer) => Partial<LiveContainer>, live = composed()): LiveHost => ({
    ...live,
    containers: live.containers.map((one) => (/couchdb/.test(one.name) ? { ...one, ...change(one) } : one)),
});
const mountsAt = (path: string, mounts: readonly LiveMount[]) =>
    couchdb((one) => ({ mounts: [...one.mounts.filter((mount) => mount.path !== path), ...mounts] }));
const upgradeService = container("cht-upgrade-1", {
    image: "public.ecr.aws/s5s3h4s7/cht-upgrade-service:latest",
    composeProject: "upgrade",
    service: "cht-upgrade-service",
    networks: ["cht-net"],
});
const volumeAt = (name: string, path: string): LiveMount => ({ kind: "volume", name, path, readOnly: false });
const dataPath = "/opt/couchdb/data";
const localPath = "/opt/couchdb/etc/local.d";

const composeCases: readonly Case[] = [
    ["as it stands", told(taking(), composed())],
    ["as a cluster", told(cluster(), composed(3))],
    [
        "that is stopped",
        told(
            taking(),
            couchdb(() => ({ running: false, status: "exited" })),
        ),
    ],
    [
        "with its upgrade service",
        told(taking(), { ...composed(), containers: [...composed().containers, upgradeService] }),
    ],
    [
        "without a word on its data",
        told(taking({ couchdb: {} }), composed()),
        "instances.dev.couchdb.data: CouchDB's data of the Compose project 'cht' is in the folder '/srv/cht'. Set couchdb.data: { kind: folder, path: /srv/cht }.",
    ],
    [
        "with its data elsewhere",
        told(cluster("/srv/couchdb%d"), composed(3)),
        "instances.dev.couchdb.data: CouchDB's data of the Compose project 'cht' is in the folder '/srv/cht1', the folder '/srv/cht2', the folder '/srv/cht3', not where the stack file says. Set couchdb.data: { kind: folder, path: [/srv/cht1, /srv/cht2, /srv/cht3] }.",
    ],
    [
        "as a single node that is a cluster",
        told(taking(), composed(3)),
        "instances.dev.couchdb.nodes: CouchDB of the Compose project 'cht' has its data on 3 nodes. Set couchdb.nodes: 3.",
    ],
    [
        "as a cluster that is a single node",
        told(cluster(), composed()),
        "instances.dev.couchdb.nodes: CouchDB of the Compose project 'cht' has its data on 1 node. Set couchdb.nodes: 1.",
    ],
    [
        "with two containers of one node",
        told(taking(), {
            ...composed(),
            containers: [
                ...composed().containers,
                ...composed()
                    .containers.slice(0, 1)
                    .map((one) => ({ ...one, id: "2", name: "cht-couchdb-2" })),
            ],
        }),
        "instances.dev.compose.project: The CouchDB containers of the Compose project 'cht' are not those of the official Compose files, one of 'couchdb', or one each of 'couchdb-1.local' and so on: 'couchdb' (cht-couchdb-1), 'couchdb' (cht-couchdb-2).",
    ],
    [
        "of another program",
        told(taking(), {
            ...composed(1, "5.2.0", { volumes: [] }),
            containers: [container("cht-web-1", { composeProject: "cht", service: "web" })],
        }),
        "instances.dev.compose.project: The Compose project 'cht' has no container of the service 'couchdb': it is not of the official Compose files of CHT 4.0 or later.",
    ],
    [
        "with its data on a volume",
        told(taking(), mountsAt(dataPath, [{ kind: "volume", name: "cht_data", path: dataPath, readOnly: false }])),
        "instances.dev.compose.project: The container 'cht-couchdb-1' has its data in the volume 'cht_data', and not in a folder of the host as the official Compose files have it: copy it to a folder, and start the project with it (COUCHDB_DATA) first.",
    ],
    [
        "with its data in the container",
        told(taking(), mountsAt(dataPath, [])),
        "instances.dev.compose.project: The container 'cht-couchdb-1' has its data nowhere outside of it, and not in a folder of the host as the official Compose files have it: copy it to a folder, and start the project with it (COUCHDB_DATA) first.",
    ],
    [
        "with its credentials elsewhere",
        told(
            taking(),
            mountsAt(localPath, [{ kind: "folder", source: "/srv/local.d", path: localPath, readOnly: false }]),
        ),
        "instances.dev.compose.project: The container 'cht-couchdb-1' keeps its credentials in the folder '/srv/local.d', and not on the volume 'cht_cht-credentials' of the official Compose files.",
    ],
    [
        "with its credentials on another volume",
        told(taking(), mountsAt(localPath, [volumeAt("cht_local", localPath)])),
        "instances.dev.compose.project: The container 'cht-couchdb-1' keeps its credentials in the volume 'cht_local', and not on the volume 'cht_cht-credentials' of the official Compose files.",
    ],
    [
        "as a cluster whose containers come in another order",
        told(cluster(), { ...composed(3), containers: composed(3).containers.toReversed() }),
    ],
    [
        "as a cluster with one node elsewhere",
        told(cluster(["/srv/cht1", "/srv/cht2", "/elsewhere"]), composed(3)),
        "instances.dev.couchdb.data: CouchDB's data of the Compose project 'cht' is in the folder '/srv/cht1', the folder '/srv/cht2', the folder '/srv/cht3', not where the stack file says. Set couchdb.data: { kind: folder, path: [/srv/cht1, /srv/cht2, /srv/cht3] }.",
    ],
    [
        "as a cluster, killed after the first container of ours",
        told(
            cluster(),
            ((after) => ({
                ...composed(3),
                containers: after.containers.filter(({ service }) => service === "nouveau"),
            }))(runningOn(cluster(), composed(3))),
        ),
    ],
    [
        "in another network, which exists",
        told(taking({}, { network: "my-net" }), {
            ...composed(),
            networks: [...composed().networks, { id: "id", name: "my-net", driver: "bridge", labels: {} }],
        }),
        "instances.dev.compose.network: CouchDB of the Compose project 'cht' is not in the network 'my-net'. Set compose.network: cht-net (CHT_NETWORK of its .env file).",
    ],
    [
        "in another network",
        told(taking({}, { network: "my-net" }), composed()),
        "instances.dev.compose.network: CouchDB of the Compose project 'cht' is not in the network 'my-net', which does not exist. Set compose.network: cht-net (CHT_NETWORK of its .env file).",
    ],
    [
        "over several hosts",
        told(taking(), {
            ...composed(),
            networks: composed().networks.map((network) => ({ ...network, driver: "overlay" })),
        }),
        "instances.dev.compose.network: The network 'cht-net' is of the driver 'overlay': CouchDB's nodes lose one another on a network of several hosts. For several machines use Kubernetes, cluster kind 'existing'.",
    ],
    [
        "of another user",
        told(
            taking(),
            composed(1, "5.2.0", {
                credentials: new Map([
                    ["dev", { from: "container", values: { COUCHDB_USER: "admin", COUCHDB_PASSWORD: "x" } }],
                ]),
            }),
        ),
        "instances.dev.credentials.user: CouchDB's administrator is 'admin', and cannot become 'medic'. Set credentials.user: admin.",
    ],
    [
        "of which there is none",
        told(taking({}, { project: "x" }), { ...composed(), containers: [container("web"), ...composed().containers] }),
        "instances.dev.compose.project: There is neither a container of the Compose project 'x' on unix:///var/run/docker.sock nor its volume 'x_cht-credentials'. Projects there: 'cht'.",
        `instances.dev.couchdb.data: The container 'cht-couchdb-1' mounts the folder '/srv/cht' too, ${corrupt} It belongs to the Compose project 'cht': to take that over, set compose.project: cht; else give this instance another place.`,
    ],
    [
        "of which there is none, on an empty engine",
        told(taking({ couchdb: {} }), emptyEngine),
        "instances.dev.compose.project: There is neither a container of the Compose project 'cht' on unix:///var/run/docker.sock nor its volume 'cht_cht-credentials'. Projects there: none.",
    ],
    [
        "of which only the volumes are left",
        told(taking(), composed(1, "5.2.0", { containers: [], credentials: new Map() })),
        "instances.dev.credentials: The volume 'cht_cht-credentials' holds CouchDB's administrator, and no container of CouchDB is there to tell the password. Give it as it stands in Compose's .env file: 'pulumi config set --secret dev.password' (and .secret, .uuid).",
    ],
    [
        "of which only the volumes are left, with its password",
        told(taking(), composed(1, "5.2.0", { containers: [], credentials: new Map() }), { password: "x" }),
    ],
    [
        "of which only the volumes are left, without a word on its data",
        told(taking({ couchdb: {} }), composed(1, "5.2.0", { containers: [] })),
        "instances.dev.couchdb.data: The Compose project 'cht' has its data in a folder, and none of its containers is left to say which. Set couchdb.data: { kind: folder, path: … } to COUCHDB_DATA of its .env file.",
    ],
    [
        "while another container has its data",
        told(taking(), { ...composed(), containers: [...composed().containers, mounting("/srv/cht")] }),
        `instances.dev.couchdb.data: The container 'borg' mounts the folder '/srv/cht' too, ${corrupt} Remove it: 'docker rm --force borg'.`,
    ],
    [
        "that was started again after it was taken over",
        told(taking(), {
            ...runningOn(taking(), composed()),
            containers: [...runningOn(taking(), composed()).containers, ...composed().containers.slice(0, 2)],
        }),
        "instances.dev.compose.project: The Compose project 'cht' has been taken over (by 'dev-nouveau'), and has containers again: 'cht-couchdb-1', 'cht-haproxy-1'. Two CouchDBs on one folder corrupt it: remove them with 'docker rm --force', and what started them.",
    ],
    [
        "whose name was taken out of the file of a cluster afterwards",
        told(folder("/srv/cht%d", 3, { host: "cht.example.org" }), runningOn(cluster(), composed(3))),
        "instances.dev.compose.project: The credentials are on the volume 'cht_cht-credentials', and would be left behind for 'dev_cht-credentials'. Set compose.project back: the volumes keep that name for ever.",
    ],
    [
        "whose name was taken out of the file afterwards, and its folder",
        told(hostFile({ host: "cht.example.org" }), runningOn(taking(), composed())),
        "instances.dev.couchdb.data: CouchDB's data is in the folder '/srv/cht', and would be left behind. Set couchdb.data: { kind: folder, path: /srv/cht }; to move it, copy it to a new instance.",
    ],
    [
        "whose name was taken out of the file afterwards",
        told(folder("/srv/cht", 1, { host: "cht.example.org" }), runningOn(taking(), composed())),
        "instances.dev.compose.project: The credentials are on the volume 'cht_cht-credentials', and would be left behind for 'dev_cht-credentials'. Set compose.project back: the volumes keep that name for ever.",
    ],
];

describe("the upgrade service of a Compose project", () => {
    const names = (raw: Raw, live: LiveHost) => planHost(raw, live).plans[0]?.takeOver.map(({ name }) => name);
    const project = ["cht-couchdb-1", "cht-haproxy-1", "cht-api-1", "cht-nginx-1"];
    const among = (...more: LiveContainer[]): LiveHost => ({
        ...composed(),
        containers: [...composed().containers, ...more],
    });

    it("is taken over with it, although it is another project's", () => {
        assert.deepEqual(names(taking(), among(upgradeService)), [...project, "cht-upgrade-1"]);
        assert.deepEqual(names(taking(), among({ ...upgradeService, composeProject: undefined })), [
            ...project,
            "cht-upgrade-1",
        ]);
    });

    it("is left alone in another network, as are other programs in this one", () => {
        const others = [
            { ...upgradeService, networks: ["other-net"] },
            { ...upgradeService, image: "example.org/my-cht-upgrade-service:1" },
            container("watchdog", { networks: ["cht-net"] }),
        ];
        assert.deepEqual(names(taking(), among(...others)), project);
    });

    it("is the instance's own when it was asked for", () => {
        const raw = taking({ upgradeService: true });
        const again = planHost(raw, runningOn(raw, composed()));
        assert.deepEqual([again.problems, again.plans[0]?.takeOver], [[], []]);
    });
});

describe("what is on a Docker engine forbids", () => {
    for (const [suite, cases] of Object.entries({ ...suites, "taking over a Compose project": composeCases })) {
        describe(suite, () => {
            for (const [title, problems, ...expected] of cases) {
                it(title, () => assert.deepEqual(problems, expected));
            }
        });
    }

    it("what its disk cannot take, unless the images are there already", () => {
        const archives = new Map(["a", "b"].map((name) => [name, { folder: "/images", bytes: 3 * 1024 ** 3 }]));
        const raw = hosts({ a: {}, b: {} });
        const full = { ...emptyEngine, freeBytes: 2.5 * 1024 ** 3 };
        const problems = (live: LiveHost) =>
            planHost(raw, live, {}, { ...noFiles, archives }).problems.map(
                ({ path, message }) => `${path}: ${message}`,
            );
        assert.deepEqual(problems(full), [
            "instances.a.images.archive: The images need about 3.0 GiB of the Docker engine's disk, and 2.5 GiB are free.",
        ]);
        assert.deepEqual(problems({ ...full, freeBytes: 3 * 1024 ** 3 }), []);
        assert.deepEqual(problems({ ...full, freeBytes: undefined }), []);
        const workloads = planHost(raw).plans.flatMap(({ description }) => description.workloads);
        const images = workloads.flatMap(({ containers }) => containers.map(({ image }) => image));
        assert.deepEqual(problems({ ...full, images: new Set(images) }), []);
        const digest = `sha256:${"a".repeat(64)}`;
        const pinned = hosts({ a: { images: { digests: { api: digest } } }, b: {} });
        const known = new Set([
            ...images.filter((image) => !image.includes("-api:")),
            `public.ecr.aws/medic/cht-api@${digest}`,
        ]);
        assert.deepEqual(planHost(pinned, { ...full, images: known }, {}, { ...noFiles, archives }).problems.length, 1);
        known.add("public.ecr.aws/medic/cht-api:5.2.0");
        assert.deepEqual(planHost(pinned, { ...full, images: known }, {}, { ...noFiles, archives }).problems, []);
    });

    it("only what it forbids: the file's own files are told with it", () => {
        const files = { ...noFiles, problems: [{ path: "instances.dev.tls.key", message: "is no key" }] };
        const { problems } = planHost(
            hosts({ dev: {} }, { ...engine }),
            { ...emptyEngine, version: "19.3" },
            {},
            files,
        );
        assert.deepEqual(
            problems.map(({ path }) => path),
            ["instances.dev.tls.key", "cluster"],
        );
    });

    it("notes what could not be told of the images that run", () => {
        const live: LiveHost = {
            ...running,
            containers: running.containers.map((one) =>
                one.service === "api" ? { ...one, image: "example.org/cht-api:latest" } : one,
            ),
        };
        assert.deepEqual(planHost(version("5.3.0"), live).notes, [
            "instances.dev.version: the release of the running image 'example.org/cht-api:latest' cannot be told from its tag: it is not checked",
            "instances.dev.version: Views may be built anew: have five times the disk that is used now.",
        ]);
    });
});
