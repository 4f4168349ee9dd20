/** The plugin's functions: what the program asks of AWS before it makes anything. */
import type { Bag } from "../../values";
import { emptyOf, isRequired, sdk, validate } from "../sdk/validate";
import { clusters } from "./clusters";
import { ec2 } from "./ec2";
import { others } from "./others";
import type { Lookup, Question } from "./question";

const lookups: Record<string, Lookup> = { ...ec2, ...clusters, ...others };

/** @throws Error of a function that is not known, of wrong arguments, or of what is not found */
export function lookUp(token: string, question: Question): Bag {
    const known = sdk.functions[token];
    const lookup = lookups[token];
    if (!known || !lookup) throw new Error(`the stand-in for the aws plugin has no function ${token}`);
    const [failure] = validate(known.inputs, question.args);
    if (failure) throw new Error(`invoking ${token}: ${failure.property}: ${failure.reason}`);
    const answer: Bag = { id: question.region, ...question.args, region: question.region, ...lookup(question) };
    // As the SDK has it: all that it promises, and nothing else.
    return Object.fromEntries(
        Object.entries(known.outputs).map(([name, type]) => [
            name,
            answer[name] ?? (isRequired(type) ? emptyOf(type) : undefined),
        ]),
    );
}
