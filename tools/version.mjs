/**
 * Whether a program is the one that it should be.
 */
import { join } from "node:path";
import { execute } from "./command.mjs";
import { Failure } from "./failure.mjs";

/** @typedef {import("./catalogue.mjs").Program} Program */

/**
 * What a program in a folder says about its version.
 * @param {Program} program @param {string} folder
 */
export async function versionOf({ versionCommand: [command = "", ...args] }, folder) {
    const { stdout, stderr } = await execute(join(folder, command), args, {
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return stdout || stderr;
}

/**
 * @param {string} name @param {Program} program @param {string} folder @param {string} origin
 * @throws {Failure} where it does not run, or is another version
 */
export async function checkVersion(name, program, folder, origin) {
    const printed = await versionOf(program, folder);
    if (printed.includes(program.version)) return;
    throw new Failure(`${name} from ${origin} does not say it is ${program.version}: ${printed.trim()}`);
}
