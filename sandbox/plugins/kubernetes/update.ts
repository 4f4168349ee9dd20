/** Changes an object by server-side apply, and waits until it is ready again. */
import { InitializationFailed, type UpdateRequest } from "../provider";
import { at, type Bag, hasUnknown } from "../values";
import { apply } from "./apply";
import { NotReady } from "./await/wait";
import { isForbidden } from "./client";
import { type Cluster, NoSuchKind } from "./discovery";
import { CUSTOM_RESOURCE_DEFINITION, idOf, isKind, isPatch, kindOf, nameOf, namespaceOf, setMetadata } from "./objects";
import type { Session } from "./session";
import { originOf, parseState, toObject } from "./state";

export async function update(session: Session, request: UpdateRequest): Promise<Bag> {
    const { behaviours } = session;
    const { urn, preview } = request;
    const inputs = behaviours.normalize(toObject(request.news));
    if (preview && (hasUnknown(inputs) || !(await session.isKnown(kindOf(inputs))))) return request.news;
    const cluster = session.requireCluster();
    const old = parseState(request.olds);
    const origin = originOf(request.olds, inputs);
    const toState = (live: Bag) => behaviours.toState(inputs, live, request.news, origin, behaviours.markSecrets);

    try {
        const before = await cluster.live(old.live);
        const live = await change(session, cluster, request, inputs, before, origin.fieldManager);
        if (preview) return toState(live);
        if (isKind(inputs, CUSTOM_RESOURCE_DEFINITION)) cluster.discovery.reset();
        const ready = await behaviours.awaitReady(session, { urn, inputs, live, before, timeout: request.timeout });
        await dropOldManager(session, cluster, request, old.inputs, live, origin.fieldManager);
        return toState(ready);
    } catch (error) {
        if (preview && isForbidden(error)) return request.news;
        if (error instanceof NoSuchKind)
            throw new Error(
                `update of resource ${JSON.stringify(urn)} failed because the Kubernetes API server reported that the ` +
                    "apiVersion for this resource does not exist. Verify that any required CRDs have been created: " +
                    error.message,
            );
        throw await incomplete(cluster, old.live, error as Error, toState);
    }
}

function change(
    session: Session,
    cluster: Cluster,
    { type, preview, ignoreChanges }: UpdateRequest,
    inputs: Bag,
    before: Bag,
    fieldManager: string,
): Promise<Bag> {
    // Applying would merge the versions of a definition; it is replaced as a whole.
    if (isKind(inputs, CUSTOM_RESOURCE_DEFINITION))
        return replaceObject(cluster, inputs, before, fieldManager, preview);
    return session.behaviours.applyUpdate(session, {
        inputs,
        before,
        ignoreChanges,
        fieldManager,
        preview,
        patch: isPatch(type, inputs),
    });
}

function replaceObject(
    cluster: Cluster,
    inputs: Bag,
    before: Bag,
    fieldManager: string,
    preview: boolean,
): Promise<Bag> {
    const object = { ...inputs };
    setMetadata(object, { resourceVersion: at(before, "metadata", "resourceVersion") });
    return cluster.request(kindOf(object), namespaceOf(object), nameOf(object), {
        method: "PUT",
        query: { fieldManager, dryRun: preview ? "All" : undefined, fieldValidation: "Strict" },
        body: object,
    });
}

export interface Application {
    inputs: Bag;
    before: Bag;
    ignoreChanges: string[];
    fieldManager: string;
    preview: boolean;
    /** The object belongs to somebody else. */
    patch: boolean;
}

export async function applyUpdate(session: Session, application: Application): Promise<Bag> {
    const { inputs, before, ignoreChanges, fieldManager, preview, patch } = application;
    const { behaviours, config } = session;
    const cluster = session.requireCluster();
    const live = preview || patch ? before : await behaviours.takeOver(cluster, before, fieldManager);
    const force = behaviours.isForced(inputs, live, config.enablePatchForce, preview);
    return apply(cluster, behaviours.keepIgnored(inputs, live, ignoreChanges, fieldManager), {
        fieldManager,
        force,
        preview,
    });
}

/** An annotation may have given the resource another field manager. */
async function dropOldManager(
    session: Session,
    cluster: Cluster,
    { olds }: UpdateRequest,
    oldInputs: Bag,
    live: Bag,
    fieldManager: string,
): Promise<void> {
    const old = originOf(olds, oldInputs).fieldManager;
    if (old !== fieldManager) await session.behaviours.relinquish(cluster, live, old);
}

/** The object is still there, as it was or half changed: its state is kept with what went wrong. */
async function incomplete(cluster: Cluster, old: Bag, error: Error, toState: (live: Bag) => Bag): Promise<Error> {
    const object = error instanceof NotReady ? error.object : await cluster.live(old).catch(() => undefined);
    if (!object) return new Error(`update of resource "${idOf(old)}" failed: ${error.message}`);
    const message =
        `the Kubernetes API server reported that "${idOf(object)}" failed to fully initialize or become live: ` +
        error.message;
    const reasons = error instanceof NotReady ? error.reasons : [];
    return new InitializationFailed(message, idOf(object), toState(object), [message, ...reasons]);
}
