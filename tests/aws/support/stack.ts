/** Stacks whose cluster is made on the stand-in's AWS, and whose Kubernetes is the sandbox's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { defaults } from "../../../sandbox/plugins/aws/settings";
import { checkout, environment } from "../../support/checkout";
import { type Running, start } from "../../support/processes";
import { Stack, type StackFile, type Step, shortName } from "../../support/stack";
import { Account, accountId, region, type Settings, zones } from "./account";
import { type AwsCli, installAwsCli } from "./aws-cli";
import { chart } from "./chart";
import { keepNodes } from "./nodes";

export type Block = Readonly<Record<string, unknown>>;

/** A block without some of its keys. */
export const without = (block: Block, ...keys: readonly string[]): Block =>
    Object.fromEntries(Object.entries(block).filter(([key]) => !keys.includes(key)));

/** The same cluster of EKS Auto Mode. */
export function autoModeCluster(name: string, more: Block = {}): Block {
    const { "snapshot-controller": version } = addons("1.34");
    const own = { addons: { "snapshot-controller": version }, autoMode: {} };
    return { ...without(eksCluster(name), "nodes", "loadBalancerController"), ...own, ...more };
}

/** Add-ons by name in a version that AWS offers for a Kubernetes version: its default, or a later one. */
export function addons(kubernetes: string, which: "default" | "later" = "default"): Record<string, string> {
    return Object.fromEntries(
        Object.entries(defaults.addons).map(([name, versions]) => {
            const offered = versions[kubernetes] ?? [];
            return [name, (which === "later" ? offered.at(-1) : offered[0]) ?? ""];
        }),
    );
}

/** A cluster of a file: every version given, `more` over it. */
export function eksCluster(name: string, more: Block = {}): Block {
    return {
        kind: "eks",
        name,
        region,
        account: accountId,
        version: "1.34",
        zones: zones.slice(0, 2),
        network: { kind: "new", nat: "single" },
        publicAccess: ["203.0.113.0/24"],
        nodes: {
            releaseVersion: "1.34.2-20261001",
            groups: {
                general: { instanceTypes: ["m7g.xlarge"] },
                couchdb: { instanceTypes: ["r7g.xlarge"], couchdb: true },
            },
        },
        addons: addons("1.34"),
        loadBalancerController: { version: "1.14.1", chart },
        snapshots: {
            tiers: {
                daily: { schedules: { daily: { every: "day", keep: 14 } } },
                hourly: { schedules: { hourly: { every: "hour", keep: 24 } } },
            },
            default: "daily",
        },
        ...more,
    };
}

/** The smallest instance on such a cluster. */
export function awsInstance(name: string, more: Block = {}): Block {
    return {
        version: "5.2.0",
        host: `${name}.cht.example.org`,
        namespace: `cht-${name}`,
        tls: { kind: "load-balancer" },
        couchdb: { volume: { kind: "new", size: "10Gi" } },
        ...more,
    };
}

/** Pulumi.prod.yaml as it stands, but for the chart: AWS's repository of charts cannot be reached by every machine. */
export function prodFile(): { readonly cluster: Block; readonly instances: Readonly<Record<string, Block>> } {
    const { config } = parse(readFileSync("Pulumi.prod.yaml", "utf8")) as { config: Record<string, Block> };
    const cluster = config["cht-hosting:cluster"] ?? {};
    return {
        cluster: {
            ...cluster,
            loadBalancerController: { ...(cluster["loadBalancerController"] as Block), chart },
        },
        instances: (config["cht-hosting:instances"] ?? {}) as Record<string, Block>,
    };
}

export class AwsStack extends Stack {
    readonly cli: AwsCli;
    /** More of the environment of every call. */
    env: NodeJS.ProcessEnv = {};

    private constructor(
        name: string,
        readonly account: Account,
    ) {
        super(name);
        this.cli = installAwsCli(account.folder);
    }

    /** @param account where another stack's is shared. */
    static async on(account: Account, name: string, file: StackFile): Promise<AwsStack> {
        const stack = new AwsStack(name, account);
        await stack.init();
        stack.write(file);
        return stack;
    }

    /** In an AWS of its own, in which nothing exists. */
    static async inNewAccount(name: string, file: StackFile, settings: Settings = {}): Promise<AwsStack> {
        const account = new Account();
        account.set(settings);
        return AwsStack.on(account, name, file);
    }

    override start(command: string, ...args: string[]): Running {
        const all = [...command.split(" "), "--stack", this.name, "--non-interactive", ...args];
        const env = environment();
        const running = start("pulumi", all, {
            cwd: checkout(),
            env: {
                ...env,
                PATH: [this.cli.bin, env["PATH"]].join(delimiter),
                CHT_AWS_STAND_IN: this.account.folder,
                // As on a machine that has no AWS configuration.
                AWS_CONFIG_FILE: join(this.account.folder, "no-config"),
                AWS_EC2_METADATA_DISABLED: "true",
                ...this.env,
            },
        });
        if (/^(up|destroy)\b/.test(command)) void keepNodes(this.account, running.result);
        return running;
    }

    override async steps(...args: string[]): Promise<Step[]> {
        const { code, stdout, stderr } = await this.preview("--json", ...args);
        const { steps, diagnostics } = JSON.parse(stdout) as {
            steps: Step[];
            diagnostics?: { message: string; severity: string }[];
        };
        // The whole of a large stack's steps would bury them.
        const errors = (diagnostics ?? []).filter(({ severity }) => severity === "error").map(({ message }) => message);
        assert.equal(code, 0, `${errors.join("\n")}${stderr}`);
        return steps;
    }

    /** What a preview says it would do, as `operation Type name`, without what stays the same. */
    async changes(...args: string[]): Promise<string[]> {
        return changesOf(await this.steps(...args));
    }
}

export function changesOf(steps: readonly Step[]): string[] {
    return steps
        .filter(({ op, urn }) => op !== "same" && !/::(default_|default$)/.test(urn))
        .map(({ op, urn }) => `${op} ${shortName(urn)}`)
        .sort();
}
