/**
 * Provider plugins: the official one where it can be downloaded, otherwise a build of it or the project's stand-in.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { builtPlugins } from "./catalogue.mjs";
import { execute } from "./command.mjs";
import { reachable } from "./download.mjs";
import { Failure } from "./failure.mjs";
import { say, step } from "./progress.mjs";
import { readPins } from "./release.mjs";
import { buildPlugin, installedPlugin, pluginFolder, writeStandIn } from "./stand-ins.mjs";

/** @typedef {import("./paths.mjs").Layout} Layout */

/**
 * A plugin's version is its SDK's, so that there is one place to change it: package.json.
 * @param {Layout} home @param {string} name
 * @returns {string}
 */
export function pluginVersion(home, name) {
    return JSON.parse(readFileSync(join(home.top, "node_modules", "@pulumi", name, "package.json"), "utf8")).version;
}

/** @param {string} name @param {string} version */
export function pluginArchive(name, version, platform = process.platform, arch = process.arch) {
    const target = `${platform}-${arch === "x64" ? "amd64" : arch}`;
    return `https://get.pulumi.com/releases/plugins/pulumi-resource-${name}-v${version}-${target}.tar.gz`;
}

/**
 * @param {string} name
 * @param {object} options
 * @param {Layout} options.home
 * @param {"auto" | "release" | "source"} options.mode
 * @param {NodeJS.ProcessEnv} options.env with `pulumi` on its PATH and PULUMI_HOME
 * @param {(url: string) => Promise<boolean>} [options.probe]
 * @param {import("./stand-ins.mjs").BuiltPlugins} [options.built]
 * @returns {Promise<{ name: string, version: string, origin: "official" | "stand-in" | "built" }>}
 */
export async function obtainPlugin(name, options) {
    const { home, mode, env, probe = (url) => reachable(url, 3_000), built = builtPlugins } = options;
    const version = pluginVersion(home, name);
    const installed = installedPlugin(home, name, version, built);
    if (installed === "official") return { name, version, origin: "official" };

    const archive = pluginArchive(name, version);
    if (mode === "release" || (mode === "auto" && (await probe(archive)))) {
        rmSync(pluginFolder(home, name, version), { recursive: true, force: true });
        await step(`plugin ${name} ${version}: installing Pulumi's own`, async () => {
            const pin = readPins()[archive];
            await install([name, version, ...(pin ? ["--checksum", pin] : [])], env);
        });
        return { name, version, origin: "official" };
    }
    const program = built[name]?.(version);
    if (installed === "absent") {
        rmSync(pluginFolder(home, name, version), { recursive: true, force: true });
        const folder = join(home.temporary, `plugin-${name}`);
        if (program) await buildPlugin(name, program, folder, env);
        else writeStandIn(home, name, version, folder);
        await install([name, version, "--file", folder], env);
        rmSync(folder, { recursive: true });
    }
    const instead = program
        ? `the build of tools/go/${program.source.module}`
        : `the stand-in in sandbox/plugins/${name}`;
    const official = mode === "source" ? "is not asked for" : "cannot be reached";
    say(`plugin ${name} ${version}: Pulumi's own ${official}, ${instead} is used`);
    return { name, version, origin: program ? "built" : "stand-in" };
}

async function install(/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env) {
    const { code, stderr } = await execute("pulumi", ["plugin", "install", "resource", ...args, "--non-interactive"], {
        env: { ...env, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "" },
    });
    if (code !== 0) throw new Failure(`the plugin ${args[0]} could not be installed: ${stderr.trim()}`);
}
