/**
 * Lines of columns as wide as what is in them.
 *
 * @param {string[]} header
 * @param {string[][]} rows
 * @returns {string}
 */
export function table(header, rows) {
    const lines = [header, ...rows];
    const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
    return lines
        .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
        .map((line) => line.trimEnd())
        .join("\n");
}
