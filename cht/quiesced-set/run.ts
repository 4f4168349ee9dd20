/**
 * Takes a quiesced set (`cht/quiesced.ts`). Whatever happens, the writers are started again: at the end, on a signal, and after
 * a crash by the next run, which finds on the Lease what the crashed one had stopped.
 */
import { ignoreSignals, say } from "./kubernetes";
import { isLost, leaveLease, remember, takeLease } from "./lease";
import { markComplete, prune, removeIncomplete, removeSet, stamp, takeSnapshots } from "./sets";
import { replicas, startWriters, stopWriters } from "./writers";

async function main(): Promise<void> {
    const left = await takeLease();
    if (Object.keys(left).length > 0) {
        say("A run before this one ended in the middle of a set.");
        await startWriters(left);
    }
    await removeIncomplete();
    const before = await replicas();
    const set = stamp(new Date());
    await remember(before);
    try {
        await takeSnapshots(set, await stopWriters());
    } catch (error) {
        // Another run that has taken over does both.
        if (!isLost()) {
            await startWriters(before);
            ignoreSignals(true);
            await removeSet(set, "it failed");
        }
        throw error;
    }
    await startWriters(before);
    await markComplete(set);
    await prune();
}

main()
    .catch((error: unknown) => {
        process.stderr.write(`No quiesced set: ${error instanceof Error ? error.message : String(error)}.\n`);
        process.exitCode = 1;
    })
    .then(leaveLease)
    .catch(() => {});
