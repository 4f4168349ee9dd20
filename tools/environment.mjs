/**
 * The environment in which the sandbox's commands run: engine, plugins, state backend, passphrase, cluster.
 */
import { mkdirSync } from "node:fs";
import { delimiter } from "node:path";
import { layout } from "./paths.mjs";
import { standInsInUse } from "./stand-ins.mjs";

/** Public on purpose: it guards nothing but the sandbox's own stack, whose encryption salt is committed. */
export const sandboxPassphrase = "sandbox";

/**
 * The variables by which Pulumi and kubectl work on the sandbox, and on nothing else: a backend or passphrase that the
 * caller has set for stacks of their own is overridden, never touched.
 *
 * @param {import("./paths.mjs").Layout} [home]
 * @param {NodeJS.ProcessEnv} [current]
 * @returns {Record<string, string>}
 */
export function environment(home = layout(), current = process.env) {
    mkdirSync(home.backend, { recursive: true });
    const path = (current.PATH ?? "").split(delimiter).filter((folder) => folder && folder !== home.bin);
    return {
        PATH: [home.bin, ...path].join(delimiter),
        PULUMI_HOME: home.pulumiHome,
        // Without the backend's sidecar files: they are not written whole, and an engine that is killed over one leaves a
        // state that cannot be read ("failed to load checkpoint: EOF").
        PULUMI_BACKEND_URL: `file://${home.backend}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: sandboxPassphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        KUBECONFIG: home.kubeconfig,
        // With a stand-in installed, a download cannot succeed: without this the engine would try five times.
        ...(standInsInUse(home).length > 0 && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
    };
}
