/**
 * `npm run tools -- get [program …] | status | pin`
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "./catalogue.mjs";
import { Failure, run } from "./failure.mjs";
import { layout } from "./paths.mjs";
import { pluginArchive, pluginVersion } from "./plugins.mjs";
import { say } from "./progress.mjs";
import { pinsFile, publishedChecksum, readPins } from "./release.mjs";
import { installedPlugin } from "./stand-ins.mjs";
import { allPlugins, obtain, readStamp } from "./toolchain.mjs";

const home = layout();

/** @type {Record<string, (args: string[]) => Promise<void>>} */
const commands = {
    async get(args) {
        const programs = args.length > 0 ? args : Object.keys(catalogue());
        const got = await obtain({ programs, plugins: args.length > 0 ? [] : allPlugins });
        for (const { name, version, origin } of got) console.log(`${name} ${version} (${origin})`);
    },
    async status() {
        for (const [name, { version }] of Object.entries(catalogue())) {
            const stamp = readStamp(join(home.programs, name));
            const state = !stamp ? "not here" : stamp.version === version ? stamp.origin : `${stamp.version}, outdated`;
            console.log(`${name} ${version}: ${state}`);
        }
        for (const name of allPlugins) {
            const version = pluginVersion(home, name);
            console.log(`plugin ${name} ${version}: ${installedPlugin(home, name, version)}`);
        }
    },
    /** Writes the publishers' checksums of every platform into pins.json: to be reviewed like any other change. */
    async pin() {
        const pins = readPins();
        const platforms = /** @type {const} */ ([
            ["linux", "x64"],
            ["linux", "arm64"],
            ["darwin", "x64"],
            ["darwin", "arm64"],
        ]);
        for (const [platform, arch] of platforms) {
            for (const program of Object.values(catalogue(platform, arch))) {
                for (const asset of program.release?.assets ?? []) await pinAsset(pins, asset);
            }
            for (const name of allPlugins) {
                const version = pluginVersion(home, name);
                const checksums = `https://github.com/pulumi/pulumi-${name}/releases/download/v${version}/pulumi-${name}_${version}_checksums.txt`;
                await pinAsset(pins, { url: pluginArchive(name, version, platform, arch), checksums });
            }
        }
        const sorted = Object.fromEntries(Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)));
        writeFileSync(pinsFile, `${JSON.stringify(sorted, null, 4)}\n`);
    },
};

/** @param {Record<string, string>} pins @param {import("./catalogue.mjs").Asset} asset */
async function pinAsset(pins, asset) {
    if (pins[asset.url]) return;
    try {
        pins[asset.url] = await publishedChecksum(asset);
        say(`pinned ${asset.url}`);
    } catch (error) {
        say(`not pinned: ${/** @type {Error} */ (error).message}`);
    }
}

await run(async () => {
    const [name = "", ...args] = process.argv.slice(2);
    const command = commands[name];
    if (!command) throw new Failure(`npm run tools -- ${Object.keys(commands).join(" | ")}`);
    await command(args);
});
