/** Only one run at a time, and what a run has stopped is known to the next, whatever becomes of it. */
import { randomBytes } from "node:crypto";
import { ApiError, call, callOnce, type Metadata, pause, settings, stopIfInterrupted } from "./kubernetes";
import { REPLICAS_ANNOTATION } from "./settings";

interface Lease {
    readonly metadata: Metadata;
    readonly spec?: {
        readonly holderIdentity?: string;
        readonly leaseDurationSeconds?: number;
        readonly renewTime?: string;
    };
}

/** How many of each Deployment there are to be. */
export type Replicas = Record<string, number>;

const { patience } = settings;
const path = `/apis/coordination.k8s.io/v1/namespaces/${settings.namespace}/leases/${settings.lease}`;
const me = `${process.env["HOSTNAME"] ?? "run"}-${randomBytes(4).toString("hex")}`;
let renewed = 0;
let lost = false;

/** Whether another run has taken over, which then starts what this one has stopped. */
export function isLost(): boolean {
    return lost;
}

/**
 * Waits for a run that holds the Lease, as long as it may be alive.
 *
 * @returns what the run before has stopped and not started again
 */
export async function takeLease(): Promise<Replicas> {
    const end = Date.now() + (patience.lease + 30) * 1000;
    for (;;) {
        stopIfInterrupted();
        const { metadata, spec = {} } = await call<Lease>("GET", path);
        const alive = Date.parse(spec.renewTime ?? "") + (spec.leaseDurationSeconds ?? 0) * 1000 > Date.now();
        if (spec.holderIdentity === undefined || !alive) {
            try {
                await write({ holderIdentity: me, acquireTime: now() }, undefined, metadata.resourceVersion);
                return JSON.parse(metadata.annotations?.[REPLICAS_ANNOTATION] ?? "{}") as Replicas;
            } catch (error) {
                if (!(error instanceof ApiError && error.code === 409)) throw error;
            }
        } else if (Date.now() > end) {
            throw new Error(`another run, ${spec.holderIdentity}, is under way`);
        }
        await pause(patience.poll);
    }
}

/** Before anything is stopped. */
export function remember(replicas: Replicas): Promise<void> {
    return write({}, { [REPLICAS_ANNOTATION]: JSON.stringify(replicas) });
}

/** When all is started again. */
export function forget(): Promise<void> {
    return write({}, { [REPLICAS_ANNOTATION]: null });
}

/** From time to time while something is waited for: a run that says nothing is taken for dead. */
export async function keepLease(): Promise<void> {
    if (Date.now() - renewed < (patience.lease * 1000) / 4) return;
    const { metadata, spec } = await call<Lease>("GET", path);
    if (spec?.holderIdentity !== me) {
        lost = true;
        throw new Error("another run has taken over, because this one stood still for too long");
    }
    await write({}, undefined, metadata.resourceVersion);
}

/** So that the next run need not wait for this one to be taken for dead. */
export async function leaveLease(): Promise<void> {
    const { metadata, spec } = await callOnce<Lease>("GET", path);
    if (spec?.holderIdentity === me) await write({ holderIdentity: null }, undefined, metadata.resourceVersion);
}

/** @param resourceVersion with it, the write fails where somebody else has written since */
async function write(
    spec: Record<string, unknown>,
    annotations?: Record<string, string | null>,
    resourceVersion?: string,
): Promise<void> {
    await call("PATCH", path, {
        metadata: { resourceVersion, annotations },
        spec: { ...spec, renewTime: now(), leaseDurationSeconds: patience.lease },
    });
    renewed = Date.now();
}

/** A time as Kubernetes has it on Leases, with microseconds. */
function now(): string {
    return new Date().toISOString().replace("Z", "000Z");
}
