/** Stacks of tests: each with a file that a test writes, driven by the real `pulumi`. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { call, checkout, environment } from "./checkout";
import { type Result, type Running, start } from "./processes";

export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly custom: boolean;
    readonly id?: string;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface Step {
    readonly op: string;
    readonly urn: string;
    readonly detailedDiff?: Readonly<Record<string, unknown>>;
}

/** A block of `instances:`. */
export type Instance = Readonly<Record<string, unknown>>;
export interface StackFile {
    readonly cluster?: Readonly<Record<string, unknown>>;
    readonly instances: Readonly<Record<string, Instance>>;
}

export const sandboxCluster = {
    kind: "existing",
    name: "sandbox",
    kubeconfig: ".sandbox/kubeconfig",
    context: "sandbox",
    storage: { className: "local-path" },
    ingress: { kind: "nginx" },
};

/** The smallest instance that there can be. */
export function smallInstance(name: string, more: Instance = {}): Instance {
    return {
        version: "5.2.0",
        host: `${name}.example.org`,
        tls: { kind: "none" },
        couchdb: { volume: { kind: "new", size: "1Gi" } },
        ...more,
    };
}

export class Stack {
    constructor(readonly name: string) {}

    /** A new stack with this file. */
    static async create(name: string, file: StackFile): Promise<Stack> {
        const stack = new Stack(name);
        await stack.init();
        stack.write(file);
        return stack;
    }

    async init(): Promise<void> {
        succeeded(await call("pulumi", ["stack", "init", this.name, "--non-interactive"]));
    }

    private get file(): string {
        return join(checkout(), `Pulumi.${this.name}.yaml`);
    }

    /** Writes cluster and instances; secrets that were set stay. */
    write({ cluster = sandboxCluster, instances }: StackFile): void {
        const before = existsSync(this.file) ? (parse(readFileSync(this.file, "utf8")) as { config?: object }) : {};
        const config = { ...before.config, "cht-hosting:cluster": cluster, "cht-hosting:instances": instances };
        writeFileSync(this.file, stringify({ ...before, config }));
    }

    /** As the documentation tells operators to: the value on standard input, where no process list shows it. */
    async setSecret(key: string, value: string): Promise<void> {
        succeeded(
            await call("pulumi", ["config", "set", "--secret", key, "--stack", this.name, "--non-interactive"], {
                input: value,
            }),
        );
    }

    run(command: string, ...args: string[]): Promise<Result> {
        return this.start(command, ...args).result;
    }

    start(command: string, ...args: string[]): Running {
        const all = [...command.split(" "), "--stack", this.name, "--non-interactive", ...args];
        return start("pulumi", all, { cwd: checkout(), env: environment() });
    }

    preview(...args: string[]): Promise<Result> {
        return this.run("preview", ...args);
    }

    /** The update alone: what the preview before it would show is tested where it matters. */
    up(...args: string[]): Promise<Result> {
        return this.run("up", "--yes", "--skip-preview", ...args);
    }

    /** An update that must succeed. */
    async deploy(file?: StackFile): Promise<Result> {
        if (file !== undefined) this.write(file);
        return succeeded(await this.up());
    }

    /** Fails unless an update has nothing to do. */
    async expectNoChanges(): Promise<void> {
        succeeded(await this.up("--expect-no-changes"));
    }

    destroy(...args: string[]): Promise<Result> {
        return this.run("destroy", "--yes", "--skip-preview", ...args);
    }

    async steps(...args: string[]): Promise<Step[]> {
        const { stdout } = succeeded(await this.preview("--json", ...args));
        return (JSON.parse(stdout) as { steps: Step[] }).steps;
    }

    async export(): Promise<{ text: string; resources: readonly StateResource[]; pending: readonly unknown[] }> {
        const { stdout } = succeeded(await this.run("stack export"));
        const { deployment } = JSON.parse(stdout) as {
            deployment: { resources?: StateResource[]; pending_operations?: unknown[] };
        };
        return { text: stdout, resources: deployment.resources ?? [], pending: deployment.pending_operations ?? [] };
    }

    /** The state with its secrets in clear: encrypted they are others at each export, and cannot be compared. */
    async plainState(): Promise<unknown> {
        const { stdout } = succeeded(await this.run("stack export", "--show-secrets"));
        return (JSON.parse(stdout) as { deployment: { resources?: unknown } }).deployment.resources;
    }

    /** What the state holds, as `Type name`, sorted: `Deployment one-cht-api`. */
    async resources(): Promise<string[]> {
        return (await this.export()).resources.map(({ urn }) => shortName(urn)).sort();
    }
}

/** `urn:pulumi:stack::project::parent$pkg:module:Type::name` as `Type name`. */
export function shortName(urn: string): string {
    const [, , type = "", name = ""] = urn.split("::");
    return `${type.split(":").at(-1)} ${name}`;
}

export function succeeded(result: Result): Result {
    assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
    return result;
}

/**
 * What Pulumi tells of a program's refusal: the text of its diagnostics, without the frame that Pulumi puts around it. Fails
 * where there is a stack trace.
 */
export function refusal({ code, stdout, stderr }: Result): string {
    const output = `${stdout}\n${stderr}`;
    assert.notEqual(code, 0, output);
    assert.doesNotMatch(output, /^\s+at .*[:(]\d+/m, "a stack trace is no message");
    const [, diagnostics = ""] = /\nDiagnostics:\n([\s\S]*?)(\nResources:|\nOutputs:|\nDuration:|$)/.exec(output) ?? [];
    const [, text = ""] = /pulumi:pulumi:Stack \([^)]*\):\n\s+error: ([\s\S]*)/.exec(diagnostics) ?? [];
    return text
        .split("\n")
        .map((line) => line.replace(/^ {4}/, "").trimEnd())
        .join("\n")
        .trim();
}
