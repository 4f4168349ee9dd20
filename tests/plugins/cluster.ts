/** The tests' own look at the cluster, past the plugin. */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, isNotFound } from "../../sandbox/plugins/kubernetes/client";
import { parseConfig } from "../../sandbox/plugins/kubernetes/config";
import { Cluster } from "../../sandbox/plugins/kubernetes/discovery";
import { connect } from "../../sandbox/plugins/kubernetes/kubeconfig";
import { kindOf, nameOf, namespaceOf } from "../../sandbox/plugins/kubernetes/objects";
import { type Bag, listAt, textAt } from "../../sandbox/plugins/values";
import { dispose, sandboxModule, temporaryFolder } from "../sandbox/support";

let directory: string | undefined;

// Imported outside every suite, so that these hold for the whole run: one sandbox for all files that import this one.
before("a sandbox of the run's own", async function () {
    this.timeout(120_000);
    directory = temporaryFolder();
    await (await sandboxModule()).start({ directory, progress: () => undefined });
});
after("the sandbox is stopped", async function () {
    this.timeout(60_000);
    if (directory !== undefined) await dispose(directory);
});

export function kubeconfigPath(): string {
    if (directory === undefined) throw new Error("the sandbox is started before the first test, not earlier");
    return join(directory, "kubeconfig");
}

export const unique = (prefix: string): string => `${prefix}-${randomBytes(4).toString("hex")}`;

export class TestCluster {
    private readonly made: Bag[] = [];

    private constructor(private readonly cluster: Cluster) {}

    static async open(): Promise<TestCluster> {
        const { client: settings, ...config } = parseConfig(new Map([["kubeconfig", kubeconfigPath()]]), {});
        const client = new Client(await connect({ ...config, client: settings }), { qps: 1000, burst: 1000 });
        const { signal } = new AbortController();
        // Many cases at once ask by it.
        setMaxListeners(0, signal);
        return new TestCluster(new Cluster(client, "default", signal));
    }

    /** A new namespace in which pods can be made. */
    async namespace(): Promise<string> {
        const name = unique("conformance");
        await this.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
        await this.until(() => this.get("v1", "ServiceAccount", name, "default"));
        return name;
    }

    /** Has an object that a plugin makes outside any namespace deleted after the tests. */
    cleanUp(object: Bag): Bag {
        this.made.push(object);
        return object;
    }

    /** Makes an object that is deleted after the tests. */
    async create(object: Bag): Promise<Bag> {
        this.cleanUp(object);
        return this.send("POST", object, { fieldManager: "tests" });
    }

    /** @returns undefined if there is no such object. */
    async get(apiVersion: string, kind: string, namespace: string, name: string): Promise<Bag | undefined> {
        return this.cluster.get({ apiVersion, kind }, namespace, name).catch((error: unknown) => {
            if (isNotFound(error)) return undefined;
            throw error;
        });
    }

    pods(namespace: string): Promise<Bag[]> {
        return this.cluster.list({ apiVersion: "v1", kind: "Pod" }, namespace);
    }

    /** A change such as `kubectl edit` or a controller makes. */
    merge(object: Bag, fieldManager = "tests"): Promise<Bag> {
        return this.send("PATCH", object, { fieldManager }, "application/merge-patch+json");
    }

    /** The status that a controller would write. */
    mergeStatus(object: Bag): Promise<Bag> {
        return this.send("PATCH", object, { fieldManager: "tests" }, "application/merge-patch+json", "status");
    }

    /** A server-side apply by somebody else. */
    apply(object: Bag, fieldManager: string, force = false): Promise<Bag> {
        return this.send("PATCH", object, { fieldManager, force: String(force) }, "application/apply-patch+yaml");
    }

    delete(object: Bag): Promise<Bag> {
        return this.send("DELETE", object, {});
    }

    private async send(
        method: "POST" | "PATCH" | "DELETE",
        object: Bag,
        query: Record<string, string>,
        contentType?: string,
        subresource?: string,
    ): Promise<Bag> {
        const { resource, namespaced } = await this.cluster.discovery.find(kindOf(object));
        const version = textAt(object, "apiVersion");
        const parts = [version.includes("/") ? `apis/${version}` : `api/${version}`];
        if (namespaced) parts.push(`namespaces/${namespaceOf(object) || "default"}`);
        parts.push(resource);
        if (method !== "POST") parts.push(nameOf(object));
        if (subresource) parts.push(subresource);
        const body = method === "DELETE" ? undefined : object;
        return this.cluster.client.request({ method, path: `/${parts.join("/")}`, query, body, contentType });
    }

    async until<T>(probe: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
        for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
            const found = await probe();
            if (found) return found;
        }
        throw new Error("it did not happen in time");
    }

    /** Lets go of everything the tests made, without waiting for it. */
    async close(): Promise<void> {
        await Promise.all(this.made.map((object) => this.delete(object).catch(() => undefined)));
    }
}

/** `manager operation` of everybody who holds a field of the object. */
export const managersOf = (object: Bag | undefined): string[] =>
    listAt(object, "metadata", "managedFields").map(
        (entry) => `${textAt(entry, "manager")} ${textAt(entry, "operation")}`,
    );
