import { type Range, rangeOf, rangeText, sizeOf } from "./cidr";

export interface ZoneSubnets {
    readonly zone: string;
    /** Nodes and pods: a quarter of the VPC. */
    readonly private: string;
    /** Load balancers and NAT gateways: a sixteenth of the VPC. */
    readonly public: string;
}

/** The fourth quarter has the public subnets, so that there are three for nodes: no cluster has more zones. */
const publicQuarter = 3;

/**
 * Divides a VPC's range among zones. What a zone gets depends on its place alone, so that a zone that is added at the
 * end moves no other: a subnet that moved would be replaced, and nodes with it.
 *
 * Pods have addresses of the private subnets, one each: a quarter of a /20 has 1019, of a /16 16379.
 *
 * @param cidr a range from /16 to /20
 * @param zones at most three, in the operator's order
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export function planSubnets(cidr: string, zones: readonly string[]): readonly ZoneSubnets[] {
    const vpc = rangeOf(cidr);
    return zones.map((zone, index) => ({
        zone,
        private: rangeText(part(vpc, 2, index)),
        public: rangeText(part(part(vpc, 2, publicQuarter), 2, index)),
    }));
}

/** Of the `2 ** bits` equal parts of a range the one at `index`. */
function part({ first, prefix }: Range, bits: number, index: number): Range {
    return { first: first + index * sizeOf(prefix + bits), prefix: prefix + bits };
}
