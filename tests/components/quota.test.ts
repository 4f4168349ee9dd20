import assert from "node:assert/strict";
import { canonical } from "../../components/kubernetes/quantities";
import { quantityOf } from "../../config/quantity";
import { type Inputs, objectOf, podsOf, resourcesOf } from "../support/objects";
import { type InstanceInput, planOf, registerInstance, registerTopology, topologyNames } from "../support/plan";
import type { Container } from "../support/pod-security";
import type { Registered } from "../support/register";

type Hard = Record<"pods" | "requests.cpu" | "requests.memory" | "limits.memory", string>;

function hardOf(resources: readonly Registered[]): Hard {
    return (objectOf(resources, "ResourceQuota", "cht-quota")["spec"] as { hard: Hard }).hard;
}

/**
 * What Kubernetes counts for the pods: of each the sum of its containers, or its greediest init container where that is more.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
function counted(resources: readonly Registered[], kind: "requests" | "limits", what: "cpu" | "memory"): number {
    const amount = (container: Container) => quantityOf(resourcesOf(container)[kind][what] ?? "0");
    return podsOf(resources)
        .map(({ spec }) => {
            const together = spec.containers.reduce((sum, container) => sum + amount(container), 0);
            const first = (spec.initContainers ?? []).map((container) => amount(container));
            return Math.max(together, ...first);
        })
        .reduce((sum, pod) => sum + pod, 0);
}

/** How much room the quota leaves beside the instance's own pods. */
function headroom(resources: readonly Registered[]): Record<keyof Hard, number> {
    const hard = hardOf(resources);
    const left = (key: keyof Hard, used: number) => Math.round((quantityOf(hard[key]) - used) * 1000) / 1000;
    return {
        pods: left("pods", podsOf(resources).length),
        "requests.cpu": left("requests.cpu", counted(resources, "requests", "cpu")),
        "requests.memory": left("requests.memory", counted(resources, "requests", "memory")) / 2 ** 20,
        "limits.memory": left("limits.memory", counted(resources, "limits", "memory")) / 2 ** 20,
    };
}

const room = { pods: 10, "requests.cpu": 1, "requests.memory": 2048, "limits.memory": 2048 };

async function hard(input: Partial<InstanceInput>): Promise<Hard> {
    return hardOf((await registerInstance(planOf(input))).resources);
}

describe("the quota of an instance", () => {
    for (const topology of topologyNames) {
        it(`fits its pods, and leaves room for Jobs and certificate solvers: ${topology}`, async () => {
            assert.deepEqual(headroom((await registerTopology(topology)).resources), room);
        });
    }

    it("fits the rotation's Job into the room", async () => {
        const plan = planOf();
        const second = { ...plan, credentials: { ...plan.credentials, generation: 2 } };
        const { pods, ...rest } = headroom((await registerInstance(second)).resources);
        assert.equal(pods, room.pods - 1);
        assert(Object.values(rest).every((left) => left > 0));
    });

    it("follows what the operator gives to the services, and what sizing says", async () => {
        const given = { requests: { cpu: "1500m", memory: "2Gi" }, limits: { memory: "5Gi" } };
        assert.deepEqual(await hard({}), {
            pods: "14",
            "requests.cpu": "3100m",
            "requests.memory": "6912Mi",
            "limits.memory": "13Gi",
        });
        assert.deepEqual(await hard({ resources: { api: given } }), {
            pods: "14",
            "requests.cpu": "4100m",
            "requests.memory": "7936Mi",
            "limits.memory": "16Gi",
        });
        // 18 processors and 36 Gi of memory for 5,000 users, by the documentation's cost calculator.
        const sized = await hard({ sizing: { users: 5000, documents: 1_000_000 } });
        assert.equal(sized["requests.cpu"], "19");
        assert.equal(sized["requests.memory"], "38Gi");
    });

    it("has defaults for pods that say nothing, which the quota would refuse", async () => {
        const { resources } = await registerTopology("5.3 single");
        assert.deepEqual((objectOf(resources, "LimitRange", "cht-defaults")["spec"] as Inputs)["limits"], [
            { type: "Container", defaultRequest: { cpu: "50m", memory: "64Mi" }, default: { memory: "256Mi" } },
        ]);
    });

    it("is in the API server's own words, as all quantities are", async () => {
        const { resources } = await registerTopology("5.2 cluster");
        const all = podsOf(resources).flatMap(({ containers }) =>
            containers
                .map(resourcesOf)
                .flatMap(({ requests, limits }) => [...Object.values(requests), ...Object.values(limits)]),
        );
        for (const quantity of [...all, ...Object.values(hardOf(resources))])
            assert.equal(canonical(quantity), quantity);
    });
});

describe("canonical", () => {
    const cases: [string, string][] = [
        ["1000m", "1"],
        ["1500m", "1500m"],
        ["0.5", "500m"],
        ["0.07", "70m"],
        ["2", "2"],
        ["2048Mi", "2Gi"],
        ["1536Mi", "1536Mi"],
        ["1024Gi", "1Ti"],
        ["1048576Ki", "1Gi"],
    ];
    for (const [text, expected] of cases) it(`${text} is ${expected}`, () => assert.equal(canonical(text), expected));
});
