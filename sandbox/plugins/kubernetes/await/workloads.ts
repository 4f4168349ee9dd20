/** Deployments, StatefulSets and DaemonSets: ready when the newest pods are. */
import { type Bag, bagAt, isBag, listAt, numberAt, textAt } from "../../values";
import type { Cluster } from "../discovery";
import { annotationsOf, condition, isObserved, isOwnedBy, namespaceOf } from "../objects";
import { ownedPods, podProblems } from "./pods";
import { type Awaiter, type Progress, READY } from "./wait";

const REVISION = "deployment.kubernetes.io/revision";

/** The ReplicaSet of the Deployment's present revision. */
async function newReplicaSet(object: Bag, cluster: Cluster): Promise<Bag | undefined> {
    const replicaSets = await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespaceOf(object));
    return replicaSets.find(
        (one) => isOwnedBy(one, object) && annotationsOf(one)[REVISION] === annotationsOf(object)[REVISION],
    );
}

/** The claims that the pods use and that are not bound. */
async function unboundClaims(object: Bag, cluster: Cluster): Promise<string[]> {
    const names = listAt(object, "spec", "template", "spec", "volumes")
        .map((volume) => textAt(volume, "persistentVolumeClaim", "claimName"))
        .filter(Boolean);
    if (names.length === 0) return [];
    const claims = await cluster.list({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, namespaceOf(object));
    return claims
        .filter(
            (claim) =>
                names.includes(textAt(claim, "metadata", "name")) && textAt(claim, "status", "phase") !== "Bound",
        )
        .map((claim) => textAt(claim, "metadata", "name"));
}

export const deployment: Awaiter = {
    begin:
        () =>
        async (object, cluster): Promise<Progress> => {
            const available = condition(object, "Available");
            const progressing = condition(object, "Progressing");
            const isAvailable = available["status"] === "True";
            const isRolledOut =
                textAt(annotationsOf(object), REVISION) === "1" ||
                (progressing["status"] === "True" && progressing["reason"] === "NewReplicaSetAvailable");
            if (!isObserved(object)) return { done: false, message: "Waiting for the Deployment controller" };
            const replicaSet = await newReplicaSet(object, cluster);
            const [ready, wanted] = [
                numberAt(replicaSet, "status", "readyReplicas"),
                numberAt(replicaSet, "spec", "replicas"),
            ];
            const isUp = replicaSet !== undefined && ready >= wanted;
            const unbound = isAvailable && isUp ? await unboundClaims(object, cluster) : [];
            if (isAvailable && isRolledOut && isUp && unbound.length === 0) return READY;
            const refused = [progressing, available, condition(object, "ReplicaFailure")]
                .filter((one) =>
                    one["type"] === "ReplicaFailure" ? one["status"] === "True" : one["status"] === "False",
                )
                .map((one) => `[${textAt(one, "reason")}] ${textAt(one, "message")}`);
            const missing = !isAvailable
                ? "Minimum number of live Pods was not attained"
                : "Minimum number of Pods to consider the application live was not attained";
            return {
                done: false,
                message:
                    refused.at(-1) ?? `Waiting for app ReplicaSet to be available (${ready}/${wanted} Pods available)`,
                reasons: [
                    ...refused,
                    ...(unbound.length > 0 ? [`Failed to bind PersistentVolumeClaim(s): "${unbound.join(",")}"`] : []),
                    missing,
                    ...podProblems(replicaSet ? await ownedPods(cluster, replicaSet) : []),
                ],
            };
        },
};

export const statefulSet: Awaiter = {
    begin:
        () =>
        async (object, cluster): Promise<Progress> => {
            const status = bagAt(object, "status");
            const wanted = numberAt(object, "spec", "replicas");
            const ready = numberAt(status, "readyReplicas");
            const isOnDelete = textAt(object, "spec", "updateStrategy", "type") === "OnDelete";
            const isUpdate = numberAt(object, "metadata", "generation") > 1;
            const [current, target] = [textAt(status, "currentRevision"), textAt(status, "updateRevision")];
            const isRevised =
                isObserved(object) && ((isUpdate && isOnDelete) || (current !== "" && current === target));
            const isUp =
                isObserved(object) &&
                wanted === numberAt(status, "replicas") &&
                wanted === ready &&
                ((isUpdate && isOnDelete) || wanted === numberAt(status, "currentReplicas"));
            if (isRevised && isUp) return READY;
            const reasons: string[] = [];
            if (!isUp) reasons.push(`${ready} out of ${wanted} replicas succeeded readiness checks`);
            if (!isRevised)
                reasons.push(
                    `StatefulSet controller failed to advance from revision "${current}" to revision "${target}"`,
                );
            return {
                done: false,
                message: `Waiting for StatefulSet ${isUpdate ? "update to roll out" : "to create Pods"} (${ready}/${wanted} Pods ready)`,
                reasons: [...reasons, ...podProblems(await ownedPods(cluster, object))],
            };
        },
};

export const daemonSet: Awaiter = {
    begin:
        () =>
        async (object, cluster): Promise<Progress> => {
            const status = bagAt(object, "status");
            const wanted = numberAt(status, "desiredNumberScheduled");
            const counts = ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"];
            const lowest = Math.min(...counts.map((count) => numberAt(status, count)));
            const done = isObserved(object) && isBag(object["status"]) && lowest >= wanted;
            if (done) return READY;
            return {
                done,
                message: `Waiting for DaemonSet to be available (${lowest}/${wanted} Pods)`,
                reasons: podProblems(await ownedPods(cluster, object)),
            };
        },
};

export const replicationController: Awaiter = {
    begin:
        () =>
        (object): Progress => {
            const [ready, wanted] = [
                numberAt(object, "status", "availableReplicas"),
                numberAt(object, "spec", "replicas"),
            ];
            return { done: ready === wanted, message: `Waiting for Pods (${ready}/${wanted} available)` };
        },
};
