import {
    DefaultSecurityGroup,
    Eip,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    Tag,
    Vpc,
    VpcEndpoint,
} from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkPlan } from "../../../config/aws/eks-plan";
import type { EksScope } from "./scope";

export interface Network {
    readonly vpcId: pulumi.Output<string>;
    /** By zone: the id of the subnet of nodes, pods and the control plane's interfaces. */
    readonly privateSubnets: ReadonlyMap<string, pulumi.Output<string>>;
    /** What nodes need before they start: the way out, by which they reach AWS and fetch images. */
    readonly ready: readonly pulumi.Resource[];
}

/**
 * By these the load balancer controller, and Auto Mode, find the subnets of a load balancer.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
 */
const balancerRoles = {
    public: "kubernetes.io/role/elb",
    private: "kubernetes.io/role/internal-elb",
} as const;

const everywhere = "0.0.0.0/0";

/** The VPC of the cluster: one that is made, or one that exists. */
export function createNetwork(scope: EksScope): Network {
    const { network } = scope.plan;
    return network.kind === "new" ? createVpc(scope, network) : useVpc(scope, network);
}

/**
 * A VPC with a private and a public subnet in each zone. Nodes are in the private ones; the public ones have load
 * balancers and NAT gateways. VPC and subnets are kept as the cluster is: it and its volumes can be nowhere else.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
function createVpc({ plan, name, child, keep }: EksScope, network: NetworkPlan & { kind: "new" }): Network {
    const vpc = new Vpc(
        `${name}-vpc`,
        { cidrBlock: network.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: name } },
        keep,
    );
    const vpcId = vpc.id;
    // AWS makes it with every VPC, open among its members. Nothing uses it, so nothing is let through.
    new DefaultSecurityGroup(`${name}-default`, { vpcId, ingress: [], egress: [] }, child);

    const subnet = (kind: "public" | "private", { zone, ...ranges }: (typeof network.zones)[number]) =>
        new Subnet(
            `${name}-${kind}-${zone}`,
            {
                vpcId,
                availabilityZone: zone,
                cidrBlock: ranges[kind],
                tags: { Name: `${name}-${kind}-${zone}`, [balancerRoles[kind]]: "1" },
            },
            keep,
        );

    const gateway = new InternetGateway(`${name}-internet-gateway`, { vpcId, tags: { Name: name } }, child);
    const publicTable = new RouteTable(`${name}-public`, { vpcId, tags: { Name: `${name}-public` } }, child);
    const ready: pulumi.Resource[] = [
        new Route(
            `${name}-public-internet`,
            { routeTableId: publicTable.id, destinationCidrBlock: everywhere, gatewayId: gateway.id },
            child,
        ),
    ];
    const publicSubnets = new Map(network.zones.map((zone) => [zone.zone, subnet("public", zone)]));
    for (const [zone, { id: subnetId }] of publicSubnets) {
        ready.push(
            new RouteTableAssociation(`${name}-public-${zone}`, { subnetId, routeTableId: publicTable.id }, child),
        );
    }

    // Where a NAT gateway is: in every zone, so that a zone's failure takes no other with it, or in the first for less money.
    const natZone = (zone: string) => (network.nat === "single" ? (network.zones[0]?.zone ?? zone) : zone);
    const natGateways = new Map(
        [...new Set(network.zones.map(({ zone }) => natZone(zone)))].map((zone) => {
            const tags = { Name: `${name}-${zone}` };
            const address = new Eip(`${name}-nat-${zone}`, { domain: "vpc", tags }, { ...child, dependsOn: gateway });
            const subnetId = publicSubnets.get(zone)?.id ?? "";
            const nat = new NatGateway(
                `${name}-nat-${zone}`,
                { subnetId, allocationId: address.allocationId, connectivityType: "public", tags },
                { ...child, dependsOn: gateway },
            );
            return [zone, nat];
        }),
    );

    // A route table for each zone also with a single NAT gateway: changing one's mind changes routes, not tables.
    const privateSubnets = new Map<string, pulumi.Output<string>>();
    const privateTables = network.zones.map((ranges) => {
        const { zone } = ranges;
        const { id: subnetId } = subnet("private", ranges);
        const table = new RouteTable(
            `${name}-private-${zone}`,
            { vpcId, tags: { Name: `${name}-private-${zone}` } },
            child,
        );
        const natGatewayId = natGateways.get(natZone(zone))?.id;
        ready.push(
            new Route(
                `${name}-private-${zone}-internet`,
                { routeTableId: table.id, destinationCidrBlock: everywhere, natGatewayId },
                child,
            ),
            new RouteTableAssociation(`${name}-private-${zone}`, { subnetId, routeTableId: table.id }, child),
        );
        privateSubnets.set(zone, subnetId);
        return table.id;
    });
    // Image layers of ECR come from S3: through this they cost nothing and pass no NAT gateway.
    new VpcEndpoint(
        `${name}-s3`,
        {
            vpcId,
            vpcEndpointType: "Gateway",
            serviceName: `com.amazonaws.${plan.region}.s3`,
            routeTableIds: privateTables,
            tags: { Name: `${name}-s3` },
        },
        child,
    );
    return { vpcId, privateSubnets, ready };
}

/**
 * A VPC that exists. Nothing of it is changed but that the subnets are tagged for load balancers, and those tags stay:
 * other clusters in the same subnets may go by them.
 */
function useVpc({ name, child }: EksScope, { vpcId, zones }: NetworkPlan & { kind: "existing" }): Network {
    const ready = zones.flatMap(({ zone, ...subnets }) =>
        (["private", "public"] as const).flatMap((kind) => {
            const resourceId = subnets[kind];
            return resourceId === undefined
                ? []
                : new Tag(
                      `${name}-${kind}-${zone}`,
                      { resourceId, key: balancerRoles[kind], value: "1" },
                      { ...child, retainOnDelete: true },
                  );
        }),
    );
    return {
        vpcId: pulumi.output(vpcId),
        privateSubnets: new Map(zones.map((subnets) => [subnets.zone, pulumi.output(subnets.private)])),
        ready,
    };
}
