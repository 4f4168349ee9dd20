/**
 * IAM documents, as plain data: exact actions, and resources and conditions as narrow as the action allows. Here is what
 * they are made of, and who may take a role; what a role may do is in the files beside this one. Of AWS's own policies only
 * those are attached that AWS asks for by name.
 */
import type { EksPlan } from "../../../config/aws/eks-plan";

export interface PolicyDocument {
    readonly Version: "2012-10-17";
    readonly Statement: readonly Statement[];
}

export interface Statement {
    readonly Sid: string;
    readonly Effect: "Allow";
    readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
    readonly Action: readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Where in AWS the rights are. */
export type Place = Pick<EksPlan, "partition" | "region" | "account" | "name">;

export interface ServiceAccount {
    readonly namespace: string;
    readonly name: string;
}

/** The add-ons' and the controller's own, by what the roles are named after: briefly, a role's name has at most 64 characters. */
export const serviceAccounts = {
    "vpc-cni": { namespace: "kube-system", name: "aws-node" },
    "ebs-csi": { namespace: "kube-system", name: "ebs-csi-controller-sa" },
    "load-balancer": { namespace: "kube-system", name: "aws-load-balancer-controller" },
} as const satisfies Record<string, ServiceAccount>;

/**
 * Policies that AWS keeps, of which EKS asks for these.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
 */
export const managedPolicies = {
    node: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
    networkInterfaces: "AmazonEKS_CNI_Policy",
} as const;

export function managedPolicyArn({ partition }: Pick<Place, "partition">, policy: string): string {
    return `arn:${partition}:iam::aws:policy/${policy}`;
}

export function document(...statements: readonly Statement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}

/** Who may take the nodes' role: EC2. */
export function nodeTrustPolicy(): PolicyDocument {
    return document({
        Sid: "Nodes",
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: ["sts:AssumeRole"],
    });
}

/**
 * Who may take a pod's role: that service account of this cluster, through EKS.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export function podTrustPolicy(place: Place, account: ServiceAccount): PolicyDocument {
    const { partition, region, account: owner, name } = place;
    return document({
        Sid: "Pods",
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
            StringEquals: {
                "aws:RequestTag/eks-cluster-arn": `arn:${partition}:eks:${region}:${owner}:cluster/${name}`,
                "aws:RequestTag/kubernetes-namespace": account.namespace,
                "aws:RequestTag/kubernetes-service-account": account.name,
            },
        },
    });
}
