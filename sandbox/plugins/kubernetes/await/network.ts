/** Services and Ingresses: ready when traffic has somewhere to go. */
import { type Bag, bagAt, isBag, listAt, textAt } from "../../values";
import { nameOf, namespaceOf } from "../objects";
import type { Awaiter, Progress } from "./wait";

const ENDPOINTS = { apiVersion: "v1", kind: "Endpoints" };
const SERVICE = { apiVersion: "v1", kind: "Service" };

/** Milliseconds without a change after which endpoints count as settled. */
const SETTLE = 10_000;
/** Milliseconds after which an Ingress no longer waits for the first endpoints. */
const GRACE = 60_000;

/** Tells whether what it is given has stayed the same for a while. */
function settling(): (state: string, period?: number) => boolean {
    let [last, since] = ["", Date.now()];
    return (state, period = SETTLE) => {
        if (state !== last) [last, since] = [state, Date.now()];
        return Date.now() - since >= period;
    };
}

const versions = (objects: Bag[]): string =>
    objects.map((object) => `${nameOf(object)}@${textAt(object, "metadata", "resourceVersion")}`).join();

/** Without pods to wait for: a name elsewhere, no address of its own, or endpoints that somebody else writes. */
const hasNoPods = (service: Bag): boolean =>
    textAt(service, "spec", "type") === "ExternalName" ||
    textAt(service, "spec", "clusterIP") === "None" ||
    Object.keys(bagAt(service, "spec", "selector")).length === 0;

/** @param settled whether to take the endpoints as they are, which a refresh does. */
const serviceProbe = (settled: boolean) => () => {
    const isSettled = settling();
    return async (object: Bag, cluster: Parameters<ReturnType<Awaiter["begin"]>>[1]): Promise<Progress> => {
        const needsAddress = textAt(object, "spec", "type") === "LoadBalancer";
        const hasAddress = !needsAddress || listAt(object, "status", "loadBalancer", "ingress").length > 0;
        if (hasNoPods(object))
            return { done: hasAddress, message: "Waiting for an address", reasons: addressReasons(hasAddress) };
        const endpoints = await cluster.get(ENDPOINTS, namespaceOf(object), nameOf(object)).catch(() => undefined);
        const subsets = listAt(endpoints, "subsets");
        const isPending = subsets.some((subset) => listAt(subset, "notReadyAddresses").length > 0);
        const isReady = subsets.some((subset) => listAt(subset, "addresses").length > 0);
        const isQuiet = settled || (isSettled(versions(endpoints ? [endpoints] : [])) && endpoints !== undefined);
        const none =
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods";
        return {
            done: hasAddress && isQuiet && !isPending,
            message:
                isReady && isQuiet
                    ? "[2/3] Attempting to allocate IP address to Service"
                    : "[1/3] Finding Pods to direct traffic to",
            reasons: [...(isReady ? [] : [none]), ...addressReasons(hasAddress)],
        };
    };
};

const addressReasons = (hasAddress: boolean): string[] =>
    hasAddress ? [] : ["Service was not allocated an IP address; does your cloud provider support this?"];

export const service: Awaiter = { begin: serviceProbe(false) };
export const serviceRead: Awaiter = { begin: serviceProbe(true) };

/** The Services that an Ingress sends requests to. */
function backends(ingress: Bag): string[] {
    const paths = listAt(ingress, "spec", "rules").flatMap((rule) => listAt(rule, "http", "paths"));
    return paths.map((path) => textAt(path, "backend", "service", "name")).filter(Boolean);
}

const ingressProbe = (settled: boolean) => () => {
    const isSettled = settling();
    return async (object: Bag, cluster: Parameters<ReturnType<Awaiter["begin"]>>[1]): Promise<Progress> => {
        const namespace = namespaceOf(object);
        const hasAddress = listAt(object, "status", "loadBalancer", "ingress").length > 0;
        const endpoints = (await cluster.list(ENDPOINTS, namespace)).filter(isBag);
        const services = await cluster.list(SERVICE, namespace);
        const external = services.filter((one) => textAt(one, "spec", "type") === "ExternalName");
        const known = new Set([...endpoints, ...external].map(nameOf));
        const missing = backends(object).filter((name) => !known.has(name));
        const isQuiet = settled || isSettled(versions(endpoints), endpoints.length > 0 ? SETTLE : GRACE);
        const hasBackends = missing.length === 0 || isQuiet;
        const reasons: string[] = [];
        if (!hasBackends) reasons.push("Ingress has at least one rule with an unavailable target endpoint.");
        if (!hasAddress) reasons.push("Ingress .status.loadBalancer field was not updated with a hostname/IP address.");
        return {
            done: hasAddress && hasBackends,
            message: hasBackends
                ? "[2/3] Waiting for update of .status.loadBalancer with hostname/IP"
                : `[1/3] Finding a matching service for each Ingress path (missing: ${missing.join(", ")})`,
            reasons,
        };
    };
};

export const ingress: Awaiter = { begin: ingressProbe(false) };
export const ingressRead: Awaiter = { begin: ingressProbe(true) };
