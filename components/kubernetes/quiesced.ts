import * as k8s from "@pulumi/kubernetes";
import { SERVICE_LABEL, SNAPSHOTS, SNAPSHOTS_SERVICE, serviceName, workloadName } from "../../cht/names";
import {
    ACCOUNT_FOLDER,
    DEADLINE_SECONDS,
    PATIENCE,
    type QuiescedSettings,
    quiescedProgram,
    quiescedSecurity,
    WRITERS,
} from "../../cht/quiesced";
import type { InstancePlan, QuiescedPlan } from "../../config/plan";
import { instanceLabels, metadata, type Scope, unlessEmpty } from "./scope";

const folder = "/cht-hosting";
const snapshotGroup = "snapshot.storage.k8s.io";

/**
 * The CronJob that takes quiesced sets of snapshots, with the rights for just that: it can stop and start the two writers, and
 * change nothing else of them; and it can make and delete VolumeSnapshots of this namespace.
 *
 * Removing the instance, or the schedule, keeps the sets that were taken: nothing here owns them.
 */
export function createQuiesced(scope: Scope, quiesced: QuiescedPlan): void {
    const { plan, child } = scope;
    const account = new k8s.core.v1.ServiceAccount(
        `${plan.name}-snapshots`,
        { metadata: metadata(scope, SNAPSHOTS), automountServiceAccountToken: false },
        child,
    );
    const role = new k8s.rbac.v1.Role(
        `${plan.name}-snapshots`,
        { metadata: metadata(scope, SNAPSHOTS), rules: rules() },
        child,
    );
    const binding = new k8s.rbac.v1.RoleBinding(
        `${plan.name}-snapshots`,
        {
            metadata: metadata(scope, SNAPSHOTS),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: scope.namespace }],
        },
        child,
    );
    // What is in it is the runs' own: who is at work, and what is to be started again.
    const lease = new k8s.coordination.v1.Lease(
        `${plan.name}-snapshots`,
        { metadata: metadata(scope, SNAPSHOTS) },
        child,
    );
    const script = new k8s.core.v1.ConfigMap(
        `${plan.name}-snapshots`,
        {
            metadata: metadata(scope, SNAPSHOTS),
            data: {
                ...quiescedProgram(),
                "settings.json": `${JSON.stringify(quiescedSettings(scope, quiesced), undefined, 2)}\n`,
            },
        },
        child,
    );
    new k8s.batch.v1.CronJob(
        `${plan.name}-snapshots`,
        {
            metadata: metadata(scope, SNAPSHOTS, { annotations: { "cht-hosting/schedule": quiesced.words } }),
            spec: {
                schedule: quiesced.schedule,
                timeZone: "Etc/UTC",
                concurrencyPolicy: "Forbid",
                // A set that could not begin in time is left out, rather than taken in the middle of the day.
                startingDeadlineSeconds: 3600,
                successfulJobsHistoryLimit: 1,
                failedJobsHistoryLimit: 3,
                jobTemplate: { spec: jobSpec(scope, script.metadata.name, account.metadata.name) },
            },
        },
        { ...child, dependsOn: [binding, lease] },
    );
}

/** Stopping is by the subresource `scale`: whoever may change a Deployment may run anything in it. */
function rules() {
    const resourceNames = WRITERS.map((role) => workloadName(role));
    return [
        { apiGroups: ["apps"], resources: ["deployments"], resourceNames, verbs: ["get"] },
        { apiGroups: ["apps"], resources: ["deployments/scale"], resourceNames, verbs: ["patch"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
        {
            apiGroups: ["coordination.k8s.io"],
            resources: ["leases"],
            resourceNames: [SNAPSHOTS],
            verbs: ["get", "patch"],
        },
        {
            apiGroups: [snapshotGroup],
            resources: ["volumesnapshots"],
            verbs: ["create", "delete", "get", "list", "patch"],
        },
    ];
}

/** What the script is told. */
export function quiescedSettings(scope: Pick<Scope, "plan" | "stack">, quiesced: QuiescedPlan): QuiescedSettings {
    const { plan } = scope;
    return {
        namespace: plan.namespace,
        writers: WRITERS.map((role) => workloadName(role)),
        podSelector: `${SERVICE_LABEL} in (${WRITERS.map((role) => serviceName(role)).join(",")})`,
        claims: plan.volumes.map(({ claimName }) => claimName),
        snapshotClassName: quiesced.snapshotClassName,
        labels: instanceLabels(scope),
        annotations: quiesced.annotations,
        lease: SNAPSHOTS,
        keep: quiesced.keep,
        patience: PATIENCE,
        account: ACCOUNT_FOLDER,
    };
}

function jobSpec(
    scope: Scope,
    script: k8s.core.v1.ConfigMap["metadata"]["name"],
    account: k8s.core.v1.ServiceAccount["metadata"]["name"],
) {
    const { plan } = scope;
    return {
        activeDeadlineSeconds: DEADLINE_SECONDS,
        // Each try first starts what the one before has left stopped: not at the next time of the schedule, at once.
        backoffLimit: 3,
        template: {
            metadata: { labels: { ...instanceLabels(scope), [SERVICE_LABEL]: SNAPSHOTS_SERVICE } },
            spec: {
                restartPolicy: "Never",
                serviceAccountName: account,
                automountServiceAccountToken: true,
                enableServiceLinks: false,
                // Time to start the writers again when it is told to end.
                terminationGracePeriodSeconds: 60,
                securityContext: { seccompProfile: { type: "RuntimeDefault" } },
                nodeSelector: unlessEmpty({ ...plan.placement.nodeSelector }),
                tolerations: unlessEmpty(plan.placement.tolerations.map((toleration) => ({ ...toleration }))),
                imagePullSecrets: plan.images.pullSecret === undefined ? undefined : [{ name: plan.images.pullSecret }],
                containers: [
                    {
                        name: "quiesced-set",
                        image: apiImage(plan),
                        imagePullPolicy: plan.images.pullPolicy,
                        command: ["node", `${folder}/run.js`],
                        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                        securityContext: {
                            ...quiescedSecurity,
                            allowPrivilegeEscalation: false,
                            privileged: false,
                            capabilities: { drop: ["ALL"] },
                        },
                        volumeMounts: [{ name: "script", mountPath: folder, readOnly: true }],
                    },
                ],
                volumes: [{ name: "script", configMap: { name: script } }],
            },
        },
    };
}

/** It has Node, and is on the node already. */
function apiImage({ description }: InstancePlan): string {
    const image = description.workloads.find(({ role }) => role === "api")?.containers[0]?.image;
    if (image === undefined) throw new Error("the instance has no API");
    return image;
}
