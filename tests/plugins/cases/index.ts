/** What the stand-in for the kubernetes plugin must do, as the official one does. */
import { awaitCases } from "./await";
import { awaitOtherCases } from "./awaitOthers";
import { checkCases } from "./check";
import { configCases } from "./config";
import type { Case } from "./context";
import { createCases } from "./create";
import { diffCases } from "./diff";
import { helmCases } from "./helm";
import { readCases } from "./read";
import { updateCases } from "./update";

export const cases: Case[] = [
    ...configCases,
    ...checkCases,
    ...diffCases,
    ...createCases,
    ...updateCases,
    ...awaitCases,
    ...awaitOtherCases,
    ...readCases,
    ...helmCases,
];
