/** Holds values against the SDK's own classes: what has another name or type, or is missing. */
import type { CheckFailure } from "../../provider";
import { type Bag, isBag, Secret, Unknown, type Value } from "../../values";
import type { Properties, Table, TypeText } from "./extract";
import table from "./types.json";

export const sdk = table as unknown as Table;

export const isRequired = (type: TypeText): boolean => type.endsWith("!");
const bare = (type: TypeText): TypeText => type.replace(/!$/, "");

export function validate(types: Properties, values: Bag): CheckFailure[] {
    return [...mistakes(types, values, "")];
}

function* mistakes(types: Properties, values: Bag, path: string): Generator<CheckFailure> {
    const at = (name: string): string => (path ? `${path}.${name}` : name);
    for (const name of Object.keys(values))
        if (!(name in types) && !name.startsWith("__")) yield { property: at(name), reason: "Invalid or unknown key" };
    for (const [name, type] of Object.entries(types)) {
        const value = values[name];
        if (value !== undefined && value !== null) yield* mismatches(bare(type), value, at(name));
        else if (isRequired(type))
            yield {
                property: at(name),
                reason: `Missing required argument. The argument "${snakeCase(name)}" is required, but no definition was found.`,
            };
    }
}

function* mismatches(type: TypeText, value: Value, path: string): Generator<CheckFailure> {
    if (value instanceof Secret) yield* mismatches(type, value.value, path);
    if (value instanceof Secret || value instanceof Unknown || type === "any") return;
    if (type.startsWith("[")) {
        if (!Array.isArray(value)) yield wrong("list", value, path);
        else
            for (const [index, item] of value.entries())
                yield* mismatches(type.slice(1, -1), item, `${path}[${index}]`);
    } else if (type.startsWith("{")) {
        if (!isBag(value)) yield wrong("map", value, path);
        else
            for (const [key, item] of Object.entries(value))
                if (item !== undefined) yield* mismatches(type.slice(1, -1), item, `${path}.${key}`);
    } else if (type.startsWith("#")) {
        if (isBag(value)) yield* mistakes(sdk.types[type.slice(1)] ?? {}, value, path);
        else yield wrong("object", value, path);
    } else if (type === "json" ? typeof value !== "string" && !isBag(value) : !isScalar(type, value)) {
        yield wrong(type, value, path);
    }
}

/** The official plugin takes a number's or a switch's text for it, and a number for its text. */
function isScalar(type: TypeText, value: Value): boolean {
    if (typeof value === "object") return false;
    return type.split("|").some((one) => {
        if (one === "string") return true;
        if (one === "number")
            return (
                typeof value === "number" ||
                (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)))
            );
        return typeof value === "boolean" || value === "true" || value === "false";
    });
}

const nameOfType = (value: Value): string => (Array.isArray(value) ? "list" : isBag(value) ? "object" : typeof value);

const wrong = (expected: string, value: Value, path: string): CheckFailure => ({
    property: path,
    reason: `expected ${expected} type, got ${nameOfType(value)} type`,
});

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An output that AWS always gives, where the stand-in has nothing to say of it. */
export function emptyOf(type: TypeText): Value {
    const kind = bare(type);
    if (kind === "number") return 0;
    if (kind === "boolean") return false;
    if (kind.startsWith("[")) return [];
    return kind.startsWith("{") || kind === "object" ? {} : "";
}
