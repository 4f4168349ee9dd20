/** What is deployed: so many equal CHT instances. */
import { labels } from "../config/live";
import { type StackConfig, stackConfig } from "../tests/support/program";
import { project } from "../tests/support/register";
import { type KubernetesObject, renderStack } from "../tests/support/render";

/** The version that every instance begins with, and the one that the first instance then gets: other images, no more. */
export const versions = { before: "5.2.0", after: "5.2.1" };

/** As many as one stack should hold: its state is written whole at every step. */
const mostInStack = 10;

export function instanceNames(count: number): string[] {
    return Array.from({ length: count }, (_, index) => `bench-${String(index + 1).padStart(2, "0")}`);
}

/** The instances' names by stack, shared out evenly. */
export function stacksOf(names: readonly string[]): string[][] {
    const stacks = Math.ceil(names.length / mostInStack);
    const size = Math.ceil(names.length / stacks);
    return Array.from({ length: stacks }, (_, index) => names.slice(index * size, (index + 1) * size));
}

/** @param options.kubeconfig a path; by default that of the sandbox's own stack */
export function fleetConfig(
    names: readonly string[],
    options: { kubeconfig?: string; bumped?: string } = {},
): StackConfig {
    const sandbox = stackConfig("sandbox");
    const cluster = sandbox[`${project}:cluster`] as object;
    const instance = (name: string) => ({
        version: name === options.bumped ? versions.after : versions.before,
        host: `${name}.cht.localhost`,
        tls: { kind: "none" },
        couchdb: { volume: { kind: "new", size: "1Gi" } },
    });
    return {
        [`${project}:cluster`]:
            options.kubeconfig === undefined ? cluster : { ...cluster, kubeconfig: options.kubeconfig },
        [`${project}:instances`]: Object.fromEntries(names.map((name) => [name, instance(name)])),
    };
}

/**
 * The same objects as the program makes, by instance.
 *
 * @param bumped the instance that has the later version
 */
export async function fleetObjects(
    names: readonly string[],
    bumped?: string,
): Promise<Map<string, KubernetesObject[]>> {
    const objects = new Map<string, KubernetesObject[]>(names.map((name) => [name, []]));
    for (const object of await renderStack(fleetConfig(names, { bumped }))) {
        objects.get(object.metadata.labels?.[labels.instance] ?? "")?.push(object);
    }
    return objects;
}
