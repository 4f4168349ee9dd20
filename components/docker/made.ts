import type { HostPlan } from "../../config/docker/host-plan";
import type { LiveHost } from "../../config/docker/live";
import { MADE_LABEL } from "./scope";

/**
 * When each service's container was made: what its label says, or `now` where it must be made.
 *
 * The state may know a container that the engine does not have, or has only half: an `up` that failed leaves one that was
 * created and never started, and people remove containers. The provider sees neither without a refresh, and where a create
 * failed it takes the next update for done without a look. A new value of this label has the container replaced.
 */
export function whenMade(plan: HostPlan, live: LiveHost, now: Date): ReadonlyMap<string, string> {
    const containers = new Map(live.containers.map((container) => [container.name, container]));
    return new Map(
        plan.description.workloads.map(({ service }) => {
            const found = containers.get(`${plan.name}-${service}`);
            const made = found?.status === "created" ? undefined : found?.labels[MADE_LABEL];
            return [service, made ?? now.toISOString()];
        }),
    );
}
