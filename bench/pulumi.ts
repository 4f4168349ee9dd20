import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Contender, Place } from "./contender";
import { fleetConfig, stacksOf } from "./fleet";
import { atATime, run } from "./measure";

/** As many `pulumi` at once as the machine can feed: each has an engine, a program and two plugins. */
export const sideBySide = Math.min(availableParallelism() + 1, 3);

/** The program under test: a fleet of stacks over one cluster, side by side, with state in files of its own. */
export function pulumi({ root, folder, kubeconfig, names }: Place): Contender & Profiled {
    const project = join(folder, "project");
    const stacks = stacksOf(names).map((instances, index) => ({ name: `bench-${index + 1}`, instances }));
    const [first] = stacks;

    const call = (stack: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
        run({
            command: "pulumi",
            args: [...args, `--stack=${stack}`, "--non-interactive"],
            cwd: project,
            env: {
                PULUMI_BACKEND_URL: `file://${join(folder, "backend")}?metadata=skip`,
                KUBECONFIG: kubeconfig,
                ...env,
            },
        });
    const write = ({ name, instances }: (typeof stacks)[number], bumped?: string) => {
        const file = join(project, `Pulumi.${name}.yaml`);
        const { encryptionsalt } = parse(readFileSync(file, "utf8")) as { encryptionsalt: string };
        writeFileSync(file, stringify({ encryptionsalt, config: fleetConfig(instances, { kubeconfig, bumped }) }));
    };
    const up = (stack: string) => call(stack, ["up", "--yes", "--skip-preview", "--suppress-outputs"]);

    return {
        name: "cht-hosting",
        async prepare() {
            mkdirSync(join(folder, "backend"), { recursive: true });
            mkdirSync(project);
            // A project of its own, so that no stack file of the benchmark lies beside the operator's.
            for (const file of ["Pulumi.yaml", "package.json"]) copyFileSync(join(root, file), join(project, file));
            for (const part of ["tools", "dist", "node_modules"]) symlinkSync(join(root, part), join(project, part));
            for (const stack of stacks) {
                await call(stack.name, ["stack", "init", "--no-select"]);
                write(stack);
            }
        },
        first: () => atATime(sideBySide, stacks, ({ name }) => up(name)),
        again: () => atATime(sideBySide, stacks, ({ name }) => call(name, ["preview", "--expect-no-changes"])),
        async bump() {
            if (first === undefined) return;
            write(first, first.instances[0]);
            await up(first.name);
        },
        async preview(preload, env) {
            await call(first?.name ?? "", ["preview"], { ...env, NODE_OPTIONS: `--require=${preload}` });
        },
    };
}

export interface Profiled {
    /** A preview of the first stack with a module loaded into every Node process before its own. */
    preview(preload: string, env: NodeJS.ProcessEnv): Promise<void>;
}
