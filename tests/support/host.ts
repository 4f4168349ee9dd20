/** Instances on a Docker host under Pulumi's mocks, of plans that the program's own rules made. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ChtHost } from "../../components/docker/host";
import type { Operations } from "../../components/docker/operations";
import type { HostPlan } from "../../config/docker/host-plan";
import type { SecretKey } from "../../config/secrets";
import { project, type Registered, type RegisterOptions, type Run, register, stackName } from "./register";

export const hostStack = `${project}.${stackName}`;

export interface HostOptions extends RegisterOptions {
    readonly given?: Readonly<Partial<Record<SecretKey, string>>>;
    readonly key?: string;
    readonly swapLimit?: boolean;
    readonly whenMade?: ReadonlyMap<string, string>;
    /** What is done when all containers are there. @default nothing */
    readonly settle?: () => Promise<void>;
}

/** The component of a plan, alone. */
export function registerHost(plan: HostPlan, options: HostOptions = {}): Promise<Run> {
    const { given = {}, key, swapLimit, whenMade: made = new Map(), settle = () => Promise.resolve() } = options;
    const operations: Operations = { prepare: () => Promise.resolve(), settle };
    return register(() => {
        const provider = new docker.Provider("engine", { host: "unix:///var/run/docker.sock" });
        const secrets = Object.entries(given).map(([name, value]) => [name, pulumi.secret(value)]);
        const host = new ChtHost(
            plan.name,
            {
                ...{ plan, stack: hostStack, operations, made, given: Object.fromEntries(secrets) },
                ...(key === undefined ? {} : { key }),
                ...(swapLimit === undefined ? {} : { swapLimit }),
            },
            { provider },
        );
        return { url: host.url };
    }, options);
}

/** A resource by the last part of its type, and its name: `Container`, `dev-api`. */
export function hostResource(resources: readonly Registered[], kind: string, name: string): Registered {
    const found = resources.find((resource) => resource.type.endsWith(`:${kind}`) && resource.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} '${name}'`);
    return found;
}

/** `Container dev-api` of each resource, sorted. */
export function hostIdentities(resources: readonly Registered[]): string[] {
    return resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort();
}
