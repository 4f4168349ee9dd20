import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { engine, limitsCanBeRaised } from "../../tests/docker/support/engine";
import { run } from "../measure";
import { type Contender, expectNothingOf, version } from "./contender";

const instance = "cht-bench";

/** The program under test, with its state in a file of its own. */
export function pulumi(root: string, folder: string): Contender {
    const ports = { address: "127.0.0.1", http: 18_180, https: 18_543 };
    const project = join(folder, "project");
    const call = (...args: string[]) =>
        run({
            command: "pulumi",
            args: [...args, "--stack=bench", "--non-interactive"],
            cwd: project,
            env: { PULUMI_BACKEND_URL: `file://${join(folder, "backend")}?metadata=skip` },
        });
    return {
        name: "cht-hosting",
        url: `https://127.0.0.1:${ports.https}`,
        async prepare() {
            await expectNothingOf(instance);
            mkdirSync(join(folder, "backend"), { recursive: true });
            mkdirSync(project);
            // A project of its own, so that no stack file of the benchmark lies beside the operator's.
            for (const file of ["Pulumi.yaml", "package.json"]) copyFileSync(join(root, file), join(project, file));
            for (const part of ["tools", "dist", "node_modules"]) symlinkSync(join(root, part), join(project, part));
            await call("stack", "init", "--no-select");
            const file = join(project, "Pulumi.bench.yaml");
            const { encryptionsalt } = parse(readFileSync(file, "utf8")) as { encryptionsalt: string };
            const config = {
                "cht-hosting:cluster": { kind: "docker", host: engine.host },
                "cht-hosting:instances": {
                    [instance]: {
                        version,
                        ports,
                        ...(limitsCanBeRaised() ? {} : { couchdb: { defaultUlimit: true } }),
                    },
                },
            };
            writeFileSync(file, stringify({ encryptionsalt, config }));
        },
        async first() {
            await call("up", "--yes", "--skip-preview", "--suppress-outputs");
        },
        async again() {
            await call("up", "--yes", "--skip-preview", "--suppress-outputs", "--expect-no-changes");
        },
        async remove() {
            await engine.sweep(instance);
            rmSync(folder, { recursive: true, force: true });
        },
    };
}
