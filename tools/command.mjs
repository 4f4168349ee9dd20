import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @typedef {object} Result
 * @property {number} code exit code; 127 when the program is not there, 128 or more when a signal ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end and keeps what it printed.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<Result>}
 */
export function execute(program, args, { onOutput, ...options } = {}) {
    return new Promise((resolve) => {
        let stdout = "";
        let stderr = "";
        const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
        child.stdout.setEncoding("utf8").on("data", (text) => {
            stdout += text;
            onOutput?.(text);
        });
        child.stderr.setEncoding("utf8").on("data", (text) => {
            stderr += text;
            onOutput?.(text);
        });
        child.on("error", (error) => resolve({ code: 127, stdout, stderr: String(error) }));
        child.on("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
    });
}

/**
 * Runs a program that talks to the person directly.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} exit code
 */
export function passThrough(program, args, options = {}) {
    return new Promise((resolve) => {
        const child = spawn(program, args, { ...options, stdio: "inherit" });
        child.on("error", () => resolve(127));
        child.on("close", (code) => resolve(code ?? 128));
    });
}

/**
 * The first executable file of that name on a search path.
 *
 * @param {string} name
 * @param {string | undefined} path as in the variable PATH
 * @param {string} [except] a folder not to look into
 * @returns {string | undefined}
 */
export function which(name, path, except) {
    for (const folder of (path ?? "").split(delimiter)) {
        if (!folder || folder === except) continue;
        const file = join(folder, name);
        try {
            accessSync(file, constants.X_OK);
            if (statSync(file).isFile()) return file;
        } catch {
            // not in this folder
        }
    }
    return undefined;
}
