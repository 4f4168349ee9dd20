import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { CREDENTIALS_SECRET, JOB_SERVICE, SERVICE_LABEL } from "../../cht/names";
import { rotationScript, rotationSecurity } from "../../cht/rotation";
import { type Credentials, encoded } from "./credentials";
import { instanceLabels, metadata, type Scope, unlessEmpty } from "./scope";

/**
 * Changes the administrator's password in CouchDB, before the Secret and with it every service takes the new one: CouchDB
 * takes a password from its environment only once, when it has none. The Job may run again at any time: it first tries
 * whether the new password is already in force.
 *
 * @returns the Job, which waits until CouchDB has taken the password; nothing for the first generation.
 */
export function createRotation(
    scope: Scope,
    credentials: Credentials,
    after: pulumi.Resource[],
): k8s.batch.v1.Job | undefined {
    const { plan, child } = scope;
    const { generation } = plan.credentials;
    const couchdb = plan.description.workloads.find(({ role }) => role === "couchdb")?.containers[0];
    if (generation === 1 || couchdb === undefined) {
        return undefined;
    }
    const name = `cht-couchdb-rotate-password-${generation}`;
    const next = new k8s.core.v1.Secret(
        `${plan.name}-rotation-${generation}`,
        {
            metadata: metadata(scope, name),
            type: "Opaque",
            data: encoded({ NEW_PASSWORD: credentials.values.COUCHDB_PASSWORD }),
        },
        child,
    );
    const podLabels = { ...instanceLabels(scope), [SERVICE_LABEL]: JOB_SERVICE };
    const current = (key: string) => ({ secretKeyRef: { name: CREDENTIALS_SECRET, key } });
    return new k8s.batch.v1.Job(
        `${plan.name}-rotate-password-${generation}`,
        {
            metadata: metadata(scope, name),
            spec: {
                backoffLimit: 10,
                template: {
                    metadata: { labels: podLabels },
                    spec: {
                        restartPolicy: "OnFailure",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
                        nodeSelector: unlessEmpty({ ...plan.placement.nodeSelector }),
                        tolerations: unlessEmpty(plan.placement.tolerations.map((toleration) => ({ ...toleration }))),
                        imagePullSecrets:
                            plan.images.pullSecret === undefined ? undefined : [{ name: plan.images.pullSecret }],
                        containers: [
                            {
                                name: "rotate-password",
                                image: couchdb.image,
                                imagePullPolicy: plan.images.pullPolicy,
                                command: [...rotationScript],
                                env: [
                                    {
                                        name: "COUCHDB_URL",
                                        value: `http://${plan.description.couchdbServers[0] ?? ""}:5984`,
                                    },
                                    { name: "COUCHDB_USER", valueFrom: current("COUCHDB_USER") },
                                    { name: "OLD_PASSWORD", valueFrom: current("COUCHDB_PASSWORD") },
                                    {
                                        name: "NEW_PASSWORD",
                                        valueFrom: { secretKeyRef: { name: next.metadata.name, key: "NEW_PASSWORD" } },
                                    },
                                ],
                                resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                                securityContext: {
                                    ...rotationSecurity,
                                    allowPrivilegeEscalation: false,
                                    privileged: false,
                                    capabilities: { drop: ["ALL"] },
                                },
                            },
                        ],
                    },
                },
            },
        },
        // A Job cannot be changed, and a rotation that was done need not be done again for a new image or placement.
        { ...child, dependsOn: after, ignoreChanges: ["spec"], customTimeouts: { create: "20m" } },
    );
}
