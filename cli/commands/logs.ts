import { once } from "node:events";
import { bundleLogs } from "../../automation/bundle";
import { logsOf } from "../../automation/logs";
import { type Command, fileOf } from "../command";
import { bytes } from "../terminal";
import { UsageError } from "../usage";
import { onInstance } from "./instance";

export const logs: Command = {
    name: "logs",
    parameters: "NAME [SERVICE]",
    count: [1, 2],
    summary: "Prints the logs of one service, or of all in the order of time",
    help: "A bundle is a .tar.gz of every log and of what the engine says of each container, without passwords and secrets: look\nthrough it before you hand it on, for what users wrote into logs is in it.",
    options: {
        since: {
            type: "string",
            value: "TIME",
            description: "from then on: 30m, 2h, 7d, or a time such as 2026-01-31T12:00:00Z",
        },
        follow: { type: "boolean", short: "f", description: "waits for more, until Ctrl-C" },
        tail: { type: "string", value: "LINES", description: "only the last lines of each service" },
        bundle: { type: "string", value: "FILE", description: "writes everything into a new .tar.gz" },
    },
    examples: [
        ["logs dev api --since 30m", ""],
        ["logs dev --follow", "all services, as they come"],
        ["logs dev --bundle dev-logs.tar.gz", "for somebody who helps from afar"],
    ],
    run: (context) =>
        onInstance(context, async (instance) => {
            const { terminal, text, flag, positionals, signal } = context;
            const service = positionals[1];
            const from = text("since");
            const since = from === undefined ? {} : { since: parseSince(from, Date.now()) };
            const bundle = text("bundle");
            if (bundle !== undefined) {
                const { file, bytes: size } = await terminal.follow(bundleLogs(instance, fileOf(bundle), since));
                return terminal.print(`${file}: ${bytes(size)}`);
            }
            const tail = text("tail");
            if (tail !== undefined && !/^\d+$/.test(tail)) throw new UsageError("--tail is a number of lines");
            const options = {
                ...since,
                ...(service === undefined ? {} : { service }),
                ...(tail === undefined ? {} : { tail: Number(tail) }),
                follow: flag("follow"),
                signal,
            };
            for await (const { service: from_, time, text: line } of logsOf(instance, options)) {
                const shown = service === undefined ? `${time} ${from_.padEnd(16)} ${line}\n` : `${time} ${line}\n`;
                if (!process.stdout.write(shown)) await once(process.stdout, "drain");
            }
        }),
};

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @throws UsageError */
export function parseSince(text: string, now: number): Date {
    const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
    if (amount !== undefined && unit !== undefined) return new Date(now - Number(amount) * (units[unit] ?? 1) * 1000);
    const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN);
    if (Number.isNaN(time.getTime())) {
        throw new UsageError(
            `--since is an amount of time (30m, 2h, 7d) or a time (2026-01-31T12:00:00Z), not '${text}'`,
        );
    }
    return time;
}
