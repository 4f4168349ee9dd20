/** What keeps an operation from being done, and that somebody can do something about: told as a sentence, never with a stack trace. */
import { formatProblems, type Problem } from "../config/problem";

/**
 * What a caller can decide by: a portal answers `not-found` with 404, `exists` and `locked` with 409.
 *
 * - `cancelled`: the caller's signal ended it
 * - `exists`, `not-found`: something is there already, or is not there
 * - `locked`: another update of the same stack is running
 * - `refused`: it could be done, and would harm something; the sentence says what to do about it
 * - `invalid`: what was given cannot be; `problems` says where
 * - `unreachable`: the Docker engine, or a server, does not answer
 * - `failed`: it was tried, and went wrong
 */
export type OperatorErrorKind =
    | "cancelled"
    | "exists"
    | "not-found"
    | "locked"
    | "refused"
    | "invalid"
    | "unreachable"
    | "failed";

export class OperatorError extends Error {
    override readonly name = "OperatorError";

    /** @param detail what helps to find a mistake of the program's own: shown with `--debug` only, never the value of a secret */
    constructor(
        readonly kind: OperatorErrorKind,
        message: string,
        readonly detail?: string,
        readonly problems: readonly Problem[] = [],
    ) {
        super(message);
    }
}

/** @param heading what cannot be done, without the colon */
export function invalid(heading: string, problems: readonly Problem[]): OperatorError {
    return new OperatorError("invalid", formatProblems(heading, problems).trimEnd(), undefined, problems);
}
