/** Where the project, its state and its secrets are: opened once, handed to every other function of this folder. */

import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { OperatorError } from "./error";

export interface ProjectOptions {
    /**
     * The folder of `Pulumi.yaml` and the stack files.
     * @default the working directory
     */
    readonly folder?: string;
    /**
     * Where `.cht-hosting/` is, with state and passphrase of whoever has no backend of their own: outside of the checkout,
     * which people clean.
     * @default the user's home
     */
    readonly home?: string;
    /**
     * Pulumi's backend: `file:///srv/state`, `s3://…`, `https://api.pulumi.com`.
     * @default `$PULUMI_BACKEND_URL`, else where the user is logged in, else `file://<home>/.cht-hosting/state`
     */
    readonly backend?: string;
}

export interface Project {
    readonly folder: string;
    /** The project's name in `Pulumi.yaml`, with which stacks are known on an engine: `cht-hosting.dev`. */
    readonly name: string;
    readonly home: string;
    readonly backend: string;
    /** What Pulumi's commands get beside the process's own environment; a shell that has it works on the same stacks. */
    readonly variables: Readonly<Record<string, string>>;
    readonly workspace: LocalWorkspace;
}

/**
 * Opens the project. Makes a passphrase where none was ever set; makes no stack.
 *
 * @throws OperatorError not-found: there is no project in the folder, or no `pulumi`.
 */
export async function openProject(options: ProjectOptions = {}): Promise<Project> {
    const folder = resolve(options.folder ?? process.cwd());
    const home = join(resolve(options.home ?? homedir()), ".cht-hosting");
    const { backend, credentials } = backendOf(options.backend, process.env, home);
    const variables = {
        ...toolchain(folder),
        PULUMI_BACKEND_URL: backend,
        // Plugins come from the toolchain, a login stays where the user has it.
        ...(credentials === undefined ? {} : { PULUMI_CREDENTIALS_PATH: credentials }),
        ...passphrase(home),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    };
    const name = projectName(folder);
    return { folder, name, home, backend, variables, workspace: await openWorkspace(folder, variables) };
}

/** Where state is, and the folder with the login for it. */
export function backendOf(
    asked: string | undefined,
    env: Readonly<NodeJS.ProcessEnv>,
    home: string,
): { backend: string; credentials?: string } {
    const credentials = env["PULUMI_CREDENTIALS_PATH"] ?? env["PULUMI_HOME"] ?? join(env["HOME"] ?? home, ".pulumi");
    const given = asked ?? env["PULUMI_BACKEND_URL"];
    if (given) return { backend: given, credentials };
    const login = currentLogin(join(credentials, "credentials.json"));
    if (login !== undefined) return { backend: login, credentials };
    mkdirSync(join(home, "state"), { recursive: true, mode: 0o700 });
    // Without the backend's sidecar files: an engine that is killed over one leaves a state that cannot be read.
    return { backend: `file://${join(home, "state")}?metadata=skip` };
}

function currentLogin(file: string): string | undefined {
    if (!existsSync(file)) return undefined;
    try {
        return (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current || undefined;
    } catch {
        return undefined;
    }
}

/** Where `tools/` puts the engine and its plugins. */
function toolchain(folder: string): Record<string, string> {
    const home = join(folder, ".toolchain", "pulumi");
    const plugins = join(home, "plugins");
    const standIns =
        existsSync(plugins) &&
        readdirSync(plugins).some((plugin) => existsSync(join(plugins, plugin, "stand-in.json")));
    return {
        PATH: [join(folder, ".toolchain", "bin"), process.env["PATH"] ?? ""].join(delimiter),
        PULUMI_HOME: home,
        // A plugin that is stood in for cannot be downloaded: without this the engine would try five times.
        ...(standIns && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
    };
}

/** The user's own passphrase, else one that is made once: handed on as a file, so that it is in no process list. */
function passphrase(home: string): Record<string, string> {
    if (process.env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || process.env["PULUMI_CONFIG_PASSPHRASE_FILE"])
        return {};
    const file = join(home, "passphrase");
    if (!existsSync(file)) {
        mkdirSync(home, { recursive: true, mode: 0o700 });
        const fresh = `${file}.${randomUUID()}`;
        writeFileSync(fresh, randomBytes(32).toString("base64url"), { mode: 0o600 });
        try {
            // Whole or not at all, and only by one of two that begin at the same moment.
            linkSync(fresh, file);
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        } finally {
            rmSync(fresh);
        }
    }
    return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}

function projectName(folder: string): string {
    const file = join(folder, "Pulumi.yaml");
    if (!existsSync(file)) throw new OperatorError("not-found", `there is no Pulumi.yaml in ${folder}`);
    return (parse(readFileSync(file, "utf8")) as { name: string }).name;
}

async function openWorkspace(folder: string, variables: Record<string, string>): Promise<LocalWorkspace> {
    const root = join(folder, ".toolchain");
    try {
        const pulumiCommand = await PulumiCommand.get(existsSync(join(root, "bin", "pulumi")) ? { root } : {});
        return await LocalWorkspace.create({ workDir: folder, envVars: variables, pulumiCommand });
    } catch (error) {
        if (!/ENOENT/.test(String(error))) throw error;
        throw new OperatorError("not-found", "`pulumi` is not there: `npm run tools -- get` gets it");
    }
}
