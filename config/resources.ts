/** CPU and memory per service: what sizing computes, with the operator's own figures over it. */
import type { ResourceNeeds, Role } from "../cht/model";
import { compareQuantities } from "./quantity";
import type { InstanceModel } from "./schema";

export function mergeResources(
    computed: Readonly<Record<Role, ResourceNeeds>>,
    own: InstanceModel["resources"],
): Readonly<Record<Role, ResourceNeeds>> {
    return Object.fromEntries(
        Object.entries(computed).map(([role, needs]) => [
            role,
            role in own ? merge(needs, own[role as keyof typeof own]) : needs,
        ]),
    ) as Record<Role, ResourceNeeds>;
}

/** A figure that the operator did not give follows the one given, so that a request is never above its limit. */
function merge(computed: ResourceNeeds, own: InstanceModel["resources"]["couchdb"]): ResourceNeeds {
    if (own === undefined) return computed;
    const limits = {
        cpu: own.limits.cpu ?? raised(computed.limits.cpu, own.requests.cpu),
        memory: own.limits.memory ?? raised(computed.limits.memory, own.requests.memory),
    };
    return {
        requests: {
            cpu: own.requests.cpu ?? lowered(computed.requests.cpu, limits.cpu),
            memory: own.requests.memory ?? lowered(computed.requests.memory, limits.memory),
        },
        limits,
    };
}

function raised(limit: string | undefined, request: string | undefined): string | undefined {
    return limit !== undefined && request !== undefined && compareQuantities(limit, request) < 0 ? request : limit;
}

function lowered(request: string, limit: string | undefined): string {
    return limit !== undefined && compareQuantities(request, limit) > 0 ? limit : request;
}
