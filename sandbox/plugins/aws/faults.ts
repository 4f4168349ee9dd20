/**
 * Calls to the simulated AWS: each is written down in `calls.jsonl`, and may go wrong as `faults.json` says: an entry is
 * used up by the first call it fits.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, moduleOf } from "./errors";
import { readSettings } from "./settings";
import { type World, writeWhole } from "./world";

export interface Fault {
    /** `create`, `update`, `delete`, `read`, or a function's token. */
    call: string;
    type?: string;
    /** A regular expression that the resource's name in the program fits. */
    name?: string;
    /**
     * `throttle`: refused `times` times, for being asked too often. `fail`: refused. `half`: it is made, and waiting for it
     * fails: the engine is told of it and of the error, AWS finishes it by itself. `broken`: the same, but it never comes
     * up. `lost`: it is made, but the answer never arrives, so that the engine does not know of it.
     */
    kind: "throttle" | "fail" | "half" | "broken" | "lost";
    /** @default 1 */
    times?: number;
    message?: string;
}

export interface Call {
    call: string;
    type: string;
    name: string;
    region: string;
    id?: string;
}

/** How a call that is let through is to end. */
export type Ending = "well" | "half" | "broken" | "lost";

/** What comes of a call before AWS looks at it. */
export interface Admission {
    ending: Ending;
    message: string;
    attempts: number;
}

const fits = (fault: Fault, call: Call): boolean =>
    fault.call === call.call &&
    (fault.type === undefined || fault.type === call.type) &&
    (fault.name === undefined || new RegExp(fault.name).test(call.name));

function readFaults(file: string): Fault[] {
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Fault[]) : [];
}

/** Uses up one turn of the first fault that fits. */
function nextFault(world: World, call: Call): Promise<Fault | undefined> {
    const file = join(world.folder, "faults.json");
    if (!existsSync(file)) return Promise.resolve(undefined);
    return world.alone(() => {
        const faults = readFaults(file);
        const found = faults.find((fault) => fits(fault, call));
        if (!found) return undefined;
        const left = (found.times ?? 1) - 1;
        writeWhole(
            file,
            faults.flatMap((fault) => (fault !== found ? [fault] : left > 0 ? [{ ...found, times: left }] : [])),
        );
        return found;
    });
}

export class Throttled extends AwsError {
    constructor(readonly attempts: number) {
        super("ThrottlingException", "Rate exceeded");
    }
}

/**
 * Asks AWS, again where it is asked too often: as the official plugin does, up to its `maxRetries`.
 *
 * @throws AwsError where it refuses in the end
 */
export async function admit(world: World, call: Call, maxRetries: number): Promise<Admission> {
    if (readSettings(world.folder).regions[call.region]?.unreachable && call.region !== "") throw unreachable(call);
    for (let attempts = 1; ; attempts++) {
        const fault = await nextFault(world, call);
        if (fault?.kind === "fail")
            throw new AwsError("InternalFailure", fault.message ?? "The request processing has failed.");
        if (fault?.kind !== "throttle")
            return {
                ending: fault?.kind === undefined ? "well" : fault.kind,
                message: fault?.message ?? "it never became active",
                attempts,
            };
        if (attempts > maxRetries) throw new Throttled(attempts);
        await sleep(1);
    }
}

/** Not an answer of AWS, but none at all. */
function unreachable({ type, call, region }: Call): Error {
    const host = `${moduleOf(type || call)}.${region}.amazonaws.com`;
    return new Error(
        `exceeded maximum number of attempts, 3, request send failed, Post "https://${host}/": dial tcp: lookup ${host}: no such host`,
    );
}

export function writeDown(world: World, call: Call, attempts: number, error?: Error): void {
    const line = JSON.stringify({ ...call, attempts, ...(error && { error: error.message }) });
    appendFileSync(join(world.folder, "calls.jsonl"), `${line}\n`);
}
