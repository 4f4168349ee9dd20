/** What the stand-in for the aws plugin must do, as the official one and AWS do. */
import type { AwsCase } from "../../aws";
import { changeCases } from "./changes";
import { checkCases } from "./check";
import { faultCases } from "./faults";
import { lifeCases } from "./life";
import { lookupCases } from "./lookups";
import { readCases } from "./read";
import { refusalCases } from "./refusals";
import { specialCases } from "./special";

export const awsCases: AwsCase[] = [
    ...checkCases,
    ...changeCases,
    ...lifeCases,
    ...readCases,
    ...refusalCases,
    ...specialCases,
    ...faultCases,
    ...lookupCases,
];
