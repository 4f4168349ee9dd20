/** Kubernetes quantities, compared as numbers: `1Gi` and `1024Mi` are one size. */

const factors: Readonly<Record<string, number>> = {
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/**
 * The number that a quantity stands for, in bytes or processors.
 *
 * @throws Error where the text is not a quantity: what people write is checked by the schema before.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantityOf(text: string): number {
    const [, number, suffix = ""] = /^([0-9.]+(?:[eE][+-]?\d+)?)([numkMGTPE]i?|Ki)?$/.exec(text) ?? [];
    const factor = factors[suffix];
    if (number === undefined || factor === undefined) throw new Error(`'${text}' is not a Kubernetes quantity`);
    return Number(number) * factor;
}

/** Below zero where `a` is the smaller one. */
export function compareQuantities(a: string, b: string): number {
    return quantityOf(a) - quantityOf(b);
}
