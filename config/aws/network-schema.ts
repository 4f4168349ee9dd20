/** The network of an EKS cluster. */
import { z } from "zod";
import { kinds } from "../formats";
import { ipv4Range, subnetId, zone } from "./formats";

export const networkKind = z
    .discriminatedUnion(
        "kind",
        [
            z.strictObject({
                kind: z.literal("new"),
                cidr: ipv4Range.default("10.0.0.0/16").describe("The VPC's range, /16 to /20. Cannot change later."),
                nat: z
                    .enum(["per-zone", "single"], { error: "must be 'per-zone' or 'single'" })
                    .default("per-zone")
                    .describe(
                        "NAT gateways: one per zone, so that a zone's failure takes no other with it, or a single one, for less money.",
                    ),
            }),
            z.strictObject({
                kind: z.literal("existing"),
                vpcId: z
                    .string()
                    .regex(/^vpc-[0-9a-f]{8,17}$/, "must be a VPC's id such as 'vpc-0123456789abcdef0'")
                    .describe("The VPC. Cannot change later."),
                privateSubnets: z
                    .record(zone, subnetId)
                    .describe("The nodes' subnet of each zone. Each zone of 'zones' has one."),
                publicSubnets: z
                    .record(zone, subnetId)
                    .default({})
                    .describe("The load balancer's subnet of each zone; none where it is internal."),
            }),
        ],
        kinds("must be 'new' or 'existing'"),
    )
    .describe("The VPC: made, or one that exists.");
