/** One simulated AWS for one case: a folder of its own, and a plugin on it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Behaviours, official } from "../../sandbox/plugins/aws/behaviours";
import type { Call, Fault } from "../../sandbox/plugins/aws/faults";
import { AwsProvider } from "../../sandbox/plugins/aws/provider";
import type { Settings } from "../../sandbox/plugins/aws/settings";
import type { Item } from "../../sandbox/plugins/aws/world";
import { listen } from "../../sandbox/plugins/server";
import { type Bag, textAt } from "../../sandbox/plugins/values";
import { Plugin } from "./engine";

export const REGION = "eu-west-2";

export interface AwsCase {
    name: string;
    run(aws: SimulatedAws): Promise<void>;
}

type DeepPartial<T> = { [Key in keyof T]?: T[Key] extends object ? DeepPartial<T[Key]> : T[Key] };

export class SimulatedAws {
    readonly folder = mkdtempSync(join(tmpdir(), "cht-hosting-aws-"));
    private readonly running: { stop(): void }[] = [];

    constructor(private readonly behaviours: Partial<Behaviours> = {}) {}

    /** A plugin that works on this AWS; without a region of its own in London. */
    async plugin(config: Record<string, string> = {}, environment: NodeJS.ProcessEnv = {}): Promise<Plugin> {
        const behaviours = { ...official, ...this.behaviours };
        const env = { CHT_AWS_STAND_IN: this.folder, ...environment };
        const server = await listen(() => new AwsProvider("0.0.0", behaviours, env), undefined);
        const plugin = new Plugin(server.port);
        this.running.push({ stop: () => plugin.close() }, server);
        await plugin.configure({ region: REGION, ...config });
        return plugin;
    }

    settings(settings: DeepPartial<Settings>): void {
        this.write("settings.json", settings);
    }

    faults(...faults: Fault[]): void {
        this.write("faults.json", faults);
    }

    /** What nobody made with Pulumi. */
    put(type: string, id: string, properties: Bag, region = REGION): void {
        this.write("state.json", { resources: [...this.items(), { type, region, id, properties }] });
    }

    /** A change by somebody else. */
    edit(id: string, properties: Bag): void {
        const resources = this.items().map((item) =>
            item.id === id ? { ...item, properties: { ...item.properties, ...properties } } : item,
        );
        this.write("state.json", { resources });
    }

    remove(id: string): void {
        this.write("state.json", { resources: this.items().filter((item) => item.id !== id) });
    }

    items(type?: string): Item[] {
        const file = join(this.folder, "state.json");
        if (!existsSync(file)) return [];
        const { resources } = JSON.parse(readFileSync(file, "utf8")) as { resources: Item[] };
        return resources.filter((item) => type === undefined || item.type === type);
    }

    calls(): (Call & { attempts: number; error?: string })[] {
        const file = join(this.folder, "calls.jsonl");
        const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
        return lines.map((line) => JSON.parse(line) as Call & { attempts: number });
    }

    close(): void {
        for (const one of this.running) one.stop();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private write(file: string, value: unknown): void {
        writeFileSync(join(this.folder, file), JSON.stringify(value));
    }
}

export const CLUSTER = "aws:eks/cluster:Cluster";
export const KEY = "aws:kms/key:Key";
export const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
export const RECORD = "aws:route53/record:Record";
export const ROLE = "aws:iam/role:Role";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const VPC = "aws:ec2/vpc:Vpc";

export const vpc = (rest: Bag = {}): Bag => ({ cidrBlock: "10.0.0.0/16", ...rest });

/** A provider with tags of its own. */
export const TAGGED = { defaultTags: '{"tags":{"team":"health","stage":"test"}}' };

export const trust = (service: string): string =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
    });

export interface Made {
    id: string;
    state: Bag;
    inputs: Bag;
}

/** Checks and makes. */
export async function make(plugin: Plugin, type: string, news: Bag, name = "name"): Promise<Made> {
    const { inputs, failures } = await plugin.check(type, news, { name });
    if (Object.keys(failures).length > 0) throw new Error(`check of ${type}: ${JSON.stringify(failures)}`);
    return { inputs, ...(await plugin.create(type, inputs, { name })) };
}

/** Two subnets in two zones of a new VPC, and a role. */
export async function foundation(plugin: Plugin): Promise<{ vpcId: string; subnetIds: string[]; roleArn: string }> {
    const { id: vpcId } = await make(plugin, VPC, vpc());
    const subnets = await Promise.all(
        ["a", "b"].map((letter, index) =>
            make(plugin, SUBNET, {
                vpcId,
                cidrBlock: `10.0.${index}.0/24`,
                availabilityZone: `${REGION}${letter}`,
            }),
        ),
    );
    const { state } = await make(plugin, ROLE, { name: "role", assumeRolePolicy: trust("eks.amazonaws.com") });
    return { vpcId, subnetIds: subnets.map(({ id }) => id), roleArn: textAt(state, "arn") };
}

export async function cluster(
    plugin: Plugin,
    rest: Bag = {},
): Promise<Made & { subnetIds: string[]; roleArn: string }> {
    const { subnetIds, roleArn } = await foundation(plugin);
    const made = await make(plugin, CLUSTER, {
        name: "prod",
        version: "1.34",
        roleArn,
        vpcConfig: { subnetIds },
        ...rest,
    });
    return { ...made, subnetIds, roleArn };
}

export const nodeGroup = (roleArn: string, subnetIds: string[], rest: Bag = {}): Bag => ({
    clusterName: "prod",
    nodeGroupName: "couchdb",
    nodeRoleArn: roleArn,
    subnetIds: subnetIds.slice(0, 1),
    scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 2 },
    ...rest,
});
