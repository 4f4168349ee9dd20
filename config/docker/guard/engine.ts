/** What the engine and its machine must have, whatever instances there are. */
import type { Finding } from "../../guard/subject";
import type { Problem } from "../../problem";
import type { ArchiveFolder } from "../files";
import type { HostPlan } from "../host-plan";
import type { LiveHost } from "../live";
import { holders, isOwn, portKinds } from "../ports";
import { overlap } from "../rules";
import type { HostSubject } from "./subject";

/** The oldest engine that the Docker provider and CHT's documentation ask for. */
const LEAST = [20, 10] as const;

export function guardEngine({ endpoint, version }: LiveHost): Problem[] {
    const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
    if (Number.isNaN(major) || major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return [];
    return [
        {
            path: "cluster",
            message: `The Docker engine ${endpoint} is ${version}, and must be ${LEAST.join(".")} or newer.`,
        },
    ];
}

/** An engine on another machine is called by some name, and it is not this machine's. */
export function* guardHost({ instance, live }: HostSubject): Generator<Finding> {
    if (live.local || instance.remove !== undefined) return;
    if (instance.tls.kind === "local-ip") {
        if (instance.tls.address === undefined) {
            yield {
                path: "tls.address",
                message: `is required: ${live.endpoint} is another machine, whose address only you know`,
            };
        }
    } else if (instance.host === undefined) {
        yield {
            path: "host",
            message: `is required: ${live.endpoint} is another machine, and users do not find it by 'localhost'`,
        };
    }
}

/** Whether the instance's ports are free, or its own. */
export function* guardPorts({ plan, live, owner, composed, instance }: HostSubject): Generator<Finding> {
    if (instance.remove !== undefined) return;
    const { address } = plan.ports;
    for (const kind of portKinds) {
        const port = plan.ports[kind];
        const [own, others] = split(holders(live.containers, address, port), (container) => {
            return isOwn(container, owner) || composed.includes(container);
        });
        const holder = others.find(({ running }) => running);
        if (holder !== undefined) {
            yield { path: `ports.${kind}`, message: taken(kind, port, address, `the container '${holder.name}'`) };
        } else if (own.length === 0 && others.length === 0 && live.takenPorts.has(`${address}:${port}`)) {
            yield { path: `ports.${kind}`, message: taken(kind, port, address, "another program of this machine") };
        }
    }
}

function taken(kind: string, port: number, address: string, by: string): string {
    return `Port ${port} of ${address} is taken by ${by}. Stop that, or set ports.${kind} to a free one.`;
}

/** Two instances may be remembered, or given, with one port; 0 is one that could not be found. */
export function* guardPortsOnce(plans: readonly HostPlan[]): Generator<Problem> {
    const seen: { address: string; port: number; name: string }[] = [];
    for (const { name, ports, remove } of plans) {
        if (remove) continue;
        for (const kind of portKinds) {
            const port = ports[kind];
            if (port === 0) continue;
            const other = seen.find((one) => one.port === port && overlap(one.address, ports.address));
            if (other !== undefined) {
                yield {
                    path: `instances.${name}.ports.${kind}`,
                    message: `Port ${port} is that of instances.${other.name}. Set one of them to a free one.`,
                };
            }
            seen.push({ address: ports.address, port, name });
        }
    }
}

const gibibyte = 1024 ** 3;

/** Whether the engine's disk takes what is loaded into it; only known of an engine on this machine. */
export function guardDisk(archives: ReadonlyMap<string, ArchiveFolder>, live: LiveHost): Problem[] {
    // Instances mostly share a folder.
    const folders = new Map([...archives].map(([name, archive]) => [archive.folder, { name, bytes: archive.bytes }]));
    const bytes = [...folders.values()].reduce((sum, folder) => sum + folder.bytes, 0);
    const [first] = archives.keys();
    if (first === undefined || live.freeBytes === undefined || live.freeBytes >= bytes) return [];
    return [
        {
            path: `instances.${first}.images.archive`,
            message: `The images need about ${size(bytes)} of the Docker engine's disk, and ${size(live.freeBytes)} are free.`,
        },
    ];
}

export function size(bytes: number): string {
    return bytes >= gibibyte ? `${(bytes / gibibyte).toFixed(1)} GiB` : `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

function split<T>(all: readonly T[], first: (item: T) => boolean): [T[], T[]] {
    return [all.filter(first), all.filter((item) => !first(item))];
}
