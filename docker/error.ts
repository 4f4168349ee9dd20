/** What can go wrong with a Docker engine, as one sentence for an operator. */

export type EngineErrorKind =
    /** No engine answers: it is down, the host cannot be reached, access is refused. */
    | "unreachable"
    /** An engine answers, but none that this program can talk to. */
    | "unsupported"
    | "not-found"
    /** Something has the name, is in use, or is in the wrong state. */
    | "conflict"
    | "disk-full"
    /** The engine refused, or failed, for another reason. */
    | "refused";

/** The message is a whole sentence that names the engine or the object; nobody needs its stack trace. */
export class EngineError extends Error {
    override readonly name = "EngineError";

    /** @param status of the engine's HTTP answer, where it gave one. */
    constructor(
        readonly kind: EngineErrorKind,
        message: string,
        readonly status?: number,
    ) {
        super(message);
    }
}

/** By what the engine says, which has no status of its own for a full disk, and hands on what registries say with any. */
export function kindOf(message: string, status?: number): EngineErrorKind {
    if (/no space left on device|disk quota exceeded/i.test(message)) return "disk-full";
    if (status === 404 || /manifest unknown|manifest for .* not found/i.test(message)) return "not-found";
    return status === 409 ? "conflict" : "refused";
}
