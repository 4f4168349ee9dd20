import { AccessEntry, AccessPolicyAssociation } from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import type { Made } from "./made";
import type { EksScope } from "./scope";

/**
 * Who may use the cluster beside who made it. Of our own rather than by the `accessEntries` of eks.Cluster, because of
 * `deleteBeforeReplace`: an association is known by principal and policy alone, so that one with other namespaces, made
 * before the old one is deleted, would go with it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
export function createAccess({ plan, name, child }: EksScope, { clusterName }: Made): readonly pulumi.Resource[] {
    return plan.access.map(({ name: entryName, principal, policyArn, namespaces }) => {
        const entry = new AccessEntry(
            `${name}-access-${entryName}`,
            { clusterName, principalArn: principal, type: "STANDARD" },
            { ...child, deleteBeforeReplace: true },
        );
        return new AccessPolicyAssociation(
            `${name}-access-${entryName}`,
            {
                clusterName,
                principalArn: entry.principalArn,
                policyArn,
                accessScope:
                    namespaces === undefined ? { type: "cluster" } : { type: "namespace", namespaces: [...namespaces] },
            },
            { ...child, deleteBeforeReplace: true },
        );
    });
}
