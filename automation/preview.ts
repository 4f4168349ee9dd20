/** What an update would do, as data: what a portal shows, what a gate decides by. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type Changes, changesNothing, type ResourceName, type ResourceOperation, resourceName } from "./events";

export interface PreviewReport {
    readonly stack: string;
    /** All resources, those that stay as they are included. */
    readonly changes: Changes;
    /** What would be done, in the engine's order; nothing of what stays as it is. */
    readonly steps: readonly PreviewStep[];
    /** What the program warns of, a certificate that ends soon. */
    readonly warnings: readonly string[];
}

export interface PreviewStep {
    readonly operation: ResourceOperation;
    readonly resource: ResourceName;
    /** The instance it belongs to, by its name in the stack file; none of what instances share. */
    readonly instance?: string;
    /** Which inputs change, without their values: these may be secrets. */
    readonly changes: readonly PropertyChange[];
    /** Whether the engine refuses to delete or replace it: data, and what opens it. */
    readonly protected: boolean;
}

export interface PropertyChange {
    /** `labels["cht-hosting/version"]`, `ports[0].external` */
    readonly path: string;
    readonly kind: "add" | "delete" | "update";
    /** Whether it is what has the resource replaced. */
    readonly replaces: boolean;
}

/** Components that are an instance each. */
const instanceTypes = new Set(["cht-hosting:docker:ChtHost", "cht-hosting:kubernetes:ChtInstance"]);

/** Gathers a report from a preview's events. */
export class PreviewCollector {
    private readonly steps: PreviewStep[] = [];
    private readonly warnings: string[] = [];
    private readonly parents = new Map<string, string>();
    private changes: Changes = {};

    constructor(private readonly stack: string) {}

    add({ resourcePreEvent, diagnosticEvent, summaryEvent }: EngineEvent): void {
        if (resourcePreEvent !== undefined) this.addStep(resourcePreEvent.metadata);
        if (diagnosticEvent?.severity === "warning") this.warnings.push(diagnosticEvent.message.trim());
        if (summaryEvent !== undefined) this.changes = summaryEvent.resourceChanges;
    }

    report(): PreviewReport {
        return { stack: this.stack, changes: this.changes, steps: this.whole(), warnings: this.warnings };
    }

    /** A replacement is one step; the engine tells its halves as well. */
    private whole(): PreviewStep[] {
        const replaced = new Set(
            this.steps.flatMap(({ operation, resource }) => (operation === "replace" ? [resource.urn] : [])),
        );
        return this.steps.filter(({ operation, resource }) => operation === "replace" || !replaced.has(resource.urn));
    }

    private addStep({
        op,
        urn,
        old,
        new: next,
        detailedDiff,
        diffs,
    }: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"]) {
        const state = next ?? old;
        if (state?.parent) this.parents.set(urn, state.parent);
        if (changesNothing(op)) return;
        const instance = this.instanceOf(urn);
        this.steps.push({
            operation: op,
            resource: resourceName(urn),
            ...(instance === undefined ? {} : { instance }),
            changes: propertyChanges(detailedDiff ?? undefined, diffs ?? undefined),
            protected: old?.protect ?? state?.protect ?? false,
        });
    }

    private instanceOf(urn: string | undefined): string | undefined {
        for (let next = urn; next !== undefined; next = this.parents.get(next)) {
            const { type, name } = resourceName(next);
            if (instanceTypes.has(type)) return name;
        }
        return undefined;
    }
}

/** @param plain names of properties, of providers that do not tell more */
function propertyChanges(
    detailed: Readonly<Record<string, { diffKind: string }>> | undefined,
    plain: readonly string[] = [],
): PropertyChange[] {
    if (detailed === undefined) return plain.map((path) => ({ path, kind: "update", replaces: false }));
    return Object.entries(detailed).map(([path, { diffKind }]) => ({
        path,
        kind: diffKind.replace("-replace", "") as PropertyChange["kind"],
        replaces: diffKind.endsWith("-replace"),
    }));
}
