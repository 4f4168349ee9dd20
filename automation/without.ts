/** The same object without some of its keys; those that it does not have are no matter. */
export function without<T extends object>(value: T, ...keys: readonly string[]): T {
    return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T;
}
