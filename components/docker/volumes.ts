import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { asLabels, type Scope } from "./scope";

/**
 * The named volumes. What exists is taken over, never made anew, with whatever driver, options and labels it has: the engine
 * cannot change them, and to the provider a difference would mean another volume.
 *
 * @param before Nothing that holds data is made before what opens it.
 * @returns by the name that `cht/` mounts them by, their name once they are there.
 */
export function createVolumes(
    { plan, keep }: Scope,
    before: readonly pulumi.Resource[] = [],
): ReadonlyMap<string, pulumi.Output<string>> {
    return new Map(
        plan.volumes.map(({ mount, name, adopt, labels }) => {
            const volume = new docker.Volume(
                `${plan.name}-${mount}`,
                { name, driver: "local", labels: asLabels(labels) },
                {
                    ...keep,
                    dependsOn: [...before],
                    ignoreChanges: ["driver", "driverOpts", "labels"],
                    ...(adopt ? { import: name } : {}),
                },
            );
            return [mount, volume.name];
        }),
    );
}
