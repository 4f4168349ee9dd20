/**
 * Property values as the engine and its plugins exchange them: JSON, with two additions that travel in disguise.
 * A value that is not known yet (in a preview) is one of a few agreed strings, a secret is an object with an agreed key.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
 */
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A value that only an update will tell. */
export class Unknown {
    readonly isUnknown = true;
}

/** The one unknown value; its eventual type is of no interest to a plugin. */
export const unknown = new Unknown();

/** A value that must never be shown or stored in clear. */
export class Secret {
    constructor(readonly value: Value) {}
}

export type Value = null | boolean | number | string | Unknown | Secret | Value[] | Bag;

/** An object of values. A key with the value `undefined` counts as absent. */
export interface Bag {
    [key: string]: Value | undefined;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
    UNKNOWN_STRING,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
    "030794c1-ac77-496b-92df-f27374a8bd58", // asset
    "e48ece36-62e2-4504-bad9-02848725956a", // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export function isBag(value: Value | undefined): value is Bag {
    return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !(value instanceof Secret) &&
        !(value instanceof Unknown)
    );
}

/** The value at a path of keys, or undefined where the path ends early. */
export function at(value: Value | undefined, ...path: string[]): Value | undefined {
    let current = value;
    for (const key of path) {
        if (!isBag(current)) return undefined;
        current = current[key];
    }
    return current;
}

export function textAt(value: Value | undefined, ...path: string[]): string {
    const found = at(value, ...path);
    return typeof found === "string" ? found : "";
}

/** The number at a path; 0 where there is none, which is what Kubernetes means by an absent count. */
export function numberAt(value: Value | undefined, ...path: string[]): number {
    const found = at(value, ...path);
    return typeof found === "number" ? found : 0;
}

export function bagAt(value: Value | undefined, ...path: string[]): Bag {
    const found = at(value, ...path);
    return isBag(found) ? found : {};
}

export function listAt(value: Value | undefined, ...path: string[]): Value[] {
    const found = at(value, ...path);
    return Array.isArray(found) ? found : [];
}

/** A copy in which every object and list is new and `replace` may put another value in the place of any one. */
function copy(value: Value, replace: (value: Value) => Value | undefined): Value {
    const replaced = replace(value);
    if (replaced !== undefined) return replaced;
    if (Array.isArray(value)) return value.map((item) => copy(item, replace));
    if (!isBag(value)) return value;
    const result: Bag = {};
    for (const [key, item] of Object.entries(value)) if (item !== undefined) result[key] = copy(item, replace);
    return result;
}

/** The same values, no longer marked as secret: for work inside the plugin only. */
export function reveal(value: Bag): Bag {
    const open = (item: Value): Value | undefined => (item instanceof Secret ? copy(item.value, open) : undefined);
    return copy(value, open) as Bag;
}

/** A copy without some of its keys. */
export function without(bag: Bag, ...keys: string[]): Bag {
    return Object.fromEntries(Object.entries(bag).filter(([key]) => !keys.includes(key)));
}

export function clone(value: Bag): Bag {
    return copy(value, () => undefined) as Bag;
}

function some(value: Value | undefined, test: (value: Value) => boolean): boolean {
    if (value === undefined) return false;
    if (test(value)) return true;
    if (value instanceof Secret) return some(value.value, test);
    if (Array.isArray(value)) return value.some((item) => some(item, test));
    return isBag(value) && Object.values(value).some((item) => some(item, test));
}

export function hasUnknown(value: Value | undefined): boolean {
    return some(value, (item) => item instanceof Unknown);
}

export function hasSecret(value: Value | undefined): boolean {
    return some(value, (item) => item instanceof Secret);
}

export function decode(struct: Struct | undefined): Bag {
    const parse = (item: Value): Value | undefined => {
        if (typeof item === "string") return UNKNOWNS.has(item) ? unknown : undefined;
        if (!isBag(item) || item[SIGNATURE] !== SECRET) return undefined;
        return new Secret(copy(item["value"] ?? null, parse));
    };
    return struct ? (copy(struct.toJavaScript(), parse) as Bag) : {};
}

export function encode(bag: Bag): Struct {
    const disguise = (item: Value): Value | undefined => {
        if (item instanceof Unknown) return UNKNOWN_STRING;
        if (item instanceof Secret) return { [SIGNATURE]: SECRET, value: copy(item.value, disguise) };
        return undefined;
    };
    return Struct.fromJavaScript(copy(bag, disguise) as { [key: string]: JavaScriptValue });
}
