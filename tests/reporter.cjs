/**
 * Mocha's "spec" reporter, ending with the plain line that `npm test` and CI read.
 */
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
    epilogue() {
        super.epilogue();
        const { passes, failures, pending } = this.stats;
        console.log(`\n${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
    }
};
