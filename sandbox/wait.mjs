// Waiting for what the programs of a sandbox do in their own time.
import { setTimeout as sleep } from "node:timers/promises";
import { lastWords } from "./processes.mjs";
import { SandboxError } from "./settings.mjs";
import { running } from "./status.mjs";

/** How long anything may take on a slow, busy machine before the start is given up. */
const patienceMilliseconds = 120_000;

/**
 * Waits until something is true. Ends at once, with the reason, when a program that this start has brought up ends.
 *
 * @param {string} what
 * @param {import("./settings.mjs").Sandbox} sandbox
 * @param {() => unknown} condition true when it is there; an error means not yet
 */
export async function waitFor(what, sandbox, condition) {
    const patience = Date.now() + patienceMilliseconds;
    let reason = "";
    for (;;) {
        try {
            if (await condition()) return;
        } catch (error) {
            reason = /** @type {Error} */ (error).message;
        }
        const alive = new Set(running(sandbox).map(({ name }) => name));
        for (const name of sandbox.broughtUp) {
            if (alive.has(name)) continue;
            throw new SandboxError(`${name} ended while waiting for ${what}:\n${lastWords(name, sandbox)}`);
        }
        if (Date.now() > patience) throw new SandboxError(`${what}: not there after two minutes\n    ${reason}`);
        await sleep(100);
    }
}
