/**
 * A copy of this checkout, as somebody would have it who has just cloned and built it: with a sandbox, a state backend and
 * stack files of its own, so that the engine's tests touch nothing of the person who runs them.
 *
 * Importing this file makes the copy before the first test of the run, and takes it away after the last.
 */
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { importModule } from "./import-module";
import { processesWith, type Result, run } from "./processes";

const original = resolve(__dirname, "../../..");
const copied = ["package.json", "tsconfig.json", "index.ts", "Pulumi.yaml", "Pulumi.sandbox.yaml"];
const copiedFolders = [
    ...["cht", "docker", "config", "components", "automation", "cli"],
    ...["dist", "sandbox", "schema", "tools"],
];

interface SandboxModule {
    start(options: object): Promise<{ processes: Record<string, number | undefined> }>;
    stop(options: object): Promise<string[]>;
    kill(program: string, options: object): Promise<void>;
}

interface StandInsModule {
    pluginFolder(home: object, name: string, version: string): string;
    writeStandIn(home: object, name: string, version: string, folder: string): void;
}

interface PluginsModule {
    pluginVersion(home: object, name: string): string;
}

let withSandbox = true;

/** For suites that need no Kubernetes: said when their files are loaded, before the first test. */
export function withoutSandbox(): void {
    withSandbox = false;
}

let folder: string | undefined;
let variables: NodeJS.ProcessEnv | undefined;

/** The copy's folder; Pulumi, npm and kubectl are called in it. */
export function checkout(): string {
    if (folder === undefined) throw new Error("the copy of the checkout is made before the first test, not earlier");
    return folder;
}

/** What the copy's `npm run --silent env` makes of a shell in which nothing was set before. */
export function environment(): NodeJS.ProcessEnv {
    if (variables === undefined) throw new Error("the environment is read before the first test, not earlier");
    return variables;
}

/** What stands in the environment before the copy's own is put into it. */
export const bareEnvironment: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    // The person's own messages in another language would not be those of the tests.
    LC_ALL: "C",
};

/** Calls a program in the copy, in its environment. */
export function call(
    command: string,
    args: readonly string[],
    options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
    return run(command, args, { cwd: checkout(), env: { ...environment(), ...options.env }, input: options.input });
}

/** Ends one program of the copy's Kubernetes as a crash does. */
export async function crash(program: "kube-apiserver" | "etcd"): Promise<void> {
    await (await sandboxModule()).kill(program, { directory: join(checkout(), ".sandbox") });
}

/** Starts what does not run of the copy's Kubernetes. */
export async function startSandbox(): Promise<void> {
    await (await sandboxModule()).start({ directory: join(checkout(), ".sandbox"), nodes: { perZone: 1 } });
}

const sandboxModule = () => importModule<SandboxModule>(join(checkout(), "sandbox", "sandbox.mjs"));

function makeCopy(): string {
    const copy = mkdtempSync(join(tmpdir(), "cht-hosting-engine-"));
    for (const name of [...copied, ...copiedFolders].filter((each) => existsSync(join(original, each)))) {
        cpSync(join(original, name), join(copy, name), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(original, "node_modules"), join(copy, "node_modules"));
    const plugins = join(".toolchain", "pulumi", "plugins");
    mkdirSync(join(copy, plugins), { recursive: true });
    for (const name of ["bin", "programs"])
        symlinkSync(join(original, ".toolchain", name), join(copy, ".toolchain", name));
    for (const plugin of readdirSync(join(original, plugins)))
        copyPlugin(join(original, plugins, plugin), join(copy, plugins, plugin), copy);
    return copy;
}

/** Other plugins are large, and shared; a stand-in starts what is compiled in its own checkout. */
function copyPlugin(from: string, to: string, copy: string): void {
    if (!existsSync(join(from, "stand-in.json"))) {
        if (!statSync(from).isDirectory()) return symlinkSync(from, to);
        // A folder of its own: Pulumi does not look behind links.
        mkdirSync(to);
        for (const file of readdirSync(from)) symlinkSync(join(from, file), join(to, file));
        return;
    }
    cpSync(from, to, { recursive: true });
    const launcher = readdirSync(to).find((file) => file.startsWith("pulumi-resource-"));
    if (launcher === undefined) throw new Error(`${from} has no program`);
    writeFileSync(join(to, launcher), readFileSync(join(to, launcher), "utf8").replaceAll(original, copy));
}

/** No test may reach an account of somebody: whatever is installed here, the copy's AWS is the simulated one. */
async function simulateAws(copy: string): Promise<void> {
    const tools = (name: string) => join(copy, "tools", name);
    const paths = await importModule<{ layout(top: string): object }>(tools("paths.mjs"));
    const standIns = await importModule<StandInsModule>(tools("stand-ins.mjs"));
    const plugins = await importModule<PluginsModule>(tools("plugins.mjs"));
    const home = paths.layout(copy);
    for (const name of ["aws", "eks"]) {
        const version = plugins.pluginVersion(home, name);
        const folder = standIns.pluginFolder(home, name, version);
        rmSync(folder, { recursive: true, force: true });
        standIns.writeStandIn(home, name, version, folder);
    }
}

async function readEnvironment(): Promise<NodeJS.ProcessEnv> {
    const shell = 'eval "$(npm run --silent env)" && env -0';
    const { code, stdout, stderr } = await run("sh", ["-c", shell], { cwd: checkout(), env: bareEnvironment });
    if (code !== 0) throw new Error(`npm run env: ${stderr}`);
    return Object.fromEntries(
        stdout
            .split("\0")
            .filter(Boolean)
            .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
}

before("make a copy of the checkout and start its sandbox", async function () {
    this.timeout("120s");
    folder = makeCopy();
    await simulateAws(folder);
    variables = await readEnvironment();
    if (withSandbox) await startSandbox();
});

after("stop the sandbox and remove the copy", async function () {
    this.timeout("60s");
    if (folder === undefined) return;
    if (withSandbox) await (await sandboxModule()).stop({ directory: join(folder, ".sandbox") });
    const left = processesWith(folder);
    // For whoever wants to see how a test ended: CHT_KEEP=1 keeps state, logs and the cluster's data.
    if (process.env["CHT_KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left running:\n${left.map(({ pid, args }) => `${pid} ${args}`).join("\n")}`);
});
