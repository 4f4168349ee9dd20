import * as k8s from "@pulumi/kubernetes";
import { SERVERS_CONFIG_MAP } from "../../cht/names";
import type { InstancePlan } from "../../config/plan";
import { metadata, type Scope } from "./scope";

/** The CouchDB servers of the instance, under the keys that the Helm charts use. */
export function serversData(plan: InstancePlan): Record<string, string> {
    const [first, ...others] = plan.description.couchdbServers;
    return {
        COUCHDB_SERVERS: plan.description.couchdbServers.join(","),
        ...(others.length === 0 ? {} : { COUCHDB_SYNC_ADMINS_NODE: first ?? "", CLUSTER_PEER_IPS: others.join(",") }),
    };
}

/** The ConfigMap that operators know, from which the pods take their list of servers. */
export function createServersConfigMap(scope: Scope): k8s.core.v1.ConfigMap {
    return new k8s.core.v1.ConfigMap(
        `${scope.plan.name}-servers`,
        { metadata: metadata(scope, SERVERS_CONFIG_MAP), data: serversData(scope.plan) },
        scope.child,
    );
}
