/** VPCs and what is in them. */
import { textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, type Facts, hex, idOf, type Reference, target, type Work } from "../facts";
import { contains, overlap } from "../ranges";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";

const inVpc: Reference = { path: "vpcId", type: VPC, code: "InvalidVpcID.NotFound", holds: true };
const inSubnet: Reference = { path: "subnetId", type: SUBNET, code: "InvalidSubnetID.NotFound", holds: true };
const withTable: Reference = {
    path: "routeTableId",
    type: ROUTE_TABLE,
    code: "InvalidRouteTableID.NotFound",
    holds: true,
};

const ec2 = (work: Work, kind: string, id: string) => ({
    arn: arnOf(work, "ec2", `${kind}/${id}`),
    ownerId: work.account,
});

function checkSubnet(work: Work): void {
    const vpc = target(work, VPC, "vpcId");
    const range = textAt(work.inputs, "cidrBlock");
    if (!contains(textAt(vpc?.properties, "cidrBlock"), range))
        throw new AwsError("InvalidSubnet.Range", `The CIDR '${range}' is invalid.`);
    for (const other of work.inventory.all(SUBNET, work.region))
        if (other.properties["vpcId"] === vpc?.id && overlap(textAt(other.properties, "cidrBlock"), range))
            throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${range}' conflicts with another subnet`);
    const zone = textAt(work.inputs, "availabilityZone");
    const zones = work.settings.regions[work.region]?.zones ?? [];
    if (zone && !zones.includes(zone))
        throw new AwsError(
            "InvalidParameterValue",
            `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
        );
}

export const network: Facts = {
    [VPC]: {
        cloudFormation: "AWS::EC2::VPC",
        createOnly: {
            CidrBlock: "cidrBlock",
            Ipv4IpamPoolId: "ipv4IpamPoolId",
            Ipv4NetmaskLength: "ipv4NetmaskLength",
            VpcEncryptionControl: null,
        },
        defaults: { enableDnsSupport: true, instanceTenancy: "default" },
        id: idOf("vpc"),
        computed: (work, id) => ({
            ...ec2(work, "vpc", id),
            enableDnsHostnames: false,
            mainRouteTableId: idOf("rtb")(),
            defaultRouteTableId: idOf("rtb")(),
            defaultSecurityGroupId: idOf("sg")(),
            defaultNetworkAclId: idOf("acl")(),
            dhcpOptionsId: idOf("dopt")(),
        }),
    },
    [SUBNET]: {
        cloudFormation: "AWS::EC2::Subnet",
        createOnly: {
            VpcId: "vpcId",
            AvailabilityZone: "availabilityZone",
            AvailabilityZoneId: "availabilityZoneId",
            CidrBlock: "cidrBlock",
            OutpostArn: "outpostArn",
            Ipv6Native: "ipv6Native",
            Ipv4IpamPoolId: "ipv4IpamPoolId",
            Ipv4NetmaskLength: "ipv4NetmaskLength",
            Ipv6IpamPoolId: "ipv6IpamPoolId",
            Ipv6NetmaskLength: "ipv6NetmaskLength",
        },
        defaults: {
            assignIpv6AddressOnCreation: false,
            enableDns64: false,
            enableResourceNameDnsARecordOnLaunch: false,
            enableResourceNameDnsAaaaRecordOnLaunch: false,
            ipv6Native: false,
            mapPublicIpOnLaunch: false,
        },
        references: [inVpc],
        id: idOf("subnet"),
        beforeCreate: checkSubnet,
        computed: (work, id) => ({
            ...ec2(work, "subnet", id),
            availabilityZone: work.settings.regions[work.region]?.zones[0] ?? "",
            availabilityZoneId: `${work.region.replace(/[^a-z0-9]/g, "").slice(0, 4)}-az${hex(1)}`,
            privateDnsHostnameTypeOnLaunch: "ip-name",
        }),
    },
    "aws:ec2/internetGateway:InternetGateway": {
        cloudFormation: "AWS::EC2::InternetGateway",
        createOnly: {},
        references: [inVpc],
        id: idOf("igw"),
        computed: (work, id) => ec2(work, "internet-gateway", id),
    },
    "aws:ec2/eip:Eip": {
        cloudFormation: "AWS::EC2::EIP",
        createOnly: {
            NetworkBorderGroup: "networkBorderGroup",
            TransferAddress: null,
            IpamPoolId: "ipamPoolId",
            Address: "address",
        },
        forceNew: ["domain", "publicIpv4Pool", "customerOwnedIpv4Pool"],
        id: idOf("eipalloc"),
        computed: (work, id) => {
            const publicIp = `198.51.100.${Number.parseInt(hex(2), 16)}`;
            return {
                arn: arnOf(work, "ec2", `elastic-ip/${id}`),
                allocationId: id,
                domain: "vpc",
                networkBorderGroup: work.region,
                publicIp,
                publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${work.region}.compute.amazonaws.com`,
            };
        },
    },
    "aws:ec2/natGateway:NatGateway": {
        cloudFormation: "AWS::EC2::NatGateway",
        createOnly: {
            VpcId: "vpcId",
            SubnetId: "subnetId",
            ConnectivityType: "connectivityType",
            AllocationId: "allocationId",
            PrivateIpAddress: "privateIp",
            AvailabilityMode: "availabilityMode",
        },
        defaults: { connectivityType: "public" },
        references: [
            inSubnet,
            {
                path: "allocationId",
                type: "aws:ec2/eip:Eip",
                code: "InvalidAllocationID.NotFound",
                holds: true,
            },
        ],
        id: idOf("nat"),
        computed: (work) => ({
            networkInterfaceId: idOf("eni")(),
            privateIp: "10.0.0.10",
            publicIp: textAt(target(work, "aws:ec2/eip:Eip", "allocationId")?.properties, "publicIp"),
            vpcId: textAt(target(work, SUBNET, "subnetId")?.properties, "vpcId"),
        }),
    },
    [ROUTE_TABLE]: {
        cloudFormation: "AWS::EC2::RouteTable",
        createOnly: { VpcId: "vpcId" },
        references: [inVpc],
        id: idOf("rtb"),
        computed: (work, id) => ec2(work, "route-table", id),
    },
    "aws:ec2/route:Route": {
        cloudFormation: "AWS::EC2::Route",
        createOnly: {
            RouteTableId: "routeTableId",
            DestinationCidrBlock: "destinationCidrBlock",
            DestinationIpv6CidrBlock: "destinationIpv6CidrBlock",
            DestinationPrefixListId: "destinationPrefixListId",
        },
        references: [
            // It goes with its table.
            { ...withTable, holds: false },
            {
                path: "gatewayId",
                type: "aws:ec2/internetGateway:InternetGateway",
                code: "InvalidGatewayID.NotFound",
            },
            { path: "natGatewayId", type: "aws:ec2/natGateway:NatGateway", code: "InvalidNatGatewayID.NotFound" },
        ],
        unique: {
            key: ({ inputs }) => `${textAt(inputs, "routeTableId")} ${textAt(inputs, "destinationCidrBlock")}`,
            code: "RouteAlreadyExists",
        },
        id: () => `r-rtb-0${hex(16)}${Number.parseInt(hex(7), 16)}`,
        computed: () => ({ origin: "CreateRoute", state: "active" }),
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        cloudFormation: "AWS::EC2::SubnetRouteTableAssociation",
        // The provider changes the table in place: it replaces the association, which AWS counts as one call.
        createOnly: { SubnetId: "subnetId", RouteTableId: null },
        forceNew: ["gatewayId"],
        references: [{ ...inSubnet, holds: false }, withTable],
        unique: { key: ({ inputs }) => textAt(inputs, "subnetId"), code: "Resource.AlreadyAssociated" },
        id: idOf("rtbassoc"),
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        cloudFormation: "AWS::EC2::VPCEndpoint",
        createOnly: {
            ServiceName: "serviceName",
            VpcEndpointType: "vpcEndpointType",
            VpcId: "vpcId",
            ServiceNetworkArn: "serviceNetworkArn",
            ResourceConfigurationArn: "resourceConfigurationArn",
            ServiceRegion: "serviceRegion",
            "DnsOptions/PrivateDnsPreference": null,
            "DnsOptions/PrivateDnsSpecifiedDomains": null,
        },
        defaults: { vpcEndpointType: "Gateway" },
        references: [
            inVpc,
            { path: "routeTableIds", type: ROUTE_TABLE, code: "InvalidRouteTableId.NotFound" },
            { path: "subnetIds", type: SUBNET, code: "InvalidSubnetId.NotFound", holds: true },
        ],
        id: idOf("vpce"),
        computed: (work, id) => ({
            ...ec2(work, "vpc-endpoint", id),
            policy: '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}',
            prefixListId: `pl-${hex(8)}`,
            serviceRegion: work.region,
            state: "available",
        }),
    },
    // No part of CloudFormation: all of it is its identity.
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {
        forceNew: ["routeTableId", "vpcEndpointId"],
        references: [
            withTable,
            {
                path: "vpcEndpointId",
                type: "aws:ec2/vpcEndpoint:VpcEndpoint",
                code: "InvalidVpcEndpointId.NotFound",
            },
        ],
        id: () => `a-vpce-0${hex(16)}${Number.parseInt(hex(7), 16)}`,
    },
};
