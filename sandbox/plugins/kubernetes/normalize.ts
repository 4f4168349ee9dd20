/** Inputs that mean the same to Kubernetes are brought to the one form in which it stores them. */
import { type Bag, bagAt, hasUnknown, isBag, textAt, type Value, without } from "../values";
import { CUSTOM_RESOURCE_DEFINITION, isBuiltIn, isKind, kindOf, SECRET } from "./objects";
import { withoutReadOnly } from "./state";

/**
 * A copy of the inputs in the form that the API server would store. Inputs that are partly unknown, and custom
 * resources, whose fields have no known meaning, only lose their read-only metadata.
 */
export function normalize(inputs: Bag): Bag {
    const object = withoutReadOnly(inputs);
    if (hasUnknown(object) || !isBuiltIn(kindOf(object))) return object;
    if (isKind(object, SECRET)) return normalizeSecret(object);
    if (isKind(object, CUSTOM_RESOURCE_DEFINITION)) return normalizeDefinition(object);
    return normalizeQuantities(object, textAt(object, "kind")) as Bag;
}

const base64 = (value: Value | undefined): string =>
    Buffer.from(typeof value === "string" ? value : "").toString("base64");

/** The server moves `stringData` into `data`, and writes base64 in its own way. */
function normalizeSecret({ stringData, ...secret }: Bag): Bag {
    const data = { ...bagAt(secret, "data") };
    for (const [key, value] of Object.entries(data))
        if (typeof value === "string") data[key] = Buffer.from(value, "base64").toString("base64");
    if (isBag(stringData)) for (const [key, value] of Object.entries(stringData)) data[key] = base64(value);
    return Object.keys(data).length > 0 ? { ...secret, data } : secret;
}

function normalizeDefinition(object: Bag): Bag {
    const definition = without(object, "status");
    const spec = bagAt(definition, "spec");
    if (spec["preserveUnknownFields"] === false) delete spec["preserveUnknownFields"];
    return definition;
}

/** Fields whose values are quantities, and objects all of whose values are. */
const QUANTITIES = new Set(["sizeLimit", "divisor", "averageValue"]);
const QUANTITY_MAPS = new Set(["requests", "limits", "hard", "capacity", "podFixed"]);
const LIMIT_RANGE_MAPS = new Set(["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]);

function normalizeQuantities(value: Value | undefined, kind: string): Value | undefined {
    if (Array.isArray(value)) return value.map((item) => normalizeQuantities(item, kind) as Value);
    if (!isBag(value)) return value;
    const result: Bag = {};
    for (const [key, item] of Object.entries(value)) {
        const isMap = QUANTITY_MAPS.has(key) || (kind === "LimitRange" && LIMIT_RANGE_MAPS.has(key));
        if (QUANTITIES.has(key)) result[key] = canonical(item);
        else if (isMap && isBag(item))
            result[key] = Object.fromEntries(Object.entries(item).map(([name, one]) => [name, canonical(one)]));
        else result[key] = normalizeQuantities(item, kind);
    }
    return result;
}

const canonical = (value: Value | undefined): Value | undefined =>
    typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;

const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d+)$/;
/** Quantities are counted in billionths, the smallest that Kubernetes knows. */
const UNIT = 10n ** 9n;

/**
 * A quantity as Kubernetes writes it: no fraction, the largest suffix that leaves none. Anything else is left as it is.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(text: string): string {
    const match = QUANTITY.exec(text.trim());
    const [, sign = "", whole = "", fraction = "", suffix = ""] = match ?? [];
    // An exponent keeps its own form, which nobody writes by hand.
    if (!match || whole + fraction === "" || /^[eE][+-]?\d/.test(suffix)) return text;
    const isBinary = suffix.endsWith("i");
    const factor = isBinary
        ? UNIT * 1024n ** BigInt(BINARY.indexOf(suffix))
        : 10n ** BigInt(3 * DECIMAL.indexOf(suffix));
    const scale = 10n ** BigInt(fraction.length);
    const amount = (BigInt(whole + fraction) * factor + scale - 1n) / scale;
    if (amount === 0n) return "0";
    const minus = sign === "-" ? "-" : "";
    // Small binary amounts are written in decimal.
    if (isBinary && amount >= 1024n * UNIT) return minus + largest((amount + UNIT - 1n) / UNIT, 1024n, BINARY);
    return minus + largest(amount, 1000n, DECIMAL);
}

function largest(amount: bigint, base: bigint, suffixes: string[]): string {
    let [count, index] = [amount, 0];
    while (count % base === 0n && index < suffixes.length - 1) {
        count /= base;
        index++;
    }
    return `${count}${suffixes[index]}`;
}
