import * as pulumi from "@pulumi/pulumi";

/** Which engine a stack's instances are on: a stack output, by which the next run knows it again. */
export interface EngineIdentity {
    /** The engine's own ID, which it keeps with its data. */
    readonly id: string;
    /** How it was reached, for messages. */
    readonly host: string;
}

interface PreviousOutputs {
    readonly engine?: EngineIdentity;
    readonly instances?: object;
}

/**
 * Refuses another engine than the stack's instances are on: there is no data there, and empty databases would be made under
 * the names, and with the passwords, of those that are left behind. Only the stack itself remembers which engine it was.
 *
 * @throws {pulumi.RunError} with the way back, and the way to move.
 */
export async function guardSameEngine(now: EngineIdentity): Promise<void> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    // Not a StackReference, which is a resource of the stack itself: each refresh would find it changed.
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    const { engine: before, instances = {} } = (answer as { outputs: PreviousOutputs }).outputs;
    const names = Object.keys(instances);
    if (before === undefined || before.id === now.id || names.length === 0) return;
    throw new pulumi.RunError(
        `cluster.host: ${names.join(", ")} of this stack are on the Docker engine ${before.host} (${before.id}), and this is another, ${now.host} (${now.id}). ` +
            "Go back to that engine; or, to move an instance, make a backup there and restore it into a stack of its own here.",
    );
}
