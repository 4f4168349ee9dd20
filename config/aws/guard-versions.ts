/** Versions: what EKS has, how a cluster may get there, and that each is written down. */
import { oneOf, type Problem, pathOf } from "../problem";
import type { EksSubject } from "./guard";
import { type AddonName, addonNames, addonsWithAutoMode, type EksModel } from "./schema";

export function* guardVersion({ model: { version }, live }: EksSubject): Generator<Problem> {
    const path = "cluster.version";
    const running = live.cluster?.version;
    // What runs may stay, also where AWS has given it up meanwhile: it would only get in the way of other changes.
    if (running === version) return;
    if (running !== undefined) {
        const step = minor(version) - minor(running);
        if (step < 0) {
            yield {
                path,
                message: `The cluster runs Kubernetes ${running}, and never goes down. Set version: "${running}".`,
            };
            return;
        }
        if (step > 1) {
            yield {
                path,
                message: `The cluster runs Kubernetes ${running}, and goes up by one at a time. Set version: "1.${minor(running) + 1}", run 'pulumi up', and so on.`,
            };
            return;
        }
    }
    const found = live.versions.find((known) => known.version === version);
    const supported = live.versions.filter(({ support }) => support === "standard").map((known) => known.version);
    // What is out of standard support, AWS would take up by itself.
    if (found?.support !== "standard") {
        const what =
            found === undefined
                ? `EKS has no Kubernetes ${version} in this region`
                : `Kubernetes ${version} is out of AWS's standard support`;
        yield { path, message: `${what}: must be ${oneOf(supported)}.` };
    }
}

function minor(version: string): number {
    return Number(version.split(".")[1]);
}

/** Nothing is taken 'most recent': what is not written down is told, so that the file says what there is. */
export function* guardPinned({ model, live }: EksSubject): Generator<Problem> {
    const { version, nodes } = model;
    const known = live.versions.some((one) => one.version === version);
    // Of a version that does not exist, AWS recommends nothing: that is told already.
    if (!known) return;
    const ask = (key: string, value: string | undefined) => ({
        path: `cluster.${key}`,
        message:
            value === undefined
                ? `is required, and AWS recommends none for Kubernetes ${version}: see 'aws eks describe-addon-versions'`
                : `is required, so that no node or add-on changes with the day. For Kubernetes ${version} AWS recommends this line: ${key.split(".").at(-1)}: ${value}`,
    });
    if (nodes !== undefined && nodes.releaseVersion === undefined) {
        yield ask("nodes.releaseVersion", live.recommended.releaseVersion);
    }
    for (const name of addonsOf(model)) {
        if (model.addons[name] === undefined) yield ask(pathOf("addons", name), live.recommended.addons[name]);
    }
}

/** The add-ons that a cluster has: with Auto Mode only what that does not bring. */
export function addonsOf({ autoMode }: Pick<EksModel, "autoMode">): readonly AddonName[] {
    return autoMode === undefined ? addonNames : addonsWithAutoMode;
}
