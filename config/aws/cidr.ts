/** Ranges of IPv4 addresses, as numbers. */

export interface Range {
    /** The first address, as a number. */
    readonly first: number;
    /** The length of the network's part: 16 in `10.0.0.0/16`. */
    readonly prefix: number;
}

/** @param text a range whose form the schema has checked; the address may lie within it */
export function rangeOf(text: string): Range {
    const [address = "", prefix = ""] = text.split("/");
    const length = Number(prefix);
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return { first: number - (number % sizeOf(length)), prefix: length };
}

/** How many addresses a network of that prefix has. */
export function sizeOf(prefix: number): number {
    return 2 ** (32 - prefix);
}

export function rangeText({ first, prefix }: Range): string {
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return `${parts.join(".")}/${prefix}`;
}

export function overlap(a: Range, b: Range): boolean {
    return a.first < b.first + sizeOf(b.prefix) && b.first < a.first + sizeOf(a.prefix);
}

export function isWithin(inner: Range, outer: Range): boolean {
    return inner.prefix >= outer.prefix && overlap(inner, outer);
}
