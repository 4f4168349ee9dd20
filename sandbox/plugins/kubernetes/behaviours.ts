/**
 * What the plugin does in imitation of the official one, by name. The plugin uses the table, so that the tests can take
 * one entry out at a time and see that its absence is noticed.
 */
import { isForced, keepIgnored, relinquish, takeOver } from "./apply";
import { awaitReady, checkReady, ON_READ, READY } from "./await";
import { chooseName, refuseList } from "./check";
import { createObject, isNoMatterInPreview } from "./create";
import { awaitGone, isGone, propagationPolicy } from "./delete";
import { deletesBeforeReplace, isIgnored, replaceUnready } from "./diff";
import { diffConfig } from "./diffConfig";
import { forceNewFields, patchForceNewFields } from "./forceNew";
import { keepValuesSecret, renderChart } from "./helm/release";
import { normalize } from "./normalize";
import { gone, readUnreachable } from "./read";
import { markSecrets, prune, toState } from "./state";
import { applyUpdate } from "./update";

export const official = {
    applyUpdate,
    awaitGone,
    awaitReady,
    checkReady,
    chooseName,
    createObject,
    deletesBeforeReplace,
    diffConfig,
    forceNewFields,
    gone,
    isForced,
    isGone,
    isIgnored,
    isNoMatterInPreview,
    keepIgnored,
    keepValuesSecret,
    markSecrets,
    normalize,
    onRead: ON_READ,
    patchForceNewFields,
    placeIn: (namespace: string): string | undefined => namespace,
    propagationPolicy,
    prune,
    readUnreachable,
    ready: READY,
    refuseList,
    relinquish,
    renderChart,
    replaceUnready,
    takeOver,
    toState,
};

export type Behaviours = typeof official;
