/** Stacks: what there is, what an update would do, and doing it. One child process each; stacks do not wait for one another. */
import { type EngineEvent, Stack as EngineStack, StackAlreadyExistsError } from "@pulumi/pulumi/automation";
import { engineError } from "./engine-errors";
import { OperatorError } from "./error";
import { type Changes, type ProgressEvent, progressOf } from "./events";
import { freeLocksOfTheDead } from "./locks";
import { type Operation, operation } from "./operation";
import { PreviewCollector, type PreviewReport } from "./preview";
import { listStackFiles } from "./stack-files";
import type { Project } from "./workspace";

/** A stack whose state is there to work on. */
export interface Stack {
    readonly project: Project;
    readonly name: string;
    readonly engine: EngineStack;
}

export interface StackSummary {
    readonly name: string;
    /** Whether there is a `Pulumi.<name>.yaml`. */
    readonly file: boolean;
    /** Whether the backend has a state of it. */
    readonly deployed: boolean;
    readonly resources?: number;
    /** ISO 8601. */
    readonly updated?: string;
    /** Whether an update is running; of backends that say so. */
    readonly updating?: boolean;
}

/**
 * Decides over an update whose preview is known: returns, or throws an {@link OperatorError} `refused` that says why not.
 * Everybody's `up` goes through it: policies, guards of a portal, a person who is asked.
 */
export type Gate = (preview: PreviewReport) => Promise<void> | void;

export interface UpdateOptions {
    /** @default every update passes */
    readonly gate?: Gate;
    /** Aborting ends the update in an orderly way: what was begun is finished, the state is written, the lock is freed. */
    readonly signal?: AbortSignal;
    /** Looks at what is really there first. @default false */
    readonly refresh?: boolean;
    /** Only these, by URN; `up` and `destroy`. @default all */
    readonly targets?: readonly string[];
}

export interface UpdateReport {
    readonly stack: string;
    /** What was done; an update without a change has only `same`. */
    readonly changes: Changes;
    readonly seconds: number;
    readonly preview?: PreviewReport;
}

/** Every stack that has a file in the project or a state in the backend, by name. */
export async function listStacks(project: Project): Promise<StackSummary[]> {
    const files = new Set(listStackFiles(project.folder));
    const made = await project.workspace.listStacks().catch((error: unknown) => {
        throw engineError(error, { stack: "(all)", messages: [] });
    });
    const states = new Map(made.map((state) => [state.name.split("/").at(-1) ?? state.name, state]));
    return [...new Set([...files, ...states.keys()])].sort().map((name) => {
        const state = states.get(name);
        return {
            name,
            file: files.has(name),
            deployed: state !== undefined,
            ...(state?.resourceCount === undefined ? {} : { resources: state.resourceCount }),
            ...(state?.lastUpdate === undefined ? {} : { updated: state.lastUpdate }),
            ...(state?.updateInProgress === undefined ? {} : { updating: state.updateInProgress }),
        };
    });
}

/** @throws OperatorError not-found */
export function selectStack(project: Project, name: string): Promise<Stack> {
    return open(project, name, EngineStack.select(name, project.workspace));
}

/** @throws OperatorError exists */
export function createStack(project: Project, name: string): Promise<Stack> {
    return open(project, name, EngineStack.create(name, project.workspace));
}

/** The stack, made where there is none yet. */
export function createOrSelectStack(project: Project, name: string): Promise<Stack> {
    return open(project, name, EngineStack.createOrSelect(name, project.workspace));
}

async function open(project: Project, name: string, opening: Promise<EngineStack>): Promise<Stack> {
    try {
        return { project, name, engine: await opening };
    } catch (error) {
        if (error instanceof StackAlreadyExistsError) {
            throw new OperatorError("exists", `there is a stack '${name}' already`);
        }
        throw engineError(error, { stack: name, messages: [] });
    }
}

/** Forgets an empty stack and its history; its file stays. @throws OperatorError refused: it still has resources */
export async function removeStack(stack: Stack): Promise<void> {
    await stack.project.workspace.removeStack(stack.name, { preserveConfig: true }).catch((error: unknown) => {
        throw engineError(error, { stack: stack.name, messages: [] });
    });
}

/** What an update would do. Changes nothing, and needs no lock. */
export function previewStack(stack: Stack, options: Omit<UpdateOptions, "gate"> = {}): Operation<PreviewReport> {
    return operation((report) => runPreview(stack, options, report));
}

/** Previews, asks the gate, and then updates: the engine's own `up` would do it unseen. */
export function updateStack(stack: Stack, { gate, ...options }: UpdateOptions = {}): Operation<UpdateReport> {
    return operation(async (report) => {
        freeLocksOfTheDead(stack.project, stack.name, report);
        const preview = await runPreview(stack, options, report);
        await gate?.(preview);
        return { ...(await change(stack, "update", options, report)), preview };
    });
}

/** Takes into the state what is really there. The next preview shows what differs from the stack file. */
export function refreshStack(stack: Stack, options: Pick<UpdateOptions, "signal"> = {}): Operation<UpdateReport> {
    return operation(async (report) => {
        freeLocksOfTheDead(stack.project, stack.name, report);
        return change(stack, "refresh", options, report);
    });
}

/** Removes what is not protected: data, and what opens it, stays. */
export function destroyStack(stack: Stack, options: Omit<UpdateOptions, "gate"> = {}): Operation<UpdateReport> {
    return operation(async (report) => {
        freeLocksOfTheDead(stack.project, stack.name, report);
        return change(stack, "destroy", options, report);
    });
}

type Report = (event: ProgressEvent) => void;

async function runPreview(stack: Stack, options: UpdateOptions, report: Report): Promise<PreviewReport> {
    const collector = new PreviewCollector(stack.name);
    report({ kind: "phase", phase: "preview" });
    await run(stack, options, report, (onEvent) =>
        stack.engine.preview({
            ...engineOptions(options),
            onEvent: (event) => {
                collector.add(event);
                onEvent(event);
            },
        }),
    );
    return collector.report();
}

type Phase = "update" | "refresh" | "destroy";

async function change(stack: Stack, phase: Phase, options: UpdateOptions, report: Report): Promise<UpdateReport> {
    let changes: Changes = {};
    let seconds = 0;
    report({ kind: "phase", phase });
    await run(stack, options, report, (listen) => {
        const onEvent = (event: EngineEvent) => {
            changes = event.summaryEvent?.resourceChanges ?? changes;
            seconds = event.summaryEvent?.durationSeconds ?? seconds;
            listen(event);
        };
        const shared = { ...engineOptions(options), onEvent };
        if (phase === "update") return stack.engine.up(shared);
        if (phase === "refresh") return stack.engine.refresh(shared);
        // Excluding and naming targets cannot be had together: whoever names them leaves out what is protected.
        return stack.engine.destroy({ ...shared, excludeProtected: options.targets === undefined });
    });
    return { stack: stack.name, changes, seconds };
}

function engineOptions({ refresh, signal, targets }: UpdateOptions) {
    return {
        color: "never",
        suppressOutputs: true,
        suppressProgress: true,
        ...(refresh === undefined ? {} : { refresh }),
        ...(signal === undefined ? {} : { signal }),
        ...(targets === undefined ? {} : { target: [...targets] }),
    } as const;
}

async function run(
    stack: Stack,
    { signal }: UpdateOptions,
    report: Report,
    start: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<void> {
    const messages: string[] = [];
    if (signal?.aborted)
        throw new OperatorError("cancelled", `the operation on the stack '${stack.name}' was cancelled`);
    try {
        await start((event) => {
            const progress = progressOf(event);
            if (progress === undefined) return;
            if (progress.kind === "message" && progress.severity === "error") messages.push(progress.text);
            report(progress);
        });
    } catch (error) {
        throw engineError(error, { stack: stack.name, messages, signal });
    }
}
