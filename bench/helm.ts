import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Place } from "./contender";
import { fleetObjects, versions } from "./fleet";
import { manifest } from "./kubectl";
import { atATime, run } from "./measure";

const sideBySide = 4;

/** One release per instance, as CHT's own charts are used; its templates are the objects, whose only value is the version. */
export function helm({ folder, kubeconfig, names }: Place): Contender {
    const chart = (name: string) => join(folder, "charts", name);
    const upgrade = (name: string, version: string) =>
        run({
            command: "helm",
            // The namespace is part of the chart, so that the release is kept in another one.
            args: [
                "upgrade",
                "--install",
                name,
                chart(name),
                "--namespace=default",
                `--set=version=${version}`,
                "--wait",
                "--timeout=5m",
            ],
            env: { KUBECONFIG: kubeconfig, HOME: folder },
        });
    const all = () => atATime(sideBySide, names, (name) => upgrade(name, versions.before));
    return {
        name: "helm",
        async prepare() {
            for (const [name, objects] of await fleetObjects(names)) {
                mkdirSync(join(chart(name), "templates"), { recursive: true });
                writeFileSync(join(chart(name), "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`);
                const template = manifest(objects).replaceAll(versions.before, "{{ .Values.version }}");
                writeFileSync(join(chart(name), "templates", "objects.yaml"), template);
            }
        },
        first: all,
        again: all,
        async bump() {
            await upgrade(names[0] ?? "", versions.after);
        },
    };
}
