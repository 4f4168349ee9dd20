/** The person, or the CI log, before which a command runs: results on standard output, progress and questions on the other. */
import { createInterface } from "node:readline/promises";
import type { ProgressEvent } from "../automation/events";
import type { Operation } from "../automation/operation";

export interface Terminal {
    /** A result. */
    readonly print: (text: string) => void;
    readonly say: (line: string) => void;
    /** Asks, and reads one line; nothing where there is nobody to answer. */
    readonly ask: (question: string) => Promise<string | undefined>;
    /** Shows the progress of an operation to its end. */
    readonly follow: <T>(operation: Operation<T>) => Promise<T>;
}

export function terminal(): Terminal {
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    return {
        print: (text) => void process.stdout.write(`${text}\n`),
        say,
        ask,
        follow: (operation) => follow(operation, say),
    };
}

async function ask(question: string): Promise<string | undefined> {
    const lines = createInterface({
        input: process.stdin,
        output: process.stderr,
        terminal: process.stdin.isTTY === true,
    });
    try {
        process.stderr.write(question);
        for await (const line of lines) return line.trim();
        return undefined;
    } finally {
        lines.close();
    }
}

const everyMilliseconds = 15_000;

/** What begins, that it goes on (every 15 s), and how long it took. */
async function follow<T>(operation: Operation<T>, say: (line: string) => void): Promise<T> {
    let step: { what: string; began: number; timer: NodeJS.Timeout } | undefined;
    let amount = "";
    const stop = () => clearInterval(step?.timer);
    const end = () => {
        stop();
        if (step !== undefined) say(`${step.what}: done in ${duration(Date.now() - step.began)}`);
        step = undefined;
    };
    const begin = (what: string) => {
        const began = Date.now();
        amount = "";
        say(`${what} …`);
        const goesOn = () => say(`${what} … ${duration(Date.now() - began)}${amount && `, ${amount}`}`);
        step = { what, began, timer: setInterval(goesOn, everyMilliseconds) };
    };
    try {
        for await (const event of operation) {
            if (event.kind === "phase") {
                end();
                begin(event.phase);
            } else if (event.kind === "amount") {
                amount = `${event.what} ${bytes(event.bytes)}`;
            } else {
                const line = describe(event, step?.what);
                if (line !== undefined) say(line);
            }
        }
        const result = await operation.result;
        end();
        return result;
    } finally {
        stop();
    }
}

/** A preview's steps are what would be done, an update's what is. */
function describe(event: ProgressEvent, phase: string | undefined): string | undefined {
    if (event.kind === "message") {
        return event.severity === "error"
            ? undefined
            : `${event.severity === "warning" ? "warning: " : ""}${event.text}`;
    }
    if (event.kind !== "resource" || phase === "preview" || event.state === "started") return undefined;
    const type = event.resource.type.split(":").at(-1);
    return `  ${event.operation} ${type} ${event.resource.name}${event.state === "failed" ? ": failed" : ""}`;
}

export function duration(milliseconds: number): string {
    const seconds = milliseconds / 1000;
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    if (seconds < 60) return `${Math.round(seconds)} s`;
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function bytes(count: number): string {
    if (count < 1024) return `${count} B`;
    const power = Math.min(Math.floor(Math.log2(count) / 10), 4);
    return `${(count / 1024 ** power).toFixed(1)} ${["", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

/** Lines of columns as wide as what is in them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const lines = [header, ...rows];
    const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
    return lines
        .map((line) =>
            line
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
