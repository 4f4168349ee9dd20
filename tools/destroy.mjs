/**
 * `npm run destroy`: removes what the stack made, except the data and what opens it; says what was kept.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { execute } from "./command.mjs";
import { engineEnvironment, kubectlJson, pulumi, pulumiJson, stack, stackExists } from "./engine.mjs";
import { Failure, run } from "./failure.mjs";
import { layout } from "./paths.mjs";
import { table } from "./table.mjs";

/** How people call the kinds that are kept. */
const kinds = {
    "kubernetes:core/v1:Namespace": "namespace",
    "kubernetes:core/v1:PersistentVolumeClaim": "volume claim",
    "kubernetes:core/v1:Secret": "credentials",
};

await run(async () => {
    if (!existsSync(join(layout().bin, "pulumi")) || !(await stackExists())) {
        console.log("Nothing was deployed, so there is nothing to remove.");
        return;
    }
    const { code: up } = await execute("kubectl", ["get", "--raw", "/readyz"], { env: engineEnvironment() });
    if (up !== 0) throw new Failure("the sandbox does not answer: `npm run sandbox -- start` starts it.");
    const code = await pulumi(["destroy", "--exclude-protected", "--yes", "--skip-preview", "--suppress-outputs"]);
    if (code !== 0) throw new Failure("`pulumi destroy` did not succeed: what went wrong is above.");
    const resources = kept(await pulumiJson(["stack", "export"]));
    const { items } = await kubectlJson(["get", "persistentvolumes"]);
    const namespaces = [...new Set(resources.map(({ namespace }) => namespace))].sort();
    reportKept(resources, namespaces, volumesOf(items, namespaces));
});

/**
 * @typedef {{ kind: string, namespace: string, name: string }} Kept
 * @param {{ deployment: { resources?: { type: string, inputs?: any, outputs?: any }[] } }} state
 * @returns {Kept[]}
 */
function kept({ deployment }) {
    return (deployment.resources ?? []).flatMap(({ type, inputs, outputs }) => {
        const kind = /** @type {Record<string, string>} */ (kinds)[type];
        const metadata = outputs?.metadata ?? inputs?.metadata;
        if (!kind || !metadata) return [];
        return [{ kind, name: metadata.name, namespace: kind === "namespace" ? metadata.name : metadata.namespace }];
    });
}

/**
 * Volumes outlive their claims where the storage class retains them.
 * @param {{ metadata: { name: string }, spec: { claimRef?: { namespace: string } } }[]} volumes
 * @param {string[]} namespaces
 */
function volumesOf(volumes, namespaces) {
    return volumes
        .filter(({ spec }) => spec.claimRef && namespaces.includes(spec.claimRef.namespace))
        .map(({ metadata }) => metadata.name);
}

/**
 * @param {Kept[]} resources
 * @param {string[]} namespaces
 * @param {string[]} volumes
 */
function reportKept(resources, namespaces, volumes) {
    if (resources.length === 0) {
        console.log("\nEverything is removed.");
        return;
    }
    const rows = resources.map(({ namespace, kind, name }) => [namespace, kind, name]).sort();
    console.log(`
Everything is removed except the data and what opens it:

${table(["NAMESPACE", "WHAT", "NAME"], rows)}

\`npm start\` brings the instances back with these data. To remove them for good, in a shell after
eval "$(npm run --silent env)":

  kubectl delete namespace ${namespaces.join(" ")}
  kubectl delete persistentvolume ${volumes.join(" ")}
  pulumi state unprotect --all --yes --stack ${stack}
  pulumi destroy --yes --stack ${stack}

Or throw the whole sandbox away: npm run sandbox -- reset`);
}
