// One start, stop or reset at a time, also when a former one was killed while it held the lock.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./processes.mjs";
import { SandboxError } from "./settings.mjs";

/** How long a start may take on a slow machine before another one gives up waiting for it. */
const patienceMilliseconds = 180_000;

/** @param {string} path */
function readOrNothing(path) {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return undefined;
    }
}

/**
 * Does something while nobody else with the same lock file does.
 *
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(path, action) {
    // The holder is a process id with that process's start, so that a later process with this id is not taken for it.
    // The number tells two calls of one process apart.
    const me = `${process.pid} ${startOf(process.pid)} ${Math.random()}`;
    const mine = `${path}.${process.pid}.${Math.random()}`;
    writeFileSync(mine, me, { mode: 0o600 });
    try {
        const patience = Date.now() + patienceMilliseconds;
        while (!tryLink(mine, path)) {
            const holder = readOrNothing(path);
            if (holder === undefined) continue;
            const [pid = "", started] = holder.split(" ");
            if (startOf(Number(pid)) !== started) takeAway(path, holder, mine);
            else if (Date.now() > patience)
                throw new SandboxError(`process ${pid} has been working on this sandbox for minutes`);
            else await sleep(50);
        }
        return await action();
    } finally {
        rmSync(mine, { force: true });
        if (readOrNothing(path) === me) rmSync(path, { force: true });
    }
}

/** A link appears whole or not at all, unlike a file that is made and then written. @param {string} from @param {string} to */
function tryLink(from, to) {
    try {
        linkSync(from, to);
        return true;
    } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
        throw error;
    }
}

/**
 * Removes the lock of a holder that has died, unless another process did so first and holds a new one by now.
 *
 * @param {string} path
 * @param {string} holder what the lock file said
 * @param {string} mine a name of my own
 */
function takeAway(path, holder, mine) {
    const aside = `${mine}.aside`;
    try {
        renameSync(path, aside);
        if (readOrNothing(aside) !== holder) tryLink(aside, path);
        rmSync(aside, { force: true });
    } catch {
        // somebody was faster: the next attempt sees what is there now
    }
}
