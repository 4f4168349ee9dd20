/** The results as Markdown. */
import { availableParallelism, totalmem } from "node:os";
import type { Cost } from "../measure";
import { markdownTable, median } from "../report";
import { version } from "./contender";

/** What one contender took in one round. */
export interface Round {
    readonly contender: string;
    readonly first: Cost;
    /** Seconds from the beginning of `first` until its users were answered. */
    readonly answered: number;
    readonly again: Cost;
}

export interface Circumstances {
    readonly command: string;
    /** The engine's version. */
    readonly engine: string;
    readonly plugin: "Pulumi's own" | "built";
}

/** Everything between the markers of bench/README.md. */
export function report(rounds: readonly Round[], circumstances: Circumstances): string {
    const names = [...new Set(rounds.map(({ contender }) => contender))];
    return [
        machine(circumstances, rounds.length / names.length),
        times(rounds, names),
        "Processor seconds by process, and the most memory that one of each kind held, in MB:",
        processes(rounds, names),
    ].join("\n\n");
}

function machine({ command, engine, plugin }: Circumstances, count: number): string {
    const own = plugin === "built" ? "the plugin built from `tools/go/docker-plugin`" : "Pulumi's own plugin";
    return (
        `\`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} cores, ` +
        `${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}, Docker ${engine}, ${own}; ` +
        `CHT ${version}, the tests' images; the median of ${count} rounds each, taken in turns. ` +
        "Wall seconds, with processor seconds in brackets."
    );
}

function times(rounds: readonly Round[], names: readonly string[]): string {
    const row = (what: string, seconds: (round: Round) => number, cpu?: (round: Round) => number) => {
        const cell = (name: string, value: (round: Round) => number) =>
            median(rounds.filter(({ contender }) => contender === name).map(value));
        const [ours, theirs] = names.map((name) => cell(name, seconds));
        return [
            what,
            ...names.map((name) => {
                const wall = cell(name, seconds).toFixed(1);
                return cpu === undefined ? wall : `${wall} (${cell(name, cpu).toFixed(1)})`;
            }),
            ours !== undefined && theirs !== undefined ? (ours / theirs).toFixed(2) : "–",
        ];
    };
    return markdownTable(
        ["step", ...names, names.join(" ÷ ")],
        [
            row(
                "first: until the command has ended",
                ({ first }) => first.seconds,
                ({ first }) => first.cpuSeconds,
            ),
            row("first: until users are answered", ({ answered }) => answered),
            row(
                "again: nothing has changed",
                ({ again }) => again.seconds,
                ({ again }) => again.cpuSeconds,
            ),
        ],
    );
}

function processes(rounds: readonly Round[], names: readonly string[]): string {
    const rows = names.flatMap((name) => {
        const costs = rounds.filter(({ contender }) => contender === name);
        const kinds = [
            ...new Set(costs.flatMap(({ first, again }) => [...first.processes.keys(), ...again.processes.keys()])),
        ];
        return kinds.map((kind) => {
            const cpu = (step: "first" | "again") =>
                median(costs.map((round) => round[step].processes.get(kind)?.cpuSeconds ?? 0));
            const peaks = costs.flatMap(({ first, again }) =>
                [first, again].map(({ processes: each }) => each.get(kind)?.peakMegabytes ?? 0),
            );
            return {
                kind,
                cells: [name, kind, cpu("first").toFixed(1), cpu("again").toFixed(1), Math.max(...peaks).toFixed(0)],
            };
        });
    });
    return markdownTable(
        ["contender", "process", "first", "again", "memory"],
        rows.map(({ cells }) => cells),
    );
}
