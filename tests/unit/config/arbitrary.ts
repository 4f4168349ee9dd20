/** Inputs that a schema accepts, made from the schema itself: a new key is tried out without a test being changed. */
import fc from "fast-check";
import type { z } from "zod";

/** What of zod's definitions is looked at. @see https://zod.dev/packages/core */
interface Definition {
    type: string;
    format?: string;
    shape?: Record<string, z.ZodType>;
    innerType?: z.ZodType;
    in?: z.ZodType;
    options?: z.ZodType[];
    element?: z.ZodType;
    keyType?: z.ZodType;
    valueType?: z.ZodType;
    entries?: Record<string, string>;
    values?: unknown[];
    checks?: { _zod: { def: { pattern?: RegExp; value?: number; minimum?: number; check: string } } }[];
    catchall?: z.ZodType;
}

export function definitionOf(schema: z.ZodType): Definition {
    return schema._zod.def;
}

/** @returns plain values as YAML has them, which `schema` accepts */
export function inputOf(schema: z.ZodType): fc.Arbitrary<unknown> {
    return build(schema).filter((value) => schema.safeParse(value).success);
}

function build(schema: z.ZodType): fc.Arbitrary<unknown> {
    const def = definitionOf(schema);
    switch (def.type) {
        case "object": {
            const keys = Object.entries(def.shape ?? {});
            const required = keys.filter(([, part]) => part._zod.optin !== "optional").map(([key]) => key);
            return fc.record(Object.fromEntries(keys.map(([key, part]) => [key, inputOf(part)])), {
                requiredKeys: required,
                noNullPrototype: true,
            });
        }
        case "optional":
        case "default":
        case "prefault":
            return inputOf(need(def.innerType));
        case "pipe":
            return inputOf(need(def.in));
        case "union":
            return fc.oneof(...need(def.options).filter(isBuilt).map(inputOf));
        case "array":
            return fc.array(inputOf(need(def.element)), { maxLength: 3 });
        case "record":
            return fc.dictionary(inputOf(need(def.keyType)) as fc.Arbitrary<string>, inputOf(need(def.valueType)), {
                maxKeys: 3,
                noNullPrototype: true,
            });
        case "enum":
            return fc.constantFrom(...Object.values(need(def.entries)));
        case "literal":
            return fc.constantFrom(...need(def.values));
        case "boolean":
            return fc.boolean();
        case "number": {
            const limits = (def.checks ?? []).map((check) => check._zod.def);
            const value = (name: string) => limits.find(({ check }) => check === name)?.value;
            const range = { min: Math.ceil(value("greater_than") ?? 0), max: value("less_than") ?? 1_000_000 };
            return fc.integer(range);
        }
        case "string":
            return text(def);
        default:
            throw new Error(`a schema of type '${def.type}' has no arbitrary yet`);
    }
}

function text(def: Definition): fc.Arbitrary<string> {
    if (def.format === "url") return fc.constantFrom("https://example.org/builds", "http://localhost:5984/x");
    if (def.format === "email") return fc.constantFrom("ops@example.org", "a.b+c@cht.example.org");
    if (def.format === "ipv4") return fc.ipV4();
    if (def.format === "cidrv4") return fc.constantFrom("10.0.0.0/16", "0.0.0.0/0");
    if (def.format === "cidrv6") return fc.constantFrom("fd00::/8", "::/0");
    const pattern = (def.checks ?? []).map((check) => check._zod.def.pattern).find((found) => found !== undefined);
    if (pattern === undefined) return fc.string({ maxLength: 20 });
    // What looks ahead is looked at afterwards, by the schema itself.
    return fc.stringMatching(new RegExp(pattern.source.replace(/\(\?=[^)]*\)/g, ""), pattern.flags), { size: "small" });
}

/** Kinds that are announced only refuse everything. */
function isBuilt(option: z.ZodType): boolean {
    return definitionOf(option).type !== "object" || definitionOf(need(definitionOf(option).catchall)).type === "never";
}

function need<T>(value: T | undefined): T {
    if (value === undefined) throw new Error("the schema is not of the form that this file knows");
    return value;
}

/** The objects in `value` whose keys the schema fixes, each with its path. */
export function strictObjects(
    schema: z.ZodType,
    value: unknown,
    path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; object: Record<string, unknown> }[] {
    const def = definitionOf(schema);
    if (value === undefined || value === null) return [];
    switch (def.type) {
        case "object": {
            const object = value as Record<string, unknown>;
            const inner = Object.entries(def.shape ?? {}).flatMap(([key, part]) =>
                strictObjects(part, object[key], [...path, key]),
            );
            return [{ path, object }, ...inner];
        }
        case "optional":
        case "default":
        case "prefault":
            return strictObjects(need(def.innerType), value, path);
        case "pipe":
            return strictObjects(need(def.in), value, path);
        case "union": {
            const chosen = need(def.options).find((option) => option.safeParse(value).success);
            return chosen === undefined ? [] : strictObjects(chosen, value, path);
        }
        case "array":
            return (value as unknown[]).flatMap((item, index) =>
                strictObjects(need(def.element), item, [...path, index]),
            );
        case "record":
            return Object.entries(value).flatMap(([key, item]) =>
                strictObjects(need(def.valueType), item, [...path, key]),
            );
        default:
            return [];
    }
}
