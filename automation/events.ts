/**
 * What happens while a stack is previewed or changed, in few words. Of the engine's own events only what is named here is
 * taken on: they carry whole inputs, and debug messages in which the SDK quotes the engine's answers.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation/events";

/** What the engine does with a resource. `same` is nothing. */
export type ResourceOperation =
    | "same"
    | "create"
    | "update"
    | "delete"
    | "replace"
    | "create-replacement"
    | "delete-replaced"
    | "read"
    | "read-replacement"
    | "refresh"
    | "discard"
    | "discard-replaced"
    | "remove-pending-replace"
    | "import"
    | "import-replacement";

/** How many resources there are of each operation. */
export type Changes = Readonly<Partial<Record<ResourceOperation, number>>>;

export interface ResourceName {
    /** The engine's name for it: `urn:pulumi:dev::cht-hosting::cht-hosting:docker:ChtHost$docker:index/container:Container::dev-api` */
    readonly urn: string;
    /** `docker:index/container:Container` */
    readonly type: string;
    /** The name in the program: `dev-api`. */
    readonly name: string;
}

export type ProgressEvent =
    /** What comes now: `preview`, then `update`; or the step of an operation on a host, in words (`stop dev-api`). */
    | { readonly kind: "phase"; readonly phase: string }
    | {
          readonly kind: "resource";
          readonly state: "started" | "done" | "failed";
          readonly operation: ResourceOperation;
          readonly resource: ResourceName;
      }
    /** What the program, the engine or a provider says to the operator. */
    | { readonly kind: "message"; readonly severity: "info" | "warning" | "error"; readonly text: string }
    /** How far it is with something that can be counted; `total` only where it is known. */
    | { readonly kind: "amount"; readonly what: string; readonly bytes: number; readonly total?: number }
    | { readonly kind: "summary"; readonly changes: Changes; readonly seconds: number };

/** @param urn as `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
export function resourceName(urn: string): ResourceName {
    const [, , types = "", ...name] = urn.split("::");
    return { urn, type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

/**
 * The engine's event in our words; nothing for what an operator need not see.
 *
 * @param event as the Automation API hands it on
 */
export function progressOf(event: EngineEvent): ProgressEvent | undefined {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    const started = resourcePreEvent?.metadata;
    if (started !== undefined) return resourceEvent("started", started);
    const done = resOutputsEvent?.metadata;
    if (done !== undefined) return resourceEvent("done", done);
    const failed = resOpFailedEvent?.metadata;
    if (failed !== undefined) return resourceEvent("failed", failed);
    if (summaryEvent !== undefined) {
        return { kind: "summary", changes: summaryEvent.resourceChanges, seconds: summaryEvent.durationSeconds };
    }
    if (diagnosticEvent === undefined || diagnosticEvent.ephemeral) return undefined;
    const severity = severities[diagnosticEvent.severity];
    const text = plain(diagnosticEvent.message);
    return severity === undefined || text === "" ? undefined : { kind: "message", severity, text };
}

function resourceEvent(
    state: "started" | "done" | "failed",
    { op, urn }: { op: string; urn: string },
): ProgressEvent | undefined {
    if (changesNothing(op)) return undefined;
    return { kind: "resource", state, operation: op as ResourceOperation, resource: resourceName(urn) };
}

/** What is only looked at needs nobody's attention. */
export function changesNothing(operation: string): boolean {
    return operation === "same" || operation === "read" || operation === "read-replacement";
}

/** `debug` is not there: such messages may quote what the engine answered. */
const severities: Readonly<Record<string, "info" | "warning" | "error" | undefined>> = {
    info: "info",
    "info#err": "info",
    warning: "warning",
    error: "error",
};

/** Without the engine's own colour marks (`<{%reset%}>`) and the terminal's. */
function plain(text: string): string {
    return text.replace(/<\{%[^%]*%\}>|\x1b\[[0-9;]*m/g, "").trimEnd();
}
