/**
 * Loaded into Node processes before their own modules: profiles them. `node --cpu-prof` writes only at an exit of the
 * process's own, and the engine ends its plugins with a signal.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";

/** The folder for the profiles, one file per process. */
export const profileFolder = "BENCH_PROFILE_FOLDER";

const folder = process.env[profileFolder];
const kind = kindOf(process.argv.join(" "));
if (folder !== undefined && kind !== undefined) profile(join(folder, `${kind}.cpuprofile`));

function profile(file: string): void {
    const session = new Session();
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: 500 });
    session.post("Profiler.start");
    let written = false;
    const write = () => {
        if (written) return;
        written = true;
        session.post("Profiler.stop", (error, result) => {
            if (error === null) writeFileSync(file, JSON.stringify(result.profile));
        });
    };
    process.on("exit", write);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}

function kindOf(args: string): string | undefined {
    const standIn = /sandbox\/plugins\/(\w+)\/main\.js/.exec(args)?.[1];
    if (standIn !== undefined) return `pulumi-resource-${standIn}`;
    return args.includes("@pulumi/pulumi/cmd/run") ? "program" : undefined;
}
