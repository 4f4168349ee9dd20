/**
 * Gets the programs and plugins the project needs into `.toolchain/`, each in the first of these ways that works:
 * what is on the PATH in the right version, the official release, a build from pinned Go modules.
 *
 * `CHT_TOOLS=release` or `CHT_TOOLS=source` forces one way.
 */
import { createHash, randomUUID } from "node:crypto";
import {
    existsSync,
    mkdirSync,
    readFileSync,
    readlinkSync,
    realpathSync,
    renameSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, sourceInputs } from "./build.mjs";
import { catalogue } from "./catalogue.mjs";
import { which } from "./command.mjs";
import { Unreachable } from "./download.mjs";
import { environment } from "./environment.mjs";
import { Failure } from "./failure.mjs";
import { locked } from "./lock.mjs";
import { layout } from "./paths.mjs";
import { obtainPlugin } from "./plugins.mjs";
import { say } from "./progress.mjs";
import { installRelease } from "./release.mjs";
import { checkVersion, versionOf } from "./version.mjs";

export { environment };

/** @typedef {import("./catalogue.mjs").Program} Program */
/** @typedef {import("./paths.mjs").Layout} Layout */
/** @typedef {"auto" | "release" | "source"} Mode */
/** @typedef {"path" | "release" | "source"} Origin */

/** What `npm start` needs; the Docker host, benchmarks and the manifests' suite have theirs. */
export const needed = { programs: ["pulumi", "kubernetes"], plugins: ["kubernetes", "random"] };

/** What a stack on a Docker host needs. */
export const neededByDocker = { programs: ["pulumi"], plugins: ["docker", "random"] };

/** Every provider plugin that some command needs. */
export const allPlugins = [...new Set([...needed.plugins, ...neededByDocker.plugins])];

/**
 * @typedef {object} Options
 * @property {string[]} [programs] names of the catalogue
 * @property {string[]} [plugins] names of provider plugins
 * @property {Mode} [mode] `@default` CHT_TOOLS, else "auto"
 * @property {Layout} [home]
 * @property {Record<string, Program>} [available]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {Parameters<typeof installRelease>[3]} [release] pins and time-outs
 */

/**
 * @param {Options} [options]
 * @returns {Promise<{ name: string, version: string, origin: string }[]>}
 */
export async function obtain({ programs = [], plugins = [], mode = modeOf(process.env), ...rest } = {}) {
    const { home = layout(), available = catalogue(), env = process.env, release = {} } = rest;
    return locked(home.lock, async () => {
        // Whoever left something here was interrupted: the lock says that nobody is at work.
        rmSync(home.temporary, { recursive: true, force: true });
        mkdirSync(home.temporary, { recursive: true });
        const got = [];
        const offline = new Set();
        for (const name of programs) {
            const program = available[name];
            if (!program) throw new Failure(`no program "${name}"; there are: ${Object.keys(available).join(", ")}.`);
            got.push(await obtainProgram(name, program, { home, mode, env, release, offline }));
        }
        const pluginEnv = { ...env, ...environment(home, env) };
        for (const name of plugins) got.push(await obtainPlugin(name, { home, mode, env: pluginEnv }));
        return got;
    });
}

/** @param {NodeJS.ProcessEnv} env @returns {Mode} */
export function modeOf(env) {
    const mode = env.CHT_TOOLS || "auto";
    if (mode === "auto" || mode === "release" || mode === "source") return mode;
    throw new Failure(`CHT_TOOLS is "${mode}"; it may be "release" or "source", or not set at all.`);
}

/**
 * @param {string} name
 * @param {Program} program
 * @param {Required<Pick<Options, "home" | "mode" | "env" | "release">> & { offline: Set<string> }} context
 */
async function obtainProgram(name, program, { home, mode, env, release, offline }) {
    const inputs = { source: sourceInputs(program), release: releaseInputs(program) };
    const folder = join(home.programs, name);
    const stamp = readStamp(folder);
    const wanted = mode === "auto" ? Object.values(inputs) : [inputs[mode]];
    const result = (/** @type {Origin} */ origin) => ({ name, version: program.version, origin });
    if (stamp && wanted.includes(stamp.inputs)) {
        link(home, program, folder);
        return result(stamp.origin);
    }
    if (mode === "auto") {
        const found = await onPath(program, home, env);
        if (found) {
            link(home, program, found);
            return result("path");
        }
    }
    const place = (/** @type {"release" | "source"} */ origin, /** @type {(target: string) => Promise<void>} */ make) =>
        install(name, program, { home, origin, inputs: inputs[origin] }, make);
    const host = program.release && new URL(program.release.assets[0]?.url ?? "").host;
    if (mode !== "source" && !(mode === "auto" && host && offline.has(host))) {
        try {
            await place("release", (target) => installRelease(name, program, target, release));
            return result("release");
        } catch (error) {
            if (!(error instanceof Unreachable)) throw error;
            if (mode === "release")
                throw new Failure(`${name} ${program.version} could not be downloaded: ${error.message}.`);
            say(`${name} ${program.version}: ${error.message}; building it from source instead`);
            if (host) offline.add(host);
        }
    }
    await place("source", (target) => build(name, program, target, env));
    return result("source");
}

/**
 * Makes a program in a temporary folder, tries it, and puts it in its place by one rename: it is there whole or not at all.
 *
 * @param {string} name
 * @param {Program} program
 * @param {{ home: Layout, origin: Origin, inputs: string }} stamp
 * @param {(target: string) => Promise<void>} make
 */
async function install(name, program, { home, origin, inputs }, make) {
    const target = join(home.temporary, `${name}-${randomUUID()}`);
    const folder = join(home.programs, name);
    mkdirSync(target, { recursive: true });
    mkdirSync(home.programs, { recursive: true });
    await make(target);
    await checkVersion(name, program, target, origin);
    writeFileSync(join(target, "stamp.json"), JSON.stringify({ version: program.version, origin, inputs }));
    if (existsSync(folder)) renameSync(folder, join(home.temporary, `old-${randomUUID()}`));
    renameSync(target, folder);
    link(home, program, folder);
}

/**
 * The folder of a program on the PATH in the right version, with all its commands beside each other.
 * @param {Program} program @param {Layout} home @param {NodeJS.ProcessEnv} env
 */
async function onPath(program, home, env) {
    const file = which(program.commands[0] ?? "", env.PATH, home.bin);
    if (!file) return undefined;
    const folder = dirname(realpathSync(file));
    if (!program.commands.every((command) => existsSync(join(folder, command)))) return undefined;
    const printed = await versionOf(program, folder);
    return new RegExp(`(^|[^0-9.])${program.version.replaceAll(".", "\\.")}([^0-9.]|$)`, "m").test(printed)
        ? folder
        : undefined;
}

/** Puts a program's commands into `.toolchain/bin`. */
function link(/** @type {Layout} */ home, /** @type {Program} */ program, /** @type {string} */ folder) {
    mkdirSync(home.bin, { recursive: true });
    for (const command of program.commands) {
        const place = join(home.bin, command);
        const to = relative(home.bin, join(folder, command));
        if (linkTarget(place) === to) continue;
        const fresh = join(home.temporary, `link-${randomUUID()}`);
        symlinkSync(to, fresh);
        renameSync(fresh, place);
    }
}

function linkTarget(/** @type {string} */ place) {
    try {
        return readlinkSync(place);
    } catch {
        return undefined;
    }
}

/** @param {Program} program */
function releaseInputs({ version, release }) {
    return createHash("sha256")
        .update(JSON.stringify([version, release ?? null]))
        .digest("hex");
}

/** @returns {{ version: string, origin: Origin, inputs: string } | undefined} */
export function readStamp(/** @type {string} */ folder) {
    try {
        return JSON.parse(readFileSync(join(folder, "stamp.json"), "utf8"));
    } catch {
        return undefined;
    }
}
