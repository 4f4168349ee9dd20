import { PodIdentityAssociation } from "@pulumi/aws/eks";
import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { loadBalancerControllerPolicy } from "./load-balancer-policy";
import type { Made } from "./made";
import { managedPolicies, managedPolicyArn, podTrustPolicy, type ServiceAccount, serviceAccounts } from "./policies";
import type { EksScope } from "./scope";
import { ebsCsiPolicy } from "./storage-policies";

/** The rights of a service account: one of AWS's own policies, or a document. */
interface Rights {
    readonly managedPolicy?: string;
    readonly document?: pulumi.Input<string>;
}

export interface PodIdentities {
    /** What vpc-cni's pods need, which start with the first node. */
    readonly network: pulumi.Resource;
    /** What the EBS CSI driver's controller needs. */
    readonly storage: pulumi.Resource;
    /** What the AWS Load Balancer Controller needs. */
    readonly loadBalancer?: pulumi.Resource;
}

/**
 * Rights in AWS of the pods that need some, each by a role that only its service account in this cluster can take. The
 * nodes' own role has none of them.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
 */
export function createPodIdentities(scope: EksScope, made: Made, volumeKey: pulumi.Output<string>): PodIdentities {
    const { plan } = scope;
    return {
        network: createIdentity(scope, made, "vpc-cni", { managedPolicy: managedPolicies.networkInterfaces }),
        storage: createIdentity(scope, made, "ebs-csi", {
            document: volumeKey.apply((keyArn) => JSON.stringify(ebsCsiPolicy(plan, keyArn))),
        }),
        loadBalancer:
            plan.loadBalancerController === undefined
                ? undefined
                : createIdentity(scope, made, "load-balancer", {
                      document: JSON.stringify(loadBalancerControllerPolicy(plan)),
                  }),
    };
}

function createIdentity(
    { plan, name, child }: EksScope,
    { clusterName }: Made,
    purpose: keyof typeof serviceAccounts,
    { managedPolicy, document }: Rights,
): pulumi.Resource {
    const account: ServiceAccount = serviceAccounts[purpose];
    const role = new Role(
        `${name}-${purpose}`,
        {
            description: `${account.namespace}/${account.name} in the EKS cluster ${plan.name}`,
            assumeRolePolicy: JSON.stringify(podTrustPolicy(plan, account)),
        },
        child,
    );
    const rights: pulumi.Resource[] = [];
    if (managedPolicy !== undefined) {
        const policyArn = managedPolicyArn(plan, managedPolicy);
        rights.push(new RolePolicyAttachment(`${name}-${purpose}`, { role: role.name, policyArn }, child));
    }
    if (document !== undefined) {
        rights.push(new RolePolicy(`${name}-${purpose}`, { role: role.name, policy: document }, child));
    }
    return new PodIdentityAssociation(
        `${name}-${purpose}`,
        { clusterName, namespace: account.namespace, serviceAccount: account.name, roleArn: role.arn },
        { ...child, dependsOn: rights },
    );
}
