/**
 * One `.toolchain/` is changed by one process at a time. The lock is a file with its holder's process id; its age tells a
 * living holder from one that was killed and whose id another process has by now.
 */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./progress.mjs";

const heartbeat = 5_000;
const silence = 60_000;

/**
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function locked(file, work) {
    const mine = `${file}.${randomUUID()}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(mine, String(process.pid));
    try {
        for (let waited = false; !take(mine, file); waited = true) {
            if (breakStale(file, mine)) continue;
            if (!waited) say(`another run (process ${holder(file)}) is preparing the programs: waiting for it …`);
            await sleep(300);
        }
        const alive = setInterval(() => touch(file), heartbeat);
        try {
            return await work();
        } finally {
            clearInterval(alive);
            rmSync(file, { force: true });
        }
    } finally {
        rmSync(mine, { force: true });
    }
}

/** A hard link either is made or fails, whoever else tries at the same moment. */
function take(/** @type {string} */ mine, /** @type {string} */ file) {
    try {
        touch(mine);
        linkSync(mine, file);
        return true;
    } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
        throw error;
    }
}

/** Takes a dead holder's lock away; looks again after the move, since another waiter may have been first. */
function breakStale(/** @type {string} */ file, /** @type {string} */ mine) {
    if (!isStale(file)) return false;
    const aside = `${mine}.stale`;
    try {
        renameSync(file, aside);
        if (!isStale(aside)) linkSync(aside, file);
    } catch {
        // gone, or taken anew: the next round sees which
    }
    rmSync(aside, { force: true });
    return true;
}

function isStale(/** @type {string} */ file) {
    try {
        if (Date.now() - statSync(file).mtimeMs > silence) return true;
        const pid = holder(file);
        if (pid === undefined) return false;
        process.kill(pid, 0);
        return false;
    } catch (error) {
        return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
    }
}

function holder(/** @type {string} */ file) {
    try {
        return Number(readFileSync(file, "utf8")) || undefined;
    } catch {
        return undefined;
    }
}

function touch(/** @type {string} */ file) {
    try {
        const now = new Date();
        utimesSync(file, now, now);
    } catch {
        // taken away under us: the work goes on, the next run waits for the new holder
    }
}
