/**
 * Imports an ECMAScript module at run time. The compiler would turn `import()` into `require`, which cannot load the plain
 * .mjs of `sandbox/` and `tools/` on every Node that is supported.
 *
 * @param path absolute path, or URL, of the module
 */
// eslint-disable-next-line @typescript-eslint/no-implied-eval -- constant text; nothing else keeps `import()` as it is
export const importModule = new Function("path", "return import(path)") as <T>(path: string) => Promise<T>;
