import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { UPGRADE_SERVICE_ACCOUNT, UPGRADE_SERVICE_ROLE, UPGRADE_SERVICE_ROLE_BINDING } from "../../cht/names";
import { metadata, type Scope } from "./scope";

/**
 * What CHT 4.x's upgrade service may do: change the images of this namespace's Deployments, and see their pods. Nothing else,
 * and nowhere else.
 *
 * @returns the account's name, once its rights are there.
 */
export function createUpgradeServiceAccount(scope: Scope): { name: pulumi.Output<string>; binding: pulumi.Resource } {
    const { plan, child } = scope;
    const account = new k8s.core.v1.ServiceAccount(
        `${plan.name}-upgrade-service`,
        { metadata: metadata(scope, UPGRADE_SERVICE_ACCOUNT), automountServiceAccountToken: false },
        child,
    );
    const role = new k8s.rbac.v1.Role(
        `${plan.name}-upgrade-service`,
        {
            metadata: metadata(scope, UPGRADE_SERVICE_ROLE),
            rules: [
                {
                    apiGroups: ["apps"],
                    resources: ["deployments"],
                    verbs: ["get", "list", "watch", "update", "patch"],
                },
                { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
            ],
        },
        child,
    );
    const binding = new k8s.rbac.v1.RoleBinding(
        `${plan.name}-upgrade-service`,
        {
            metadata: metadata(scope, UPGRADE_SERVICE_ROLE_BINDING),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: scope.namespace }],
        },
        child,
    );
    return { name: account.metadata.name, binding };
}
