/** The longest line, as in the rest of the project. */
const width = 120;

/** JSON with its keys in order, and what is short on one line: so that a change shows as few lines, and a line tells something. */
export function format(value: unknown): string {
    return `${lines(sorted(value), "", 0)}\n`;
}

/** @param taken how much of the first line stands before the value: its key, and a comma after it. */
function lines(value: unknown, indent: string, taken: number): string {
    const short = JSON.stringify(value, undefined, 1)?.replace(/\n\s*/g, " ") ?? "null";
    if (typeof value !== "object" || value === null || indent.length + taken + short.length <= width) return short;
    const inner = `${indent}  `;
    if (Array.isArray(value)) {
        return `[\n${value.map((item) => inner + lines(item, inner, 1)).join(",\n")}\n${indent}]`;
    }
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const members = entries.map(([key, item]) => {
        const start = `${JSON.stringify(key)}: `;
        return `${inner}${start}${lines(item, inner, start.length + 1)}`;
    });
    return `{\n${members.join(",\n")}\n${indent}}`;
}

function sorted(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(sorted);
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
