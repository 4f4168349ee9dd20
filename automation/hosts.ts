/** Docker hosts of stack files, and the instances that run there. Objects are known by their labels, never by parts of names. */

import { inStartOrder } from "../cht/start-order";
import { engineKeys } from "../config/docker/schema";
import { labels } from "../config/live";
import { connect, type Engine } from "../docker/client";
import { findEndpoint, thisMachine } from "../docker/endpoint";
import { EngineError } from "../docker/error";
import type { ContainerSummary, Volume } from "../docker/types";
import { OperatorError } from "./error";
import { findInstance, readStackFile } from "./stack-files";
import type { Project } from "./workspace";

/** An instance on its Docker engine. */
export interface HostInstance {
    readonly project: Project;
    readonly stack: string;
    readonly name: string;
    readonly engine: Engine;
    /** Its containers in the order of their start; none before the first `up`, or after a destroy. */
    readonly containers: readonly HostContainer[];
    /** Volumes that this stack made for it. Such that were taken over from Compose have other labels. */
    readonly volumes: readonly Volume[];
}

export interface HostContainer {
    readonly id: string;
    /** `dev-couchdb` */
    readonly name: string;
    /** `couchdb`, `couchdb-2`, `api`, `certificate` */
    readonly service: string;
    readonly summary: ContainerSummary;
}

/**
 * The instance as its engine has it now.
 *
 * @param stack where it is written. @default the one stack file that has it
 * @throws OperatorError not-found; refused: it runs on Kubernetes; unreachable
 */
export async function openInstance(project: Project, name: string, stack?: string): Promise<HostInstance> {
    const location = findInstance(project.folder, name, stack);
    const engine = await connectHost(project, location.stack);
    return readInstance(project, location.stack, name, engine);
}

/** The engine that a stack's file names. @throws OperatorError refused: it names a Kubernetes cluster; unreachable */
export async function connectHost(project: Project, stack: string): Promise<Engine> {
    const { cluster } = readStackFile(project.folder, stack);
    const { kind, host, context, sshOptions } = cluster as {
        kind?: string;
        host?: string;
        context?: string;
        sshOptions?: string[];
    };
    if (kind !== "docker") {
        throw new OperatorError(
            "refused",
            `the stack '${stack}' is not on a Docker host: use kubectl for its instances`,
        );
    }
    const request = { keys: engineKeys, host, context, sshOptions };
    return engineCall(async () => connect(findEndpoint(request, thisMachine())));
}

export async function readInstance(
    project: Project,
    stack: string,
    name: string,
    engine: Engine,
): Promise<HostInstance> {
    return instanceIn(await look(engine), { project, stack, name, engine });
}

/** The instances of a stack, those of `names` and all others that the engine knows: of the file they may be gone. */
export async function readInstances(
    project: Project,
    stack: string,
    names: readonly string[],
    engine: Engine,
): Promise<HostInstance[]> {
    const found = await look(engine);
    const all = [...found.containers.map(({ Labels }) => Labels), ...found.volumes.map(({ Labels }) => Labels ?? {})];
    const known = all.filter(isOfStack(project, stack)).flatMap((each) => each[labels.instance] ?? []);
    return [...new Set([...names, ...known.sort()])].map((name) => instanceIn(found, { project, stack, name, engine }));
}

interface Found {
    readonly containers: readonly ContainerSummary[];
    readonly volumes: readonly Volume[];
}

async function look(engine: Engine): Promise<Found> {
    const [containers, volumes] = await engineCall(() =>
        Promise.all([engine.containers.list(), engine.volumes.list()]),
    );
    return { containers, volumes };
}

function instanceIn(
    { containers, volumes }: Found,
    place: Pick<HostInstance, "project" | "stack" | "name" | "engine">,
): HostInstance {
    const { project, stack, name } = place;
    const own = isOwn(project, stack, name);
    return {
        ...place,
        containers: inStartOrder(containers.filter(({ Labels }) => own(Labels)).map(asContainer)),
        volumes: volumes.filter(({ Labels }) => own(Labels ?? {})),
    };
}

/** Calls the engine; what goes wrong there is an operator's matter, not a mistake of the program. */
export async function engineCall<T>(call: () => Promise<T>): Promise<T> {
    try {
        return await call();
    } catch (error) {
        throw asOperatorError(error);
    }
}

export function asOperatorError(error: unknown): unknown {
    if (!(error instanceof EngineError)) return error;
    const kind = error.kind === "unreachable" || error.kind === "not-found" ? error.kind : "failed";
    return new OperatorError(kind, error.message);
}

type Labels = Readonly<Record<string, string>>;

function isOfStack(project: Project, stack: string): (all: Labels) => boolean {
    const wanted = { ...labels.managedBy, [labels.stack]: `${project.name}.${stack}` };
    return (all) => Object.entries(wanted).every(([key, value]) => all[key] === value);
}

function isOwn(project: Project, stack: string, name: string): (all: Labels) => boolean {
    const ofStack = isOfStack(project, stack);
    return (all) => ofStack(all) && all[labels.instance] === name;
}

function asContainer(summary: ContainerSummary): HostContainer {
    const name = summary.Names[0]?.replace(/^\//, "") ?? summary.Id;
    return { id: summary.Id, name, service: summary.Labels[labels.service] ?? name, summary };
}
