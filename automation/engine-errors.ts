/** What the engine says when something goes wrong, as a sentence for an operator. */
import { CommandError, ConcurrentUpdateError, StackNotFoundError } from "@pulumi/pulumi/automation";
import { OperatorError } from "./error";
import { resourceName } from "./events";

/** Sentences in which the engine only says that there were others. */
const frames =
    /^(preview|update|refresh|destroy) failed$|^an unhandled error occurred|^update cancell?ed$|^resource (registration|monitor) /;

/**
 * @param messages the errors among the engine's diagnostics, in their order
 * @param signal of the caller, aborted where it was the caller who ended it
 */
export function engineError(
    error: unknown,
    { stack, messages, signal }: { stack: string; messages: readonly string[]; signal?: AbortSignal | undefined },
): unknown {
    if (error instanceof OperatorError || !(error instanceof CommandError)) return error;
    // It may have got the signal of a terminal itself.
    if (signal?.aborted || /error: (preview|update|refresh|destroy) cancell?ed/.test(error.message))
        return new OperatorError("cancelled", `the operation on the stack '${stack}' was cancelled`);
    if (error instanceof ConcurrentUpdateError) return locked(stack, error.message);
    if (error instanceof StackNotFoundError) {
        return new OperatorError("not-found", `the stack '${stack}' was never deployed with this backend`);
    }
    if (/incorrect passphrase/.test(error.message)) {
        return new OperatorError(
            "failed",
            `Pulumi.${stack}.yaml was encrypted with another passphrase than the one in use: set PULUMI_CONFIG_PASSPHRASE_FILE to a file with the right one`,
            error.message,
        );
    }
    const told = toldBy(messages);
    const text = told.length > 0 ? told.join("\n") : lastErrors(error.message);
    return new OperatorError("failed", text, [...messages, error.message].join("\n"));
}

/** @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/ for how a backend of files locks */
function locked(stack: string, message: string): OperatorError {
    const [, holder] = /: created by (.+)$/m.exec(message) ?? [];
    const by = holder === undefined ? "" : ` (${holder.trim()})`;
    return new OperatorError(
        "locked",
        `another update of the stack '${stack}' is running${by}: wait for it to end`,
        message,
    );
}

/** What the messages say, each thing once, without what only engines and providers understand. */
export function toldBy(messages: readonly string[]): string[] {
    return [...new Set(messages.flatMap(sentence))].filter((message) => message !== "" && !frames.test(message));
}

function sentence(message: string): string[] {
    // The provider's own log of what it reports as an error as well.
    if (/^\s*sdk-v2\//.test(message)) return [];
    const [, urn, inner] = /^(?:\d+ errors? occurred:\s*)?\* \w+ (urn:\S+): ([\s\S]*)$/.exec(message.trim()) ?? [];
    if (urn !== undefined && inner !== undefined) {
        const errors = inner.replace(/^\d+ errors? occurred:\s*/, "").split(/\n\s*\* |^\* /);
        return errors.filter(Boolean).map((each) => `${resourceName(urn).name}: ${each.trim()}`);
    }
    // The trace of a mistake in the program is for `--debug`.
    const [head = ""] = message.split(/\n\s+at /);
    const unhandled = /^Running program '.*?' failed with an unhandled exception:\n(<ref .*?>)?/;
    return [head.trimEnd().replace(unhandled, "the program failed: ")];
}

/** What stands behind `error:` in what the command printed, where there were no diagnostics. */
function lastErrors(output: string): string {
    const errors = [...output.matchAll(/^error: (.*(?:\n(?![\w[]).+)*)/gm)].map(([, text = ""]) => text.trim());
    const told = [...new Set(errors)].filter((text) => !frames.test(text));
    return told.length > 0 ? told.join("\n") : "the engine ended without saying why";
}
