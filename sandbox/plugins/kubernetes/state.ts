/**
 * What is kept of an object in Pulumi's state: the object as it lives in the cluster, with the program's inputs, the
 * apiVersion it was made with and the name of its field manager beside it.
 */
import { randomBytes } from "node:crypto";
import { type Bag, bagAt, clone, hasSecret, isBag, reveal, Secret, textAt, type Value, without } from "../values";
import { annotation, isKind, SECRET } from "./objects";

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

/** Field names that are no identifiers in some languages, as the SDKs spell them. */
const UNDERSCORED = /^x_kubernetes_/;
const DASHED = /^x-kubernetes-/;

function renameKeys(value: Value, rename: (key: string) => string): Value {
    if (value instanceof Secret) return new Secret(renameKeys(value.value, rename));
    if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
    if (!isBag(value)) return value;
    const renamed: Bag = {};
    for (const [key, item] of Object.entries(value))
        if (item !== undefined) renamed[rename(key)] = renameKeys(item, rename);
    return renamed;
}

/** A resource's properties as Kubernetes wants them. */
export const toObject = (properties: Bag): Bag =>
    renameKeys(reveal(properties), (key) => (UNDERSCORED.test(key) ? key.replaceAll("_", "-") : key)) as Bag;

const toProperties = (object: Bag): Bag =>
    renameKeys(object, (key) => (DASHED.test(key) ? key.replaceAll("-", "_") : key)) as Bag;

/**
 * Marks what must stay secret: the contents of every Secret, and whatever is secret at the same place in `source`.
 * A list that holds a secret is secret as a whole, since its items may move.
 */
export function markSecrets(object: Bag, source: Bag): Bag {
    const marked = { ...object };
    if (object["kind"] === SECRET.kind) {
        for (const key of ["data", "stringData"]) {
            const value = marked[key];
            if (value !== undefined && !(value instanceof Secret)) marked[key] = new Secret(value);
        }
        return marked;
    }
    for (const [key, theirs] of Object.entries(source)) {
        const ours = marked[key];
        if (ours === undefined || ours instanceof Secret) continue;
        if (isBag(ours) && isBag(theirs)) marked[key] = markSecrets(ours, theirs);
        else if (hasSecret(theirs)) marked[key] = new Secret(ours);
    }
    return marked;
}

export interface Origin {
    initialApiVersion: string;
    fieldManager: string;
}

/**
 * @param source the properties whose secret parts are to stay secret.
 * @param mark marks them; see {@link markSecrets}.
 */
export function toState(inputs: Bag, live: Bag, source: Bag, origin: Origin, mark: typeof markSecrets): Bag {
    return {
        ...mark(toProperties(live), source),
        [INPUTS]: mark(toProperties(inputs), source),
        [INITIAL_API_VERSION]: origin.initialApiVersion,
        [FIELD_MANAGER]: origin.fieldManager,
    };
}

export function parseState(state: Bag): { inputs: Bag; live: Bag } {
    const object = toObject(state);
    return { inputs: bagAt(object, INPUTS), live: without(object, INPUTS, INITIAL_API_VERSION, FIELD_MANAGER) };
}

/** How the object came to be, from its state or, where there is none, made anew. */
export function originOf(state: Bag, inputs: Bag): Origin {
    return {
        initialApiVersion: textAt(state, INITIAL_API_VERSION) || textAt(inputs, "apiVersion"),
        fieldManager:
            annotation(inputs, "patchFieldManager") ||
            textAt(state, FIELD_MANAGER) ||
            `pulumi-kubernetes-${randomBytes(4).toString("hex")}`,
    };
}

/** What Kubernetes leaves out when it stores an object. */
function isEmpty(value: Value | undefined): boolean {
    if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
    if (Array.isArray(value)) return value.length === 0;
    return isBag(value) && Object.values(value).every(isEmpty);
}

/**
 * The part of a live object that the program has a say in: the fields that its inputs have. An empty input that the
 * server has left out counts as being there.
 */
export function prune(live: Bag, inputs: Bag): Bag {
    const pruned: Bag = {};
    for (const [key, input] of Object.entries(inputs)) {
        const value = live[key];
        if (value !== undefined) pruned[key] = pruneValue(value, input);
        else if (isEmpty(input)) pruned[key] = input;
    }
    return pruned;
}

function pruneValue(value: Value, input: Value | undefined): Value {
    if (isBag(value) && isBag(input)) return prune(value, input);
    if (!Array.isArray(value) || !Array.isArray(input)) return value;
    const isAlike = isBag(value[0]) === isBag(input[0]);
    if (value.length > 0 && input.length > 0 && !isAlike) return value;
    return value.slice(0, input.length).map((item, index) => pruneValue(item, input[index]));
}

const READ_ONLY = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
];

/** A copy without the metadata that only the server sets. */
export function withoutReadOnly(object: Bag): Bag {
    const copy = clone(object);
    const metadata = bagAt(copy, "metadata");
    for (const key of READ_ONLY) delete metadata[key];
    return copy;
}

/** What an object that was made elsewhere would look like as a program's inputs. */
export function toInputs(live: Bag): Bag {
    const inputs = without(withoutReadOnly(live), "status");
    const annotations = bagAt(inputs, "metadata", "annotations");
    delete annotations["deployment.kubernetes.io/revision"];
    delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
    return inputs;
}

export const isSecretKind = (object: Bag): boolean => isKind(object, SECRET);
