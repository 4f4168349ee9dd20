/** Which kinds the API server offers, and under which path. */
import { type Bag, isBag, listAt, textAt } from "../values";
import { type Call, type Client, isNotFound } from "./client";
import { type Kind, kindOf, nameOf, namespaceOf } from "./objects";

export interface Mapping {
    /** Plural name in the path. */
    resource: string;
    namespaced: boolean;
}

/** The API server does not offer a kind: most likely its CustomResourceDefinition is not there. */
export class NoSuchKind extends Error {
    constructor({ apiVersion, kind }: Kind) {
        super(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
    }
}

export class Discovery {
    /** Kinds by apiVersion, asked for once each. */
    private readonly versions = new Map<string, Promise<Map<string, Mapping>>>();

    constructor(private readonly client: Client) {}

    /** @throws NoSuchKind */
    async find(kind: Kind): Promise<Mapping> {
        const known = this.versions.get(kind.apiVersion);
        const mapping = (await this.load(kind.apiVersion)).get(kind.kind);
        if (mapping) return mapping;
        if (!known) throw new NoSuchKind(kind);
        // It may have been added since.
        this.versions.delete(kind.apiVersion);
        return this.find(kind);
    }

    /** Forgets what is known, after a CustomResourceDefinition has come or changed. */
    reset(): void {
        this.versions.clear();
    }

    private load(apiVersion: string): Promise<Map<string, Mapping>> {
        const known = this.versions.get(apiVersion);
        if (known) return known;
        const loading = this.read(apiVersion);
        this.versions.set(apiVersion, loading);
        loading.catch(() => this.versions.delete(apiVersion));
        return loading;
    }

    private async read(apiVersion: string): Promise<Map<string, Mapping>> {
        const kinds = new Map<string, Mapping>();
        try {
            const list = await this.client.request({ path: pathOf(apiVersion) });
            for (const entry of listAt(list, "resources")) {
                const resource = textAt(entry, "name");
                // Names with a slash are sub-resources.
                if (!isBag(entry) || resource.includes("/")) continue;
                kinds.set(textAt(entry, "kind"), { resource, namespaced: entry["namespaced"] === true });
            }
        } catch (error) {
            if (!isNotFound(error)) throw error;
        }
        return kinds;
    }
}

const pathOf = (apiVersion: string): string =>
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Requests about objects, in the terms of their kind and name. */
export class Cluster {
    readonly discovery: Discovery;

    constructor(
        readonly client: Client,
        /** For objects of namespaced kinds that name none. */
        readonly defaultNamespace: string,
        private readonly signal: AbortSignal,
    ) {
        this.discovery = new Discovery(client);
    }

    async request(
        kind: Kind,
        namespace: string,
        name: string | undefined,
        call: Omit<Call, "path"> = {},
    ): Promise<Bag> {
        const mapping = await this.discovery.find(kind);
        const scope = mapping.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
        const item = name === undefined ? "" : `/${encodeURIComponent(name)}`;
        const path = `${pathOf(kind.apiVersion)}${scope}/${mapping.resource}${item}`;
        return this.client.request({ signal: this.signal, ...call, path });
    }

    get(kind: Kind, namespace: string, name: string): Promise<Bag> {
        return this.request(kind, namespace, name);
    }

    /** The object as it is now. */
    live(object: Bag): Promise<Bag> {
        return this.get(kindOf(object), namespaceOf(object), nameOf(object));
    }

    async list(kind: Kind, namespace: string, query: Record<string, string | undefined> = {}): Promise<Bag[]> {
        const list = await this.request(kind, namespace, undefined, { query });
        return listAt(list, "items").filter(isBag);
    }
}
