/** Whether the configured release may follow the one that has the data now. */
import type { ChtVersion } from "../../cht/model";
import { checkTransition } from "../../cht/transition";
import { ChtVersionError, compareVersions, parseVersion } from "../../cht/version";
import { labels } from "../live";
import type { Finding, Subject } from "./subject";

/** The repositories of a CHT release, under any registry. The upgrade service is a product of its own, with its own versions. */
const releaseImage =
    /(?:^|\/)cht-(?:couchdb|couchdb-nouveau|haproxy|haproxy-healthcheck|api|sentinel):([^/:@]+)(?:@.*)?$/;

/** @returns findings, and notes on what an operator should know of an allowed change. */
export function guardVersion({ instance, version, live }: Subject): { findings: Finding[]; notes: string[] } {
    const images = [...new Set(live.deployments.flatMap((deployment) => deployment.images))];
    const running = images.map((image) => releaseOf(image));
    const known = running.filter((release) => release !== undefined);
    // Nothing runs where the instance was taken down: then the namespace remembers.
    const remembered = known.length === 0 ? parsed(live.annotations[labels.version]) : undefined;
    const before = (remembered === undefined ? known : [remembered]).toSorted((a, b) => compareVersions(b, a));

    const notes = images
        .filter(
            (image) => image.includes("cht-") && !image.includes("upgrade-service") && releaseOf(image) === undefined,
        )
        .map((image) => `the release of the running image '${image}' cannot be told from its tag: it is not checked`);
    // The newest first: where an upgrade stopped half-way, older images run beside it.
    for (const from of before) {
        const transition = checkTransition({ from, to: version, snapshotTaken: instance.upgrade?.snapshot });
        if (!transition.allowed) {
            return { findings: [{ path: "version", message: `${transition.reason} ${transition.wayOut}` }], notes };
        }
        notes.push(...transition.notes);
    }
    return { findings: [], notes: [...new Set(notes)] };
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
