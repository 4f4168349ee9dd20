/**
 * What is installed in the place of provider plugins that cannot be had, like official ones: a stand-in of
 * `sandbox/plugins/`, or for a plugin of tools/catalogue.mjs a build of it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, sourceInputs } from "./build.mjs";
import { builtPlugins } from "./catalogue.mjs";
import { quote } from "./shell.mjs";
import { checkVersion } from "./version.mjs";

/** A stand-in runs what is compiled in its checkout; a build is a program of its own. */
const markers = { standIn: "stand-in.json", built: "built.json" };

/** @typedef {import("./paths.mjs").Layout} Layout */
/** @typedef {typeof builtPlugins} BuiltPlugins */

/** @param {Layout} home @param {string} name @param {string} version */
export const pluginFolder = (home, name, version) => join(home.pulumiHome, "plugins", `resource-${name}-v${version}`);

/** @param {Layout} home @param {string} name */
const launcher = (home, name) =>
    `#!/bin/sh\nexec node ${quote(join(home.top, "dist", "sandbox", "plugins", name, "main.js"))} "$@"\n`;

const why = "the official plugin could not be had";

/**
 * Writes a plugin folder for `pulumi plugin install --file`.
 * @param {Layout} home @param {string} name @param {string} version @param {string} folder
 */
export function writeStandIn(home, name, version, folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `pulumi-resource-${name}`), launcher(home, name), { mode: 0o755 });
    writeFileSync(join(folder, markers.standIn), JSON.stringify({ name, version, why }));
}

/**
 * Builds a plugin folder for `pulumi plugin install --file`.
 * @param {string} name
 * @param {import("./catalogue.mjs").Program} program
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
export async function buildPlugin(name, program, folder, env) {
    mkdirSync(folder, { recursive: true });
    await build(`plugin ${name}`, program, folder, env);
    await checkVersion(`the plugin ${name}`, program, folder, "source");
    const { version } = program;
    writeFileSync(join(folder, markers.built), JSON.stringify({ name, version, why, inputs: sourceInputs(program) }));
}

/**
 * What is installed for a plugin; a stand-in of a checkout that has moved since, and a build of other sources, count as absent.
 * @param {Layout} home @param {string} name @param {string} version
 * @param {BuiltPlugins} [built]
 * @returns {"official" | "stand-in" | "built" | "absent"}
 */
export function installedPlugin(home, name, version, built = builtPlugins) {
    const folder = pluginFolder(home, name, version);
    const file = join(folder, `pulumi-resource-${name}`);
    // Pulumi marks an unfinished installation with a file beside the folder.
    if (!existsSync(file) || existsSync(`${folder}.partial`)) return "absent";
    if (existsSync(join(folder, markers.built))) {
        const { inputs } = JSON.parse(readFileSync(join(folder, markers.built), "utf8"));
        const program = built[name]?.(version);
        return program && inputs === sourceInputs(program) ? "built" : "absent";
    }
    if (!existsSync(join(folder, markers.standIn))) return "official";
    return !built[name] && readFileSync(file, "utf8") === launcher(home, name) ? "stand-in" : "absent";
}

/**
 * @param {Layout} home
 * @returns {string[]} folder names of the plugins installed in an official one's place
 */
export function standInsInUse(home) {
    const plugins = join(home.pulumiHome, "plugins");
    if (!existsSync(plugins)) return [];
    return readdirSync(plugins).filter((folder) =>
        Object.values(markers).some((marker) => existsSync(join(plugins, folder, marker))),
    );
}
