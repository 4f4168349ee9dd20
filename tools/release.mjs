/**
 * Installs a program from its publisher's release.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { execute } from "./command.mjs";
import { checksumIn, defaultTimeouts, download, text, Unreachable } from "./download.mjs";
import { Failure } from "./failure.mjs";
import { say, step } from "./progress.mjs";

/** @typedef {import("./catalogue.mjs").Program} Program */
/** @typedef {import("./catalogue.mjs").Asset} Asset */

export const pinsFile = new URL("pins.json", import.meta.url);

/** @returns {Record<string, string>} SHA-256 by URL */
export const readPins = () => JSON.parse(readFileSync(pinsFile, "utf8"));

/**
 * Downloads, checks and unpacks into an empty folder.
 *
 * @param {string} name
 * @param {Program} program
 * @param {string} target
 * @param {{ pins?: Record<string, string>, timeouts?: import("./download.mjs").Timeouts }} [options]
 */
export async function installRelease(name, program, target, { pins = readPins(), timeouts = defaultTimeouts } = {}) {
    if (!program.release) throw new Unreachable(`${name} has no official release for this platform`);
    for (const asset of program.release.assets) {
        const host = new URL(asset.url).host;
        await step(`${name} ${program.version}: downloading ${basename(asset.url)} from ${host}`, async (report) => {
            const expected = pins[asset.url] ?? (await publishedChecksum(asset, timeouts));
            if (!pins[asset.url]) {
                say(`  not pinned in tools/pins.json: checked against the publisher's own list, ${asset.checksums}`);
            }
            const file = join(target, `${basename(asset.url)}.download`);
            const got = await download(asset.url, file, { timeouts, report });
            if (got !== expected) {
                throw new Failure(
                    `${asset.url} is not the file it should be: its SHA-256 is ${got}, expected ${expected}. ` +
                        "Nothing of it was used.",
                );
            }
            await unpack(asset, file, target);
            rmSync(file, { force: true });
        });
    }
    for (const [script, content] of Object.entries(program.release.scripts ?? {})) {
        writeFileSync(join(target, script), content, { mode: 0o755 });
    }
}

/**
 * @param {Asset} asset
 * @param {import("./download.mjs").Timeouts} timeouts
 */
export async function publishedChecksum(asset, timeouts = defaultTimeouts) {
    const sum = checksumIn(await text(asset.checksums, timeouts), basename(asset.url));
    if (!sum) throw new Unreachable(`${asset.checksums} has no SHA-256 for ${basename(asset.url)}`);
    return sum;
}

async function unpack(/** @type {Asset} */ asset, /** @type {string} */ file, /** @type {string} */ target) {
    if (!asset.unpack) {
        const installed = join(target, asset.name ?? basename(asset.url));
        renameSync(file, installed);
        chmodSync(installed, 0o755);
        return;
    }
    const folder = `${file}.d`;
    mkdirSync(folder);
    const { code, stderr } = await execute("tar", ["-xzf", file, "-C", folder, ...Object.values(asset.unpack)]);
    if (code !== 0) throw new Failure(`${basename(asset.url)} could not be unpacked by \`tar\`: ${stderr.trim()}`);
    for (const [name, path] of Object.entries(asset.unpack)) renameSync(join(folder, path), join(target, name));
    rmSync(folder, { recursive: true });
}
