/** Reads an object back: for import, for `get`, and for a refresh. */
import { InitializationFailed, type ReadRequest, type ReadResult } from "../provider";
import { type Bag, textAt } from "../values";
import { NotReady } from "./await/wait";
import { isNotFound } from "./client";
import { NoSuchKind } from "./discovery";
import { idOf, type Kind, kindOf, kindOfType, namespaceOf, parseId } from "./objects";
import type { Session } from "./session";
import { originOf, parseState, toInputs, toObject } from "./state";

/** @returns undefined when the object is gone. */
export async function read(session: Session, request: ReadRequest): Promise<ReadResult | undefined> {
    const { behaviours, engine } = session;
    const { urn } = request;
    const cluster = session.reachable();
    if (!cluster) return behaviours.readUnreachable(session, request);

    const { live: old } = parseState(request.state);
    const inputs = behaviours.normalize(toObject(request.inputs));
    const isNew = !inputs["kind"] && !old["kind"];
    const kind = subjectKind(request.type, inputs, old);
    const { namespace, name } = parseId(request.id);
    if (!name)
        throw new Error(
            `failed to read resource because of a failure to parse resource name from request ID: ${request.id}`,
        );

    let live: Bag;
    try {
        const place = namespace || namespaceOf(old) || namespaceOf(inputs) || cluster.defaultNamespace;
        live = await cluster.get(kind, place, name);
    } catch (error) {
        if (isNotFound(error) || error instanceof NoSuchKind) return behaviours.gone();
        throw error;
    }
    const liveInputs = isNew ? toInputs(live) : behaviours.prune(live, inputs);
    const origin = originOf(request.state, liveInputs);
    const id = request.id || idOf(live);
    const state = behaviours.toState(liveInputs, live, request.inputs, origin, behaviours.markSecrets);
    const result: ReadResult = { id, state, inputs: behaviours.markSecrets(liveInputs, request.inputs) };
    if (isNew) return result;
    try {
        await behaviours.checkReady(session, urn, inputs, live);
    } catch (error) {
        if (!(error instanceof NotReady)) throw error;
        const reasons = [error.message, ...error.reasons];
        engine.status("warning", urn, reasons.join("; "));
        throw new InitializationFailed(error.message, id, state, reasons, result.inputs);
    }
    return result;
}

function subjectKind(type: string, inputs: Bag, old: Bag): Kind {
    if (textAt(inputs, "kind")) return kindOf(inputs);
    if (textAt(old, "kind")) return kindOf(old);
    const { apiVersion, kind } = kindOfType(type);
    return { apiVersion, kind: kind.replace(/Patch$/, "") };
}

/** A cluster that does not answer is no reason to forget what is in it, unless somebody says so. */
export function readUnreachable(session: Session, { urn, id, state, inputs }: ReadRequest): ReadResult | undefined {
    const { config, engine, unreachable } = session;
    engine.log("warning", urn, `configured Kubernetes cluster is unreachable: ${unreachable}`);
    if (config.deleteUnreachable) {
        engine.log(
            "info",
            urn,
            "the `deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state",
        );
        return undefined;
    }
    if (config.skipUpdateUnreachable) return { id, state, inputs };
    throw new Error(
        "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource " +
            'from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
    );
}

/** An object that is not there any more leaves the state. */
export const gone = (): undefined => undefined;
