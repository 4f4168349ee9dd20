/** What the operations of one configured provider share. */
import { setMaxListeners } from "node:events";
import type { Engine } from "../provider";
import type { Behaviours } from "./behaviours";
import { Client } from "./client";
import type { Config } from "./config";
import { Cluster } from "./discovery";
import { connect } from "./kubeconfig";
import type { Kind } from "./objects";

export class Session {
    private readonly canceller = new AbortController();
    readonly signal = this.canceller.signal;
    private cluster: Cluster | undefined;
    /** Why the cluster cannot be reached. */
    unreachable = "";

    constructor(
        readonly config: Config,
        readonly engine: Engine,
        readonly behaviours: Behaviours,
    ) {
        setMaxListeners(0, this.signal);
    }

    /**
     * Reads the kubeconfig and tries the API server. A cluster that cannot be reached is no error yet: a preview can be
     * had without it, and resources may be let go on purpose.
     */
    async open(): Promise<void> {
        const { config } = this;
        try {
            const connection = await connect(config).catch((error: Error) => {
                throw new Error(
                    config.kubeconfig
                        ? `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${error.message}`
                        : `unable to load Kubernetes client configuration from kubeconfig file: ${error.message}`,
                );
            });
            const namespace = config.namespace || connection.namespace || "default";
            const cluster = new Cluster(new Client(connection, config.client), namespace, this.signal);
            await cluster.discovery.find({ apiVersion: "v1", kind: "Namespace" }).catch((error: Error) => {
                throw new Error(`unable to load schema information from the API server: ${error.message}`);
            });
            this.cluster = cluster;
        } catch (error) {
            this.unreachable = (error as Error).message;
        }
    }

    /** The cluster, or undefined if it cannot be reached. */
    reachable(): Cluster | undefined {
        return this.cluster;
    }

    /** @throws Error if the cluster cannot be reached. */
    requireCluster(): Cluster {
        if (!this.cluster) throw new Error(`configured Kubernetes cluster is unreachable: ${this.unreachable}`);
        return this.cluster;
    }

    /** @param otherwise what to assume while the cluster does not know the kind. */
    async isNamespaced(kind: Kind, otherwise = true): Promise<boolean> {
        return (await this.cluster?.discovery.find(kind).catch(() => undefined))?.namespaced ?? otherwise;
    }

    /** Whether the cluster knows the kind now; a CustomResourceDefinition may still bring it. */
    async isKnown(kind: Kind): Promise<boolean> {
        return (await this.cluster?.discovery.find(kind).catch(() => undefined)) !== undefined;
    }

    cancel(): void {
        this.canceller.abort();
    }
}
