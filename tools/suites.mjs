/**
 * The test suites, in the order in which `npm test` runs them: what each shows, needs, and how long it may take.
 */

/**
 * @typedef {object} Suite
 * @property {string} shows
 * @property {number} budget seconds on two cores, after everything is built
 * @property {number} timeout seconds for one test
 * @property {string[]} [programs] names of tools/catalogue.mjs
 * @property {string[]} [plugins] provider plugins
 * @property {(keyof typeof import("./requirements.mjs").requirements)[]} [needs] what the machine must have
 */

const engine = { programs: ["pulumi", "kubernetes"], plugins: ["kubernetes", "random"] };

/** @type {Record<string, Suite>} */
export const suites = {
    unit: { shows: "pure functions: CHT's description, configuration, planning", budget: 60, timeout: 20 },
    components: { shows: "the resources of a component, with Pulumi's mocks", budget: 60, timeout: 20 },
    golden: { shows: "every resource of every stack file, against the reviewed list", budget: 30, timeout: 20 },
    tools: {
        shows: "how programs are got, and what happens when that goes wrong",
        budget: 60,
        timeout: 30,
        programs: ["pulumi"],
    },
    sandbox: {
        shows: "the embedded Kubernetes: start, crash, stop",
        budget: 240,
        timeout: 120,
        programs: ["kubernetes"],
    },
    plugins: {
        shows: "the stand-in plugins behave as the official ones",
        budget: 300,
        timeout: 120,
        programs: [...engine.programs, "helm"],
        plugins: engine.plugins,
    },
    engine: { shows: "the real engine on a real Kubernetes API", budget: 1000, timeout: 300, ...engine },
    docker: {
        shows: "the real engine on a real Docker engine",
        budget: 1200,
        timeout: 300,
        programs: ["pulumi", "pebble", "compose"],
        plugins: ["docker", "random"],
        needs: ["docker"],
    },
    aws: {
        shows: "the whole production stack on a simulated AWS and a real Kubernetes API; cfn-lint over every AWS resource",
        budget: 1200,
        timeout: 600,
        programs: ["pulumi", "kubernetes", "helm"],
        // The simulated AWS is put into the tests' copy of the checkout (tests/support/checkout.ts), never the real plugin.
        plugins: ["kubernetes", "random"],
        needs: ["python"],
    },
    manifests: {
        shows: "kube-score and checkov over what is rendered",
        // Most of it is checkov's installation, once.
        budget: 300,
        timeout: 600,
        programs: ["kube-score"],
        needs: ["python"],
    },
};
