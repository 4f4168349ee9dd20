/**
 * The Pulumi engine on the sandbox's own stack.
 */
import { execute, passThrough } from "./command.mjs";
import { environment } from "./environment.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";

export const stack = "sandbox";

export function engineEnvironment() {
    const own = { ...process.env };
    // A file with a passphrase of the caller's own stacks would win over the sandbox's.
    delete own.PULUMI_CONFIG_PASSPHRASE_FILE;
    return { ...own, ...environment() };
}

/**
 * Runs pulumi before the person's eyes.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export function pulumi(args) {
    return passThrough("pulumi", [...args, "--stack", stack, "--non-interactive"], {
        cwd: root,
        env: engineEnvironment(),
    });
}

/**
 * Asks pulumi something.
 * @param {string[]} args
 * @returns {Promise<any>} what it printed as JSON
 */
export async function pulumiJson(args) {
    const options = { cwd: root, env: engineEnvironment() };
    const { code, stdout, stderr } = await execute("pulumi", [...args, "--stack", stack, "--non-interactive"], options);
    if (code !== 0) throw new Failure(`pulumi ${args.join(" ")}: ${stderr.trim()}`);
    return JSON.parse(stdout);
}

/** Whether the stack has been made. */
export async function stackExists() {
    const { code, stdout, stderr } = await execute("pulumi", ["stack", "ls", "--json", "--non-interactive"], {
        cwd: root,
        env: engineEnvironment(),
    });
    if (code !== 0) throw new Failure(`pulumi stack ls: ${stderr.trim()}`);
    return JSON.parse(stdout).some((/** @type {{ name: string }} */ { name }) => name === stack);
}

/**
 * @param {string[]} args
 * @returns {Promise<any>} what kubectl printed as JSON
 */
export async function kubectlJson(args) {
    const { code, stdout, stderr } = await execute("kubectl", [...args, "-o", "json"], { env: engineEnvironment() });
    if (code !== 0) throw new Failure(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
    return JSON.parse(stdout);
}
