/** Objects whose controllers write one word into the status. */
import { isDeepStrictEqual } from "node:util";
import { at, type Bag, bagAt, textAt } from "../../values";
import type { Cluster } from "../discovery";
import { condition } from "../objects";
import type { Awaiter, Progress } from "./wait";

const phaseOf = (object: Bag): string => textAt(object, "status", "phase");

/** Whether a claim is bound only when a pod uses it. */
async function waitsForConsumer(claim: Bag, cluster: Cluster): Promise<boolean> {
    const name = textAt(claim, "spec", "storageClassName");
    if (!name) return false;
    const storageClass = await cluster
        .get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }, "", name)
        .catch(() => undefined);
    return textAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer";
}

export const persistentVolumeClaim: Awaiter = {
    limit: 300,
    begin:
        () =>
        async (object, cluster, wait): Promise<Progress> => {
            const phase = phaseOf(object);
            const isWaiting = (await waitsForConsumer(object, cluster)) && !(wait.before && phase === "Bound");
            const wanted = isWaiting ? "Pending" : "Bound";
            const message = `Waiting for PersistentVolumeClaim to be ${wanted}; it is ${phase || "new"}`;
            return { done: phase === wanted, message, reasons: [message] };
        },
};

export const persistentVolume: Awaiter = {
    limit: 300,
    begin:
        () =>
        (object): Progress => ({
            done: ["Available", "Bound"].includes(phaseOf(object)),
            message: `Waiting for PersistentVolume to be available; it is ${phaseOf(object)}`,
        }),
};

export const resourceQuota: Awaiter = {
    limit: 60,
    begin:
        () =>
        (object): Progress => ({
            done: isDeepStrictEqual(bagAt(object, "spec", "hard"), bagAt(object, "status", "hard")),
            message: "Waiting for ResourceQuota to be observed",
        }),
};

/** Only the Secrets that a controller fills are waited for. */
export const secret: Awaiter = {
    limit: 5,
    begin:
        () =>
        (object): Progress => ({
            done:
                object["type"] !== "kubernetes.io/service-account-token" ||
                Object.keys(bagAt(object, "data")).length > 0,
            message: "Waiting for the service account's token",
        }),
};

export const customResourceDefinition: Awaiter = {
    limit: 60,
    begin:
        () =>
        (object): Progress => {
            const refused = condition(object, "NamesAccepted");
            return {
                done: condition(object, "Established")["status"] === "True",
                message: "Waiting for CustomResourceDefinition to be established",
                reasons: refused["status"] === "False" ? [textAt(refused, "message")] : [],
            };
        },
};

/** What `pulumi.com/waitFor` asks for: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`. */
export function custom(expression: string): Awaiter {
    const test = parseExpression(expression);
    return {
        begin: () => (object) => ({
            done: test(object),
            message: `Waiting for ${expression}`,
            reasons: [`Waiting for ${expression}`],
        }),
    };
}

function parseExpression(expression: string): (object: Bag) => boolean {
    const [, type, status = "True"] = /^condition=([^=]+)(?:=(.+))?$/.exec(expression) ?? [];
    if (type) return (object) => textAt(condition(object, type), "status").toLowerCase() === status.toLowerCase();
    const [, path, value] = /^jsonpath=\{((?:\.[A-Za-z0-9_-]+)+)\}(?:=(.+))?$/.exec(expression) ?? [];
    if (!path)
        throw new Error(
            `expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)} ` +
                "(the stand-in for the kubernetes plugin knows of JSONPath only plain fields, such as {.status.phase})",
        );
    const keys = path.slice(1).split(".");
    return (object) => {
        const found = at(object, ...keys);
        return value === undefined ? found !== undefined : JSON.stringify(found) === value || found === value;
    };
}
