/** Which kinds are waited for, and how. */
import type { Bag } from "../../values";
import { annotation, isAnnotated, nameOf, textOfKind } from "../objects";
import type { Session } from "../session";
import { job } from "./jobs";
import { ingress, ingressRead, service, serviceRead } from "./network";
import * as others from "./others";
import { pod } from "./pods";
import { type Awaiter, NotReady, type Wait, waitUntil } from "./wait";
import { daemonSet, deployment, replicationController, statefulSet } from "./workloads";

export type Awaiters = Record<string, Awaiter>;

/** After a create or an update. */
export const READY: Awaiters = {
    "apps/v1/Deployment": deployment,
    "apps/v1/StatefulSet": statefulSet,
    "apps/v1/DaemonSet": daemonSet,
    "batch/v1/Job": job,
    "networking.k8s.io/v1/Ingress": ingress,
    "apiextensions.k8s.io/v1/CustomResourceDefinition": others.customResourceDefinition,
    "v1/PersistentVolume": others.persistentVolume,
    "v1/PersistentVolumeClaim": others.persistentVolumeClaim,
    "v1/Pod": pod,
    "v1/ReplicationController": replicationController,
    "v1/ResourceQuota": others.resourceQuota,
    "v1/Secret": others.secret,
    "v1/Service": service,
};

/** At a refresh, which asks once. */
export const ON_READ: Awaiters = {
    "apps/v1/Deployment": deployment,
    "apps/v1/StatefulSet": statefulSet,
    "apps/v1/DaemonSet": daemonSet,
    "batch/v1/Job": job,
    "networking.k8s.io/v1/Ingress": ingressRead,
    "v1/Pod": pod,
    "v1/Service": serviceRead,
};

/** Waits as the kind, or the object's annotations, ask. */
export async function awaitReady(session: Session, wait: Wait): Promise<Bag> {
    if (isAnnotated(wait.inputs, "skipAwait")) return wait.live;
    const custom = waitForExpressions(wait.inputs);
    if (custom.length > 0) {
        let object = wait.live;
        for (const expression of custom)
            object = await waitUntil(session, { ...wait, live: object }, others.custom(expression));
        return object;
    }
    const awaiter = session.behaviours.ready[textOfKind(wait.live)];
    return awaiter ? waitUntil(session, wait, awaiter) : wait.live;
}

/** One expression, or a JSON list of them. */
function waitForExpressions(inputs: Bag): string[] {
    const text = annotation(inputs, "waitFor");
    if (!text.startsWith("[")) return text ? [text] : [];
    return (JSON.parse(text) as unknown[]).map(String);
}

/** @throws NotReady if the object, as it is now, is not what its kind should be. */
export async function checkReady(session: Session, urn: string, inputs: Bag, live: Bag): Promise<void> {
    const awaiter = session.behaviours.onRead[textOfKind(live)];
    if (!awaiter || isAnnotated(inputs, "skipAwait")) return;
    const { done, reasons } = await awaiter.begin()(live, session.requireCluster(), { urn, inputs, live, timeout: 0 });
    if (!done) throw new NotReady(`Resource '${nameOf(live)}' was created but failed to initialize`, live, reasons);
}
