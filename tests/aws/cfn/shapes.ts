/** How the properties of a type lie in CloudFormation, where that is more than another case. */
import type { Registered } from "../../support/register";

export type Properties = Record<string, unknown>;

export interface CfnResource {
    readonly Type: string;
    readonly Properties: Properties;
}

export type Inputs = Registered["inputs"];
/** Usually one resource; a stack of CloudFormation's own has those of its template. */
export type Mapping = (inputs: Inputs, all: readonly Registered[], name: string) => CfnResource[];

export interface Shape {
    /** The provider's name to CloudFormation's, where it is not only the case. */
    readonly rename?: Readonly<Record<string, string>>;
    /** JSON as text, which CloudFormation has as an object. */
    readonly json?: Readonly<Record<string, string>>;
    /** What only the provider knows. */
    readonly without?: readonly string[];
    /** Keys under which the keys are values, whose case stays. */
    readonly maps?: readonly string[];
    readonly shape?: (properties: Properties) => Properties;
}

export function plain(type: string, shape: Shape = {}): Mapping {
    return (inputs) => [resource(type, properties(inputs, shape))];
}

export function resource(Type: string, Properties: Properties): CfnResource {
    return { Type, Properties };
}

export function properties(
    inputs: Inputs,
    { rename = {}, json = {}, without = [], maps = ["tags"], shape }: Shape = {},
): Properties {
    const entries = Object.entries(inputs)
        .filter(([key]) => key !== "tags" && key !== "region" && !without.includes(key))
        .map(([key, value]): [string, unknown] => {
            if (key in json) return [json[key] as string, parsed(value)];
            return [rename[key] ?? capital(key), maps.includes(key) ? value : capitalized(value)];
        });
    const tags = inputs["tags"];
    const own = Object.fromEntries(entries);
    // EKS and Lambda have labels and variables as maps; tags are a list nearly everywhere.
    return { ...(shape?.(own) ?? own), ...(tags === undefined ? {} : { Tags: tagList(tags) }) };
}

export function tagList(tags: unknown): unknown {
    return tags && Object.entries(tags as Inputs).map(([Key, Value]) => ({ Key, Value }));
}

export function parsed(json: unknown): unknown {
    return typeof json === "string" ? JSON.parse(json) : json;
}

export function pick(inputs: Inputs, keys: readonly string[]): Inputs {
    return Object.fromEntries(keys.map((key) => [key, inputs[key]]));
}

export function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Keys as CloudFormation writes them, all the way down; text, numbers and lists as they are. */
export function capitalized(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(capitalized);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [capital(key), capitalized(item)]));
}
