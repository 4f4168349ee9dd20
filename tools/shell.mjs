/**
 * Quotes a word for a POSIX shell, whatever is in it.
 * @param {string} word
 */
export const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Lines for `eval` in a POSIX shell.
 * @param {Record<string, string>} variables
 */
export const exports = (variables) =>
    Object.entries(variables)
        .map(([name, value]) => `export ${name}=${quote(value)}`)
        .join("\n");
