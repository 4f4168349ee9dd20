/** Everything the stand-in knows of AWS's resource types. */
import type { Facts, ResourceFacts } from "../facts";
import { compute } from "./compute";
import { dns } from "./dns";
import { eks } from "./eks";
import { iam } from "./iam";
import { network } from "./network";
import { operations } from "./operations";

export const facts: Facts = { ...network, ...compute, ...eks, ...iam, ...operations, ...dns };

export function factsOf(type: string): ResourceFacts {
    const known = facts[type];
    if (!known) throw new Error(`the stand-in for the aws plugin does not know ${type}`);
    return known;
}
