/** Runs pieces of work side by side, a few at a time. */

export interface Work {
    key: string;
    run(): Promise<void>;
}

/** Enough that nobody waits for those who wait, few enough for two cores. */
const WIDTH = 12;

/**
 * Starts the work and puts a promise for each piece into `results`; nobody has to wait for it.
 *
 * @returns a function that gives up what has not begun and waits for what has.
 */
export function startAll(work: Work[], results: Map<string, Promise<void>>): () => Promise<void> {
    const queue = [...work];
    const settled = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();
    for (const { key } of work) {
        const promise = new Promise<void>((resolve, reject) => settled.set(key, { resolve, reject }));
        // A failure is told by whoever asks for it.
        promise.catch(() => undefined);
        results.set(key, promise);
    }
    const worker = async () => {
        for (let one = queue.shift(); one; one = queue.shift())
            await one.run().then(settled.get(one.key)?.resolve, settled.get(one.key)?.reject);
    };
    const workers = Array.from({ length: WIDTH }, worker);
    return async () => {
        queue.length = 0;
        await Promise.all(workers);
    };
}
