/** Rules over every variant's resources, for what AWS's schemas do not say. */
import assert from "node:assert/strict";
import type { Registered } from "../../support/register";
import { toTemplate } from "./convert";
import { type Rendered, render } from "./render";
import type { CfnResource } from "./shapes";
import { type Variant, variants } from "./variants";

/** A test of each variant's resources; what it looks at must be there in at least one. */
export function each(rule: string, check: (rendered: Rendered, variant: Variant) => number): void {
    it(rule, async () => {
        const looked: number[] = [];
        for (const variant of Object.values(variants)) looked.push(check(await render(variant), variant));
        assert.ok(
            looked.some((count) => count > 0),
            "no variant has what the rule is about",
        );
    });
}

export type Inputs = Record<string, unknown>;

export function find(resources: readonly Registered[], type: string): Registered[] {
    return resources.filter((resource) => resource.type === type);
}

/** The properties of all resources of a type, as CloudFormation has them. */
export function of(resources: readonly Registered[], type: string): CfnResource["Properties"][] {
    return Object.values(toTemplate(resources).Resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => Properties);
}
