import { quantityOf } from "../../config/quantity";

const binary = ["Ki", "Mi", "Gi", "Ti", "Pi"];

/**
 * A quantity as the API server writes it back, `1` for `1000m` and `2Gi` for `2048Mi`: in other words, a refresh would take
 * it for drift.
 *
 * @param text processors, or bytes with a binary suffix
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonical(text: string): string {
    let value = quantityOf(text);
    if (!text.endsWith("i")) {
        const millis = Math.round(value * 1000);
        return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
    }
    let suffix = "";
    for (const larger of binary) {
        if (value % 1024 !== 0) break;
        value /= 1024;
        suffix = larger;
    }
    return `${value}${suffix}`;
}

/** Each of `needs` in canonical form; what is missing stays missing. */
export function canonicalEach(needs: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(needs).flatMap(([name, quantity]) =>
            quantity === undefined ? [] : [[name, canonical(quantity)]],
        ),
    );
}
