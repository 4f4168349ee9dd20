/**
 * Resources of the AWS provider as a CloudFormation template, so that AWS's own schemas can judge them. What a type is called
 * there and how its properties lie is in `types.ts`; everything else is a change of case.
 */
import type { Registered } from "../../support/register";
import { type CfnResource, capital, type Properties } from "./shapes";
import { exceptions, folded, mappings } from "./types";

export interface Template {
    readonly AWSTemplateFormatVersion: "2010-09-09";
    readonly Resources: Record<string, CfnResource>;
}

/** What is judged: what AWS or EKS makes. Components and Kubernetes objects are not. */
export function isAws({ type }: Registered): boolean {
    return /^(aws|eks):/.test(type);
}

/** @throws where a type is neither mapped, folded into another, nor excepted with a reason. */
export function toTemplate(resources: readonly Registered[]): Template {
    const made = resources.filter(isAws);
    const unknown = made.filter(({ type }) => !(type in mappings || type in folded || type in exceptions));
    if (unknown.length > 0) {
        const types = [...new Set(unknown.map(({ type }) => type))];
        throw new Error(`tests/aws/cfn/types.ts does not know ${types.join(", ")}`);
    }
    const converted = made.flatMap((resource): [string, CfnResource][] => {
        const mapping = mappings[resource.type];
        if (mapping === undefined) return [];
        return mapping(resource.inputs, made, resource.name).map((result, index) => [
            logicalId(resource, index),
            { ...result, Properties: withoutEmpty(result.Properties) as Properties },
        ]);
    });
    if (new Set(converted.map(([id]) => id)).size !== converted.length) throw new Error("two resources have one name");
    return { AWSTemplateFormatVersion: "2010-09-09", Resources: Object.fromEntries(converted) };
}

/** The name of a resource in the template: letters and digits only. */
export function logicalId({ type, name }: Pick<Registered, "type" | "name">, index = 0): string {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    const words = `${kind}-${name}`.split(/[^A-Za-z0-9]+/).map(capital);
    return words.join("") + (index === 0 ? "" : String(index));
}

function withoutEmpty(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutEmpty);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
    return Object.fromEntries(entries.map(([key, item]) => [key, withoutEmpty(item)]));
}
