/** Stopping and starting an instance that is deployed. The state of the stack is left alone: nothing of what there is changes. */
import { setTimeout as sleep } from "node:timers/promises";
import { shutdownFor } from "../cht/shutdown";
import { roleOf, startGroups } from "../cht/start-order";
import { OperatorError } from "./error";
import type { ProgressEvent } from "./events";
import { isWell } from "./health";
import { engineCall, type HostContainer, type HostInstance } from "./hosts";
import { type Operation, operation } from "./operation";

export interface LifecycleReport {
    /** The containers that were stopped or started, in this order; those that were so already are not among them. */
    readonly containers: readonly string[];
}

export interface StartOptions {
    /** How long one service may take until it is healthy, in seconds. @default 1800: CouchDB may have to look at all its files */
    readonly timeoutSeconds?: number;
    readonly signal?: AbortSignal;
}

/** Stops it, CouchDB last, each with the time it needs to end well. Its data stays; it stays stopped when the machine starts again. */
export function stopInstance(instance: HostInstance): Operation<LifecycleReport> {
    return operation((report) => stopContainers(instance, report));
}

/** Starts it, each service when those before it are healthy. */
export function startInstance(instance: HostInstance, options: StartOptions = {}): Operation<LifecycleReport> {
    return operation((report) => startContainers(instance, instance.containers, report, options));
}

export async function stopContainers(
    instance: HostInstance,
    report: (event: ProgressEvent) => void,
): Promise<LifecycleReport> {
    mustBeDeployed(instance);
    const stopped: string[] = [];
    for (const group of startGroups(instance.containers.filter(runs)).reverse()) {
        report({ kind: "phase", phase: `stop ${namesOf(group)}` });
        await engineCall(() =>
            Promise.all(group.map(({ id, service }) => instance.engine.containers.stop(id, graceSeconds(service)))),
        );
        stopped.push(...group.map(({ name }) => name));
    }
    return { containers: stopped };
}

export async function startContainers(
    { engine }: HostInstance,
    containers: readonly HostContainer[],
    report: (event: ProgressEvent) => void,
    { timeoutSeconds = 1800, signal }: StartOptions = {},
): Promise<LifecycleReport> {
    if (containers.length === 0) throw new OperatorError("not-found", "there is nothing to start: `up` deploys it");
    const started: string[] = [];
    const deadline = () => Date.now() + timeoutSeconds * 1000;
    for (const group of startGroups(containers)) {
        const states = await engineCall(() => Promise.all(group.map(({ id }) => engine.containers.inspect(id))));
        const off = group.filter((_, index) => states[index]?.State.Running !== true);
        if (off.length > 0) report({ kind: "phase", phase: `start ${namesOf(off)}` });
        await engineCall(() => Promise.all(off.map(({ id }) => engine.containers.start(id))));
        started.push(...off.map(({ name }) => name));
        await Promise.all(group.map(({ id, name }) => untilHealthy(engine, id, name, deadline(), signal)));
    }
    return { containers: started };
}

/** Those without a health check are taken as well when they run. */
async function untilHealthy(
    engine: HostInstance["engine"],
    id: string,
    name: string,
    deadline: number,
    signal: AbortSignal | undefined,
): Promise<void> {
    for (;;) {
        const container = await engineCall(() => engine.containers.inspect(id));
        if (container === undefined) throw new OperatorError("failed", `the container ${name} is gone`);
        const { Status, Running, ExitCode } = container.State;
        if (!Running && Status !== "restarting") {
            throw new OperatorError(
                "failed",
                `${name} ended with code ${ExitCode} right after it was started: see its log`,
            );
        }
        if (await isWell(engine, container)) return;
        if (Date.now() > deadline) {
            throw new OperatorError("failed", `${name} did not become healthy in time: see its log`);
        }
        if (signal?.aborted) throw new OperatorError("cancelled", `starting was cancelled before ${name} was healthy`);
        await sleep(500);
    }
}

/** How long it may take to end, in seconds; what is not CHT's own needs no more than the engine gives it. */
function graceSeconds(service: string): number | undefined {
    const role = roleOf(service);
    return role === undefined ? undefined : shutdownFor(role).gracePeriodSeconds;
}

const namesOf = (group: readonly HostContainer[]) => group.map(({ name }) => name).join(", ");

const runs = ({ summary }: HostContainer) => summary.State !== "exited" && summary.State !== "created";

function mustBeDeployed({ name, containers }: HostInstance): void {
    if (containers.length > 0) return;
    throw new OperatorError("not-found", `the instance '${name}' has no containers: it is not deployed`);
}
