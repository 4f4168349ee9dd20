/** Stops and starts what writes to CouchDB. */
import { call, ignoreSignals, type Metadata, pause, say, settings, stopIfInterrupted } from "./kubernetes";
import { forget, keepLease, type Replicas } from "./lease";

interface Deployment {
    readonly metadata: Metadata;
    readonly spec: { readonly replicas?: number };
    readonly status?: { readonly observedGeneration?: number };
}

/** The generation that each Deployment has when it is stopped: any change of it makes another. */
export type Generations = ReadonlyMap<string, number>;

const { namespace, patience } = settings;
const path = (name: string) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
const podsPath = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(settings.podSelector)}`;
const deployment = (name: string) => call<Deployment>("GET", path(name));
const replicasOf = ({ spec }: Deployment) => spec.replicas ?? 1;

/** As they are now. */
export async function replicas(): Promise<Replicas> {
    const found: Replicas = {};
    for (const name of settings.writers) found[name] = replicasOf(await deployment(name));
    return found;
}

async function scale(name: string, replicas: number): Promise<void> {
    await call("PATCH", `${path(name)}/scale`, { spec: { replicas } });
}

/**
 * Starts what was stopped, and forgets it. What runs already is left as it is. No signal ends it.
 *
 * @throws when all was tried, where one cannot be started: then the next run tries again.
 */
export async function startWriters(before: Replicas): Promise<void> {
    ignoreSignals(true);
    const failures: unknown[] = [];
    for (const name of [...settings.writers].reverse()) {
        try {
            await start(name, before[name] ?? 0);
        } catch (error) {
            failures.push(error);
        }
    }
    if (failures.length > 0) throw failures[0] as Error;
    await forget();
    ignoreSignals(false);
}

async function start(name: string, wanted: number): Promise<void> {
    if (wanted === 0 || replicasOf(await deployment(name)) !== 0) return;
    await scale(name, wanted);
    say(`Started ${name}.`);
}

export async function stopWriters(): Promise<Generations> {
    const generations = new Map<string, number>();
    for (const name of settings.writers) {
        await scale(name, 0);
        const stopped = await deployment(name);
        if (replicasOf(stopped) !== 0) throw new Error(`${name} was started by somebody else at once`);
        generations.set(name, stopped.metadata.generation ?? 0);
    }
    await until(patience.pods, () => stillWriting(generations));
    say(`Stopped ${settings.writers.join(" and ")}.`);
    return generations;
}

/**
 * What writes, or may, as the end of a sentence; nothing where nothing does.
 *
 * @throws where a writer is not what was stopped: `pulumi up`, or somebody, has changed or started it.
 */
export async function stillWriting(generations: Generations): Promise<string | undefined> {
    for (const [name, generation] of generations) {
        const { metadata, status } = await deployment(name);
        if (metadata.generation !== generation) throw new Error(`${name} was changed or started meanwhile`);
        if ((status?.observedGeneration ?? 0) < generation) return `${name} is not yet stopped`;
    }
    const { items } = await call<{ items: { metadata: Metadata; status?: { phase?: string } }[] }>("GET", podsPath);
    const left = items.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
    return left.length === 0 ? undefined : `still runs ${left.map(({ metadata }) => metadata.name).join(", ")}`;
}

/** Looks again and again, and keeps the Lease meanwhile. */
export async function until(seconds: number, done: () => Promise<string | undefined>): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        stopIfInterrupted();
        await keepLease();
        const missing = await done();
        if (missing === undefined) return;
        if (Date.now() > end) throw new Error(`after ${seconds} s ${missing}`);
        await pause(patience.poll);
    }
}
