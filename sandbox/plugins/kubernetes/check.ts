/** Completes and validates a resource's inputs. */
import { randomBytes } from "node:crypto";
import type { Autonaming, Checked, CheckRequest } from "../provider";
import { at, type Bag, textAt, Unknown } from "../values";
import {
    annotation,
    annotationsOf,
    isBuiltIn,
    isPatch,
    kindOf,
    kindOfType,
    nameOf,
    namespaceOf,
    setAnnotation,
    setMetadata,
} from "./objects";
import type { Session } from "./session";
import { toObject } from "./state";

export async function check(session: Session, request: CheckRequest): Promise<Checked> {
    const { behaviours, config, engine } = session;
    const { urn, type, olds, news } = request;
    if (!session.reachable() && config.skipUpdateUnreachable) {
        const skipping = "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...";
        engine.log("warning", urn, skipping);
        return { inputs: olds };
    }
    behaviours.refuseList(type);
    const object = { ...ofType(type), ...toObject(news) };
    const inputs = behaviours.normalize(object);
    const isUnnamed = nameOf(inputs) === "" && !(at(inputs, "metadata", "name") instanceof Unknown);
    if (isUnnamed && isPatch(type, inputs))
        throw new Error("patch resources require the `.metadata.name` field to be set");
    for (const name of Object.keys(annotationsOf(object)))
        if (name.startsWith("pulumi.com/autonamed"))
            engine.log("warning", urn, `ignoring user-specified value for internal annotation ${JSON.stringify(name)}`);
    if (at(inputs, "metadata", "generateName") !== undefined && isUnnamed)
        throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
    if (isUnnamed) {
        setMetadata(inputs, { name: behaviours.chooseName(request.name, toObject(olds), request.autonaming) });
        setAnnotation(inputs, "autonamed", "true");
    }
    const isPlaced = namespaceOf(inputs) !== "" || at(inputs, "metadata", "namespace") instanceof Unknown;
    const namespace = session.reachable()?.defaultNamespace;
    if (!isPlaced && namespace && (await session.isNamespaced(kindOf(inputs))))
        setMetadata(inputs, { namespace: behaviours.placeIn(namespace) });
    return { inputs: behaviours.markSecrets(inputs, news) };
}

/** The kind that the type stands for. */
function ofType(type: string): Bag {
    const { apiVersion, kind } = kindOfType(type);
    return { apiVersion, kind: kind.replace(/Patch$/, "") };
}

/** @throws Error for the List kinds, which exist only so that manifests can be read. */
export function refuseList(type: string): void {
    const kind = kindOfType(type);
    if (isBuiltIn(kind) && /List$/.test(kind.kind))
        throw new Error(
            "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. " +
                "Use the underlying resource type instead",
        );
}

/** The name for an object that has none: the one it was given before, else the engine's, else one of our own. */
export function chooseName(resource: string, old: Bag, autonaming: Autonaming | undefined): string {
    if (annotation(old, "autonamed") === "true") return textAt(old, "metadata", "name");
    if (autonaming?.mode === "disable")
        throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
    return autonaming?.proposedName || `${resource}-${randomBytes(4).toString("hex")}`;
}
