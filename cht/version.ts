import type { ChtVersion } from "./model";

/** A version that cannot be hosted; its message is one sentence for the operator, with the way out. */
export class ChtVersionError extends Error {
    /** @param endOfLife whether the version is one of CHT, but from before 4.0 */
    constructor(
        message: string,
        readonly endOfLife = false,
    ) {
        super(message);
        this.name = "ChtVersionError";
    }
}

/** What developers of 3.x run on Docker. @see https://github.com/medic/cht-core/blob/3.16.0/docker-compose.yml */
export const CHT_3_ON_DOCKER =
    "Developers of 3.x run the docker-compose.yml of its tag in medic/cht-core (the image medicmobile/medic-os, which Horticulturalist deploys to).";

/** Three numbers without leading zeros, then perhaps a branch: what CHT's build pipeline tags its images with. */
const VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})(?:-([A-Za-z0-9][A-Za-z0-9_.-]{0,99}))?$/;

/**
 * Reads a CHT version as the operator wrote it: `5.2.0`, or a build of a branch, `5.2.0-my-branch`.
 *
 * @throws {ChtVersionError} If it is not of the form x.y.z, or older than 4.0.0: CHT 3.x has other processes altogether.
 * @see https://docs.communityhealthtoolkit.org/releases/#supported-versions
 */
export function parseVersion(text: string): ChtVersion {
    const match = VERSION.exec(text);
    if (!match) {
        throw new ChtVersionError(
            `${JSON.stringify(text)} is not a CHT version; write three numbers, 5.2.0, or the tag of a branch's build, 5.2.0-my-branch.`,
        );
    }
    const [, major, minor, patch, branch] = match;
    if (Number(major) < 4) {
        throw new ChtVersionError(
            `CHT ${text} is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version.`,
            true,
        );
    }
    return {
        major: Number(major),
        minor: Number(minor),
        patch: Number(patch),
        ...(branch === undefined ? {} : { branch }),
        tag: text,
    };
}

/**
 * Orders versions: negative if `a` is older than `b`. Builds of a branch stand before the release of their numbers, as
 * CHT builds them from what will become it, and among themselves by name, which says nothing of their age.
 */
export function compareVersions(a: ChtVersion, b: ChtVersion): number {
    return compareNumbers(a, b) || compareBranches(a.branch, b.branch);
}

/** Orders versions by their three numbers alone: a branch's build counts as the release it is named after. */
export function compareNumbers(a: ChtVersion, b: ChtVersion): number {
    return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

function compareBranches(a: string | undefined, b: string | undefined): number {
    if (a === b) {
        return 0;
    }
    if (a === undefined) {
        return 1;
    }
    if (b === undefined) {
        return -1;
    }
    return a < b ? -1 : 1;
}

/** Whether `version` has what came with the release `release`; a branch's build has what the release of its numbers has. */
export function isAtLeast(version: ChtVersion, release: string): boolean {
    return compareNumbers(version, parseVersion(release)) >= 0;
}
