/** Kubeconfigs: which cluster they lead to, and how to log in there. */
import { existsSync, readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { type Bag, isBag, listAt, textAt, type Value } from "../values";
import type { Config } from "./config";

/** Where a kubeconfig leads, and what authenticates there. */
export interface Connection {
    server: string;
    /** The namespace of the context. */
    namespace: string;
    /** Certificates and headers; asks an exec plugin or reads a token file where the kubeconfig says so. */
    credentials(): Promise<RequestOptions>;
}

/** The path with `~` put in full. */
const expand = (path: string): string => path.replace(/^~(?=$|\/)/, homedir());

/** The file that the configuration names; undefined where it is the contents of one. */
export function kubeconfigFile({ kubeconfig }: Config): string | undefined {
    const path = expand(kubeconfig);
    return kubeconfig && existsSync(path) ? path : undefined;
}

/**
 * Reads the kubeconfig that the configuration names.
 *
 * @throws Error if there is none, it cannot be parsed, or it lacks the context.
 */
export async function connect(config: Config): Promise<Connection> {
    // Loaded here and not at the top: it takes a while, and the engine is waiting for the port.
    const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
    const kubeconfig: KubeConfig = new KubeConfig();
    if (!config.kubeconfig) {
        kubeconfig.loadFromDefault();
    } else if (kubeconfigFile(config)) {
        kubeconfig.loadFromFile(expand(config.kubeconfig));
    } else {
        if (!isBag(parseKubeconfig(config.kubeconfig))) throw new Error("it is neither a file nor a kubeconfig");
        kubeconfig.loadFromString(config.kubeconfig);
    }
    if (config.context) kubeconfig.setCurrentContext(config.context);
    const name = kubeconfig.getCurrentContext();
    if (config.cluster)
        kubeconfig.contexts = kubeconfig.contexts.map((one) =>
            one.name === name ? { ...one, cluster: config.cluster } : one,
        );
    const context = kubeconfig.getContextObject(name);
    if (!context) throw new Error(`context ${JSON.stringify(name ?? "")} does not exist`);
    const cluster = kubeconfig.getCurrentCluster();
    if (!cluster) throw new Error(`cluster ${JSON.stringify(context.cluster)} does not exist`);
    return {
        server: cluster.server,
        namespace: context.namespace ?? "",
        async credentials() {
            const options: RequestOptions = {};
            await kubeconfig.applyToHTTPSOptions(options);
            delete options.agent;
            return options;
        },
    };
}

function parseKubeconfig(contents: string): Value {
    return parse(contents) as Value;
}

/**
 * The entry of the cluster that a provider's inputs lead to, for telling whether it has become another one.
 *
 * @returns undefined where the inputs hold no kubeconfig or it does not have the context.
 */
export function activeCluster(inputs: Bag): Bag | undefined {
    const given = inputs["kubeconfig"];
    let kubeconfig: Value | undefined = given;
    if (typeof given === "string") {
        const path = expand(given);
        kubeconfig = parseKubeconfig(existsSync(path) ? withPaths(readFileSync(path, "utf8"), path) : given);
    }
    const named = (list: string, name: string) => listAt(kubeconfig, list).find((one) => textAt(one, "name") === name);
    const context = named("contexts", textAt(inputs, "context") || textAt(kubeconfig, "current-context"));
    if (!context) return undefined;
    const cluster = named("clusters", textAt(inputs, "cluster") || textAt(context, "context", "cluster"));
    return isBag(cluster) && isBag(cluster["cluster"]) ? cluster["cluster"] : undefined;
}

/** Certificates may be named relative to the kubeconfig's own folder. */
function withPaths(contents: string, file: string): string {
    return contents.replace(
        /^(\s*certificate-authority:\s*)(?!\/)(\S+)/gm,
        (_, key: string, path: string) => key + join(dirname(file), path),
    );
}
