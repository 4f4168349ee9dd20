/** Why pods are not ready, in the words of the scheduler and the kubelet. */
import { type Bag, bagAt, isBag, listAt, numberAt, textAt } from "../../values";
import type { Cluster } from "../discovery";
import { condition, idOf, isOwnedBy, namespaceOf } from "../objects";
import type { Awaiter, Progress } from "./wait";

const POD = { apiVersion: "v1", kind: "Pod" };

export async function ownedPods(cluster: Cluster, owner: Bag): Promise<Bag[]> {
    const pods = await cluster.list(POD, namespaceOf(owner));
    return pods.filter((pod) => isOwnedBy(pod, owner));
}

const isReady = (pod: Bag): boolean =>
    condition(pod, "Ready")["status"] === "True" || textAt(pod, "status", "phase") === "Succeeded";

/** One line for each pod that is not ready. */
export function podProblems(pods: Bag[]): string[] {
    return pods.flatMap((pod) => {
        if (isReady(pod)) return [];
        const scheduled = condition(pod, "PodScheduled");
        if (scheduled["status"] === "False") return [`[Pod ${idOf(pod)}]: ${textAt(scheduled, "message")}`];
        const statuses = [
            ...listAt(pod, "status", "initContainerStatuses"),
            ...listAt(pod, "status", "containerStatuses"),
        ];
        const problems = statuses.filter(isBag).flatMap(containerProblems);
        const message = textAt(condition(pod, "Ready"), "message");
        return message || problems.length > 0 ? [`[Pod ${idOf(pod)}]: ${[message, ...problems].join(" ")}`] : [];
    });
}

function containerProblems(status: Bag): string[] {
    if (status["ready"] === true) return [];
    const waiting = bagAt(status, "state", "waiting");
    const terminated = bagAt(status, "state", "terminated");
    const last = bagAt(status, "lastState", "terminated");
    const container = `container "${textAt(status, "name")}"`;
    const problems: string[] = [];
    if (waiting["reason"] && waiting["reason"] !== "ContainerCreating")
        problems.push(`[${textAt(waiting, "reason")}] ${textAt(waiting, "message")}`);
    if (terminated["reason"])
        problems.push(
            terminated["message"]
                ? `[${textAt(terminated, "reason")}] ${textAt(terminated, "message")}`
                : `${container} completed with exit code ${numberAt(terminated, "exitCode")}`,
        );
    if (last["finishedAt"])
        problems.push(
            `${container} terminated at ${textAt(last, "finishedAt")} ` +
                `(${textAt(last, "reason")}: exit code ${numberAt(last, "exitCode")}) ${textAt(last, "message")}`.trim(),
        );
    return problems;
}

export const pod: Awaiter = {
    begin:
        () =>
        (object): Progress => {
            const name = idOf(object);
            const step = (["PodScheduled", "Initialized"] as const).find(
                (one) => condition(object, one)["status"] !== "True",
            );
            const waitingFor = step === "PodScheduled" ? "scheduled" : step === "Initialized" ? "initialized" : "ready";
            return {
                done: isReady(object),
                message: `Waiting for Pod "${name}" to be ${waitingFor}`,
                reasons: podProblems([object]),
            };
        },
};
