/** The nodes' keys, or Auto Mode's instead. */
import { oneOf, type Problem, pathOf } from "../problem";
import { addonNames, addonsWithAutoMode, type EksModel, type NodesModel } from "./schema";

export function* checkNodes(cluster: EksModel): Generator<Problem> {
    const { nodes, autoMode, loadBalancerController, addons } = cluster;
    if (nodes === undefined && autoMode === undefined) {
        yield { path: "cluster.nodes", message: "is required, unless autoMode lets AWS make the nodes" };
    }
    if (autoMode !== undefined) {
        const brought = addonNames.filter((name) => addons[name] !== undefined && !addonsWithAutoMode.includes(name));
        const not = [
            ...(nodes === undefined ? [] : ["nodes"]),
            ...(loadBalancerController === undefined ? [] : ["loadBalancerController"]),
            ...brought.map((name) => pathOf("addons", name)),
        ];
        for (const key of not) {
            yield { path: `cluster.${key}`, message: "does not go with autoMode, which brings its own: take one out" };
        }
        return;
    }
    if (loadBalancerController === undefined) {
        yield {
            path: "cluster.loadBalancerController",
            message:
                "is required without autoMode: { version: '1.14.1' }, the version of the AWS Load Balancer Controller's chart",
        };
    }
    if (nodes === undefined) return;
    const groups = Object.entries(nodes.groups);
    if (!groups.some(([, { couchdb }]) => !couchdb)) {
        yield {
            path: "cluster.nodes.groups",
            message: "must have a group that is not kept for CouchDB (couchdb: false), for everything else",
        };
    }
    for (const [name, group] of groups) {
        const longest = Math.max(...(group.zones ?? cluster.zones).map((zone) => `${name}-${zone}-`.length));
        if (longest > groupNameLength) {
            yield {
                path: pathOf("cluster", "nodes", "groups", name),
                message: `must have a name of at most ${name.length - (longest - groupNameLength)} characters: AWS has little room beside the zone's`,
            };
        }
        for (const { path, message } of checkGroup(group, cluster)) {
            yield { path: `${pathOf("cluster", "nodes", "groups", name)}.${path}`, message };
        }
    }
}

/** What AWS leaves of a node group's name where it adds a part of its own. */
const groupNameLength = 37;

/** Paths begin below the group. */
function* checkGroup(group: NodesModel, { zones }: EksModel): Generator<Problem> {
    const { min, desired = min, max = desired } = group.perZone;
    if (desired < min) yield { path: "perZone.desired", message: `must be at least perZone.min, ${min}` };
    if (max < desired) {
        yield {
            path: "perZone.max",
            message: `must be at least perZone.${desired === min ? "min" : "desired"}, ${desired}`,
        };
    }
    if (desired === 0) {
        yield {
            path: "perZone.desired",
            message: "must be at least 1: nothing makes nodes as they are asked for, but autoMode",
        };
    }
    for (const [index, zone] of (group.zones ?? []).entries()) {
        const path = pathOf("zones", index);
        if (!zones.includes(zone)) yield { path, message: `must be a zone of cluster.zones: ${oneOf(zones)}` };
        if (group.zones?.indexOf(zone) !== index) yield { path, message: "is there twice" };
    }
    if (group.couchdb && group.capacity === "spot") {
        yield {
            path: "capacity",
            message:
                "must be 'on-demand' with couchdb: true: a spot node is taken away with two minutes' notice, while CouchDB writes",
        };
    }
    const arm = group.instanceTypes.filter((type) => isGraviton(type));
    if (arm.length > 0 && arm.length < group.instanceTypes.length) {
        yield {
            path: "instanceTypes",
            message: `must be of one architecture: ${arm.join(", ")} are Graviton, the others x86; make a group of each`,
        };
    }
}

/**
 * Whether AWS's name of an instance type says an Arm processor: a 'g' after the generation (`m7g`, `c6gn`, `x2gd`), or `a1`.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function isGraviton(instanceType: string): boolean {
    return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(instanceType.replace(/-flex\./, "."));
}
