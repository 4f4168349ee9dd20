/**
 * From a fresh clone to a program that can run: the npm packages of package-lock.json, and `dist/`. Runs before
 * `node_modules` exists.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildProgram } from "./build-program.mjs";
import { execute } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";
import { step } from "./progress.mjs";

/** Node 20.19 is the first that can `require` a package written as ECMAScript modules. */
const oldestNode = [20, 19];

/** @param {string[]} [wanted] files and folders that must compile; `@default` all */
export async function bootstrap(wanted) {
    checkNode(process.versions.node);
    await installPackages();
    await buildProgram(wanted);
}

/** @param {string} version */
export function checkNode(version) {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [wantedMajor = 0, wantedMinor = 0] = oldestNode;
    if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
    throw new Failure(`Node.js ${oldestNode.join(".")} or later is needed (https://nodejs.org); this is ${version}.`);
}

async function installPackages() {
    if (packagesMatch(root)) return;
    await step("installing the npm packages of package-lock.json", async () => {
        const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        const { code, stdout, stderr } = await execute("npm", args, { cwd: root });
        if (code === 127) throw new Failure("`npm` is not on the PATH; it comes with Node.js.");
        if (code !== 0) throw new Failure(`the npm packages could not be installed: ${reason(stderr || stdout)}`);
    });
}

/**
 * npm writes a second lock file into node_modules when, and only when, an installation is complete.
 * @param {string} top
 */
export function packagesMatch(top) {
    const installed = packagesOf(join(top, "node_modules", ".package-lock.json"));
    const wanted = packagesOf(join(top, "package-lock.json"));
    if (!installed || !wanted) return false;
    delete wanted[""];
    return (
        Object.entries(wanted).every(([path, { version, optional }]) => {
            const there = installed[path];
            return there ? there.version === version : optional === true;
        }) && Object.keys(installed).every((path) => path in wanted)
    );
}

/** @returns {Record<string, { version?: string, optional?: boolean }> | undefined} */
function packagesOf(/** @type {string} */ file) {
    try {
        return JSON.parse(readFileSync(file, "utf8")).packages;
    } catch {
        return undefined;
    }
}

/** npm says the reason first, and then how it is used. */
const reason = (/** @type {string} */ output) =>
    [...output.matchAll(/^npm (?:error|ERR!) (?!code )(\S.*)$/gm)]
        .slice(0, 3)
        .map(([, line]) => line)
        .join(" ") || output.trim().split("\n").slice(-3).join(" ");
