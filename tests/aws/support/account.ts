/** The AWS of a test: a folder that the stand-in plugins keep their resources in (sandbox/plugins/aws), past Pulumi. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../support/checkout";

export const region = "eu-west-2";
export const zones = ["eu-west-2a", "eu-west-2b", "eu-west-2c"] as const;
export const accountId = "123456789012";

/** What really exists in AWS. */
export interface AwsResource {
    readonly type: string;
    readonly region: string;
    readonly id: string;
    // Whatever its type has.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    readonly properties: Readonly<Record<string, any>>;
}

export interface Fault {
    /** Or the token of an invoke. */
    readonly call: string;
    readonly type?: string;
    /** A regular expression on the resource's name in Pulumi. */
    readonly name?: string;
    /** `half`: made, but its creation failed. `lost`: made, and the answer never came. */
    readonly kind: "throttle" | "fail" | "half" | "lost";
    readonly times?: number;
    readonly message?: string;
}

export interface Call {
    readonly call: string;
    readonly type?: string;
    readonly name?: string;
    readonly id?: string;
    readonly attempts?: number;
    readonly error?: string;
}

export type Settings = Readonly<Record<string, unknown>>;

export class Account {
    readonly folder: string;

    /** A new one, in which nothing exists. */
    constructor() {
        this.folder = mkdtempSync(join(checkout(), "aws-"));
        this.set({});
    }

    /** What this AWS is like: over the stand-in's defaults, and instead of what was set before. */
    set(settings: Settings): void {
        this.write("settings.json", { ...settings, apiServer: apiServer() });
    }

    /** What goes wrong at the next calls, in this order. */
    faults(...faults: Fault[]): void {
        this.write("faults.json", faults);
    }

    /** Faults that were not met yet. */
    get faultsLeft(): Fault[] {
        return this.read<Fault[]>("faults.json", []);
    }

    /** Makes these all that there is. */
    reset(...resources: AwsResource[]): void {
        this.write("state.json", { resources });
    }

    /** Puts into AWS what nobody made with Pulumi. */
    put(...resources: AwsResource[]): void {
        const state = this.state;
        this.write("state.json", { ...state, resources: [...state.resources, ...resources] });
    }

    /** Changes what exists, as somebody does in the console. */
    change(type: string, change: (properties: Record<string, unknown>) => void): void {
        const state = this.state;
        const found = state.resources.filter((resource) => resource.type === type);
        assert.notEqual(found.length, 0, `there is no ${type}`);
        for (const { properties } of found) change(properties as Record<string, unknown>);
        this.write("state.json", state);
    }

    /** @param type all types, where it is missing. */
    resources(type?: string): AwsResource[] {
        return this.state.resources.filter((resource) => type === undefined || resource.type === type);
    }

    /** The only one of its type. */
    only(type: string): AwsResource {
        const [found, ...more] = this.resources(type);
        assert.ok(found !== undefined && more.length === 0, `${more.length + (found ? 1 : 0)} of ${type}`);
        return found;
    }

    /** How many of each type there are: `aws:ec2/subnet:Subnet 6`. Keys that wait for their deletion are no more. */
    counts(): string[] {
        const counts = new Map<string, number>();
        const there = this.resources().filter(({ properties }) => properties["keyState"] !== "PendingDeletion");
        for (const { type } of there) counts.set(type, (counts.get(type) ?? 0) + 1);
        return [...counts].map(([type, count]) => `${type} ${count}`).sort();
    }

    calls(): Call[] {
        const path = join(this.folder, "calls.jsonl");
        if (!existsSync(path)) return [];
        return readFileSync(path, "utf8")
            .split("\n")
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Call);
    }

    /** Everything that exists, to be compared: what is refused changes nothing of it. */
    get state(): { readonly resources: AwsResource[] } {
        return this.read("state.json", { resources: [] });
    }

    private read<T>(file: string, otherwise: T): T {
        const path = join(this.folder, file);
        return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : otherwise;
    }

    private write(file: string, content: unknown): void {
        writeFileSync(join(this.folder, file), `${JSON.stringify(content, undefined, 1)}\n`);
    }
}

/** The API server of every EKS cluster of the tests is the sandbox's. */
function apiServer(): { endpoint: string; certificateAuthority: string } {
    const kubeconfig = readFileSync(join(checkout(), ".sandbox", "kubeconfig"), "utf8");
    const [, endpoint = ""] = /server: (\S+)/.exec(kubeconfig) ?? [];
    const [, certificateAuthority = ""] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
    return { endpoint, certificateAuthority };
}
