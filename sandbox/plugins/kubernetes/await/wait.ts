/** Waiting for an object: asking again and again, gently, until it is ready or the time is over. */
import { setTimeout as sleep } from "node:timers/promises";
import { at, type Bag, textAt } from "../../values";
import { ApiError } from "../client";
import type { Cluster } from "../discovery";
import { annotation, nameOf, namespaceOf } from "../objects";
import type { Session } from "../session";

/** What is waited for. */
export interface Wait {
    urn: string;
    inputs: Bag;
    /** As the API server answered the create or update. */
    live: Bag;
    /** As it was before an update. */
    before?: Bag;
    /** Seconds that the program allows; 0 means the default. */
    timeout: number;
}

export interface Progress {
    done: boolean;
    /** What is being waited for just now; of no interest once it is done. */
    message: string;
    /** Why it is not done, told when the time is over. */
    reasons?: string[];
    /** There is no hope left: do not wait for the end of the time. */
    failed?: string;
}

export const READY: Progress = { done: true, message: "" };

/** Looks at an object once. */
export type Probe = (object: Bag, cluster: Cluster, wait: Wait) => Progress | Promise<Progress>;

export interface Awaiter {
    /** A probe may remember what it saw before; each wait gets a new one. */
    begin(): Probe;
    /** Seconds after which it is given up whatever the program allows. */
    limit?: number;
}

/** The object is there but did not become ready. */
export class NotReady extends Error {
    constructor(
        message: string,
        readonly object: Bag,
        readonly reasons: string[] = [],
    ) {
        super(message);
    }
}

const DEFAULT_TIMEOUT = 600;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1000;

/** Seconds: the program's time-out, else the annotation's, else ten minutes. */
export const timeoutOf = (inputs: Bag, timeout: number): number =>
    timeout || Number(annotation(inputs, "timeoutSeconds")) || DEFAULT_TIMEOUT;

/**
 * Probes an object until it is done.
 *
 * @throws NotReady with the object as it was seen last.
 */
export async function waitUntil(session: Session, wait: Wait, awaiter: Awaiter): Promise<Bag> {
    const { engine, signal } = session;
    const cluster = session.requireCluster();
    const deadline = Date.now() + Math.min(timeoutOf(wait.inputs, wait.timeout), awaiter.limit ?? Infinity) * 1000;
    const probe = awaiter.begin();
    let object = wait.live;
    let progress: Progress = { done: false, message: "" };
    let shown = "";
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.4, LONGEST_PAUSE)) {
        try {
            progress = await probe(object, cluster, wait);
        } catch (error) {
            // An API server that is away for a moment says nothing about the object.
            if (error instanceof ApiError && error.code < 500) throw error;
            progress = { ...progress, done: false, message: (error as Error).message };
        }
        if (progress.done) {
            if (shown) engine.status("info", wait.urn, "");
            return object;
        }
        if (progress.message !== shown) engine.status("info", wait.urn, (shown = progress.message));
        const reasons = progress.reasons ?? [];
        if (progress.failed) throw new NotReady(progress.failed, object, reasons);
        if (signal.aborted)
            throw new NotReady(`Resource operation was cancelled for "${nameOf(object)}"`, object, reasons);
        if (Date.now() >= deadline)
            throw new NotReady(`'${nameOf(object)}' timed out waiting to be Ready`, object, [
                ...reasons,
                ...(await warnings(cluster, object)),
            ]);
        await sleep(Math.min(pause, Math.max(0, deadline - Date.now())), undefined, { signal }).catch(() => undefined);
        const version = at(object, "metadata", "resourceVersion");
        object = await cluster.live(object).catch((error: Error) => {
            if (error instanceof ApiError && error.code === 404)
                throw new NotReady(`'${nameOf(object)}' was deleted while waiting for it to be Ready`, object);
            return object;
        });
        // While something happens, the next thing may follow at once.
        if (at(object, "metadata", "resourceVersion") !== version) pause = FIRST_PAUSE;
    }
}

/** The warnings that controllers have left about an object, such as a quota that admits no more pods. */
async function warnings(cluster: Cluster, object: Bag): Promise<string[]> {
    const fieldSelector = `involvedObject.uid=${textAt(object, "metadata", "uid")},type=Warning`;
    const kind = { apiVersion: "v1", kind: "Event" };
    const events = await cluster.list(kind, namespaceOf(object) || "default", { fieldSelector }).catch(() => []);
    return [...new Set(events.map((event) => `[${textAt(event, "reason")}] ${textAt(event, "message")}`))];
}
