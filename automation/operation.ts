/** Something that takes a while: its progress as it comes, and what came of it. */
import type { ProgressEvent } from "./events";

/**
 * Iterating gives every event from the first on, however late it begins and however many iterate (a page that is opened
 * again sees the whole). The iteration ends with the work, well or not; `result` says which.
 */
export interface Operation<T> extends AsyncIterable<ProgressEvent> {
    /** @throws OperatorError for what an operator can mend */
    readonly result: Promise<T>;
}

/** Starts the work at once. */
export function operation<T>(work: (report: (event: ProgressEvent) => void) => Promise<T>): Operation<T> {
    const events: ProgressEvent[] = [];
    let ended = false;
    let wake = () => {};
    let news = new Promise<void>((resolve) => (wake = resolve));
    const tell = () => {
        wake();
        news = new Promise<void>((resolve) => (wake = resolve));
    };
    const result = Promise.resolve()
        .then(() =>
            work((event) => {
                events.push(event);
                tell();
            }),
        )
        .finally(() => {
            ended = true;
            tell();
        });
    // Whoever only looks at the progress has not to handle the error as well.
    result.catch(() => undefined);
    return {
        result,
        async *[Symbol.asyncIterator]() {
            for (let next = 0; ; ) {
                const more = news;
                while (next < events.length) yield events[next++] as ProgressEvent;
                if (ended) return;
                await more;
            }
        },
    };
}
