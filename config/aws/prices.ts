/** Prices of AWS: the table in `cht/prices`, or the operator's own file of the same form. */
import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import table from "../../cht/prices/aws.json";
import { oneOf, type Problem, pathOf } from "../problem";

const price = z.number({ error: "must be a number, zero or more" }).min(0);
const hour = price.describe("For each hour.");
const month = price.describe("For each month.");

const regionPrices = z.strictObject({
    instances: z
        .record(z.string(), price)
        .describe(
            "An hour of an instance, Linux, on demand: by type ('m7g.xlarge'), or by family ('m7g') for its size 'large', from which the other sizes follow.",
        ),
    autoModeShare: price.describe("EKS Auto Mode's fee, as a share of the instance's own price."),
    volume: z.strictObject({
        gbMonth: month.describe("A GB of a gp3 volume."),
        iopsMonth: month.describe("An IOPS above 3000."),
        throughputMonth: month.describe("A MiB/s above 125."),
    }),
    snapshot: z.strictObject({
        gbMonth: month,
        copiedGb: price.describe("A GB that is sent to another region."),
        fastRestoreHour: hour.describe("A snapshot in a zone where it is restored fast."),
    }),
    natGateway: z.strictObject({ hour, gb: price }),
    loadBalancer: z.strictObject({ hour, capacityUnitHour: hour.describe("A load balancer capacity unit (LCU).") }),
    controlPlane: z.strictObject({ standardHour: hour, extendedHour: hour }),
    publicAddressHour: hour.describe("A public IPv4 address."),
    keyMonth: month.describe("A KMS key."),
    alarmMonth: month.describe("A CloudWatch alarm."),
    metricMonth: month.describe("A metric of one's own in CloudWatch."),
    logs: z.strictObject({ writtenGb: price, gbMonth: month }),
});

export const priceTableSchema = z.strictObject({
    date: z.iso.date({ error: "must be a day such as '2026-07-20', in quotes" }).describe("The day the prices are of."),
    source: z.string().min(1).describe("Where they come from."),
    currency: z.string().regex(/^[A-Z]{3}$/, "must be a currency's three letters such as 'USD'"),
    regions: z.record(z.string(), regionPrices).describe("By region."),
});

export type PriceTable = z.output<typeof priceTableSchema>;
export type RegionPrices = z.output<typeof regionPrices>;

/** AWS's list prices, as the table of the project has them. */
export const listPrices: PriceTable = priceTableSchema.parse(table);

/**
 * The prices that an estimate takes.
 *
 * @param file the operator's own (`cluster.prices`), JSON or YAML, relative to the project. @default the project's table
 * @param region the cluster's, which an own file must have
 */
export function readPrices(file: string | undefined, region: string): { prices: PriceTable; problems: Problem[] } {
    if (file === undefined) return { prices: listPrices, problems: [] };
    const problem = (message: string) => ({ path: "cluster.prices", message: `'${file}' ${message}` });
    let raw: unknown;
    try {
        raw = parseYaml(readFileSync(file, "utf8"));
    } catch (error) {
        const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
        return { prices: listPrices, problems: [problem(`cannot be read: ${why}`)] };
    }
    const read = priceTableSchema.safeParse(raw, {
        error: ({ code, input }) => (code === "invalid_type" && input === undefined ? "is required" : undefined),
    });
    if (!read.success) return { prices: listPrices, problems: read.error.issues.flatMap(told).map(problem) };
    if (read.data.regions[region] === undefined) {
        const known = Object.keys(read.data.regions);
        const told = known.length === 0 ? "none" : oneOf(known);
        return {
            prices: listPrices,
            problems: [problem(`has no prices of '${region}', the cluster's region; it has those of ${told}`)],
        };
    }
    return { prices: read.data, problems: [] };
}

/** What is wrong in a price file, each at its key: `regions.eu-west-2.volume.gbMonth must be …`. */
function told(issue: z.core.$ZodIssue): string[] {
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => `has an unknown key: ${pathOf(...issue.path, key)}`);
    }
    if (issue.path.length === 0) return ["must hold date, source, currency and regions, as cht/prices/aws.json does"];
    return [`${pathOf(...issue.path)}: ${issue.message}`];
}
