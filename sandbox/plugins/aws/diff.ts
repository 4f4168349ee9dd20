/** How new inputs differ from what there is, and whether AWS can change it in place. */
import { isDeepStrictEqual } from "node:util";
import type { Diffed, DiffRequest, PropertyDiff } from "../provider";
import { type Bag, isBag, reveal, Unknown, type Value, without } from "../values";
import type { Behaviours } from "./behaviours";
import { DEFAULTS } from "./check";
import type { ResourceFacts } from "./facts";

export function diff(behaviours: Behaviours, facts: ResourceFacts, request: DiffRequest): Diffed {
    const [olds, news] = [reveal(request.olds), without(reveal(request.news), DEFAULTS)];
    const before = reveal(request.oldInputs);
    const old = shapedLike(olds, union(without(before, DEFAULTS), news) as Bag);
    const properties = new Map<string, PropertyDiff>();
    for (const { path, kind } of changes(old, news, "")) {
        if (
            request.ignoreChanges.some(
                (one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`),
            )
        )
            continue;
        properties.set(path, { kind, replace: behaviours.replaces(facts, path, olds, news) });
    }
    const isReplaced = [...properties.values()].some(({ replace }) => replace);
    return { properties, deleteBeforeReplace: isReplaced && behaviours.keepsItsName(facts, olds, request.news) };
}

/** Whether a change at `path` makes a new resource. */
export function replaces(facts: ResourceFacts, path: string, olds: Bag, news: Bag): boolean {
    const plain = path.replace(/\[\d+\]/g, "");
    const fields = [...Object.values(facts.createOnly ?? {}), ...(facts.forceNew ?? []), "region"];
    const field = fields.find((one) => one !== null && within(plain, one));
    return field !== undefined && (facts.replaces?.(field ?? "", olds, news) ?? true);
}

/** A change of a part of the field, or of what holds it. */
const within = (path: string, field: string): boolean =>
    path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`);

/** Two cannot have the name that the program gives: the old one has to go first. */
export function keepsItsName({ autoname }: ResourceFacts, olds: Bag, news: Bag): boolean {
    const filledIn = news[DEFAULTS];
    return (
        autoname !== undefined &&
        news[autoname] !== undefined &&
        !(Array.isArray(filledIn) && filledIn.includes(autoname)) &&
        news[autoname] === olds[autoname]
    );
}

/** The part of what there is that the program has a say in. */
export function shapedLike(state: Bag, shape: Bag): Bag {
    const result: Bag = {};
    for (const [key, wanted] of Object.entries(shape)) {
        const value = state[key];
        if (value !== undefined) result[key] = partLike(value, wanted);
    }
    return result;
}

function partLike(value: Value, shape: Value | undefined): Value {
    if (isBag(value) && isBag(shape)) return shapedLike(value, shape);
    if (Array.isArray(value) && Array.isArray(shape))
        return value.map((item, index) => partLike(item, shape[index] ?? item));
    return value;
}

/** Everything that either has. */
function union(one: Value | undefined, other: Value | undefined): Value | undefined {
    if (isBag(one) && isBag(other))
        return Object.fromEntries(
            [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, union(one[key], other[key])]),
        );
    if (Array.isArray(one) && Array.isArray(other))
        return Array.from(
            { length: Math.max(one.length, other.length) },
            (_, index) => union(one[index], other[index]) ?? null,
        );
    return one ?? other;
}

interface Change {
    path: string;
    kind: PropertyDiff["kind"];
}

const isNothing = (value: Value | undefined): boolean =>
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (isBag(value) && Object.keys(value).length === 0);

function* changes(old: Bag, news: Bag, path: string): Generator<Change> {
    for (const key of new Set([...Object.keys(news), ...Object.keys(old)])) {
        const step = /[."[\]]/.test(key) ? `["${key}"]` : path ? `.${key}` : key;
        yield* valueChanges(old[key], news[key], path + step);
    }
}

function* valueChanges(old: Value | undefined, value: Value | undefined, path: string): Generator<Change> {
    if (isNothing(value) && isNothing(old)) return;
    if (isNothing(value)) yield { path, kind: "delete" };
    else if (isNothing(old)) yield { path, kind: "add" };
    else if (value instanceof Unknown) yield { path, kind: "update" };
    else if (isBag(old) && isBag(value)) yield* changes(old, value, path);
    else if (Array.isArray(old) && Array.isArray(value))
        for (let index = 0; index < Math.max(old.length, value.length); index++)
            yield* valueChanges(old[index], value[index], `${path}[${index}]`);
    else if (!isSame(old, value)) yield { path, kind: "update" };
}

/** Of a text, a number or a switch; anything else is like nothing. */
const textOf = (value: Value | undefined): string | symbol =>
    typeof value === "object" || value === undefined ? Symbol("none") : String(value);

/** Policy documents are the same whatever their spaces and the order of their keys; numbers and switches are, as text or not. */
function isSame(old: Value | undefined, value: Value | undefined): boolean {
    if (isDeepStrictEqual(old, value) || textOf(old) === textOf(value)) return true;
    if (typeof old !== "string" || typeof value !== "string" || !/^\s*[[{]/.test(value)) return false;
    try {
        return isDeepStrictEqual(JSON.parse(old), JSON.parse(value));
    } catch {
        return false;
    }
}
