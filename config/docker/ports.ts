/**
 * The ports of the host that each instance listens on. What is not given is chosen once and then remembered: by the
 * instance's own nginx, and by its volumes when no container is left. An instance never moves because another one came.
 */
import type { Owner } from "../live";
import { labels } from "../live";
import { type Problem, pathOf } from "../problem";
import type { HostStackModel } from "../schema";
import type { HostPorts } from "./host-plan";
import type { LiveContainer, LiveHost } from "./live";
import { hostNames } from "./names";
import { addressOf, overlap } from "./rules";
import type { HostInstanceModel } from "./schema";

/** Where docker-helper begins too. */
const FIRST = { http: 10080, https: 10443 } as const;
/** Pairs that are tried: as long as the first kind of port does not reach the second. */
const PAIRS = FIRST.https - FIRST.http;
/** How many ports beyond the instances' number are looked at for other programs of this machine. */
const SPARE = 64;

export type PortKind = keyof typeof FIRST;
export const portKinds = ["http", "https"] as const satisfies readonly PortKind[];
const inside = { http: 80, https: 443 } as const;

export type Ports = Readonly<Partial<Record<PortKind, number>>>;

type PortsOf = Pick<LiveHost, "containers" | "volumes" | "takenPorts">;

/** The ports of every instance; where none could be found, a problem and 0. */
export function planPorts(
    model: HostStackModel,
    live: PortsOf,
    stack: string,
): { ports: ReadonlyMap<string, HostPorts>; problems: readonly Problem[] } {
    const decided = decidedPorts(model, live, stack);
    const used = new Set<number>([...portsOfContainers(live.containers), ...portsOf(decided)]);
    const isFree = (port: number) => !used.has(port) && !isTaken(live.takenPorts, port);
    const problems: Problem[] = [];
    const ports = Object.entries(model.instances).map(([name, instance]): [string, HostPorts] => {
        const known = decided.get(name) ?? {};
        const missing = portKinds.filter((kind) => known[kind] === undefined);
        const step = steps(PAIRS).find((offset) => missing.every((kind) => isFree(FIRST[kind] + offset)));
        if (step === undefined) {
            problems.push(
                ...missing.map((kind) => ({
                    path: pathOf("instances", name, "ports", kind),
                    message: `none is free from ${FIRST[kind]} to ${FIRST[kind] + PAIRS - 1}: give one`,
                })),
            );
        }
        const chosen =
            step === undefined ? { http: 0, https: 0 } : { http: FIRST.http + step, https: FIRST.https + step };
        const { http, https } = { ...chosen, ...known };
        used.add(http).add(https);
        return [name, { address: addressOf(instance), http, https }];
    });
    return { ports: new Map(ports), problems };
}

/**
 * The addresses (`127.0.0.1:10443`) at which it must be tried whether some program of this machine listens already: every
 * port that an instance is to have and no container has yet, and where some are to be chosen, those that could be.
 */
export function portsToProbe(
    model: HostStackModel,
    live: Pick<LiveHost, "containers" | "volumes">,
    stack: string,
): string[] {
    const decided = decidedPorts(model, live, stack);
    const published = portsOfContainers(live.containers);
    const instances = Object.entries(model.instances);
    const addresses = instances.flatMap(([name, instance]) => {
        const known = decided.get(name) ?? {};
        return portKinds.flatMap((kind) => {
            const port = known[kind];
            const candidates =
                port === undefined ? steps(instances.length + SPARE).map((step) => FIRST[kind] + step) : [port];
            return candidates.filter((one) => !published.has(one)).map((one) => `${addressOf(instance)}:${one}`);
        });
    });
    return [...new Set(addresses)];
}

/** What an instance has already: given, else live, else remembered. */
export function decidedPorts(
    model: HostStackModel,
    live: Pick<LiveHost, "containers" | "volumes">,
    stack: string,
): ReadonlyMap<string, Ports> {
    return new Map(
        Object.entries(model.instances).map(([name, instance]) => {
            const remembered = rememberedPorts(name, instance, live, { stack, instance: name });
            return [
                name,
                { ...remembered, ...livePorts(instance, live, { stack, instance: name }), ...given(instance) },
            ];
        }),
    );
}

function given({ ports: { http, https } }: HostInstanceModel): Ports {
    return { ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) };
}

/** Of the instance's nginx, or of the one of the Compose project that is taken over. */
function livePorts(instance: HostInstanceModel, live: Pick<LiveHost, "containers">, owner: Owner): Ports {
    const nginx = live.containers.filter(({ service }) => service === "nginx");
    const own = nginx.find((container) => isOwn(container, owner));
    const composed = nginx.find(
        ({ composeProject }) => instance.compose !== undefined && composeProject === instance.compose.project,
    );
    const ports = (own ?? composed)?.ports ?? [];
    return Object.fromEntries(
        portKinds.flatMap((kind) => {
            const port = ports.find(({ container }) => container === inside[kind])?.host;
            return port === undefined ? [] : [[kind, port]];
        }),
    );
}

function rememberedPorts(
    name: string,
    instance: HostInstanceModel,
    live: Pick<LiveHost, "volumes">,
    owner: Owner,
): Ports {
    const names = hostNames(name, instance);
    const volume = live.volumes.find((one) => one.name === names.volume("cht-ssl") && isOwn(one, owner));
    const match = /^(\d+),(\d+)$/.exec(volume?.labels[labels.ports] ?? "");
    return match === null ? {} : { http: Number(match[1]), https: Number(match[2]) };
}

/** As the label `cht-hosting/ports` has them. */
export function portsLabel({ http, https }: HostPorts): string {
    return `${http},${https}`;
}

/** Whether something on the engine is of an instance of this stack. */
export function isOwn({ owner }: { readonly owner?: Owner }, { stack, instance }: Owner): boolean {
    return owner?.stack === stack && owner.instance === instance;
}

/** The running containers that have a port of the host which overlaps with `address`. */
export function holders(containers: readonly LiveContainer[], address: string, port: number): LiveContainer[] {
    return containers.filter((container) =>
        container.ports.some((one) => one.host === port && overlap(one.address, address)),
    );
}

function portsOfContainers(containers: readonly LiveContainer[]): Set<number> {
    return new Set(containers.flatMap(({ ports }) => ports.map(({ host }) => host)));
}

function portsOf(decided: ReadonlyMap<string, Ports>): number[] {
    return [...decided.values()].flatMap(({ http, https }) => [http, https]).filter((port) => port !== undefined);
}

/** On whatever address: another one may be chosen later, and the port is to stay. */
function isTaken(taken: ReadonlySet<string>, port: number): boolean {
    return [...taken].some((address) => address.endsWith(`:${port}`));
}

function steps(count: number): number[] {
    return Array.from({ length: count }, (_, step) => step);
}
