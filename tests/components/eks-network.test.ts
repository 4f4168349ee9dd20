import assert from "node:assert/strict";
import type { EksPlan } from "../../config/aws/eks-plan";
import {
    autoModePlan,
    eksPlan,
    existingNetwork,
    find,
    inputsOf,
    newNetwork,
    registerEks,
    standard,
    threeZones,
    twoZones,
} from "./eks-support";

describe("the network of an EKS cluster", () => {
    it("leads each zone's nodes out by their own zone", async () => {
        const { resources } = await registerEks(eksPlan({ network: newNetwork(threeZones) }));
        const ways = threeZones.map(
            (zone) => find(resources, "ec2/route", `prod-private-${zone}-internet`).inputs["natGatewayId"],
        );
        assert.deepEqual(
            ways,
            threeZones.map((zone) => `prod-nat-${zone}-id`),
        );
    });

    it("leads all out by the first zone with a single NAT gateway", async () => {
        const { resources } = await registerEks(eksPlan({ network: newNetwork(threeZones, "single") }));
        const ways = threeZones.map(
            (zone) => find(resources, "ec2/route", `prod-private-${zone}-internet`).inputs["natGatewayId"],
        );
        assert.deepEqual(
            ways,
            threeZones.map(() => "prod-nat-eu-west-2a-id"),
        );
    });

    it("tells load balancers by tags where to be", async () => {
        const { resources } = await standard();
        const { tags: privateTags, ...privateSubnet } = inputsOf(
            find(resources, "ec2/subnet", "prod-private-eu-west-2b"),
        );
        assert.deepEqual(privateTags, { Name: "prod-private-eu-west-2b", "kubernetes.io/role/internal-elb": "1" });
        assert.deepEqual(
            [privateSubnet["cidrBlock"], privateSubnet["availabilityZone"], privateSubnet["mapPublicIpOnLaunch"]],
            ["10.0.64.0/18", "eu-west-2b", undefined],
        );
        const { tags } = inputsOf(find(resources, "ec2/subnet", "prod-public-eu-west-2b"));
        assert.deepEqual(tags, { Name: "prod-public-eu-west-2b", "kubernetes.io/role/elb": "1" });
    });

    it("lets nothing through its default security group, and leads to S3 without a NAT gateway", async () => {
        const { resources } = await standard();
        const { ingress, egress } = inputsOf(find(resources, "ec2/defaultSecurityGroup", "prod-default"));
        assert.deepEqual([ingress, egress], [[], []]);
        const { vpcEndpointType, serviceName, routeTableIds } = inputsOf(find(resources, "ec2/vpcEndpoint", "prod-s3"));
        assert.deepEqual(
            [vpcEndpointType, serviceName, routeTableIds],
            ["Gateway", "com.amazonaws.eu-west-2.s3", twoZones.map((zone) => `prod-private-${zone}-id`)],
        );
    });

    it("may be one that exists", async () => {
        const { resources } = await registerEks(eksPlan({ network: existingNetwork }));
        const { vpcId, subnetIds } = inputsOf(find(resources, "eks:index:Cluster", "prod"));
        assert.deepEqual([vpcId, subnetIds], ["vpc-0123456789abcdef0", ["subnet-0a", "subnet-0c"]]);
        assert.deepEqual(inputsOf(find(resources, "eks/nodeGroup", "prod-couchdb-eu-west-2b"))["subnetIds"], [
            "subnet-0c",
        ]);
    });

    it("has the control plane in two zones, and Auto Mode's in all, where it makes nodes", async () => {
        const subnets = async (plan: EksPlan) =>
            inputsOf(find((await registerEks(plan)).resources, "eks:index:Cluster", "prod"))["subnetIds"];
        const inZones = (zones: string[]) => zones.map((zone) => `prod-private-${zone}-id`);
        assert.deepEqual(await subnets(eksPlan({ network: newNetwork(threeZones) })), inZones(twoZones));
        assert.deepEqual(await subnets(autoModePlan({ network: newNetwork(threeZones) })), inZones(threeZones));
    });
});
