/** What everything of EKS has in common. */
import { textAt } from "../../values";
import { arnOf, type Reference, type Work } from "../facts";
import type { Item } from "../world";

export const CLUSTER = "aws:eks/cluster:Cluster";
export const ROLE: Omit<Reference, "path"> = {
    type: "aws:iam/role:Role",
    by: "arn",
    code: "InvalidParameterException",
};
export const SUBNET: Omit<Reference, "path"> = {
    type: "aws:ec2/subnet:Subnet",
    code: "InvalidParameterException",
    holds: true,
};

/** The cluster that something belongs to; EKS answers for one that is not there. */
export const ofCluster: Reference = {
    path: "clusterName",
    type: CLUSTER,
    by: "name",
    code: "ResourceNotFoundException",
};

export const clusterOf = (work: Work): Item | undefined =>
    work.inventory.find(CLUSTER, work.region, "name", textAt(work.inputs, "clusterName"));

export const eksArn = (work: Work, kind: string, ...names: string[]): string =>
    arnOf(work, "eks", [kind, textAt(work.inputs, "clusterName"), ...names].join("/"));

/** `1.35` is 35. */
export const minor = (version: string): number => Number(version.split(".")[1]);
