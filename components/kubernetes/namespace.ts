import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { InstancePlan } from "../../config/plan";
import { quantityOf } from "../../config/quantity";
import { canonicalEach } from "./quantities";
import { adopting, instanceLabels, metadata, type Scope } from "./scope";

/** Room beside the instance's own pods for what comes and goes: certificate solvers, rotation and backup Jobs. */
const headroom = { pods: 10, cpuMillis: 1000, memoryMi: 2048 };

/** The namespace that holds everything of an instance. It holds the data too, so it is kept like the data. */
export function createNamespace(
    plan: InstancePlan,
    stack: string,
    keep: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
    return new k8s.core.v1.Namespace(
        plan.name,
        {
            metadata: {
                name: plan.namespace,
                labels: {
                    ...instanceLabels({ plan, stack }),
                    "pod-security.kubernetes.io/enforce": plan.description.podSecurity,
                    "pod-security.kubernetes.io/enforce-version": "latest",
                    "pod-security.kubernetes.io/audit": "restricted",
                    "pod-security.kubernetes.io/audit-version": "latest",
                },
                // What can never change is written down where the next preview finds it.
                annotations: { ...plan.annotations },
            },
        },
        adopting(keep, plan.adopt.namespace, plan.namespace),
    );
}

/** A tenant's share of the cluster, and defaults for pods that say nothing, so that Jobs are admitted under the quota. */
export function createLimits(scope: Scope): k8s.core.v1.ResourceQuota {
    const { plan, child } = scope;
    const total = totals(plan);

    new k8s.core.v1.LimitRange(
        `${plan.name}-defaults`,
        {
            metadata: metadata(scope, "cht-defaults"),
            spec: {
                limits: [
                    {
                        type: "Container",
                        defaultRequest: { cpu: "50m", memory: "64Mi" },
                        default: { memory: "256Mi" },
                    },
                ],
            },
        },
        child,
    );
    return new k8s.core.v1.ResourceQuota(
        `${plan.name}-quota`,
        {
            metadata: metadata(scope, "cht-quota"),
            spec: {
                hard: canonicalEach({
                    pods: String(plan.description.workloads.length + headroom.pods),
                    "requests.cpu": `${total.cpuMillis + headroom.cpuMillis}m`,
                    "requests.memory": `${total.memoryMi + headroom.memoryMi}Mi`,
                    "limits.memory": `${total.memoryLimitMi + headroom.memoryMi}Mi`,
                }),
            },
        },
        child,
    );
}

/** What the instance's own containers ask for, in thousandths of a processor and in MiB. */
function totals({ description }: InstancePlan) {
    const resources = description.workloads.flatMap(({ containers }) =>
        containers.map((container) => container.resources),
    );
    const sum = (quantities: readonly (string | undefined)[], unit: number) =>
        Math.round(quantities.reduce((total, quantity) => total + quantityOf(quantity ?? "0"), 0) / unit);
    const requests = resources.map((needs) => needs.requests);
    const limits = resources.map((needs) => needs.limits);
    return {
        cpuMillis: sum(
            requests.map(({ cpu }) => cpu),
            0.001,
        ),
        memoryMi: sum(
            requests.map(({ memory }) => memory),
            2 ** 20,
        ),
        memoryLimitMi: sum(
            limits.map(({ memory }) => memory),
            2 ** 20,
        ),
    };
}
