/** Deletes an object, and waits until it is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import { type DeleteRequest, InitializationFailed } from "../provider";
import { at, type Bag, listAt } from "../values";
import { timeoutOf } from "./await/wait";
import { ApiError, isNotFound } from "./client";
import { type Cluster, NoSuchKind } from "./discovery";
import { annotation, idOf, isAnnotated, isPatch, kindOf, nameOf, namespaceOf, textOfKind } from "./objects";
import type { Session } from "./session";
import { originOf, parseState } from "./state";

export async function remove(session: Session, request: DeleteRequest): Promise<void> {
    const { behaviours, config, engine } = session;
    const { urn, type, state } = request;
    const cluster = session.reachable();
    if (!cluster) {
        engine.log("warning", urn, `configured Kubernetes cluster is unreachable: ${session.unreachable}`);
        if (config.deleteUnreachable) return;
        throw new Error(
            "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi " +
                'state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
        );
    }
    const { inputs, live } = parseState(state);
    try {
        if (isPatch(type, inputs))
            return await releasePatch(session, cluster, live, originOf(state, inputs).fieldManager);
        await cluster.request(kindOf(live), namespaceOf(live), nameOf(live), {
            method: "DELETE",
            body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: behaviours.propagationPolicy(inputs) },
        });
    } catch (error) {
        if (behaviours.isGone(error)) return;
        throw error;
    }
    if (isAnnotated(inputs, "skipAwait") && SKIPS_AWAIT.has(textOfKind(inputs))) return;
    await behaviours.awaitGone(session, request, inputs, live);
}

/** Something that is not there any more, or whose very kind is not, need not be deleted. */
export const isGone = (error: unknown): boolean => isNotFound(error) || error instanceof NoSuchKind;

/** The kinds whose deletion is not waited for either when the annotation says so. */
const SKIPS_AWAIT = new Set([
    "v1/Namespace",
    "v1/Pod",
    "v1/ReplicationController",
    "apps/v1/DaemonSet",
    "apps/v1/Deployment",
    "apps/v1/StatefulSet",
    "batch/v1/Job",
]);

async function releasePatch(session: Session, cluster: Cluster, live: Bag, fieldManager: string): Promise<void> {
    try {
        await session.behaviours.relinquish(cluster, live, fieldManager);
    } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== "Invalid" || !error.message.includes("Required value"))
            throw error;
        throw new Error(
            "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
                `\`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${error.message}`,
        );
    }
}

/** Dependents first, unless an annotation says otherwise. */
export function propagationPolicy(inputs: Bag): string {
    const policies: Record<string, string> = { orphan: "Orphan", background: "Background" };
    return policies[annotation(inputs, "deletionPropagationPolicy").toLowerCase()] ?? "Foreground";
}

/** Waits for finalizers, dependents and grace periods. */
export async function awaitGone(session: Session, request: DeleteRequest, inputs: Bag, live: Bag): Promise<void> {
    const { engine, signal } = session;
    const cluster = session.requireCluster();
    const deadline = Date.now() + timeoutOf(inputs, request.timeout) * 1000;
    let last = live;
    for (let pause = 50; ; pause = Math.min(pause * 1.4, 1000)) {
        try {
            last = await cluster.live(live);
            // Somebody has made another object of the same name.
            if (at(last, "metadata", "uid") !== at(live, "metadata", "uid")) return;
        } catch (error) {
            if (session.behaviours.isGone(error)) return;
            if (error instanceof ApiError && error.code < 500) throw error;
        }
        if (signal.aborted || Date.now() >= deadline) {
            const finalizers = (listAt(last, "metadata", "finalizers") as string[]).join(", ");
            engine.log("warning", request.urn, `finalizers might be preventing deletion (${finalizers})`);
            const message = signal.aborted ? "deletion was cancelled" : "timed out waiting for the condition";
            const behaviours = session.behaviours;
            const state = behaviours.toState(
                inputs,
                last,
                request.state,
                originOf(request.state, inputs),
                behaviours.markSecrets,
            );
            throw new InitializationFailed(message, idOf(last), state, [message]);
        }
        engine.status("info", request.urn, "Resource scheduled for deletion");
        await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
}
