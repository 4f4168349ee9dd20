/** Whether CouchDB would find its data again, and have it for itself: two CouchDBs on one folder corrupt it. */
import type { Finding } from "../../guard/subject";
import { labels, type Owner } from "../../live";
import type { DataPlan } from "../host-plan";
import type { LiveContainer, LiveMount, LiveVolume } from "../live";
import { isOwn } from "../ports";
import { nested } from "../rules";
import { couchdbPaths, type HostSubject, hostPath, inWords } from "./subject";

export function guardData(subject: HostSubject): Finding[] {
    const nodes = guardNodes(subject);
    // With other nodes, every place is another one.
    const places = nodes.length > 0 ? [] : [...guardLocation(subject)];
    return [...nodes, ...places, ...(subject.instance.remove === undefined ? guardOthers(subject) : [])];
}

function guardNodes({ plan, own, live, owner }: HostSubject): Finding[] {
    const before =
        nodesBefore(live.volumes, owner) ?? (own.some(({ service }) => service === "couchdb") ? 1 : undefined);
    if (before === undefined || before === plan.couchdbNodes) return [];
    return [
        {
            path: "couchdb.nodes",
            message: `CouchDB has its data on ${before === 1 ? "1 node" : `${before} nodes`}, and would lose sight of it with ${plan.couchdbNodes}. Set couchdb.nodes: ${before}; to change it, move the data to a new instance.`,
        },
    ];
}

/** Only what was made by Compose does not say: a single node's volumes and no others. */
function nodesBefore(volumes: readonly LiveVolume[], owner: Owner): number | undefined {
    const label = volumes.find((volume) => isOwn(volume, owner))?.labels[labels.couchdbNodes];
    return label === undefined ? undefined : Number(label);
}

function* guardLocation(subject: HostSubject): Generator<Finding> {
    const { plan } = subject;
    const places = plan.data.map((data) => liveMount(subject, data, "data") ?? rememberedPlace(subject, data));
    const moved = places.findIndex((place, index) => place !== undefined && !isAt(place, plan.data[index]));
    const before = places[moved];
    // One node speaks for the others.
    if (before !== undefined) {
        yield {
            path: "couchdb.data",
            message: `CouchDB's data is in ${inWords(before)}, and would be left behind. Set couchdb.data: ${dataInYaml(places, plan.data)}; to move it, copy it to a new instance.`,
        };
        return;
    }
    for (const data of plan.data) {
        const credentials = liveMount(subject, data, "credentials");
        const name = credentialsVolume(subject, data.node);
        if (credentials?.kind !== "volume" || credentials.name === name) continue;
        yield {
            path: "compose.project",
            message: `The credentials are on the volume '${credentials.name}', and would be left behind for '${name}'. Set compose.project back: the volumes keep that name for ever.`,
        };
        return;
    }
}

/** What the instance's own CouchDB container of a node mounts. */
function liveMount(subject: HostSubject, { node }: DataPlan, what: "data" | "credentials"): LiveMount | undefined {
    const service = couchdbServices(subject)[node - 1];
    const couchdb = subject.own.find((container) => container.service === service);
    return couchdb?.mounts.find(({ path }) => path === couchdbPaths(subject)[what]);
}

/** The services of CouchDB's nodes, in their order: `couchdb`, or `couchdb-1` and so on. */
function couchdbServices({ plan }: Pick<HostSubject, "plan">): string[] {
    return plan.description.workloads.filter(({ role }) => role === "couchdb").map(({ service }) => service);
}

/** The volume of a node's `local.d`. */
export function credentialsVolume({ plan, names }: Pick<HostSubject, "plan" | "names">, node: number): string {
    const couchdb = plan.description.workloads.filter(({ role }) => role === "couchdb")[node - 1];
    const mount = couchdb?.containers[0]?.mounts.find(({ kind }) => kind === "volume");
    return names.volume(mount?.kind === "volume" ? mount.name : "");
}

/** No container is left to ask: then the volume of the credentials says where the data was. */
function rememberedPlace(subject: HostSubject, data: DataPlan): Place | undefined {
    const volume = subject.live.volumes.find(({ name }) => name === credentialsVolume(subject, data.node));
    const source =
        volume !== undefined && isOwn(volume, subject.owner) ? volume.labels[labels.volumeSource] : undefined;
    if (source === "volume") {
        const { names, plan } = subject;
        return { kind: "volume", name: names.data(plan.couchdbNodes === 1 ? undefined : data.node) };
    }
    const [, folder] = /^folder (.*)$/.exec(source ?? "") ?? [];
    return folder === undefined ? undefined : { kind: "folder", source: folder };
}

/** Where a node's data is. */
export type Place =
    | { readonly kind: "volume"; readonly name: string }
    | { readonly kind: "folder"; readonly source: string };

export function isAt(place: Place, data: DataPlan | undefined): boolean {
    if (place.kind === "volume") return data?.kind === "volume";
    return data?.kind === "folder" && data.path === hostPath(place.source);
}

/** The value of `couchdb.data` under which the data is found, by node; of a node that is not known, as it is planned. */
export function dataInYaml(places: readonly (Place | undefined)[], planned: readonly DataPlan[]): string {
    if (places.some((place) => place?.kind === "volume")) return "{ kind: volume }";
    const folders = planned.map((data, index) => {
        const place = places[index];
        if (place?.kind === "folder") return hostPath(place.source);
        return data.kind === "folder" ? data.path : "";
    });
    return `{ kind: folder, path: ${folders.length === 1 ? folders.join() : `[${folders.join(", ")}]`} }`;
}

/** Every other container that could write to the data, running or not: it may be started at any time. */
function* guardOthers(subject: HostSubject): Generator<Finding> {
    const { live, owner, plan } = subject;
    const taken = new Set(plan.takeOver.map(({ id }) => id));
    for (const container of live.containers) {
        if (isOwn(container, owner) || taken.has(container.id)) continue;
        const mount = container.mounts.find((one) => !one.readOnly && touches(one, subject));
        if (mount !== undefined) yield { path: "couchdb.data", message: inTheWay(container, mount, owner.stack) };
    }
}

function touches(mount: LiveMount, subject: HostSubject): boolean {
    const { plan } = subject;
    if (mount.kind === "volume") {
        return plan.data.some(
            (data) =>
                (data.kind === "volume" && data.name === mount.name) ||
                credentialsVolume(subject, data.node) === mount.name,
        );
    }
    return plan.data.some((data) => data.kind === "folder" && nested(hostPath(mount.source), data.path));
}

function inTheWay(container: LiveContainer, mount: LiveMount, stack: string): string {
    const what = `The container '${container.name}'${container.running ? "" : ", which is stopped,"} mounts ${inWords(mount)} too, and two CouchDBs on one folder corrupt it.`;
    if (container.owner !== undefined) {
        const where = container.owner.stack === stack ? "this stack" : `the stack '${container.owner.stack}'`;
        return `${what} It belongs to the instance '${container.owner.instance}' of ${where}: give this instance another place.`;
    }
    if (container.composeProject !== undefined) {
        return `${what} It belongs to the Compose project '${container.composeProject}': to take that over, set compose.project: ${container.composeProject}; else give this instance another place.`;
    }
    return `${what} Remove it: 'docker rm --force ${container.name}'.`;
}
