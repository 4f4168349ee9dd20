/** Whether a provider whose configuration changed leads to another cluster, so that everything in it must be made anew. */
import { isDeepStrictEqual } from "node:util";
import type { Diffed, DiffRequest, PropertyDiff } from "../provider";
import { type Bag, reveal, Unknown } from "../values";
import { activeCluster } from "./kubeconfig";

/** The settings that say which cluster. */
const PLACE = ["kubeconfig", "context", "cluster"];

export function diffConfig(request: DiffRequest): Diffed {
    const [olds, news] = [reveal(request.olds), reveal(request.news)];
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
        (key) => !isDeepStrictEqual(olds[key], news[key]),
    );
    const replaces = new Set(findReplaces(olds, news, changed));
    const properties = new Map<string, PropertyDiff>();
    for (const key of changed) {
        const kind = olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update";
        properties.set(key, { kind, replace: replaces.has(key) });
    }
    return { properties };
}

function findReplaces(olds: Bag, news: Bag, changed: string[]): string[] {
    const [was, is] = [olds["clusterIdentifier"], news["clusterIdentifier"]];
    // A cluster that has a name is the same one as long as its name is.
    if (is !== undefined && isDeepStrictEqual(was, is)) return [];
    const replaces = was !== undefined && is !== undefined ? ["clusterIdentifier"] : [];
    // What is not known may be anything.
    const unsure = PLACE.find((key) => news[key] instanceof Unknown);
    if (unsure) return [...replaces, unsure];
    if (changed.includes("renderYamlToDirectory")) replaces.push("renderYamlToDirectory");
    const [before, after] = [activeCluster(olds), activeCluster(news)];
    if (before && after && !isDeepStrictEqual(before, after))
        replaces.push(...PLACE.filter((key) => changed.includes(key)));
    return replaces;
}
