import type { Provider as AwsProvider } from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { LoadedStack } from "../../config/load";
import type { InstancePlan } from "../../config/plan";
import type { Cluster } from "../cluster";
import { ChtInstance } from "./instance";

export interface InstancesArgs {
    readonly plans: readonly InstancePlan[];
    readonly cluster: Cluster;
    readonly loaded: Pick<LoadedStack, "stack" | "given">;
    /** Of a cluster on AWS: for what instances have there. */
    readonly aws?: AwsProvider;
    /** What must be there before anything of an instance. */
    readonly after?: readonly pulumi.Resource[];
}

/** Makes the instances, each with its certificate before it and its record after it where the cluster has a hosted zone. */
export async function makeInstances(args: InstancesArgs): Promise<ChtInstance[]> {
    const { plans, cluster, loaded, after = [] } = args;
    const routes = await loadRoutes(args);
    return plans.map((plan) => {
        const { name, host, route } = plan;
        const way = route === undefined ? undefined : { host, hostedZoneId: route.hostedZoneId };
        const certificate =
            way === undefined || route?.certificate !== true || routes === undefined
                ? undefined
                : new routes.Certificate(`${name}-certificate`, way, { provider: routes.provider });
        const instance = new ChtInstance(
            name,
            { plan, cluster, stack: loaded.stack, given: loaded.given.get(name), certificateArn: certificate?.arn },
            { provider: cluster.provider, dependsOn: [...after] },
        );
        if (way !== undefined && routes !== undefined && instance.loadBalancer !== undefined) {
            new routes.Address(
                `${name}-address`,
                { ...way, loadBalancer: instance.loadBalancer },
                { provider: routes.provider },
            );
        }
        return instance;
    });
}

/** Loaded where they are needed: stacks without AWS do not wait for its library. */
async function loadRoutes({ plans, aws }: InstancesArgs) {
    if (aws === undefined || !plans.some(({ route }) => route !== undefined)) return undefined;
    return { ...(await import("../ingress")), provider: aws };
}
