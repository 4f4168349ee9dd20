import * as pulumi from "@pulumi/pulumi";
import type { HealthCheck, Workload } from "../../cht/model";
import type { HostPlan } from "../../config/docker/host-plan";
import { labels } from "../../config/live";
import type { Engine } from "../../docker/client";
import { takeOver } from "./take-over";
import { waitUntilWell } from "./well";

/** What is done on the engine beside what the provider does. Never in a preview. */
export interface Operations {
    /** Before a service's container is created: its place is made free, and what it starts after is well. */
    prepare(workload: Workload): Promise<void>;
    /** After all containers were created: waits until every service is well, and starts those that were stopped. */
    settle(): Promise<void>;
}

/**
 * The provider could wait for health checks itself, and then a container that fails its own stays in the state as one that
 * was made: the next `up` would take it for done. Here the failure belongs to nobody's state, and each `up` looks anew.
 */
export class EngineOperations implements Operations {
    private taken: Promise<void> | undefined;

    constructor(
        private readonly engine: Engine,
        private readonly plan: HostPlan,
        private readonly stack: string,
    ) {}

    async prepare(workload: Workload): Promise<void> {
        // Once for all containers, whichever is the first.
        this.taken ??= takeOver(this.engine, this.plan);
        await this.taken;
        await this.removeLeftover(this.nameOf(workload.service));
        await this.waitFor(workload.startsAfter);
    }

    async settle(): Promise<void> {
        await this.waitFor(this.plan.description.workloads.map(({ service }) => service));
    }

    private async waitFor(services: readonly string[]): Promise<void> {
        await Promise.all(
            services.map((service) => waitUntilWell(this.engine, this.nameOf(service), healthOf(this.plan, service))),
        );
    }

    private nameOf(service: string): string {
        return `${this.plan.name}-${service}`;
    }

    /** Of an `up` that was killed before the state knew of the container. The provider would end in "name already in use". */
    private async removeLeftover(name: string): Promise<void> {
        const found = await this.engine.containers.inspect(name);
        if (found === undefined) return;
        const of = found.Config.Labels ?? {};
        if (of[labels.stack] !== this.stack || of[labels.instance] !== this.plan.name) {
            throw new Error(`the container '${name}' is somebody else's: rename or remove it`);
        }
        await this.engine.containers.stop(found.Id);
        await this.engine.containers.remove(found.Id, { force: true });
    }
}

function healthOf({ description }: HostPlan, service: string): HealthCheck | undefined {
    return description.workloads.find((workload) => workload.service === service)?.containers[0]?.health;
}

/** The hook that the engine of Pulumi calls before it creates the container of `workload`. */
export function beforeCreate(name: string, operations: Operations, workload: Workload): pulumi.ResourceHook {
    return new pulumi.ResourceHook(`prepare ${name}`, () => operations.prepare(workload));
}
