import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "../../config/docker/host-plan";
import type { Scope } from "./scope";

/** Every image of an instance once, with a service that runs it: nginx before its companion, which may borrow its image. */
export function imagesOf({ description }: Pick<HostPlan, "description">): ReadonlyMap<string, string> {
    const pairs = description.workloads.flatMap(({ role, containers }) =>
        containers.map(({ image }): [string, string] => [image, role]),
    );
    const own = pairs.filter(([, role]) => role !== "certificate");
    return new Map([...own, ...pairs.filter(([image]) => !own.some(([other]) => other === image))]);
}

/**
 * Has the engine get the images that it lacks. They stay when the instance goes, or another version comes: other instances
 * may run them, and a way back needs no download.
 *
 * @returns by name, the image's name once it is there. Not its id: a tag that has moved must not restart a database.
 */
export function createImages({ plan, child }: Scope): ReadonlyMap<string, pulumi.Output<string>> {
    return new Map(
        [...imagesOf(plan)].map(([name, role]) => [
            name,
            new docker.RemoteImage(`${plan.name}-${role}-image`, { name, keepLocally: true }, child).name,
        ]),
    );
}
