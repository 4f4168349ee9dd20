/** The results as Markdown. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import type { Step } from "./contender";
import type { Cost } from "./measure";
import type { Start } from "./observe-start";

export interface Result {
    readonly instances: number;
    readonly contender: string;
    readonly step: Step;
    readonly cost: Cost;
}

/** What was looked at apart from the contest. */
export interface Observed {
    readonly observedInstances: number;
    readonly starts: readonly Start[];
    /** By process, a table. */
    readonly profiles: ReadonlyMap<string, string>;
}

export interface Circumstances extends Observed {
    readonly command: string;
    readonly standIns: readonly string[];
    readonly sideBySide: number;
}

const stepNames: Record<Step, string> = {
    first: "first: all instances, until ready",
    again: "again: nothing has changed",
    bump: "one instance to another version",
};

/** Everything between the markers of bench/README.md. */
export function report(results: readonly Result[], circumstances: Circumstances): string {
    const { observedInstances, starts, profiles } = circumstances;
    return [
        machine(circumstances),
        "Wall seconds, with processor seconds in brackets; the median where a step was done several times.",
        times(results),
        "### Aims",
        aims(results, starts),
        "### Memory",
        "The most that one process of each kind held in any of the steps, in MB.",
        memory(results),
        "### Where the time goes",
        `A \`pulumi preview\` of ${observedInstances === 1 ? "one instance" : `${observedInstances} instances`} without a change. Processor seconds by process, from the contest:`,
        processes(results, observedInstances),
        "Inside the processes that run on Node.js, by package, under a profiler (which itself costs time):",
        ...[...profiles].flatMap(([name, table]) => [`\`${name}\``, table]),
    ].join("\n\n");
}

function machine({ command, standIns, sideBySide }: Circumstances): string {
    const plugins =
        standIns.length === 0
            ? "Pulumi's own plugins"
            : `stand-ins in TypeScript (\`sandbox/plugins/\`) instead of Pulumi's own plugins ${standIns.join(" and ")}`;
    return (
        `\`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} cores, ` +
        `${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}; ${plugins}; ` +
        `at most ${sideBySide} stacks side by side.`
    );
}

/** Puts `text` between the markers of that name in a file, and leaves the rest of it as it is. */
export function writeBetweenMarkers(file: string, text: string, name = "results"): void {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const before = readFileSync(file, "utf8");
    const [head, rest] = before.split(begin);
    const tail = rest?.split(end)[1];
    if (head === undefined || tail === undefined) throw new Error(`${file} has no ${begin} … ${end}`);
    writeFileSync(file, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

function times(results: readonly Result[]): string {
    const rows = groups(results).map(({ instances, step }) => {
        const [ours, helm, floor] = ["cht-hosting", "helm", "kubectl"].map((contender) =>
            costOf(results, { instances, contender, step }),
        );
        const cell = (cost: Seconds | undefined) =>
            cost ? `${cost.seconds.toFixed(1)} (${cost.cpu.toFixed(1)})` : "–";
        const ratio = (other: Seconds | undefined) => (ours && other ? (ours.seconds / other.seconds).toFixed(2) : "–");
        return [String(instances), stepNames[step], cell(ours), cell(helm), cell(floor), ratio(helm), ratio(floor)];
    });
    return markdownTable(
        [
            "instances",
            "step",
            "cht-hosting",
            "Helm, four at a time",
            "kubectl",
            "cht-hosting ÷ Helm",
            "cht-hosting ÷ kubectl",
        ],
        rows,
    );
}

function memory(results: readonly Result[]): string {
    const kinds = ["engine", "program", "pulumi-resource-kubernetes", "pulumi-resource-random", "helm", "kubectl"];
    const counts = [...new Set(results.map(({ instances }) => instances))];
    const rows = counts.map((count) => [
        String(count),
        ...kinds.map((kind) => {
            const peaks = results
                .filter(({ instances }) => instances === count)
                .map(({ cost }) => cost.processes.get(kind)?.peakMegabytes ?? 0);
            return Math.max(...peaks).toFixed(0);
        }),
    ]);
    return markdownTable(["instances", ...kinds], rows);
}

function aims(results: readonly Result[], starts: readonly Start[]): string {
    const most = Math.max(...results.map(({ instances }) => instances));
    const seconds = (contender: string, step: Step, instances = most) =>
        costOf(results, { instances, contender, step })?.seconds ?? Number.NaN;
    const each = (instances: number) => seconds("cht-hosting", "first", instances) / instances;
    const of = most === 1 ? "one instance" : `${most} instances`;
    const rows: [string, number, number, string][] = [
        [`first up of ${of} ÷ Helm's`, seconds("cht-hosting", "first") / seconds("helm", "first"), 1, ""],
        [
            `preview of ${of} without a change ÷ Helm's again-run`,
            seconds("cht-hosting", "again") / seconds("helm", "again"),
            0.5,
            "",
        ],
        ["from the program's start to its first resource", median(starts.map((start) => start.seconds)), 1.5, " s"],
        ["its memory by then", median(starts.map((start) => start.megabytes)), 200, " MB"],
        [`seconds per instance in a first up, of ${of} ÷ of 10`, each(most) / each(10), 1.1, ""],
    ];
    return markdownTable(
        ["aim", "at most", "measured", ""],
        rows
            .filter(([, measured]) => !Number.isNaN(measured))
            .map(([name, measured, limit, unit]) => [
                name,
                `${limit}${unit}`,
                `${measured.toFixed(unit === " MB" ? 0 : 2)}${unit}`,
                measured <= limit ? "reached" : "**missed**",
            ]),
    );
}

interface Seconds {
    readonly seconds: number;
    readonly cpu: number;
}

function costOf(results: readonly Result[], wanted: Omit<Result, "cost">): Seconds | undefined {
    const costs = results
        .filter(
            ({ instances, contender, step }) =>
                instances === wanted.instances && contender === wanted.contender && step === wanted.step,
        )
        .map(({ cost }) => cost);
    if (costs.length === 0) return undefined;
    return {
        seconds: median(costs.map(({ seconds }) => seconds)),
        cpu: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    };
}

function groups(results: readonly Result[]): { instances: number; step: Step }[] {
    const keys = new Map(results.map(({ instances, step }) => [`${instances} ${step}`, { instances, step }]));
    return [...keys.values()];
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Of a preview without a change: who needs the processor. */
function processes(results: readonly Result[], instances: number): string {
    const cost = results.find(
        (one) => one.instances === instances && one.contender === "cht-hosting" && one.step === "again",
    )?.cost;
    const rows = [...(cost?.processes ?? [])]
        .sort(([, a], [, b]) => b.cpuSeconds - a.cpuSeconds)
        .map(([kind, { cpuSeconds }]) => [kind, cpuSeconds.toFixed(1)]);
    return markdownTable(["process", "CPU, s"], rows);
}
