/**
 * What the plugin does in imitation of the official one and of AWS, by name. The plugin uses the table, so that the tests
 * can take one entry out at a time and see that its absence is noticed.
 */
import { chooseName } from "./check";
import { keepsItsName, replaces } from "./diff";
import { admit } from "./faults";
import { checkReferences, checkRoom, checkUnused } from "./references";
import { validate } from "./sdk/validate";
import { changed, found, made, markSecrets, planned, plannedUpdate } from "./state";

export const official = {
    admit,
    changed,
    checkReferences,
    checkRoom,
    checkUnused,
    chooseName,
    found,
    keepsItsName,
    made,
    markSecrets,
    planned,
    plannedUpdate,
    replaces,
    validate,
};

export type Behaviours = typeof official;
