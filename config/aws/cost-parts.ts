/** The parts of a cluster's cost in a month, each from the plan and the prices of its region. */
import type { EksPlan, NodeGroupPlan, SnapshotSchedulePlan } from "./eks-plan";
import type { PriceTable, RegionPrices } from "./prices";
import { changedBetween, countMonthly, heldBeside } from "./snapshot-size";

/** What an estimate needs to know of an instance. */
export interface CostedInstance {
    readonly name: string;
    readonly volumes: readonly { readonly className: string; readonly sizeGi: number }[];
    /** What its pods ask for, all together: nothing of one that is being removed. */
    readonly memoryGi: number;
    readonly cpus: number;
    /** The tier of the snapshots of its volumes. */
    readonly tier?: string;
    /** The quiesced sets of its volumes. */
    readonly sets?: Pick<SnapshotSchedulePlan, "everyHours" | "retain">;
}

/** The figures that nobody can know beforehand. Each is said with the estimate. */
export const assumed = {
    hours: 730,
    /** Of a volume: how full it is. */
    used: 0.5,
    /** Of what is used: how much changes in a day. */
    changedDaily: 0.03,
    /** Through all NAT gateways in a month: images, above all. */
    natGb: 100,
    /** Of the load balancer at all hours. */
    capacityUnits: 1,
    /** Of the control plane in a month. */
    logsGb: 5,
    /** Auto Mode: nodes carry that part of what they have, and are of that family. */
    autoMode: { filled: 0.8, family: "m7i" },
} as const;

export function volumeCost({ volumes }: CostedInstance, plan: EksPlan, { volume }: RegionPrices): number {
    return sum(
        volumes.map(({ className, sizeGi }) => {
            const { iops = 3000, throughput = 125 } = plan.storage.classes.find(({ name }) => name === className) ?? {};
            return (
                sizeGi * volume.gbMonth + (iops - 3000) * volume.iopsMonth + (throughput - 125) * volume.throughputMonth
            );
        }),
    );
}

export function snapshotCost(instance: CostedInstance, plan: EksPlan, prices: PriceTable, region: string): number {
    const schedules = plan.snapshotPolicies.find(({ tier }) => tier === instance.tier)?.schedules ?? [];
    const here = prices.regions[region]?.snapshot;
    const taken = instance.sets === undefined ? schedules : [...schedules, instance.sets];
    if (taken.length === 0 || here === undefined) return 0;
    const usedGi = sum(instance.volumes.map(({ sizeGi }) => sizeGi)) * assumed.used;
    const kept = 1 + sum(taken.map((schedule) => heldBeside(schedule, schedule.retain, assumed.changedDaily)));
    const copies = schedules.flatMap((schedule) =>
        schedule.copies.map((copy) => {
            const there = prices.regions[copy.region]?.snapshot ?? here;
            const sent = countMonthly(schedule) * changedBetween(schedule, assumed.changedDaily);
            return (1 + heldBeside(schedule, copy, assumed.changedDaily)) * there.gbMonth + sent * here.copiedGb;
        }),
    );
    const fast = sum(schedules.map(({ fastRestoreZones }) => fastRestoreZones.length)) * instance.volumes.length;
    return usedGi * (kept * here.gbMonth + sum(copies)) + fast * here.fastRestoreHour * assumed.hours;
}

export function nodeCost(group: NodeGroupPlan, prices: RegionPrices, unknown: string[]): number {
    const [type = ""] = group.instanceTypes;
    const hour = instancePrice(type, prices);
    if (hour === undefined) unknown.push(`${group.desired} × ${type} (nodes '${group.name}')`);
    if (group.capacityType === "SPOT") unknown.push(`what spot spares on '${group.name}': counted as on demand`);
    return group.desired * ((hour ?? 0) * assumed.hours + group.diskGi * prices.volume.gbMonth);
}

/** Auto Mode makes nodes as pods ask for them: what a node of the family would cost that is as big as they need. */
export function autoModeCost(instances: readonly CostedInstance[], prices: RegionPrices, unknown: string[]): number {
    const { filled, family } = assumed.autoMode;
    const large = prices.instances[family];
    if (large === undefined) {
        unknown.push(`Auto Mode's nodes: no price of '${family}'`);
        return 0;
    }
    // A 'large' of the m families has 8 GiB and 2 processors.
    const needed = Math.max(
        sum(instances.map(({ memoryGi }) => memoryGi)) / 8,
        sum(instances.map(({ cpus }) => cpus)) / 2,
    );
    return (needed / filled) * large * (1 + prices.autoModeShare) * assumed.hours;
}

const sizes: Readonly<Record<string, number>> = {
    nano: 1 / 16,
    micro: 1 / 8,
    small: 1 / 4,
    medium: 1 / 2,
    large: 1,
    xlarge: 2,
};

/** By type, else by family: AWS's prices double with each size. */
export function instancePrice(type: string, { instances }: Pick<RegionPrices, "instances">): number | undefined {
    const [family = "", size = ""] = type.split(".");
    const large = instances[family];
    const [, many] = /^(\d+)xlarge$/.exec(size) ?? [];
    const factor = many === undefined ? sizes[size] : 2 * Number(many);
    return instances[type] ?? (large === undefined || factor === undefined ? undefined : large * factor);
}

export function networkCost({ network }: EksPlan, { natGateway, publicAddressHour }: RegionPrices): number {
    if (network.kind === "existing") return 0;
    const gateways = network.nat === "single" ? 1 : network.zones.length;
    return gateways * assumed.hours * (natGateway.hour + publicAddressHour) + assumed.natGb * natGateway.gb;
}

/** One for all instances: they share it by its group. It has an address in each zone. */
export function loadBalancerCost(
    { ingress, network }: EksPlan,
    { loadBalancer, publicAddressHour }: RegionPrices,
): number {
    const addresses = ingress.scheme === "internal" ? 0 : network.zones.length;
    const { hour, capacityUnitHour } = loadBalancer;
    return assumed.hours * (hour + assumed.capacityUnits * capacityUnitHour + addresses * publicAddressHour);
}

/** KMS keys, logs, alarms and their metrics. */
export function operationCost({ storage, logs, alarms }: EksPlan, prices: RegionPrices): number {
    // Of Secrets; of volumes and of messages where they are the program's own.
    const topic = alarms !== undefined && alarms.topicArn === undefined;
    const keys = 1 + (storage.keyArn === undefined ? 1 : 0) + (topic ? 1 : 0);
    const watched = sum((alarms?.watched ?? []).map(({ skewMinutes }) => (skewMinutes === undefined ? 1 : 2)));
    const kept = (assumed.logsGb * logs.retentionDays) / 30;
    return (
        keys * prices.keyMonth +
        watched * (prices.alarmMonth + prices.metricMonth) +
        (logs.types.length === 0 ? 0 : assumed.logsGb * prices.logs.writtenGb + kept * prices.logs.gbMonth)
    );
}

export function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, number) => total + number, 0);
}
