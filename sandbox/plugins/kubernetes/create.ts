/** Makes an object, and waits until it is ready. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Created, type CreateRequest, InitializationFailed } from "../provider";
import { at, type Bag, hasUnknown, without } from "../values";
import { apply, CREATOR, isForced } from "./apply";
import { NotReady } from "./await/wait";
import { ApiError, isAlreadyExists, isForbidden, isNotFound } from "./client";
import { type Cluster, NoSuchKind } from "./discovery";
import { CUSTOM_RESOURCE_DEFINITION, idOf, isKind, isPatch, kindOf, namespaceOf, textOfKind } from "./objects";
import type { Session } from "./session";
import { originOf, toObject } from "./state";

/** Pauses of 1, 2, 4, 8 and 16 seconds lie between. */
const RETRIES = 5;

export async function create(session: Session, request: CreateRequest): Promise<Created> {
    const { behaviours, config } = session;
    const { urn, preview } = request;
    const inputs = toObject(request.inputs);
    const patch = isPatch(request.type, inputs);
    if (preview && (hasUnknown(inputs) || patch || !(await session.isKnown(kindOf(inputs)))))
        return { id: "", state: request.inputs };
    const cluster = session.requireCluster();
    const origin = originOf({}, inputs);
    const toState = (live: Bag) => behaviours.toState(inputs, live, request.inputs, origin, behaviours.markSecrets);

    let live: Bag;
    try {
        live = await retryMissing(session, request, () =>
            config.upsertExistingObjects || patch
                ? apply(cluster, inputs, {
                      fieldManager: origin.fieldManager,
                      force: isForced(inputs, undefined, config.enablePatchForce, preview),
                      preview,
                  })
                : behaviours.createObject(cluster, inputs, preview),
        );
    } catch (error) {
        if (preview && behaviours.isNoMatterInPreview(error)) return { id: "", state: request.inputs };
        throw explain(error as Error, urn, inputs);
    }
    if (preview) {
        return { id: "", state: toState(without(live, "status")) };
    }
    if (isKind(inputs, CUSTOM_RESOURCE_DEFINITION)) cluster.discovery.reset();
    try {
        const ready = await behaviours.awaitReady(session, { urn, inputs, live, timeout: request.timeout });
        return { id: idOf(ready), state: toState(ready) };
    } catch (error) {
        if (!(error instanceof NotReady)) throw error;
        const message =
            `resource ${JSON.stringify(urn)} was successfully created, but the Kubernetes API server reported that it ` +
            `failed to fully initialize or become live: ${error.message}`;
        const state = toState(error.object);
        throw new InitializationFailed(message, idOf(error.object), state, [message, ...error.reasons]);
    }
}

/** An object is created, never laid over one that exists. */
export function createObject(cluster: Cluster, inputs: Bag, preview: boolean): Promise<Bag> {
    return cluster.request(kindOf(inputs), namespaceOf(inputs), undefined, {
        method: "POST",
        query: { fieldManager: CREATOR, dryRun: preview ? "All" : undefined, fieldValidation: "Strict" },
        body: inputs,
    });
}

/**
 * Refusals that say nothing about the update: a namespace that this very update makes, an object that it replaces, and
 * whatever somebody may not even try.
 */
export const isNoMatterInPreview = (error: unknown): boolean =>
    isMissingNamespace(error) || isForbidden(error) || isAlreadyExists(error) || isDryRunRefused(error);

function isMissingNamespace(error: unknown): boolean {
    return isNotFound(error) && at((error as ApiError).status, "details", "kind") === "namespaces";
}

const isDryRunRefused = (error: unknown): boolean =>
    error instanceof ApiError && error.code === 400 && error.message.includes("does not support dry run");

/** Something that is made at the same time may be missing for a moment: a namespace, a CustomResourceDefinition. */
async function retryMissing(
    session: Session,
    { urn, preview }: CreateRequest,
    attempt: () => Promise<Bag>,
): Promise<Bag> {
    for (let [tries, pause] = [0, 1]; ; tries++, pause *= 2) {
        try {
            return await attempt();
        } catch (error) {
            const isMissing = isNotFound(error) || error instanceof NoSuchKind;
            if (!isMissing || preview || tries >= RETRIES) throw error;
            session.engine.status("info", urn, `Retry #${tries}; creation failed: ${(error as Error).message}`);
            await sleep(pause * 1000, undefined, { signal: session.signal });
        }
    }
}

const EXISTS = `The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;

function explain(error: Error, urn: string, inputs: Bag): Error {
    const resource = JSON.stringify(urn);
    if (error instanceof NoSuchKind)
        return new Error(
            `creation of resource ${resource} with kind ${textOfKind(inputs)} failed because the Kubernetes API server ` +
                "reported that the apiVersion for this resource does not exist. " +
                `Verify that any required CRDs have been created: ${error.message}`,
        );
    const hint = isAlreadyExists(error) ? `\n\n${EXISTS}` : "";
    return new Error(
        `resource ${resource} was not successfully created by the Kubernetes API server: ${error.message}${hint}`,
    );
}
