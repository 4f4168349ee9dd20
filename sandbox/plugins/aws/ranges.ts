/** IPv4 address ranges. */

/** First and last address of `10.0.0.0/16`; undefined where it is none. */
function bounds(range: string): [first: number, last: number] | undefined {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range);
    if (!match) return undefined;
    const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
    const size = 2 ** (32 - bits);
    const address = ((a * 256 + b) * 256 + c) * 256 + d;
    const first = address - (address % size);
    return [first, first + size - 1];
}

export function contains(outer: string, inner: string): boolean {
    const [a, b] = [bounds(outer), bounds(inner)];
    return a !== undefined && b !== undefined && a[0] <= b[0] && b[1] <= a[1];
}

export function overlap(one: string, other: string): boolean {
    const [a, b] = [bounds(one), bounds(other)];
    return a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];
}
