import { Alias, Key } from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { accountsOf, secretsKeyPolicy, volumeKeyPolicy } from "./key-policies";
import type { EksScope } from "./scope";

export interface Keys {
    /** ARN of the key that Kubernetes' Secrets are encrypted with. */
    readonly secrets: pulumi.Output<string>;
    /** ARN of the key that volumes, and so their snapshots, are encrypted with. */
    readonly volumes: pulumi.Output<string>;
}

/** AWS's longest: the time in which a key whose deletion somebody asked for can be had back. */
const deletionWindowInDays = 30;

/**
 * The keys that everything at rest is encrypted with. Without its key a volume or a snapshot is lost for good, so they are
 * kept whatever happens to the stack.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
 */
export function createKeys({ plan, name, child, keep }: EksScope): Keys {
    const createKey = (purpose: string, description: string, policy: object) => {
        const key = new Key(
            `${name}-${purpose}`,
            { description, enableKeyRotation: true, deletionWindowInDays, policy: JSON.stringify(policy) },
            keep,
        );
        new Alias(`${name}-${purpose}`, { name: `alias/${name}-${purpose}`, targetKeyId: key.keyId }, child);
        return key.arn;
    };
    const { keyArn } = plan.storage;
    return {
        secrets: createKey("secrets", `Secrets of the EKS cluster ${plan.name}`, secretsKeyPolicy(plan)),
        volumes:
            keyArn === undefined
                ? createKey(
                      "volumes",
                      `Volumes of the EKS cluster ${plan.name}`,
                      volumeKeyPolicy(plan, accountsOf(plan.snapshotPolicies)),
                  )
                : pulumi.output(keyArn),
    };
}
