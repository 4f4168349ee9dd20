/** CPU and memory per service: what sizing computes, with the operator's own figures over it. */
import type { ResourceNeeds, Role } from "../cht/model";
import { compareQuantities } from "./quantity";

/** What an operator gave for one service. A Docker host knows limits only. */
interface OwnNeeds {
    readonly requests?: { readonly cpu?: string; readonly memory?: string };
    readonly limits: { readonly cpu?: string; readonly memory?: string };
}

export function mergeResources(
    computed: Readonly<Record<Role, ResourceNeeds>>,
    own: Readonly<Partial<Record<Role, OwnNeeds>>>,
): Readonly<Record<Role, ResourceNeeds>> {
    return Object.fromEntries(
        Object.entries(computed).map(([role, needs]) => [role, merge(needs, own[role as Role])]),
    ) as Record<Role, ResourceNeeds>;
}

/** A figure that the operator did not give follows the one given, so that a request is never above its limit. */
function merge(computed: ResourceNeeds, own: OwnNeeds | undefined): ResourceNeeds {
    if (own === undefined) return computed;
    const { requests = {} } = own;
    const limits = {
        cpu: own.limits.cpu ?? raised(computed.limits.cpu, requests.cpu),
        memory: own.limits.memory ?? raised(computed.limits.memory, requests.memory),
    };
    return {
        requests: {
            cpu: requests.cpu ?? lowered(computed.requests.cpu, limits.cpu),
            memory: requests.memory ?? lowered(computed.requests.memory, limits.memory),
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
