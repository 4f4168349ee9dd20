/** Kubernetes objects as plain values, and the names Pulumi gives them. */
import { at, type Bag, bagAt, isBag, listAt, numberAt, textAt, type Value } from "../values";

export interface Kind {
    /** For example `apps/v1`, or `v1` for the core group. */
    apiVersion: string;
    kind: string;
}

export const nameOf = (object: Value | undefined): string => textAt(object, "metadata", "name");
export const namespaceOf = (object: Value | undefined): string => textAt(object, "metadata", "namespace");
export const generationOf = (object: Bag): number => numberAt(object, "metadata", "generation");
export const kindOf = (object: Bag): Kind => ({
    apiVersion: textAt(object, "apiVersion"),
    kind: textAt(object, "kind"),
});
export const isKind = (object: Bag, { apiVersion, kind }: Kind): boolean =>
    object["apiVersion"] === apiVersion && object["kind"] === kind;

export const SECRET: Kind = { apiVersion: "v1", kind: "Secret" };
export const CONFIG_MAP: Kind = { apiVersion: "v1", kind: "ConfigMap" };
export const CUSTOM_RESOURCE_DEFINITION: Kind = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
};

/** `namespace/name`, or `name` where there is no namespace. */
export function idOf(object: Bag): string {
    const namespace = namespaceOf(object);
    return namespace ? `${namespace}/${nameOf(object)}` : nameOf(object);
}

export function parseId(id: string): { namespace: string; name: string } {
    const [first = "", second] = id.split("/");
    return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

/** The kind that a Pulumi type names: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:SecretPatch`. */
export function kindOfType(type: string): Kind {
    const [, version = "", name = ""] = type.split(":");
    if (!/^[^/]+\/[^/]+$/.test(version) || !name)
        throw new Error(`apiVersion does not have both a group and a version: ${JSON.stringify(version)}`);
    return { apiVersion: version.replace(/^core\//, ""), kind: name };
}

/** A `…Patch` resource manages some fields of an object that somebody else owns. */
export const isPatch = (type: string, object: Bag): boolean => type.endsWith(`:${textAt(object, "kind")}Patch`);

const BUILT_IN = new Set(
    (
        "apps autoscaling batch policy extensions admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io " +
        "authentication.k8s.io authorization.k8s.io certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io " +
        "flowcontrol.apiserver.k8s.io networking.k8s.io node.k8s.io rbac.authorization.k8s.io resource.k8s.io " +
        "scheduling.k8s.io storage.k8s.io storagemigration.k8s.io"
    ).split(" "),
);

/** Whether the kind is Kubernetes' own, not a custom resource. */
export function isBuiltIn({ apiVersion }: Kind): boolean {
    const [group = "", version] = apiVersion.split("/");
    return version === undefined || BUILT_IN.has(group);
}

/** An annotation that rules the plugin, such as `pulumi.com/skipAwait`. */
export const annotation = (object: Bag, name: string): string =>
    textAt(object, "metadata", "annotations", `pulumi.com/${name}`);
export const isAnnotated = (object: Bag, name: string): boolean => annotation(object, name) === "true";

export function setAnnotation(object: Bag, name: string, value: string): void {
    const metadata = object["metadata"];
    if (!isBag(metadata)) return;
    const annotations = metadata["annotations"] ?? {};
    if (isBag(annotations)) metadata["annotations"] = { ...annotations, [`pulumi.com/${name}`]: value };
}

/** Adds to `.metadata`, unless the whole of it is not known yet. */
export function setMetadata(object: Bag, values: Bag): void {
    const metadata = object["metadata"] ?? {};
    if (isBag(metadata)) object["metadata"] = { ...metadata, ...values };
}

export const isOwnedBy = (object: Value, owner: Bag): boolean =>
    listAt(object, "metadata", "ownerReferences").some(
        (reference) => at(reference, "uid") === at(owner, "metadata", "uid"),
    );

export const condition = (object: Value, type: string): Bag =>
    (listAt(object, "status", "conditions").find((one) => at(one, "type") === type) as Bag | undefined) ?? {};

/** Whether the controller has seen the object's newest generation, so that its status can be believed. */
export const isObserved = (object: Bag): boolean =>
    numberAt(object, "status", "observedGeneration") >= generationOf(object);

export const annotationsOf = (object: Bag): Bag => bagAt(object, "metadata", "annotations");

/** For example `apps/v1/Deployment` or `v1/Secret`. */
export const textOfKind = (object: Bag): string => `${textAt(object, "apiVersion")}/${textAt(object, "kind")}`;
