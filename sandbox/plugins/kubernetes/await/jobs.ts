/** Jobs: ready when they have succeeded. */
import { numberAt, textAt } from "../../values";
import { condition, idOf } from "../objects";
import { ownedPods, podProblems } from "./pods";
import { type Awaiter, type Progress, READY } from "./wait";

export const job: Awaiter = {
    begin:
        () =>
        async (object, cluster): Promise<Progress> => {
            if (condition(object, "Complete")["status"] === "True") return READY;
            const count = (name: string) => numberAt(object, "status", name);
            const counts = `(Active: ${count("active")} | Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`;
            const failed = condition(object, "Failed");
            const problems = podProblems(await ownedPods(cluster, object));
            if (failed["status"] === "True") {
                const reason = `[${textAt(failed, "reason")}] ${textAt(failed, "message")}`;
                const message = `Resource '${textAt(object, "metadata", "name")}' was created but failed to initialize`;
                return { done: false, message: reason, failed: message, reasons: [reason, ...problems] };
            }
            const message = `Waiting for Job "${idOf(object)}" to succeed ${counts}`;
            return { done: false, message, reasons: [message, ...problems] };
        },
};
