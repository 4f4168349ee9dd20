/** The CHT releases that there are, from the server that Medic publishes them on. */
import { compareVersions, parseVersion } from "../cht/version";
import { OperatorError } from "./error";

/**
 * Every release, the newest first.
 *
 * @param buildsUrl a CouchDB database with a document for each release, `medic:medic:5.2.0`: `instances.<name>.buildsUrl`
 * @throws OperatorError unreachable
 * @see https://docs.communityhealthtoolkit.org/releases/
 */
export async function listVersions(buildsUrl: string, timeoutSeconds = 10): Promise<string[]> {
    const url = `${buildsUrl.replace(/\/$/, "")}/_design/builds/_view/releases?descending=true`;
    const rows = await ask(url, timeoutSeconds);
    const names = rows.flatMap(({ id }) => /^medic:medic:(.+)$/.exec(id)?.[1] ?? []);
    const versions = [...new Set(names)].flatMap((name) => {
        try {
            return [parseVersion(name)];
        } catch {
            // Releases of 3.x and of tests are among them.
            return [];
        }
    });
    return versions.sort((a, b) => compareVersions(b, a)).map(({ tag }) => tag);
}

/** The newest release that is no build of a branch. @throws OperatorError unreachable; not-found */
export async function newestRelease(buildsUrl: string, timeoutSeconds?: number): Promise<string> {
    const releases = (await listVersions(buildsUrl, timeoutSeconds)).filter(
        (tag) => parseVersion(tag).branch === undefined,
    );
    const [newest] = releases;
    if (newest === undefined) throw new OperatorError("not-found", `${buildsUrl} has no release`);
    return newest;
}

async function ask(url: string, timeoutSeconds: number): Promise<readonly { id: string }[]> {
    const server = new URL(url).host;
    let reason: string;
    try {
        const response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) });
        if (response.ok) return ((await response.json()) as { rows: { id: string }[] }).rows;
        reason = `it answers ${response.status}`;
    } catch (error) {
        const { cause } = error as { cause?: { code?: string } };
        reason = cause?.code ?? (error as Error).name;
    }
    throw new OperatorError(
        "unreachable",
        `the releases cannot be listed, because ${server} does not say them (${reason}): see https://docs.communityhealthtoolkit.org/releases/, or name one with --version`,
    );
}
