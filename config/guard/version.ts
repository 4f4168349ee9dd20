/** Whether the configured release may follow the one that has the data now. */
import type { ChtVersion, Platform } from "../../cht/model";
import { checkTransition } from "../../cht/transition";
import { ChtVersionError, compareVersions, parseVersion } from "../../cht/version";
import { labels } from "../live";
import type { Finding, Subject } from "./subject";

/** The repositories of a CHT release, under any registry. The upgrade service is a product of its own, with its own versions. */
const releaseImage =
    /(?:^|\/)cht-(?:couchdb|couchdb-nouveau|haproxy|haproxy-healthcheck|api|sentinel|nginx):([^/:@]+)(?:@.*)?$/;

/** What has the data now, and what is to have it. */
export interface Change {
    readonly to: ChtVersion;
    readonly platform: Platform;
    /** The images of what runs, or ran last. */
    readonly images: readonly string[];
    /** Releases that are known to have had the data, for when nothing runs. */
    readonly remembered: readonly (string | undefined)[];
    /** `upgrade.snapshot` */
    readonly snapshotTaken?: string;
}

/** @returns findings, and notes on what an operator should know of an allowed change. */
export function guardVersion({ instance, version, live }: Subject): { findings: Finding[]; notes: string[] } {
    return checkVersion({
        to: version,
        platform: "kubernetes",
        images: live.deployments.flatMap((deployment) => deployment.images),
        remembered: [live.annotations[labels.version]],
        snapshotTaken: instance.upgrade?.snapshot,
    });
}

/** The same, wherever the instance runs. */
export function checkVersion(change: Change): { findings: Finding[]; notes: string[] } {
    const { to, platform, snapshotTaken } = change;
    const images = [...new Set(change.images)];
    const running = images.map((image) => releaseOf(image));
    // Nothing runs where the instance was taken down: then what is kept of it remembers.
    const last = running.some((release) => release !== undefined) ? running : change.remembered.map(parsed);
    const before = last.filter((release) => release !== undefined).toSorted((a, b) => compareVersions(b, a));

    const notes = images
        .filter(
            (image) => image.includes("cht-") && !image.includes("upgrade-service") && releaseOf(image) === undefined,
        )
        .map((image) => `the release of the running image '${image}' cannot be told from its tag: it is not checked`);
    // The newest first: where an upgrade stopped half-way, older images run beside it.
    for (const from of before) {
        const transition = checkTransition({ from, to, platform, snapshotTaken });
        if (!transition.allowed) {
            return { findings: [{ path: "version", message: `${transition.reason} ${transition.wayOut}` }], notes };
        }
        notes.push(...transition.notes);
    }
    return { findings: [], notes: [...new Set(notes)] };
}

/** The newest release that has had the data: of what runs, or else of what is remembered. */
export function newestRelease(
    images: readonly string[],
    remembered: readonly (string | undefined)[],
): ChtVersion | undefined {
    const running = images.flatMap((image) => releaseOf(image) ?? []);
    const known = running.length > 0 ? running : remembered.flatMap((text) => parsed(text) ?? []);
    return known.toSorted((a, b) => compareVersions(b, a))[0];
}

function releaseOf(image: string): ChtVersion | undefined {
    return parsed(releaseImage.exec(image)?.[1]);
}

function parsed(text: string | undefined): ChtVersion | undefined {
    if (text === undefined) return undefined;
    try {
        return parseVersion(text);
    } catch (error) {
        if (error instanceof ChtVersionError) return undefined;
        throw error;
    }
}
