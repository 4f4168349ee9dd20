/** Whether the instance may have its names on the engine, and no instance would be lost from sight. */
import type { Finding } from "../../guard/subject";
import type { Owner } from "../../live";
import { type Problem, pathOf } from "../../problem";
import type { HostStackModel } from "../../schema";
import type { LiveHost } from "../live";
import { isOwn } from "../ports";
import type { HostSubject } from "./subject";

export function guardPlace(subject: HostSubject): Finding[] {
    return [...guardContainers(subject), ...guardVolumes(subject), ...guardNetwork(subject)];
}

const otherName = "Remove it, or give this instance another name.";

function* guardContainers({ plan, names, owner, live, composed }: HostSubject): Generator<Finding> {
    for (const { service } of plan.description.workloads) {
        const found = live.containers.find(({ name }) => name === names.container(service));
        if (found === undefined || isOwn(found, owner) || composed.includes(found)) continue;
        const by =
            found.owner === undefined && found.composeProject !== undefined
                ? `was made by the Compose project '${found.composeProject}'`
                : madeBy(found.owner, owner);
        yield { path: "", message: `The container '${found.name}' exists, and ${by}. ${otherName}` };
    }
}

function* guardVolumes({ plan, owner, live, instance }: HostSubject): Generator<Finding> {
    for (const { name } of plan.volumes) {
        const found = live.volumes.find((volume) => volume.name === name);
        if (found === undefined || isOwn(found, owner)) continue;
        const project = found.owner === undefined ? found.labels[COMPOSE_PROJECT] : undefined;
        // Names of the instance's own project, whoever made them: Compose, or an operator who restored a backup.
        if (found.owner === undefined && instance.compose !== undefined) continue;
        if (project !== undefined) {
            yield {
                path: "",
                message: `The volume '${name}' belongs to the Compose project '${project}'. To take that over with its data, set compose: { project: ${project} }; else give this instance another name.`,
            };
        } else {
            yield { path: "", message: `The volume '${name}' exists, and ${madeBy(found.owner, owner)}. ${otherName}` };
        }
    }
}

/** @see https://docs.docker.com/compose/how-tos/project-name/ */
const COMPOSE_PROJECT = "com.docker.compose.project";

function* guardNetwork({ names, owner, live, instance }: HostSubject): Generator<Finding> {
    const found = live.networks.filter(({ name }) => name === names.network);
    const [first, second] = found;
    if (first === undefined) return;
    const path = instance.compose === undefined ? "" : "compose.network";
    if (second !== undefined) {
        yield {
            path,
            message: `There are ${found.length} networks '${names.network}', and which of them is meant cannot be told. Remove those that are not used: docker network rm ID.`,
        };
    } else if (first.driver !== "bridge") {
        yield {
            path,
            message: `The network '${names.network}' is of the driver '${first.driver}': CouchDB's nodes lose one another on a network of several hosts. For several machines use Kubernetes, cluster kind 'existing'.`,
        };
    } else if (!isOwn(first, owner) && (first.owner !== undefined || instance.compose === undefined)) {
        yield {
            path,
            message: `The network '${names.network}' exists, and ${madeBy(first.owner, owner)}. ${otherName}`,
        };
    }
}

function madeBy(found: Owner | undefined, own: Owner): string {
    if (found === undefined) return "was not made by this program";
    if (found.stack !== own.stack) return `belongs to the instance '${found.instance}' of the stack '${found.stack}'`;
    return `belongs to the instance '${found.instance}' of this stack`;
}

/** A missing key may be a slip of the hand: taking services down is said by name. */
export function guardForgotten(model: HostStackModel, live: LiveHost, stack: string): Problem[] {
    const instances = live.containers.flatMap(({ owner }) => (owner?.stack === stack ? [owner.instance] : []));
    return [...new Set(instances)]
        .filter((instance) => !(instance in model.instances))
        .map((instance) => ({
            path: pathOf("instances", instance),
            message: `The instance is on the Docker engine ${live.endpoint}, but is not in the stack file any more. To take it down, put it back with 'remove: ${instance}', run 'pulumi up', and then take it out of the file; its data stays.`,
        }));
}
