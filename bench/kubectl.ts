import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Contender, Place } from "./contender";
import { fleetObjects } from "./fleet";
import { run } from "./measure";

/** The floor: nothing is decided, nothing is remembered, everything is sent. */
export function kubectl({ folder, kubeconfig, names }: Place): Contender {
    const call = (...args: string[]) =>
        run({ command: "kubectl", args, env: { KUBECONFIG: kubeconfig, HOME: folder } });
    const manifests = join(folder, "manifests");
    const [first = ""] = names;
    return {
        name: "kubectl",
        async prepare() {
            mkdirSync(manifests, { recursive: true });
            for (const [name, objects] of await fleetObjects(names)) {
                writeFileSync(join(manifests, `${name}.yaml`), manifest(objects));
            }
            const bumped = (await fleetObjects(names, first)).get(first) ?? [];
            writeFileSync(join(folder, "bumped.yaml"), manifest(bumped));
        },
        async first() {
            await call("apply", "--server-side", `--filename=${manifests}`);
            await call(
                "wait",
                "--for=condition=Available",
                "deployments",
                "--all",
                "--all-namespaces",
                "--timeout=300s",
            );
        },
        async again() {
            // Exit code 1, and so an error, where anything differs.
            await call("diff", "--server-side", `--filename=${manifests}`);
        },
        async bump() {
            await call("apply", "--server-side", `--filename=${join(folder, "bumped.yaml")}`);
            await call(
                "rollout",
                "status",
                "deployments",
                "--selector=cht.service",
                `--namespace=${first}`,
                "--timeout=300s",
            );
        },
    };
}

export function manifest(objects: readonly object[]): string {
    return objects.map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join("");
}
