/**
 * Stand-in provider plugins (`sandbox/plugins/`): installed like official ones, in the place of those that cannot be had.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "./shell.mjs";

const marker = "stand-in.json";

/** @typedef {import("./paths.mjs").Layout} Layout */

/** @param {Layout} home @param {string} name @param {string} version */
export const pluginFolder = (home, name, version) => join(home.pulumiHome, "plugins", `resource-${name}-v${version}`);

/** @param {Layout} home @param {string} name */
const launcher = (home, name) =>
    `#!/bin/sh\nexec node ${quote(join(home.top, "dist", "sandbox", "plugins", name, "main.js"))} "$@"\n`;

/**
 * Writes a plugin folder for `pulumi plugin install --file`.
 * @param {Layout} home @param {string} name @param {string} version @param {string} folder
 */
export function writeStandIn(home, name, version, folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `pulumi-resource-${name}`), launcher(home, name), { mode: 0o755 });
    writeFileSync(join(folder, marker), JSON.stringify({ name, version, why: "the official plugin could not be had" }));
}

/**
 * What is installed for a plugin; a stand-in of a checkout that has moved since counts as absent.
 * @param {Layout} home @param {string} name @param {string} version
 * @returns {"official" | "stand-in" | "absent"}
 */
export function installedPlugin(home, name, version) {
    const folder = pluginFolder(home, name, version);
    const program = join(folder, `pulumi-resource-${name}`);
    // Pulumi marks an unfinished installation with a file beside the folder.
    if (!existsSync(program) || existsSync(`${folder}.partial`)) return "absent";
    if (!existsSync(join(folder, marker))) return "official";
    return readFileSync(program, "utf8") === launcher(home, name) ? "stand-in" : "absent";
}

/**
 * @param {Layout} home
 * @returns {string[]} folder names of the stand-ins installed
 */
export function standInsInUse(home) {
    const plugins = join(home.pulumiHome, "plugins");
    if (!existsSync(plugins)) return [];
    return readdirSync(plugins).filter((folder) => existsSync(join(plugins, folder, marker)));
}
