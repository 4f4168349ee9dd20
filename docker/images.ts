import type { Readable } from "node:stream";
import { EngineError } from "./error";
import { familiarName } from "./image-name";
import { followProgress } from "./progress";
import { orNothing, segment, type Transport } from "./transport";
import type { Image, ImageSummary, Progress, RegistryAuth } from "./types";

/** What the registry of an image says of it. */
export type RegistryAnswer =
    | { readonly kind: "known"; readonly digest: string }
    | { readonly kind: "unknown"; readonly reason: string }
    /** It wants a login; Docker Hub says so of images that do not exist, too. */
    | { readonly kind: "denied"; readonly reason: string }
    | { readonly kind: "unreachable"; readonly reason: string };

export interface PullOptions {
    readonly auth?: RegistryAuth;
    readonly onProgress?: (progress: Progress) => void;
    readonly signal?: AbortSignal;
}

export interface LoadOptions {
    /** The archive's in messages, such as its path. */
    readonly name?: string;
    readonly onProgress?: (progress: Progress) => void;
    readonly signal?: AbortSignal;
}

/** Images are named `repository:tag` or `repository@sha256:…`. */
export class Images {
    constructor(private readonly transport: Transport) {}

    list(): Promise<readonly ImageSummary[]> {
        return this.transport.json({ path: "/images/json", failure: "images cannot be listed" });
    }

    /** Every name of every image: `repository:tag` and `repository@sha256:…`, in their short form (`familiarName`). */
    async names(): Promise<ReadonlySet<string>> {
        return new Set((await this.list()).flatMap(namesOf));
    }

    async inspect(name: string): Promise<Image | undefined> {
        const found = await this.transport.find<Image>({
            path: `/images/${segment(name)}/json`,
            failure: `image '${name}' cannot be looked at`,
        });
        // The API also takes the beginning of an id.
        return found && (found.Id === name || namesOf(found).includes(familiarName(name))) ? found : undefined;
    }

    /** Asks the image's registry, as the engine reaches it, whether it has the image. Downloads nothing. */
    async askRegistry(name: string, auth?: RegistryAuth): Promise<RegistryAnswer> {
        try {
            const { Descriptor } = await this.transport.json<{ Descriptor: { digest: string } }>({
                path: `/distribution/${segment(name)}/json`,
                headers: loginHeader(auth),
                failure: `the registry of image '${name}' cannot be asked`,
                lasting: true,
            });
            return { kind: "known", digest: Descriptor.digest };
        } catch (error) {
            // Without a status it was not the registry that failed, but the engine.
            if (!(error instanceof EngineError) || error.status === undefined) throw error;
            return { kind: registryFailure(error), reason: error.message };
        }
    }

    /** @throws {EngineError} disk-full, not-found, refused. */
    async pull(name: string, { auth, onProgress, signal }: PullOptions = {}): Promise<void> {
        const failure = `image '${name}' cannot be pulled`;
        const response = await this.transport.stream({
            method: "POST",
            path: "/images/create",
            // Without a tag the engine would pull every tag there is.
            query: { fromImage: familiarName(name) },
            headers: loginHeader(auth),
            failure,
            lasting: true,
            signal,
        });
        await followProgress(this.transport.read(response, signal), failure, onProgress);
    }

    /**
     * Loads what `docker save` wrote, plain or compressed.
     *
     * @returns the names that were loaded.
     * @throws {EngineError} disk-full; refused: no such archive.
     */
    async load(archive: Readable, options: LoadOptions = {}): Promise<readonly string[]> {
        const { name: file = "the archive of images", onProgress, signal } = options;
        const failure = `${file} cannot be loaded`;
        const response = await this.transport.stream({
            method: "POST",
            path: "/images/load",
            query: { quiet: false },
            body: archive,
            failure,
            signal,
        });
        const loaded: string[] = [];
        await followProgress(this.transport.read(response, signal), failure, (progress) => {
            const [, name] = /^Loaded image: (\S+)/.exec(progress.stream ?? "") ?? [];
            if (name !== undefined) loaded.push(familiarName(name));
            onProgress?.(progress);
        });
        return loaded;
    }

    /** Takes a name off an image, and the image away with its last name. One that is not there is left alone. */
    async remove(name: string, { force }: { readonly force?: boolean } = {}): Promise<void> {
        const failure = `image '${name}' cannot be removed`;
        if ((await this.inspect(name)) === undefined) return;
        const path = `/images/${segment(name)}`;
        await orNothing(this.transport.send({ method: "DELETE", path, query: { force }, failure, lasting: true }));
    }
}

/** An image without a name is listed as `<none>`. */
function namesOf({ RepoTags, RepoDigests }: Pick<Image, "RepoTags" | "RepoDigests">): string[] {
    return [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.startsWith("<none>")).map(familiarName);
}

function loginHeader(auth?: RegistryAuth): Record<string, string> {
    if (auth === undefined) return {};
    // The engine wants base64's letters for addresses, and its padding, which Node's `base64url` leaves out.
    const text = Buffer.from(JSON.stringify(auth)).toString("base64");
    return { "X-Registry-Auth": text.replaceAll("+", "-").replaceAll("/", "_") };
}

/** The engine hands on what the registry said, with one status for all of it. */
function registryFailure({ status, message }: EngineError): "unknown" | "denied" | "unreachable" {
    if (/denied|unauthorized|authentication required|no basic auth|forbidden/i.test(message)) return "denied";
    if (status === 401 || status === 403) return "denied";
    if (/manifest unknown|name unknown|not known to registry/i.test(message)) return "unknown";
    return status === 404 || /manifest.* not found/i.test(message) ? "unknown" : "unreachable";
}
