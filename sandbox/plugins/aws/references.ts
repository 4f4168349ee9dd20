/** What resources need of each other: nothing can be made in a VPC that is not there, and no VPC go that is in use. */
import { AwsError } from "./errors";
import { type Reference, textsAt, type Work } from "./facts";
import { facts } from "./services";
import type { Item } from "./world";

const noun = (type: string): string => type.split(":").at(-1) ?? "";

const pointsTo = (value: unknown, item: Item, reference: Reference): boolean =>
    value === (reference.by === undefined || reference.by === "id" ? item.id : item.properties[reference.by]) ||
    // Lists of the program may name either.
    (reference.by === "arn" && value === item.id);

/** @throws AwsError of the first thing that is not there */
export function checkReferences(work: Work, references: Reference[]): void {
    for (const reference of references)
        for (const value of textsAt(work.inputs, reference.path)) {
            const there = work.inventory
                .all(reference.type, work.region)
                .some((item) => pointsTo(value, item, reference) && !facts[item.type]?.isGone?.(item));
            if (!there) throw new AwsError(reference.code, `The ${noun(reference.type)} '${value}' does not exist`);
        }
}

/** @throws AwsError if something else needs it */
export function checkUnused(work: Work, item: Item): void {
    for (const other of work.inventory.items)
        for (const reference of facts[other.type]?.references ?? [])
            if (reference.holds && reference.type === item.type)
                for (const value of textsAt(other.properties, reference.path))
                    if (pointsTo(value, item, reference))
                        throw new AwsError(
                            item.type.startsWith("aws:iam/") ? "DeleteConflict" : "DependencyViolation",
                            `The ${noun(item.type)} '${item.id}' has dependencies and cannot be deleted: ${noun(other.type)} '${other.id}'`,
                        );
}

/** @throws AwsError if there is one already, or no more are allowed */
export function checkRoom(work: Work): void {
    const { unique } = facts[work.type] ?? {};
    const others = work.inventory.all(work.type, work.region).filter((one) => !facts[one.type]?.isGone?.(one));
    const key = unique?.key(work);
    if (unique && key !== undefined)
        for (const other of others)
            if (unique.key({ ...work, inputs: other.properties }) === key)
                throw new AwsError(unique.code, `${noun(work.type)} already exists: ${key}`);
    const quota = work.settings.quotas[work.type];
    if (quota !== undefined && others.length >= quota)
        throw new AwsError(
            `${noun(work.type)}LimitExceeded`,
            `The maximum number of ${noun(work.type)} has been reached: ${quota}.`,
        );
}
