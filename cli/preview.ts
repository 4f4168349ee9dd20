/** A preview as lines for a person. */
import type { Changes, ResourceOperation } from "../automation/events";
import type { PreviewReport } from "../automation/preview";

const signs: Readonly<Partial<Record<ResourceOperation, string>>> = {
    create: "+",
    import: "=",
    update: "~",
    replace: "+-",
    "create-replacement": "++",
    "delete-replaced": "--",
    delete: "-",
};

export function showPreview({ steps, changes: counts }: PreviewReport): string {
    const lines = steps
        .filter(({ resource }) => resource.type !== "pulumi:pulumi:Stack")
        .map(({ operation, resource, changes: properties }) => {
            const paths = properties.map(({ path }) => path).join(", ");
            const type = resource.type.split(":").at(-1);
            return `  ${(signs[operation] ?? operation).padEnd(2)} ${type} ${resource.name}${paths && `: ${paths}`}`;
        });
    return [...lines, changes(counts)].join("\n");
}

/** `create 12, same 3` */
export function changes(counts: Changes): string {
    const told = Object.entries(counts).filter(([operation]) => operation !== "same");
    if (told.length === 0) return "nothing changes";
    return told.map(([operation, count]) => `${operation} ${count}`).join(", ");
}
