/**
 * `npm run bench`: the program beside what people would use instead, on a Kubernetes of its own. Writes the results into
 * bench/README.md.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Cluster } from "./cluster";
import { type Contender, type Place, steps } from "./contender";
import { instanceNames } from "./fleet";
import { helm } from "./helm";
import { kubectl } from "./kubectl";
import { interrupt, measure } from "./measure";
import { profileFolder } from "./observe-cpu";
import { type Start, startFile } from "./observe-start";
import { summary } from "./profile";
import { pulumi, sideBySide } from "./pulumi";
import { type Observed, type Result, report, writeBetweenMarkers } from "./report";

const usual = "1,10,46";

const usage = `Usage: npm run bench -- [--instances=1,10,46] [--print]

  --instances   how many CHT instances, one benchmark for each number
  --print       print the results only; bench/README.md stays as it is

Starts a sandbox of its own in a temporary folder, and removes it. Needs Linux.
`;

const contenders: readonly ((place: Place) => Contender)[] = [pulumi, helm, kubectl];

const root = process.cwd();
const say = (line: string) => process.stderr.write(`${line}\n`);

/** One run: a folder and a cluster of its own, which are gone afterwards, however it ends. */
class Benchmark {
    private readonly folder = mkdtempSync(join(tmpdir(), "cht-hosting-bench-"));
    private readonly cluster = new Cluster(root, join(this.folder, "sandbox"));

    async run(counts: readonly number[]): Promise<string> {
        const results: Result[] = [];
        for (const count of counts) {
            // The shorter a step, the more its time depends on what else the machine does at that moment.
            const rounds = count < 5 ? 3 : 1;
            for (let round = 1; round <= rounds; round++) {
                for (const make of contenders) results.push(...(await this.compete(make, count, round)));
            }
        }
        return report(results, {
            command: commandFor(counts),
            standIns: standIns(),
            sideBySide,
            ...(await this.observe(Math.min(Math.max(...counts), 10))),
        });
    }

    /** All steps of one contender, on an empty cluster. */
    private async compete(make: (place: Place) => Contender, count: number, round: number): Promise<Result[]> {
        const contender = make(await this.place(`${count}-${round}-${make.name}`, count));
        await measure(() => contender.prepare(), preparingSeconds);
        const results: Result[] = [];
        for (const step of steps) {
            const cost = await measure(() => contender[step](), 120 + 15 * count);
            results.push({ instances: count, contender: contender.name, step, cost });
            const { seconds, cpuSeconds } = cost;
            say(`${count} × ${contender.name}, ${step}: ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s CPU)`);
        }
        return results;
    }

    /** The program's start, and where the time of a preview goes; apart from the contest, because looking takes time too. */
    private async observe(count: number): Promise<Observed> {
        const observed = pulumi(await this.place("observed", count));
        const starts: Start[] = [];
        const profiles = join(this.folder, "profiles");
        mkdirSync(profiles);
        await measure(async () => {
            await observed.prepare();
            await observed.first();
            for (let round = 1; round <= 3; round++) {
                const file = join(this.folder, `start-${round}.json`);
                await observed.preview(join(__dirname, "observe-start.js"), { [startFile]: file });
                starts.push(JSON.parse(readFileSync(file, "utf8")) as Start);
            }
            await observed.preview(join(__dirname, "observe-cpu.js"), { [profileFolder]: profiles });
        }, observingSeconds);
        const files = readdirSync(profiles);
        return {
            observedInstances: count,
            starts,
            profiles: new Map(files.map((file) => [file.replace(".cpuprofile", ""), summary(join(profiles, file))])),
        };
    }

    private async place(name: string, count: number): Promise<Place> {
        await measure(() => this.cluster.renew(), preparingSeconds);
        const folder = join(this.folder, name);
        mkdirSync(folder);
        return { root, folder, kubeconfig: this.cluster.kubeconfig, names: instanceNames(count) };
    }

    async clean(): Promise<void> {
        await this.cluster.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const preparingSeconds = 240;
const observingSeconds = 600;

function commandFor(counts: readonly number[]): string {
    return counts.join() === usual ? "npm run bench" : `npm run bench -- --instances=${counts.join()}`;
}

/** The plugins that are this project's own, as tools/stand-ins.mjs marks them. */
function standIns(): string[] {
    const plugins = join(process.env["PULUMI_HOME"] ?? "", "plugins");
    return readdirSync(plugins)
        .filter((plugin) => existsSync(join(plugins, plugin, "stand-in.json")))
        .map((plugin) => plugin.replace(/^resource-(.*)-v.*$/, "$1"));
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            instances: { type: "string", default: usual },
            print: { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    const counts = values.instances.split(",").map(Number);
    if (values.help || !counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 100)) {
        process.stdout.write(usage);
        process.exitCode = values.help ? 0 : 2;
        return;
    }
    const benchmark = new Benchmark();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => {
            process.exitCode = 130;
            interrupt();
        });
    }
    try {
        const text = await benchmark.run(counts);
        if (!values.print) writeBetweenMarkers(join(root, "bench", "README.md"), text);
        process.stdout.write(`${text}\n`);
    } finally {
        await benchmark.clean();
    }
}

main().catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode ??= 1;
});
