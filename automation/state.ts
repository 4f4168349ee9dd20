/** What a stack's state holds. Read by the command itself: the Automation API asks for the secrets in clear with it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { OperatorError } from "./error";
import type { Project } from "./workspace";

export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly parent?: string;
    readonly protect?: boolean;
    /** What the provider calls it: a volume's name. */
    readonly id?: string;
}

/** The resources in the order in which they were made, parents before their children; none of a stack that never ran. */
export async function stateOf(project: Project, stack: string): Promise<readonly StateResource[]> {
    const { deployment } = JSON.parse(await pulumi(project, stack, ["stack", "export"])) as {
        deployment: { resources?: StateResource[] } | null;
    };
    return deployment?.resources ?? [];
}

/** The stack's outputs; the value of a secret one is `[secret]`. @throws OperatorError not-found */
export async function outputsOf(project: Project, stack: string): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await pulumi(project, stack, ["stack", "output", "--json"])) as Record<string, unknown>;
}

/** Lets resources be deleted. */
export async function unprotect(project: Project, stack: string, urns: readonly string[]): Promise<void> {
    if (urns.length > 0) await pulumi(project, stack, ["state", "unprotect", "--yes", ...urns]);
}

async function pulumi(project: Project, stack: string, args: readonly string[]): Promise<string> {
    try {
        const all = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
        const { stdout } = await promisify(execFile)(project.workspace.pulumiCommand.command, all, {
            cwd: project.folder,
            env: { ...process.env, ...project.variables },
            maxBuffer: 2 ** 30,
        });
        return stdout;
    } catch (error) {
        const { stderr } = error as { stderr?: string };
        throw stderr === undefined ? error : toldError(stack, stderr);
    }
}

function toldError(stack: string, stderr: string): OperatorError {
    if (/no stack named .* found/.test(stderr)) {
        return new OperatorError("not-found", `the stack '${stack}' was never deployed with this backend`);
    }
    return new OperatorError("failed", stderr.replace(/^error: /, "").trim(), stderr);
}
