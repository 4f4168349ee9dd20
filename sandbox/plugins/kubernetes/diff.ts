/** How new inputs differ from the live object, as far as the program has a say in it. */
import { isDeepStrictEqual } from "node:util";
import type { Diffed, DiffRequest, PropertyDiff } from "../provider";
import { at, type Bag, isBag, type Value } from "../values";
import { type Path, touches } from "./forceNew";
import { annotation, isAnnotated, isPatch, kindOf, nameOf, namespaceOf, setMetadata } from "./objects";
import type { Session } from "./session";
import { parseState, toObject } from "./state";

export async function diff(session: Session, request: DiffRequest): Promise<Diffed> {
    const { behaviours } = session;
    const state = parseState(request.olds);
    const live = state.live;
    const news = behaviours.normalize(toObject(request.news));
    const old = behaviours.prune(live, behaviours.normalize(state.inputs));
    const namespaced = await session.isNamespaced(kindOf(news), Boolean(namespaceOf(live)));
    for (const object of [old, news]) {
        const namespace = namespaced ? namespaceOf(object) || "default" : undefined;
        setMetadata(object, { namespace, resourceVersion: undefined });
    }
    if (nameOf(news)) setMetadata(old, { name: nameOf(live) });

    const forceNew = isPatch(request.type, news)
        ? behaviours.patchForceNewFields()
        : behaviours.forceNewFields(news, session.config);
    const properties = new Map<string, PropertyDiff>();
    for (const { path, kind, value } of changes(old, news)) {
        const text = pathText(path);
        if (behaviours.isIgnored(text, request.ignoreChanges)) continue;
        properties.set(text, { kind, replace: forceNew.some((field) => touches(field, path, value)) });
    }
    const otherReplaces = isAnnotated(news, "replaceUnready")
        ? await behaviours.replaceUnready(session, request.urn, live)
        : [];
    const isReplaced = otherReplaces.length > 0 || [...properties.values()].some(({ replace }) => replace);
    return {
        properties,
        otherReplaces,
        deleteBeforeReplace: isReplaced && behaviours.deletesBeforeReplace(news, live),
    };
}

/** The old object has to go first if the new one must have its name. */
export function deletesBeforeReplace(news: Bag, live: Bag): boolean {
    return (
        nameOf(news) !== "" &&
        annotation(news, "autonamed") !== "true" &&
        nameOf(news) === nameOf(live) &&
        (namespaceOf(news) || "default") === (namespaceOf(live) || "default")
    );
}

/** Whether a change at `path` is below one of the paths that are not to be looked at. */
export const isIgnored = (path: string, ignored: string[]): boolean =>
    ignored.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));

interface Change {
    path: Path;
    kind: PropertyDiff["kind"];
    /** The new value; for a deletion undefined. */
    value?: Value;
}

function* changes(old: Bag, news: Bag, path: Path = []): Generator<Change> {
    for (const key of new Set([...Object.keys(news), ...Object.keys(old)]))
        yield* valueChanges(old[key], news[key], [...path, key]);
}

function* valueChanges(old: Value | undefined, value: Value | undefined, path: Path): Generator<Change> {
    const isGone = value === undefined || value === null;
    const wasGone = old === undefined || old === null;
    if (isGone && wasGone) return;
    if (isGone) yield { path, kind: "delete" };
    else if (wasGone) yield { path, kind: "add", value };
    else if (isBag(old) && isBag(value)) yield* changes(old, value, path);
    else if (Array.isArray(old) && Array.isArray(value))
        for (let index = 0; index < Math.max(old.length, value.length); index++)
            yield* valueChanges(old[index], value[index], [...path, index]);
    else if (!isDeepStrictEqual(old, value)) yield { path, kind: "update", value };
}

/** As the engine writes paths: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`. */
export function pathText(path: Path): string {
    let text = "";
    for (const step of path) {
        if (typeof step === "number") text += `[${step}]`;
        else if (/[."[\]]/.test(step)) text += `["${step.replaceAll('"', '\\"')}"]`;
        else text += text ? `.${step}` : step;
    }
    return text;
}

/** A Job that asks for it is made anew as long as it has not succeeded. */
export async function replaceUnready(session: Session, urn: string, live: Bag): Promise<string[]> {
    const cluster = session.reachable();
    if (!cluster) {
        session.engine.log("warning", urn, "Cluster is unreachable, skipping replaceUnready check");
        return [];
    }
    if (live["kind"] !== "Job") {
        session.engine.log("warning", urn, "replaceUnready annotation is not supported for this resource");
        return [];
    }
    const job = await cluster.live(live).catch(() => undefined);
    const conditions = at(job, "status", "conditions");
    const isComplete =
        Array.isArray(conditions) &&
        conditions.some((one) => at(one, "type") === "Complete" && at(one, "status") === "True");
    return job === undefined || isComplete ? [] : ['metadata.annotations["pulumi.com/replaceUnready"]'];
}
