/**
 * Whether AWS, and what the stack has there, allow what the file says. Pure, over what was read before the first resource:
 * each refusal names the way out.
 */
import { oneOf, type Problem, pathOf } from "../problem";
import type { AwsAddress } from "./failure";
import { guardNetwork, guardZonesBefore } from "./guard-network";
import { guardPinned, guardVersion } from "./guard-versions";
import type { LiveAws, LiveEks } from "./live";
import type { EksModel } from "./schema";
import { awsTags } from "./tags";

/** The EKS cluster of the stack's last update: a stack output, by which the next run knows it again. */
export interface EksIdentity {
    readonly name: string;
    readonly region: string;
    readonly account: string;
    /** Kubernetes: `1.35`. */
    readonly version: string;
    /** In their order, which decides about their addresses. */
    readonly zones: readonly string[];
}

export interface EksSubject {
    readonly model: EksModel;
    readonly live: LiveAws;
    /** `<project>.<stack>` */
    readonly stack: string;
    /** The stack's cluster as of its last update; missing where it has made none yet. */
    readonly before?: EksIdentity;
}

export function guardAws(subject: EksSubject): Problem[] {
    const rules = [
        guardCluster,
        guardZones,
        guardInstanceTypes,
        guardVersion,
        guardPinned,
        guardNetwork,
        guardZonesBefore,
        guardAutoMode,
        guardHostedZone,
    ];
    return rules.flatMap((rule) => [...rule(subject)]);
}

/**
 * The account, before anything else of AWS is read: in another one nothing of what there is would be the stack's.
 *
 * @param account that the credentials belong to
 */
export function* guardAccount(
    { account: wanted, profile }: AwsAddress,
    account: string,
    before: EksIdentity | undefined,
): Generator<Problem> {
    const credentials = profile === undefined ? "the AWS credentials" : `the credentials of the profile '${profile}'`;
    if (wanted !== undefined && wanted !== account) {
        yield {
            path: "cluster.account",
            message: `is ${wanted}, but ${credentials} belong to the account ${account}. Use credentials of ${wanted} (AWS_PROFILE, or cluster.profile).`,
        };
    } else if (before !== undefined && before.account !== account) {
        yield {
            path: "cluster.account",
            message: `The stack's cluster '${before.name}' is in the account ${before.account}, but ${credentials} belong to ${account}. Use credentials of ${before.account}; an instance moves to another account by a snapshot, into a stack of its own.`,
        };
    }
}

function* guardCluster({ model, live, stack, before }: EksSubject): Generator<Problem> {
    const { name, region } = model;
    if (before !== undefined && before.region !== region) {
        yield {
            path: "cluster.region",
            message: `The stack's cluster '${before.name}' is in ${before.region}, and cannot follow to ${region}: its data would stay behind. Set it back to '${before.region}'.`,
        };
    } else if (before !== undefined && before.name !== name) {
        yield {
            path: "cluster.name",
            message: `The stack's cluster is '${before.name}': under another name all would be made anew, without its data. Set it back to '${before.name}'.`,
        };
    } else if (live.cluster === undefined && live.ownClusters.length > 0) {
        yield {
            path: "cluster.name",
            message: `The stack has a cluster in ${region} already, ${oneOf(live.ownClusters)}: under another name all would be made anew, without its data. Set name: ${live.ownClusters.join(" or ")}.`,
        };
    }
    if (live.cluster !== undefined) yield* guardLive(live.cluster, region, stack);
    else yield* guardMaker(model, live.caller);
}

/** AWS gives who makes a cluster all rights by itself, and refuses to be told it again. */
function* guardMaker({ access }: EksModel, caller: string): Generator<Problem> {
    for (const [name, { principal }] of Object.entries(access)) {
        // A role's path is not in the ARN of its sessions.
        if (principal === caller || principal.replace(/:role\/.*\//, ":role/") === caller) {
            yield {
                path: pathOf("cluster", "access", name),
                message: `is who makes the cluster now, and has all rights in it by that: take the entry out.`,
            };
        }
    }
}

function* guardLive({ name, tags, status }: LiveEks, region: string, stack: string): Generator<Problem> {
    const owner = tags[awsTags.stack];
    if (owner === undefined) {
        yield {
            path: "cluster.name",
            message: `An EKS cluster '${name}' exists in ${region}, and was not made by this program. Choose another name, or use it with kind 'existing'.`,
        };
    } else if (owner !== stack) {
        yield {
            path: "cluster.name",
            message: `The EKS cluster '${name}' in ${region} belongs to the stack '${owner}'. Choose another name, or use it with kind 'stack'.`,
        };
    } else if (status === "DELETING" || status === "FAILED" || status === "CREATING") {
        yield { path: "cluster.name", message: `The EKS cluster '${name}' ${statusWords[status]}` };
    }
}

const statusWords = {
    CREATING: "is still being made. Wait until it is ACTIVE, and run 'pulumi up' again.",
    DELETING: "is being deleted. Wait until it is gone, or choose another name.",
    FAILED: "could not be made by AWS (status FAILED). See why in the AWS console; delete it there, run 'pulumi refresh', and 'pulumi up' again.",
} as const;

function* guardZones({ model: { zones, region }, live }: EksSubject): Generator<Problem> {
    for (const [index, zone] of zones.entries()) {
        if (!live.zones.includes(zone)) {
            yield {
                path: pathOf("cluster", "zones", index),
                message: `The account has no zone '${zone}' in ${region}: must be ${oneOf(live.zones)}.`,
            };
        }
    }
}

function* guardInstanceTypes({ model, live }: EksSubject): Generator<Problem> {
    for (const [name, group] of Object.entries(model.nodes?.groups ?? {})) {
        const path = (index: number) => pathOf("cluster", "nodes", "groups", name, "instanceTypes", index);
        const zones = (group.zones ?? model.zones).filter((zone) => live.zones.includes(zone));
        const architectures = new Set<string>();
        for (const [index, type] of group.instanceTypes.entries()) {
            const offer = live.instanceTypes.get(type);
            if (offer === undefined || offer.zones.length === 0) {
                yield { path: path(index), message: `AWS has no instance type '${type}' in ${model.region}.` };
                continue;
            }
            const without = zones.filter((zone) => !offer.zones.includes(zone));
            if (without.length > 0) {
                const where = oneOf(offer.zones.filter((zone) => model.zones.includes(zone)));
                const other = where === "" ? "" : `, or set the group's zones to those that have it: ${where}`;
                yield {
                    path: path(index),
                    message: `AWS has no '${type}' in ${without.join(", ")}. Choose another type${other}.`,
                };
            }
            architectures.add(offer.architectures.includes("arm64") ? "arm64" : "x86_64");
        }
        if (architectures.size > 1) {
            yield {
                path: pathOf("cluster", "nodes", "groups", name, "instanceTypes"),
                message:
                    "must be of one architecture: some are Graviton (arm64), the others x86_64; make a group of each",
            };
        }
    }
}

function* guardAutoMode({ model, live, stack }: EksSubject): Generator<Problem> {
    if (live.cluster?.tags[awsTags.stack] !== stack) return;
    const wanted = model.autoMode !== undefined;
    if (live.cluster.autoMode === wanted) return;
    yield {
        path: "cluster.autoMode",
        message: wanted
            ? "The cluster was made without Auto Mode, whose nodes cannot use its volumes: they belong to another CSI driver. Take autoMode out; to change, make a second cluster and move the instances by snapshots."
            : "The cluster was made with Auto Mode, whose volumes other nodes cannot use: they belong to another CSI driver. Put autoMode back; to change, make a second cluster and move the instances by snapshots.",
    };
}

function* guardHostedZone({ model, live }: EksSubject): Generator<Problem> {
    const { hostedZone } = model.ingress;
    if (hostedZone === undefined) return;
    const path = "cluster.ingress.hostedZone";
    if (live.hostedZone === undefined) {
        yield { path, message: `There is no hosted zone '${hostedZone}' that the credentials may see.` };
    } else if (live.hostedZone.private) {
        yield {
            path,
            message: `The hosted zone '${hostedZone}' ('${live.hostedZone.domain}') is private: phones would not find the hosts, and no certificate could be proved there. Use a public one.`,
        };
    }
}
