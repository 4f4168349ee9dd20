/**
 * Server-side apply: which field belongs to which manager, and what to do about it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { at, type Bag, bagAt, clone, isBag, listAt, textAt, type Value } from "../values";
import { isConflict } from "./client";
import type { Cluster } from "./discovery";
import { isAnnotated, kindOf, nameOf, namespaceOf } from "./objects";

/** The manager under which objects are created; the first update moves its fields to the resource's own manager. */
export const CREATOR = "pulumi-kubernetes";

/** Managers, by how their names begin, whose fields an update takes over, with the operation they used. */
const TAKEN_OVER = [
    ["kubectl", "Apply"],
    ["kubectl", "Update"],
    ["before-first-apply", "Update"],
    [CREATOR, "Update"],
    ["pulumi-resource-kubernetes", "Update"],
] as const;

export interface Patch {
    fieldManager: string;
    force: boolean;
    preview: boolean;
}

/** @throws Error that names the other managers when they hold a field. */
export async function apply(cluster: Cluster, object: Bag, patch: Patch): Promise<Bag> {
    try {
        return await cluster.request(kindOf(object), namespaceOf(object), nameOf(object), {
            method: "PATCH",
            query: {
                fieldManager: patch.fieldManager,
                force: String(patch.force),
                dryRun: patch.preview ? "All" : undefined,
                fieldValidation: "Strict",
            },
            body: object,
            contentType: "application/apply-patch+yaml",
        });
    } catch (error) {
        throw isConflict(error) ? explainConflict(error as Error, patch.fieldManager) : error;
    }
}

function explainConflict(error: Error, manager: string): Error {
    return new Error(
        "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
            "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
            `The resource managed by field manager ${JSON.stringify(manager)} had an apply conflict: ${error.message}`,
    );
}

/** Lets go of every field the manager holds. */
export async function relinquish(cluster: Cluster, object: Bag, fieldManager: string): Promise<void> {
    const { name, namespace } = bagAt(object, "metadata");
    const identity: Bag = { ...kindOf(object), metadata: { name, namespace } };
    await apply(cluster, identity, { fieldManager, force: false, preview: false });
}

/** Whether to take fields from other managers without asking. */
export function isForced(inputs: Bag, live: Bag | undefined, enablePatchForce: boolean, preview: boolean): boolean {
    if (isAnnotated(inputs, "patchForce") || enablePatchForce) return true;
    if (!live) return preview;
    const managers = listAt(live, "metadata", "managedFields");
    // Objects from before server-side apply have no managers. In a preview the fields are not taken over yet.
    return (
        managers.length === 0 ||
        (preview && managers.some((entry) => textAt(entry, "manager") === CREATOR && isBy(entry, "Update")))
    );
}

/** Fields of a sub-resource, such as `scale` or `status`, are a matter of its own. */
const isBy = (entry: Value, operation: "Apply" | "Update"): boolean =>
    textAt(entry, "operation") === operation && !textAt(entry, "subresource");

/**
 * Moves the fields of the managers listed above to `fieldManager`, so that leaving one out of the next apply removes it.
 *
 * @returns the live object, with its managers as they are now.
 */
export async function takeOver(cluster: Cluster, before: Bag, fieldManager: string): Promise<Bag> {
    for (let [live, tries] = [before, 1]; ; tries++) {
        const managedFields = merge(listAt(live, "metadata", "managedFields").filter(isBag), fieldManager);
        if (!managedFields) return live;
        try {
            return await cluster.request(kindOf(live), namespaceOf(live), nameOf(live), {
                method: "PATCH",
                contentType: "application/json-patch+json",
                body: [
                    { op: "replace", path: "/metadata/managedFields", value: managedFields },
                    {
                        op: "replace",
                        path: "/metadata/resourceVersion",
                        value: at(live, "metadata", "resourceVersion"),
                    },
                ],
            });
        } catch (error) {
            // A controller may have written the status meanwhile.
            if (!isConflict(error) || tries >= 5) throw error;
            live = await cluster.live(live);
        }
    }
}

/** @returns undefined where there is nothing to move. */
function merge(entries: Bag[], fieldManager: string): Bag[] | undefined {
    const isTaken = (entry: Bag) =>
        TAKEN_OVER.some(([prefix, operation]) => textAt(entry, "manager").startsWith(prefix) && isBy(entry, operation));
    const taken = entries.filter(isTaken);
    if (taken.length === 0) return undefined;
    const own = entries.find((entry) => textAt(entry, "manager") === fieldManager && isBy(entry, "Apply"));
    const fieldsV1 = [...(own ? [own] : []), ...taken].map((entry) => bagAt(entry, "fieldsV1")).reduce(union, {});
    const others = entries.filter((entry) => entry !== own && !isTaken(entry));
    return [...others, { ...(own ?? taken[0]), manager: fieldManager, operation: "Apply", fieldsV1 }];
}

function union(one: Bag, other: Bag): Bag {
    const result = { ...one };
    for (const [key, value] of Object.entries(other)) {
        const existing = result[key];
        result[key] = isBag(existing) && isBag(value) ? union(existing, value) : value;
    }
    return result;
}

/**
 * The inputs with every ignored field as the cluster has it: left out where another manager holds it alone, otherwise
 * with its live value, since leaving it out would remove it.
 */
export function keepIgnored(inputs: Bag, live: Bag, ignoreChanges: string[], fieldManager: string): Bag {
    const object = clone(inputs);
    const held = (isOurs: boolean, path: string[]) =>
        listAt(live, "metadata", "managedFields").some(
            (entry) =>
                (textAt(entry, "manager") === fieldManager) === isOurs &&
                at(entry, "fieldsV1", ...path.map((key) => `f:${key}`)) !== undefined,
        );
    for (const ignored of ignoreChanges) {
        const path = ignored.split(".");
        const last = path.at(-1) as string;
        const parent = at(object, ...path.slice(0, -1));
        if (!isBag(parent)) continue;
        const value = at(live, ...path);
        if (held(false, path) && !held(true, path)) delete parent[last];
        else if (value !== undefined) parent[last] = value;
    }
    return object;
}
