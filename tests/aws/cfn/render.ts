/** From what an operator writes to the resources that AWS is asked for: by the program's own rules, plans and components. */
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { EksCluster, EksPlatform } from "../../../components/cluster/eks";
import { Address, Certificate } from "../../../components/ingress";
import { SnapshotPolicies } from "../../../components/storage";
import { eksContract } from "../../../config/aws/contract";
import type { EksPlan } from "../../../config/aws/eks-plan";
import type { LiveAws } from "../../../config/aws/live";
import { planEks } from "../../../config/aws/plan";
import { checkEks } from "../../../config/aws/rules";
import { eksSchema } from "../../../config/aws/schema";
import { emptyCluster } from "../../../config/live";
import { type InstancePlan, planInstances } from "../../../config/plan";
import { instanceSchema } from "../../../config/schema";
import { givenSecrets } from "../../../config/secrets";
import { project, type Registered, register, stackName } from "../../support/register";
import { account, madeInAws, region } from "./made";
import type { Variant } from "./variants";

const stack = `${project}.${stackName}`;
const zones = ["a", "b", "c"].map((letter) => `${region}${letter}`);

function offer(architecture: "arm64" | "x86_64") {
    return { zones, architectures: [architecture], vcpus: 2, memoryMi: 16384 };
}

/** An account in which nobody has made anything but a VPC and a hosted zone. */
const live: LiveAws = {
    account,
    caller: "arn:aws:iam::123456789012:role/deploy",
    partition: "aws",
    zones,
    instanceTypes: new Map([
        ...["m7g.large", "r7g.large", "r7g.xlarge"].map((type) => [type, offer("arm64")] as const),
        ...["m7i.large", "m7i.xlarge"].map((type) => [type, offer("x86_64")] as const),
    ]),
    versions: [{ version: "1.35", support: "standard" }],
    recommended: { addons: {} },
    vpc: {
        id: "vpc-0123456789abcdef0",
        cidrs: ["10.0.0.0/16"],
        tags: {},
        subnets: ["0a", "0b", "1a", "1b"].map((suffix) => ({
            id: `subnet-000000000000000${suffix}`,
            zone: `${region}${suffix.slice(1)}`,
            vpcId: "vpc-0123456789abcdef0",
            cidr:
                { "0a": "10.0.0.0/18", "0b": "10.0.64.0/18", "1a": "10.0.128.0/20", "1b": "10.0.144.0/20" }[suffix] ??
                "",
        })),
    },
    hostedZone: { id: "Z0123456789ABCDEFGHIJ", domain: "example.org", private: false },
    ownClusters: [],
    snapshots: new Map(),
};

export interface Rendered {
    readonly plan: EksPlan;
    readonly instances: readonly InstancePlan[];
    readonly resources: readonly Registered[];
}

const before = new Map<Variant, Promise<Rendered>>();

/** Made once for each variant, since many tests look at it. */
export function render(variant: Variant): Promise<Rendered> {
    const rendered = before.get(variant) ?? renderAnew(variant);
    before.set(variant, rendered);
    return rendered;
}

async function renderAnew({ cluster, instances: given }: Variant): Promise<Rendered> {
    const model = eksSchema.parse(cluster);
    const instances = Object.fromEntries(
        Object.entries(given).map(([name, instance]) => [name, instanceSchema.parse(instance)]),
    );
    assert.deepEqual(checkEks(model, new Map(Object.entries(instances))), []);
    const contract = eksContract(model, live, stack);
    const secrets = givenSecrets(new Map());
    const planned = planInstances({
        model: { cluster: model, instances },
        contract,
        live: emptyCluster,
        stack,
        secrets,
    });
    assert.deepEqual(planned.problems, []);
    const { plan, problems } = planEks({ model, live, stack, instances, plans: planned.plans, cluster: emptyCluster });
    assert.deepEqual(problems, []);
    const { resources } = await register(() => program(plan, planned.plans), { made: madeInAws, answer });
    return { plan, instances: planned.plans, resources };
}

/** As `components/kubernetes/stack.ts` puts it together, but for what is Kubernetes' alone. */
function program(plan: EksPlan, instances: readonly InstancePlan[]): void {
    const provider = new aws.Provider("aws", { region: plan.region, defaultTags: { tags: { ...plan.tags } } });
    const eks = new EksCluster(plan.name, { plan }, { provider });
    const kubernetes = new k8s.Provider("kubernetes", { kubeconfig: eks.kubeconfig });
    new EksPlatform(plan.name, { plan, vpcId: eks.vpcId }, { provider: kubernetes });
    const taggedVolumes = instances.flatMap(({ name, namespace, volumes }) =>
        volumes.flatMap((volume) =>
            volume.kind === "disk" ? [{ volumeId: volume.handle, namespace, instance: name }] : [],
        ),
    );
    new SnapshotPolicies(plan.name, { plan, keyArn: eks.volumeKeyArn, taggedVolumes }, { provider });
    for (const { name, host, route } of instances) {
        if (route === undefined) continue;
        const { hostedZoneId } = route;
        if (route.certificate) new Certificate(`${name}-certificate`, { host, hostedZoneId }, { provider });
        const loadBalancer = `k8s-cht-0123456789.${plan.region}.elb.amazonaws.com`;
        new Address(`${name}-address`, { host, hostedZoneId, loadBalancer }, { provider });
    }
}

function answer(token: string): Record<string, unknown> | undefined {
    return token === "aws:lb/getHostedZoneId:getHostedZoneId" ? { id: "ZHURV8PSTC4K8" } : undefined;
}
