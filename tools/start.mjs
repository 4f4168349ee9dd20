/**
 * `npm start`: from a fresh clone to running CHT instances in the sandbox.
 */
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { execute, passThrough } from "./command.mjs";
import { engineEnvironment, kubectlJson, pulumi, pulumiJson, stack, stackExists } from "./engine.mjs";
import { Failure, run } from "./failure.mjs";
import { root } from "./paths.mjs";
import { duration } from "./progress.mjs";
import sources from "./sources.cjs";
import { table } from "./table.mjs";
import { needed, obtain } from "./toolchain.mjs";

/**
 * @typedef {object} Instance what the program puts out for each
 * @property {string} url
 * @property {string} namespace
 * @property {string} version
 * @property {number} couchdbNodes
 */

const next = `What to try next
  npm start                        again: nothing has changed, so nothing happens
                                   after editing Pulumi.${stack}.yaml: another version, a larger volume, one more instance
  eval "$(npm run --silent env)"   then, in this shell: pulumi preview, kubectl get pods -A
  npm run destroy                  removes everything but the data
  npm run sandbox -- stop          stops the sandbox; its state is kept`;

await run(async () => {
    const began = Date.now();
    await bootstrap(sources.program);
    await obtain(needed);
    await startSandbox();
    const changed = await deploy();
    await report();
    console.log(
        `\n${changed ? "Deployed" : "Nothing had to change: all is as Pulumi.sandbox.yaml says"} (${duration(Date.now() - began)}).`,
    );
    console.log(
        "The pods are simulated: they are scheduled and become ready, but no container runs behind the URLs.\n",
    );
    console.log(next);
});

async function startSandbox() {
    const code = await passThrough(process.execPath, [join(root, "sandbox", "sandbox.mjs"), "start"], {
        cwd: root,
        env: engineEnvironment(),
    });
    if (code !== 0) throw new Failure("the sandbox did not start: its message is above.");
}

/** @returns {Promise<boolean>} whether anything was changed */
async function deploy() {
    if (!(await stackExists())) {
        const { code, stderr } = await execute("pulumi", ["stack", "init", stack, "--non-interactive"], {
            cwd: root,
            env: engineEnvironment(),
        });
        if (code !== 0) throw new Failure(`the stack could not be made: ${stderr.trim()}`);
    }
    const refresh = (await clusterIsNew()) ? ["--refresh"] : [];
    const code = await pulumi(["up", "--yes", "--skip-preview", "--suppress-outputs", ...refresh]);
    if (code !== 0) throw new Failure("`pulumi up` did not succeed: what went wrong is above.");
    const [update] = await pulumiJson(["stack", "history", "--json", "--page-size", "1"]);
    return Object.keys(update.resourceChanges ?? {}).some((change) => change !== "same");
}

/** After `npm run sandbox -- reset` the stack's state is about a cluster that is no more; Pulumi does not look by itself. */
async function clusterIsNew() {
    const { deployment } = await pulumiJson(["stack", "export"]);
    const known = (deployment.resources ?? [])
        .filter((/** @type {{ type: string }} */ { type }) => type === "kubernetes:core/v1:Namespace")
        .map((/** @type {{ outputs: any }} */ { outputs }) => outputs.metadata.uid);
    const { items } = await kubectlJson(["get", "namespaces"]);
    const live = new Set(items.map((/** @type {{ metadata: { uid: string } }} */ { metadata }) => metadata.uid));
    return known.length > 0 && !known.some((/** @type {string} */ uid) => live.has(uid));
}

async function report() {
    /** @type {{ instances?: Record<string, Instance> }} */
    const { instances = {} } = await pulumiJson(["stack", "output", "--json"]);
    const { items } = await kubectlJson(["get", "deployments", "--all-namespaces", "--selector", "cht.service"]);
    const rows = Object.entries(instances).map(([name, { version, couchdbNodes, url, namespace }]) => {
        return [name, version, String(couchdbNodes), url, namespace, readiness(items, namespace)];
    });
    console.log(`\n${table(["INSTANCE", "VERSION", "COUCHDB NODES", "URL", "NAMESPACE", "STATUS"], rows)}`);
}

/**
 * @param {{ metadata: { namespace: string }, spec: { replicas?: number }, status: { readyReplicas?: number } }[]} deployments
 * @param {string} namespace
 */
function readiness(deployments, namespace) {
    const own = deployments.filter(({ metadata }) => metadata.namespace === namespace);
    const ready = own.filter(({ spec, status }) => (status.readyReplicas ?? 0) >= (spec.replicas ?? 1));
    const services = `${ready.length} of ${own.length} services`;
    return own.length > 0 && ready.length === own.length ? `Ready, ${services}` : `not ready: ${services}`;
}
