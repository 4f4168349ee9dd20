/**
 * Taking one instance away, and its data only when somebody says so. The stack file is not touched: the next `up` brings the
 * instance back, with its data where it was kept.
 */
import { OperatorError } from "./error";
import { type ProgressEvent, resourceName } from "./events";
import { engineCall, type HostInstance, readInstance } from "./hosts";
import { type Operation, operation } from "./operation";
import { readStackFile } from "./stack-files";
import { destroyStack, type Stack, selectStack, type UpdateReport } from "./stacks";
import { stateOf, unprotect } from "./state";
import type { Project } from "./workspace";

const hostType = "cht-hosting:docker:ChtHost";
const volumeType = "docker:index/volume:Volume";

export interface DestroyOptions {
    readonly signal?: AbortSignal;
}

export interface DeletionReport {
    /** Volumes that were deleted with all that was in them. */
    readonly volumes: readonly string[];
    /** Folders of the host that hold data still: nothing here deletes a folder. */
    readonly folders: readonly string[];
}

/** The resources of the state that belong to an instance, those that are protected apart. */
interface InstanceResources {
    readonly component: string;
    readonly loose: readonly string[];
    readonly protected: readonly string[];
    /** Names of its volumes on the engine. */
    readonly volumes: readonly string[];
}

/** Removes an instance's services and network. Its volumes and what opens them are kept. */
export function destroyInstance(
    project: Project,
    stackName: string,
    name: string,
    options: DestroyOptions = {},
): Operation<UpdateReport | undefined> {
    return operation(async (report) => {
        const stack = await selectStack(project, stackName);
        const resources = await resourcesOf(stack, name);
        if (resources === undefined || resources.loose.length === 0) return undefined;
        // What is protected stays, and its component above it.
        const targets = [...resources.loose, ...(resources.protected.length === 0 ? [resources.component] : [])];
        return await relay(destroyStack(stack, { ...options, targets }), report);
    });
}

/**
 * Deletes the data of an instance that was destroyed: exactly its own volumes, none that a container still has; and has the
 * state forget it. Folders of the host are told, never deleted.
 *
 * @param confirmation must be the instance's name
 * @throws OperatorError refused: not confirmed, or a container mounts one of the volumes: nothing is deleted then
 */
export function deleteData(
    instance: HostInstance,
    confirmation: string,
    options: DestroyOptions = {},
): Operation<DeletionReport> {
    return operation(async (report) => {
        const { project, stack: stackName, name, engine } = instance;
        if (confirmation !== name) {
            throw new OperatorError("refused", `the data of '${name}' is deleted only when exactly this name is given`);
        }
        const stack = await selectStack(project, stackName).catch((error: unknown) => {
            if (error instanceof OperatorError && error.kind === "not-found") return undefined;
            throw error;
        });
        const resources = stack === undefined ? undefined : await resourcesOf(stack, name);
        const { volumes } = await readInstance(project, stackName, name, engine);
        const names = [...new Set([...(resources?.volumes ?? []), ...volumes.map(({ Name }) => Name)])].sort();
        await refuseMounted(instance, names);
        const deleted: string[] = [];
        for (const volume of names) {
            if ((await engineCall(() => engine.volumes.inspect(volume))) === undefined) continue;
            report({ kind: "phase", phase: `delete volume ${volume}` });
            await engineCall(() => engine.volumes.remove(volume));
            deleted.push(volume);
        }
        if (stack !== undefined && resources !== undefined) await forget(stack, resources, options, report);
        return { volumes: deleted, folders: foldersOf(instance) };
    });
}

/** The folders that the stack file names for its data. */
function foldersOf({ project, stack, name }: HostInstance): string[] {
    const { instances } = readStackFile(project.folder, stack);
    const { data } = (instances[name]?.["couchdb"] ?? {}) as { data?: { kind?: string; path?: string | string[] } };
    return data?.kind === "folder" && data.path !== undefined ? [data.path].flat() : [];
}

async function refuseMounted({ engine }: HostInstance, volumes: readonly string[]): Promise<void> {
    const containers = await engineCall(() => engine.containers.list());
    const mounted = containers.flatMap(({ Names, Mounts }) =>
        Mounts.flatMap(({ Name }) =>
            Name !== undefined && volumes.includes(Name) ? [`${Name} (${Names[0]?.slice(1)})`] : [],
        ),
    );
    if (mounted.length === 0) return;
    throw new OperatorError(
        "refused",
        `nothing is deleted, because containers still mount volumes: ${mounted.join(", ")}`,
    );
}

/** The volumes are gone already: the engine only drops what it knows, for they are retained. */
async function forget(
    stack: Stack,
    { component, protected: kept }: InstanceResources,
    options: DestroyOptions,
    report: (event: ProgressEvent) => void,
): Promise<void> {
    await unprotect(stack.project, stack.name, kept);
    await relay(destroyStack(stack, { ...options, targets: [...kept, component] }), report);
}

async function resourcesOf(stack: Stack, name: string): Promise<InstanceResources | undefined> {
    const all = await stateOf(stack.project, stack.name);
    const component = all.find(({ urn, type }) => type === hostType && resourceName(urn).name === name);
    if (component === undefined) return undefined;
    const inside = new Set([component.urn]);
    // Parents come before their children in a state.
    for (const { urn, parent } of all) if (parent !== undefined && inside.has(parent)) inside.add(urn);
    inside.delete(component.urn);
    const own = all.filter(({ urn }) => inside.has(urn));
    return {
        component: component.urn,
        loose: own.filter(({ protect }) => !protect).map(({ urn }) => urn),
        protected: own.filter(({ protect }) => protect).map(({ urn }) => urn),
        volumes: own.flatMap(({ type, id }) => (type === volumeType && id ? [id] : [])),
    };
}

async function relay<T>(inner: Operation<T>, report: (event: ProgressEvent) => void): Promise<T> {
    for await (const event of inner) report(event);
    return inner.result;
}
