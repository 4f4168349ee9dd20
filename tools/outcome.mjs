/**
 * What counts as passed: a suite that was skipped or ran no test proves nothing, and fails where everything is required.
 */

/** @typedef {{ name: string, passed: number, failed: number, time?: number, remark: string }} Outcome */

/**
 * @param {string} name
 * @param {{ passed: number, failed: number, code: number }} result
 * @param {number} time
 * @param {boolean} required
 * @returns {Outcome}
 */
export function judge(name, { passed, failed, code }, time, required) {
    // An error outside of any test, such as a module that cannot be loaded, is no failed test for mocha.
    if (code !== 0 && failed === 0) return { name, passed, failed: 1, time, remark: "failed outside of its tests" };
    if (passed + failed === 0) return { name, passed, failed: required ? 1 : 0, time, remark: "ran no test" };
    return { name, passed, failed, time, remark: failed > 0 ? "failed" : "" };
}

/**
 * @param {string} name
 * @param {string[]} reasons
 * @param {boolean} required
 * @returns {Outcome}
 */
export function skipped(name, reasons, required) {
    return { name, passed: 0, failed: required ? 1 : 0, remark: `skipped: ${reasons.join(", ")}` };
}

/** @param {Outcome[]} outcomes */
export function sum(outcomes) {
    const passed = outcomes.reduce((total, outcome) => total + outcome.passed, 0);
    const failed = outcomes.reduce((total, outcome) => total + outcome.failed, 0);
    return { passed, failed, ok: failed === 0 && passed > 0 };
}
