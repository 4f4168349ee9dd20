/** What there is and how it is: every instance of every stack, with what its engine says. */

import { roleOf } from "../cht/start-order";
import { labels } from "../config/live";
import type { Engine } from "../docker/client";
import type { Volume } from "../docker/types";
import { OperatorError } from "./error";
import { isWellByName } from "./health";
import { connectHost, type HostContainer, type HostInstance, readInstances } from "./hosts";
import { listStackFiles, readStackFile } from "./stack-files";
import { outputsOf } from "./state";
import type { Project } from "./workspace";

/**
 * - `running`: every service runs, and those with a health check are well
 * - `starting`: some are not well yet
 * - `unhealthy`: some are not well, or start over and over
 * - `incomplete`: some run, others are stopped or were never made
 * - `stopped`: none runs; `start` starts them
 * - `data only`: no service is there, its data is
 * - `not deployed`: it stands in a stack file only
 * - `unreachable`: its engine does not answer
 * - `kubernetes`: ask the cluster
 */
export type InstanceState =
    | "running"
    | "starting"
    | "unhealthy"
    | "incomplete"
    | "stopped"
    | "data only"
    | "not deployed"
    | "unreachable"
    | "kubernetes";

export interface InstanceStatus {
    readonly name: string;
    readonly stack: string;
    readonly state: InstanceState;
    /** Where users go; missing where the instance was not deployed. */
    readonly url?: string;
    /** The CHT release that runs, or had the data last. */
    readonly version?: string;
    /** The engine as the operator knows it. */
    readonly host?: string;
    readonly ports?: { readonly address: string; readonly http?: number; readonly https?: number };
    readonly services: readonly ServiceStatus[];
    readonly volumes: readonly string[];
    /** Why nothing is known, of an engine that does not answer. */
    readonly problem?: string;
}

export interface ServiceStatus {
    readonly service: string;
    readonly container: string;
    readonly image: string;
    /** As the engine says it: `running`, `exited`, `restarting`. */
    readonly state: string;
    /** Missing where the service has no health check, or does not run. */
    readonly health?: "healthy" | "unhealthy" | "starting";
}

/** @param stacks @default every stack that has a file */
export async function listInstances(project: Project, stacks?: readonly string[]): Promise<InstanceStatus[]> {
    const all = await Promise.all(
        (stacks ?? listStackFiles(project.folder)).map((stack) => statusOfStack(project, stack)),
    );
    return all.flat();
}

export async function statusOf(instance: HostInstance, url?: string): Promise<InstanceStatus> {
    const services = await Promise.all(instance.containers.map((each) => serviceStatus(instance.engine, each)));
    const version = versionOf(instance);
    const ports = portsOf(instance.containers);
    return {
        name: instance.name,
        stack: instance.stack,
        state: stateOf(services, instance.volumes),
        ...(url === undefined || services.length === 0 ? {} : { url }),
        ...(version === undefined ? {} : { version }),
        host: instance.engine.endpoint.host,
        ...(ports === undefined ? {} : { ports }),
        services,
        volumes: instance.volumes.map(({ Name }) => Name),
    };
}

/** Outputs of a stack by instance; none where it was never deployed. */
export async function instanceOutputs(
    project: Project,
    stack: string,
): Promise<Readonly<Record<string, { readonly url?: string; readonly version?: string }>>> {
    try {
        const { instances = {} } = await outputsOf(project, stack);
        return instances as Record<string, { url?: string; version?: string }>;
    } catch (error) {
        if (error instanceof OperatorError) return {};
        throw error;
    }
}

async function statusOfStack(project: Project, stack: string): Promise<InstanceStatus[]> {
    const { cluster, instances } = readStackFile(project.folder, stack);
    const outputs = await instanceOutputs(project, stack);
    const without = (state: InstanceState, problem?: string): InstanceStatus[] =>
        Object.keys(instances).map((name) => ({
            name,
            stack,
            state: outputs[name] === undefined ? "not deployed" : state,
            ...outputs[name],
            services: [],
            volumes: [],
            ...(problem === undefined ? {} : { problem }),
        }));
    if (cluster["kind"] !== "docker") return without("kubernetes");
    try {
        const engine = await connectHost(project, stack);
        const found = await readInstances(project, stack, Object.keys(instances), engine);
        const states = await Promise.all(found.map((instance) => statusOf(instance, outputs[instance.name]?.url)));
        engine.close();
        return states;
    } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        return without("unreachable", error.message);
    }
}

async function serviceStatus(engine: Engine, { id, service, name, summary }: HostContainer): Promise<ServiceStatus> {
    const [, told] = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(summary.Status) ?? [];
    const health = told === "starting" && (await isWellByName(engine, id)) ? "healthy" : told;
    return {
        service,
        container: name,
        image: summary.Image,
        state: summary.State,
        ...(health === undefined ? {} : { health: health as "healthy" }),
    };
}

function stateOf(services: readonly ServiceStatus[], volumes: readonly Volume[]): InstanceState {
    if (services.length === 0) return volumes.length > 0 ? "data only" : "not deployed";
    if (services.some(({ state, health }) => health === "unhealthy" || state === "restarting" || state === "dead")) {
        return "unhealthy";
    }
    const running = services.filter(({ state }) => state === "running");
    if (running.length === 0) return "stopped";
    if (running.length < services.length || !isWhole(services)) return "incomplete";
    return services.some(({ health }) => health === "starting") ? "starting" : "running";
}

/** Whether there is at least what every version has: an `up` that was cancelled leaves a part. */
function isWhole(services: readonly ServiceStatus[]): boolean {
    const roles = new Set(services.map(({ service }) => roleOf(service)));
    return (["couchdb", "haproxy", "api", "sentinel", "nginx"] as const).every((role) => roles.has(role));
}

/** As the containers say it; the volumes remember it when there is none. */
export function versionOf({ containers, volumes }: HostInstance): string | undefined {
    const all = [...containers.map(({ summary }) => summary.Labels), ...volumes.map(({ Labels }) => Labels ?? {})];
    return all.flatMap((each) => each[labels.version] ?? [])[0];
}

function portsOf(containers: readonly HostContainer[]): InstanceStatus["ports"] {
    const ports = containers.find(({ service }) => service === "nginx")?.summary.Ports ?? [];
    const published = (port: number) => ports.find(({ PrivatePort, PublicPort }) => PrivatePort === port && PublicPort);
    const [http, https] = [published(80), published(443)];
    const address = (https ?? http)?.IP;
    if (address === undefined) return undefined;
    return {
        address,
        ...(http?.PublicPort === undefined ? {} : { http: http.PublicPort }),
        ...(https?.PublicPort === undefined ? {} : { https: https.PublicPort }),
    };
}
