import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../../cht/model";
import { SERVICE_LABEL } from "../../cht/names";
import { podSpec } from "./pods";
import { instanceLabels, metadata, type Scope } from "./scope";

/** What the Deployments need that was made before them. */
export interface WorkloadParts {
    /** By CouchDB node, in order: the claim's name, once the claim is there. */
    readonly claimNames: readonly pulumi.Output<string>[];
    /** Changes when the pods have to start anew though nothing in their own specification changed. */
    readonly checksum: pulumi.Input<string>;
    readonly upgradeServiceAccount?: pulumi.Output<string>;
    /** Services and the like, that must be there before the pods look for them. */
    readonly after: pulumi.Resource[];
}

/** CouchDB may repair its files at start, and API may prepare a new version's documents: both may take an hour. */
const slowStartSeconds = 3900;
const startSeconds = 600;

/**
 * One Deployment per service, with one pod: no service of CHT can run twice, and CouchDB would destroy its data, so the old
 * pod ends before the new one starts.
 */
export function createDeployment(scope: Scope, workload: Workload, parts: WorkloadParts): k8s.apps.v1.Deployment {
    const { plan, child } = scope;
    const slow = workload.role === "couchdb" || workload.role === "api";
    const deadline = slow ? slowStartSeconds : startSeconds;
    // The selector can never change, so it is the one of the Helm charts and no more.
    const selector = { [SERVICE_LABEL]: workload.service };
    const podLabels = {
        ...instanceLabels(scope),
        "app.kubernetes.io/name": workload.name,
        "app.kubernetes.io/component": workload.role,
        ...selector,
    };
    const spec = podSpec(workload, {
        plan,
        claimName:
            workload.node === undefined && workload.role !== "couchdb"
                ? undefined
                : parts.claimNames[(workload.node ?? 1) - 1],
        serviceAccountName: workload.role === "upgrade-service" ? parts.upgradeServiceAccount : undefined,
    });
    return new k8s.apps.v1.Deployment(
        `${plan.name}-${workload.name}`,
        {
            metadata: metadata(scope, workload.name, { labels: podLabels }),
            spec: {
                replicas: 1,
                revisionHistoryLimit: 3,
                progressDeadlineSeconds: deadline,
                strategy: { type: "Recreate" },
                selector: { matchLabels: selector },
                template: {
                    metadata: { labels: podLabels, annotations: podAnnotations(workload, parts.checksum) },
                    spec,
                },
            },
        },
        pulumi.mergeOptions(child, {
            dependsOn: parts.after,
            customTimeouts: { create: `${deadline + 60}s`, update: `${deadline + 60}s` },
        }),
    );
}

function podAnnotations(workload: Workload, checksum: pulumi.Input<string>) {
    return {
        "cht-hosting/checksum": checksum,
        // Moving CouchDB for the sake of a fuller node costs every user minutes.
        ...(workload.role === "couchdb"
            ? { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "karpenter.sh/do-not-disrupt": "true" }
            : {}),
    };
}
