/**
 * Progress for a person or a CI log: plain lines on stderr, so that standard output stays what a script asked for.
 */

/** @param {string} line */
export function say(line) {
    process.stderr.write(`${line}\n`);
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
    const seconds = milliseconds / 1000;
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    if (seconds < 60) return `${Math.round(seconds)} s`;
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Says what begins, that it still goes on (every 15 s), and how long it took.
 *
 * @template T
 * @param {string} what for example "pulumi 3.259.0: building from source"
 * @param {(report: (state: string) => void) => Promise<T>} work `report` sets what the periodic line adds
 * @returns {Promise<T>}
 */
export async function step(what, work) {
    const began = Date.now();
    let state = "";
    say(`${what} …`);
    const timer = setInterval(() => say(`${what} … ${duration(Date.now() - began)}${state && `, ${state}`}`), 15_000);
    try {
        const result = await work((next) => {
            state = next;
        });
        say(`${what}: done in ${duration(Date.now() - began)}`);
        return result;
    } finally {
        clearInterval(timer);
    }
}
