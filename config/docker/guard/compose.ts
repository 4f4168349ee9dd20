/**
 * Whether an instance of the official Compose files can be taken over as it stands: its volumes and network are used on, its
 * containers are stopped and removed before the first of ours starts. When they are gone, everything is found by its name
 * and by the stack file alone, also after a `destroy`: hence the file must say where the data is.
 *
 * @see medic/cht-core scripts/build/cht-couchdb-single-node.yml.template, cht-couchdb-cluster.yml.template
 */
import type { Finding } from "../../guard/subject";
import type { LiveContainer, LiveHost } from "../live";
import type { HostInstanceModel } from "../schema";
import { credentialsVolume, dataInYaml, isAt, type Place } from "./data";
import { couchdbPaths, type HostSubject, inWords } from "./subject";

/**
 * The containers of the project, and its upgrade service, which is a project of its own: at its next start it would start
 * the old files again.
 */
export function composedContainers({ compose, remove }: HostInstanceModel, live: LiveHost): readonly LiveContainer[] {
    if (compose === undefined || remove !== undefined) return [];
    return live.containers.filter(
        (container) =>
            container.composeProject === compose.project ||
            // Not the instance's own, where it was asked for.
            (container.owner === undefined &&
                isUpgradeService(container) &&
                container.networks.includes(compose.network)),
    );
}

function isUpgradeService({ image }: LiveContainer): boolean {
    return /(^|\/)cht-upgrade-service(:|@|$)/.test(image);
}

export function guardCompose(subject: HostSubject): Finding[] {
    const { instance, own, composed } = subject;
    const { compose } = instance;
    if (compose === undefined || instance.remove !== undefined) return [];
    if (composed.length === 0) return own.length > 0 ? [] : [...guardProject(subject, compose.project)];
    if (own.length > 0) return [beside(subject, compose.project)];
    const couchdb = composed.filter(({ service }) => couchdbNode(service) !== undefined);
    // Its first containers were removed, and then the update was killed: the names and the file tell the rest.
    if (couchdb.length === 0 && hasCredentials(subject)) return [];
    const nodes = [...guardNodes(subject, couchdb)];
    return [...(nodes.length > 0 ? nodes : guardPlaces(subject, couchdb)), ...guardNetwork(subject, couchdb)];
}

/** The number of a CouchDB node by its Compose service; 0 for the only one. */
function couchdbNode(service: string | undefined): number | undefined {
    const match = /^couchdb(?:-(\d+)(?:\.local)?)?$/.exec(service ?? "");
    return match === null ? undefined : Number(match[1] ?? 0);
}

function hasCredentials(subject: HostSubject): boolean {
    return subject.live.volumes.some(({ name }) => name === credentialsVolume(subject, 1));
}

/** Nothing runs: what is left must be the project's volumes, from after a `destroy`, or after `docker compose down`. */
function* guardProject(subject: HostSubject, project: string): Generator<Finding> {
    const { live, instance } = subject;
    if (!hasCredentials(subject)) {
        const projects = [...new Set(live.containers.flatMap(({ composeProject }) => composeProject ?? []))].sort();
        const there = projects.length === 0 ? "none" : projects.map((one) => `'${one}'`).join(", ");
        yield {
            path: "compose.project",
            message: `There is neither a container of the Compose project '${project}' on ${live.endpoint} nor its volume '${credentialsVolume(subject, 1)}'. Projects there: ${there}.`,
        };
    } else if (instance.couchdb.data.kind !== "folder") {
        yield {
            path: "couchdb.data",
            message: `The Compose project '${project}' has its data in a folder, and none of its containers is left to say which. Set couchdb.data: { kind: folder, path: … } to COUCHDB_DATA of its .env file.`,
        };
    }
}

function beside({ own, composed }: HostSubject, project: string): Finding {
    const names = composed.map(({ name }) => `'${name}'`).join(", ");
    return {
        path: "compose.project",
        message: `The Compose project '${project}' has been taken over (by '${own[0]?.name}'), and has containers again: ${names}. Two CouchDBs on one folder corrupt it: remove them with 'docker rm --force', and what started them.`,
    };
}

function* guardNodes({ plan, instance }: HostSubject, couchdb: readonly LiveContainer[]): Generator<Finding> {
    const project = instance.compose?.project;
    if (couchdb.length === 0) {
        yield {
            path: "compose.project",
            message: `The Compose project '${project}' has no container of the service 'couchdb': it is not of the official Compose files of CHT 4.0 or later.`,
        };
        return;
    }
    const numbers = couchdb.map(({ service }) => couchdbNode(service) ?? 0).sort((a, b) => a - b);
    const expected = numbers.length === 1 ? [0] : numbers.map((_, index) => index + 1);
    if (numbers.join() !== expected.join()) {
        const services = couchdb.map(({ service, name }) => `'${service}' (${name})`).join(", ");
        yield {
            path: "compose.project",
            message: `The CouchDB containers of the Compose project '${project}' are not those of the official Compose files, one of 'couchdb', or one each of 'couchdb-1.local' and so on: ${services}.`,
        };
    } else if (numbers.length !== plan.couchdbNodes) {
        const nodes = numbers.length === 1 ? "1 node" : `${numbers.length} nodes`;
        yield {
            path: "couchdb.nodes",
            message: `CouchDB of the Compose project '${project}' has its data on ${nodes}. Set couchdb.nodes: ${numbers.length}.`,
        };
    }
}

/** Exactly one data folder a node, and the credentials where the official files have them. */
function* guardPlaces(subject: HostSubject, couchdb: readonly LiveContainer[]): Generator<Finding> {
    const { plan, instance } = subject;
    const paths = couchdbPaths(subject);
    const ordered = couchdb.toSorted((a, b) => (couchdbNode(a.service) ?? 0) - (couchdbNode(b.service) ?? 0));
    const places: Place[] = [];
    for (const { name, mounts } of ordered) {
        const [mount, ...others] = mounts.filter(({ path }) => path === paths.data);
        if (mount?.kind !== "folder" || others.length > 0) {
            const where = mount === undefined ? "nowhere outside of it" : `in ${inWords(mount)}`;
            yield {
                path: "compose.project",
                message: `The container '${name}' has its data ${where}, and not in a folder of the host as the official Compose files have it: copy it to a folder, and start the project with it (COUCHDB_DATA) first.`,
            };
            return;
        }
        places.push(mount);
    }
    if (places.some((place, index) => !isAt(place, plan.data[index]))) {
        const inFile = instance.couchdb.data.kind === "folder" ? ", not where the stack file says" : "";
        yield {
            path: "couchdb.data",
            message: `CouchDB's data of the Compose project '${instance.compose?.project}' is in ${places.map(inWords).join(", ")}${inFile}. Set couchdb.data: ${dataInYaml(places, plan.data)}.`,
        };
    }
    const credentials = ordered[0]?.mounts.find(({ path }) => path === paths.credentials);
    const volume = credentialsVolume(subject, 1);
    if (credentials !== undefined && (credentials.kind !== "volume" || credentials.name !== volume)) {
        yield {
            path: "compose.project",
            message: `The container '${ordered[0]?.name}' keeps its credentials in ${inWords(credentials)}, and not on the volume '${volume}' of the official Compose files.`,
        };
    }
}

function* guardNetwork({ live, instance, names }: HostSubject, couchdb: readonly LiveContainer[]): Generator<Finding> {
    const networks = [...new Set(couchdb.flatMap((container) => container.networks))];
    if (couchdb.length === 0 || networks.includes(names.network)) return;
    const exists = live.networks.some(({ name }) => name === names.network);
    yield {
        path: "compose.network",
        message: `CouchDB of the Compose project '${instance.compose?.project}' is not in the network '${names.network}'${exists ? "" : ", which does not exist"}. Set compose.network: ${networks.join(" or ")} (CHT_NETWORK of its .env file).`,
    };
}
