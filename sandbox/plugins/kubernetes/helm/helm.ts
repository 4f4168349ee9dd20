/** Calls the program `helm`, in surroundings of its own: nobody's repositories, caches and logins are used. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Bag } from "../../values";
import { kubeconfigFile } from "../kubeconfig";
import type { Session } from "../session";

/** It said no; the message is helm's own. */
export class HelmError extends Error {}

/**
 * @param values given on standard input, since arguments are for every user of the machine to read
 * @returns what it prints
 */
export async function helm(session: Session, args: string[], values?: Bag): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-helm-"));
    try {
        const { env, flags } = await surroundings(session, folder);
        return await run([...args, ...flags], env, values && JSON.stringify(values), session.signal);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function surroundings({ config }: Session, folder: string): Promise<{ env: NodeJS.ProcessEnv; flags: string[] }> {
    if (config.cluster) throw new HelmError("the stand-in for the kubernetes plugin does not offer cluster with Helm");
    const file = kubeconfigFile(config);
    const written = join(folder, "kubeconfig");
    if (config.kubeconfig && file === undefined) await writeFile(written, config.kubeconfig, { mode: 0o600 });
    const kubeconfig = config.kubeconfig ? (file ?? written) : process.env["KUBECONFIG"];
    const home = { HELM_CACHE_HOME: "cache", HELM_CONFIG_HOME: "config", HELM_DATA_HOME: "data" };
    const own = Object.fromEntries(Object.entries(home).map(([name, each]) => [name, join(folder, each)]));
    return {
        env: { ...process.env, ...own, KUBECONFIG: kubeconfig, HELM_DRIVER: "secret" },
        flags: config.context ? ["--kube-context", config.context] : [],
    };
}

function run(args: string[], env: NodeJS.ProcessEnv, input = "", signal?: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn("helm", args, { env, stdio: "pipe", signal });
        let [stdout, stderr] = ["", ""];
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("error", (error: NodeJS.ErrnoException) =>
            reject(
                error.code === "ENOENT"
                    ? new HelmError("the stand-in for the kubernetes plugin needs the program 'helm' for a Release")
                    : error,
            ),
        );
        child.on("close", (code) => {
            const said = stderr.replace(/^WARNING: .*\n/gm, "").trim();
            return code === 0 ? resolve(stdout) : reject(new HelmError(said.replace(/^Error: /, "") || `helm ${code}`));
        });
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}

/** Names of what a chart makes: `apps/v1/Deployment: ["namespace/name"]`. */
export function namesIn(manifest: string): Record<string, string[]> {
    const names: Record<string, string[]> = {};
    for (const document of parseAllDocuments(manifest)) {
        const object = document.toJSON() as {
            apiVersion?: string;
            kind?: string;
            metadata?: Record<string, string>;
        } | null;
        if (!object?.kind || !object.metadata) continue;
        const { name = "", namespace } = object.metadata;
        const kind = `${object.kind}/${object.apiVersion ?? ""}`;
        names[kind] = [...(names[kind] ?? []), namespace ? `${namespace}/${name}` : name];
    }
    return names;
}
