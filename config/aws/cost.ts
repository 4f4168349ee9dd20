/**
 * What a cluster on AWS costs in a month: an estimate, before anything is made. Pure, so that every figure is a line in a
 * test. What has no price is said and left out of the sum, for no deployment should fail because of a price list.
 */
import type { InstancePlan } from "../plan";
import { quantityOf } from "../quantity";
import { ageOf, hoursBetween } from "../schedule";
import type { ScheduleModel } from "../schedule-schema";
import {
    assumed,
    autoModeCost,
    type CostedInstance,
    loadBalancerCost,
    networkCost,
    nodeCost,
    operationCost,
    snapshotCost,
    sum,
    volumeCost,
} from "./cost-parts";
import type { EksPlan } from "./eks-plan";
import type { PriceTable } from "./prices";

export interface CostEstimate {
    readonly currency: string;
    /** The prices: whose, of which region, of which day. */
    readonly prices: string;
    /** All in all, for 730 hours. Without what is in `unknown`. */
    readonly monthly: number;
    readonly parts: Readonly<Record<CostPart, number>>;
    /** By instance: its own volumes and snapshots, and its share of all the rest by the memory that it asks for. */
    readonly instances: Readonly<Record<string, InstanceCost>>;
    /** What has no price and is not in the sum. */
    readonly unknown: readonly string[];
    /** What was taken for granted. */
    readonly assumptions: readonly string[];
}

export type CostPart = "controlPlane" | "nodes" | "volumes" | "snapshots" | "network" | "loadBalancer" | "operation";

export interface InstanceCost {
    readonly monthly: number;
    readonly volumes: number;
    readonly snapshots: number;
    /** Of control plane, nodes, network, load balancer and operation. */
    readonly shared: number;
}

/** @param snapshots the tier of its volumes, none where nothing takes snapshots of them, and the sets it takes itself */
export function costedInstance(
    plan: InstancePlan,
    { tier, quiesced }: { readonly tier?: string; readonly quiesced?: ScheduleModel } = {},
): CostedInstance {
    const containers = plan.remove ? [] : plan.description.workloads.flatMap((workload) => workload.containers);
    const asked = (what: "cpu" | "memory") =>
        containers.reduce((sum, { resources }) => sum + quantityOf(resources.requests[what]), 0);
    return {
        name: plan.name,
        volumes: plan.volumes.map(({ className, size }) => ({ className, sizeGi: quantityOf(size) / 2 ** 30 })),
        memoryGi: asked("memory") / 2 ** 30,
        cpus: asked("cpu"),
        tier,
        ...(quiesced === undefined || plan.remove
            ? {}
            : { sets: { everyHours: hoursBetween(quiesced), retain: retainOf(quiesced.keep) } }),
    };
}

function retainOf(keep: ScheduleModel["keep"]) {
    return typeof keep === "number" ? { count: keep } : ageOf(keep);
}

export interface CostArgs {
    readonly plan: EksPlan;
    readonly instances: readonly CostedInstance[];
    readonly prices: PriceTable;
    /** Of the cluster's Kubernetes version. @default standard */
    readonly support?: "standard" | "extended" | "none";
}

/** Estimates the month. Without instances, or with those that ask for nothing, everything shared is nobody's. */
export function estimateCost(args: CostArgs): CostEstimate {
    const { plan, instances, prices } = args;
    const own = prices.regions[plan.region];
    const [region, regionPrices] =
        own === undefined ? (Object.entries(prices.regions)[0] ?? []) : ([plan.region, own] as const);
    if (region === undefined || regionPrices === undefined) throw new Error("a price table has no region");
    const unknown: string[] = [];

    const volumes = new Map(instances.map((instance) => [instance.name, volumeCost(instance, plan, regionPrices)]));
    const snapshots = new Map(
        instances.map((instance) => [instance.name, snapshotCost(instance, plan, prices, region)]),
    );
    const shared = {
        controlPlane:
            assumed.hours * regionPrices.controlPlane[args.support === "extended" ? "extendedHour" : "standardHour"],
        nodes:
            plan.autoMode === undefined
                ? sum(plan.nodeGroups.map((group) => nodeCost(group, regionPrices, unknown)))
                : autoModeCost(instances, regionPrices, unknown),
        network: networkCost(plan, regionPrices),
        loadBalancer: instances.some(({ memoryGi }) => memoryGi > 0) ? loadBalancerCost(plan, regionPrices) : 0,
        operation: operationCost(plan, regionPrices),
    };

    const sharedSum = sum(Object.values(shared));
    const memory = sum(instances.map(({ memoryGi }) => memoryGi));
    const perInstance = instances.map(({ name, memoryGi }): [string, InstanceCost] => {
        const cost = {
            volumes: volumes.get(name) ?? 0,
            snapshots: snapshots.get(name) ?? 0,
            shared: memory === 0 ? 0 : sharedSum * (memoryGi / memory),
        };
        return [name, rounded({ monthly: sum(Object.values(cost)), ...cost })];
    });
    const parts = {
        ...shared,
        volumes: sum([...volumes.values()]),
        snapshots: sum([...snapshots.values()]),
    };
    return {
        currency: prices.currency,
        prices: `${region}, ${prices.date}`,
        monthly: rounded({ all: sum(Object.values(parts)) }).all,
        parts: rounded(parts),
        instances: Object.fromEntries(perInstance),
        unknown: [...new Set(unknown)],
        assumptions: assumptionsOf(plan, region),
    };
}

/** The estimate as a preview tells it. */
export function costNotes(estimate: CostEstimate): string[] {
    const { currency, monthly, parts, instances, unknown } = estimate;
    const listed = (costs: readonly (readonly [string, number])[]) =>
        costs
            .filter(([, cost]) => cost > 0)
            .map(([name, cost]) => `${name} ${Math.round(cost)}`)
            .join(", ");
    const named = Object.entries(parts).map(([part, cost]) => [words[part as CostPart], cost] as const);
    const each = Object.entries(instances).map(([name, cost]) => [name, cost.monthly] as const);
    return [
        `Cost: about ${Math.round(monthly)} ${currency} a month (prices: ${estimate.prices}): ${listed(named)}.`,
        ...(each.length === 0 ? [] : [`Cost by instance, shared parts by memory: ${listed(each)}.`]),
        ...(unknown.length === 0
            ? []
            : [`Cost, not in the sum: ${unknown.join("; ")}. Prices can be given: cluster.prices.`]),
        ...estimate.assumptions.slice(0, 1).filter((text) => text.includes(elsewhere)),
    ];
}

const words: Readonly<Record<CostPart, string>> = {
    controlPlane: "control plane",
    nodes: "nodes",
    volumes: "volumes",
    snapshots: "snapshots",
    network: "NAT",
    loadBalancer: "load balancer",
    operation: "keys, logs and alarms",
};

const elsewhere = "the table has none of";

function assumptionsOf(plan: EksPlan, region: string): string[] {
    const { used, changedDaily, natGb, capacityUnits, logsGb, autoMode } = assumed;
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    return [
        ...(region === plan.region
            ? []
            : [`Cost: prices of ${region}, for ${elsewhere} ${plan.region}; AWS's differ by region.`]),
        `volumes are ${percent(used)} full, and ${percent(changedDaily)} of that changes in a day`,
        ...(plan.autoMode === undefined
            ? ["as many nodes run as are desired, on demand all month"]
            : [`Auto Mode's nodes are like ${autoMode.family} and ${percent(autoMode.filled)} full`]),
        ...(plan.network.kind === "new" ? [`${natGb} GB a month go through the NAT gateways`] : []),
        `the load balancer needs ${capacityUnits} capacity unit at all hours`,
        `the control plane writes ${logsGb} GB of logs a month`,
        "data that users and copies between zones move, and taxes, are not counted",
    ];
}

/** To a hundredth. */
function rounded<Costs extends Readonly<Record<string, number>>>(costs: Costs): Costs {
    return Object.fromEntries(Object.entries(costs).map(([key, cost]) => [key, Math.round(cost * 100) / 100])) as Costs;
}
