/**
 * `npm run bench -- docker`: one instance on a Docker host, beside the Compose files that it replaces. Writes the results into
 * bench/README.md.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { buildImages } from "../../tests/docker/images/build";
import { engine } from "../../tests/docker/support/engine";
import { ask } from "../../tests/docker/support/web";
import { interrupt, measure } from "../measure";
import { writeBetweenMarkers } from "../report";
import { compose } from "./compose";
import type { Contender } from "./contender";
import { pulumi } from "./pulumi";
import { type Round, report } from "./report";

const usage = `Usage: npm run bench -- docker [--rounds=5] [--print]

  --rounds   how often each contender is measured
  --print    print the results only; bench/README.md stays as it is
`;

const usualRounds = "5";
const stepSeconds = 300;
const root = process.cwd();
const say = (line: string) => process.stderr.write(`${line}\n`);

/** Both steps of one contender, on a host without anything of it. */
async function compete(contender: Contender): Promise<Round> {
    // Outside: what is there already is not ours to take away.
    await contender.prepare();
    try {
        const began = performance.now();
        const first = await measure(() => contender.first(), stepSeconds);
        await answers(contender.url);
        const answered = (performance.now() - began) / 1000;
        const again = await measure(() => contender.again(), stepSeconds);
        const [one, other, third] = [first.seconds, answered, again.seconds].map((seconds) => seconds.toFixed(1));
        say(`${contender.name}: first ${one} s, answered after ${other} s, again ${third} s`);
        return { contender: contender.name, first, answered, again };
    } finally {
        await contender.remove();
    }
}

/** Until API answers through nginx. */
async function answers(url: string): Promise<void> {
    for (const end = Date.now() + stepSeconds * 1000; Date.now() < end; await sleep(50)) {
        const status = await ask(`${url}/api/info`).then(
            (answer) => answer.status,
            () => undefined,
        );
        if (status === 200) return;
    }
    throw new Error(`${url} does not answer`);
}

function pluginInUse(): "Pulumi's own" | "built" {
    const plugins = join(process.env["PULUMI_HOME"] ?? "", "plugins");
    const [docker = ""] = readdirSync(plugins).filter((name) => /^resource-docker-v[\d.]+$/.test(name));
    return existsSync(join(plugins, docker, "built.json")) ? "built" : "Pulumi's own";
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            rounds: { type: "string", default: usualRounds },
            print: { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    const count = Number(values.rounds);
    if (values.help || !Number.isInteger(count) || count < 1) {
        process.stdout.write(usage);
        process.exitCode = values.help ? 0 : 2;
        return;
    }
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => {
            process.exitCode = 130;
            interrupt();
        });
    }
    const folder = mkdtempSync(join(tmpdir(), "cht-hosting-bench-"));
    try {
        await buildImages(say, process.env);
        const rounds: Round[] = [];
        for (let round = 1; round <= count; round++) {
            const place = join(folder, String(round));
            mkdirSync(place);
            rounds.push(await compete(pulumi(root, place)), await compete(compose()));
        }
        const command = `npm run bench -- docker${values.rounds === usualRounds ? "" : ` --rounds=${count}`}`;
        const version = await engine.ask("version", "--format", "{{.Server.Version}}");
        const text = report(rounds, { command, engine: version, plugin: pluginInUse() });
        if (!values.print) writeBetweenMarkers(join(root, "bench", "README.md"), text, "results on Docker");
        process.stdout.write(`${text}\n`);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

main().catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode ??= 1;
});
