/** Whether inputs are such that AWS could make something of them, and what they are with the defaults. */
import { randomBytes } from "node:crypto";
import type { Autonaming, Checked, CheckFailure, CheckRequest } from "../provider";
import { type Bag, hasUnknown, isBag, reveal, Secret, type Value } from "../values";
import type { Behaviours } from "./behaviours";
import type { ResourceFacts } from "./facts";
import type { Properties } from "./sdk/extract";
import { sdk } from "./sdk/validate";

/** Names of the inputs that the plugin has filled in: such a name may be another in a replacement. */
export const DEFAULTS = "__defaults";

export function check(behaviours: Behaviours, facts: ResourceFacts, request: CheckRequest): Checked {
    const types = typesOf(request.type);
    const inputs: Bag = { ...toText(types, request.news) };
    const filledIn: string[] = [];
    const { autoname } = facts;
    const prefix = autoname && inputs[`${autoname}Prefix`];
    if (autoname && inputs[autoname] === undefined && !prefix) {
        const name = behaviours.chooseName(request, autoname);
        if (name !== undefined) {
            inputs[autoname] = name;
            filledIn.push(autoname);
        }
    }
    for (const [name, value] of Object.entries(facts.defaults ?? {}))
        if (inputs[name] === undefined) {
            inputs[name] = value;
            filledIn.push(name);
        }
    return { inputs: { ...inputs, [DEFAULTS]: filledIn }, failures: findFailures(behaviours, facts, types, inputs) };
}

function findFailures(behaviours: Behaviours, facts: ResourceFacts, types: Properties, inputs: Bag): CheckFailure[] {
    const failures = behaviours.validate(types, inputs);
    if (failures.length > 0 || hasUnknown(inputs)) return failures;
    return facts.check?.(reveal(inputs)) ?? [];
}

export const typesOf = (type: string): Properties => sdk.resources[type]?.inputs ?? {};

/** Policy documents travel as text, whichever way the program writes them. */
function toText(types: Properties, inputs: Bag): Bag {
    const text = (value: Value): Value =>
        value instanceof Secret
            ? new Secret(text(value.value))
            : isBag(value) && !hasUnknown(value)
              ? JSON.stringify(reveal(value))
              : value;
    return Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
            name,
            types[name]?.startsWith("json") && value !== undefined ? text(value) : value,
        ]),
    );
}

/** The name it had, or one of the program's name and seven digits that nobody else has. */
export function chooseName({ name, olds, autonaming }: CheckRequest, property: string): string | undefined {
    const old = olds[property];
    const filledIn = olds[DEFAULTS];
    if (typeof old === "string" && Array.isArray(filledIn) && filledIn.includes(property)) return old;
    return (
        proposed(autonaming) ??
        (autonaming?.mode === "disable" ? undefined : `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`)
    );
}

const proposed = (autonaming: Autonaming | undefined): string | undefined =>
    autonaming?.mode === "propose" || autonaming?.mode === "enforce" ? autonaming.proposedName || undefined : undefined;
