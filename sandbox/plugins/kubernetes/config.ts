/** The configuration of a `kubernetes.Provider`. */

export interface Config {
    /** Contents or path of a kubeconfig; empty for `$KUBECONFIG` or `~/.kube/config`. */
    kubeconfig: string;
    context: string;
    cluster: string;
    /** For objects that name none; empty for that of the context. */
    namespace: string;
    enableSecretMutable: boolean;
    enableConfigMapMutable: boolean;
    enablePatchForce: boolean;
    upsertExistingObjects: boolean;
    deleteUnreachable: boolean;
    skipUpdateUnreachable: boolean;
    client: ClientSettings;
}

export interface ClientSettings {
    /** Requests a second in the long run. @default 50 */
    qps: number;
    /** Requests that may go out at once before `qps` applies. @default 120 */
    burst: number;
    /** Seconds after which a request is given up. @default no limit */
    timeout?: number;
}

/** What a user may set of the official plugin and this one cannot do. */
const NOT_OFFERED = ["renderYamlToDirectory", "helmReleaseSettings"];

export function parseConfig(variables: Map<string, string>, environment: NodeJS.ProcessEnv): Config {
    const text = (name: string) => variables.get(name) ?? "";
    for (const name of NOT_OFFERED)
        if (text(name)) throw new Error(`the stand-in for the kubernetes plugin does not offer ${name}`);
    /** The provider's own setting comes before the environment's. */
    const flag = (name: string, variable: string, otherwise = false) => {
        const value = variables.get(name) ?? environment[`PULUMI_K8S_${variable}`];
        return value === undefined ? otherwise : value === "true";
    };
    if (!flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true))
        throw new Error(
            "the stand-in for the kubernetes plugin knows server-side apply only (enableServerSideApply: true)",
        );
    return {
        kubeconfig: text("kubeconfig"),
        context: text("context"),
        cluster: text("cluster"),
        namespace: text("namespace"),
        enableSecretMutable: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
        enableConfigMapMutable: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
        enablePatchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE"),
        upsertExistingObjects: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
        deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE"),
        skipUpdateUnreachable: flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
        client: parseClientSettings(text("kubeClientSettings"), environment),
    };
}

/** @param json the nested setting as the engine hands it over, its values strings or numbers. */
function parseClientSettings(json: string, environment: NodeJS.ProcessEnv): ClientSettings {
    let given: Record<string, unknown> = {};
    try {
        if (json) given = JSON.parse(json) as Record<string, unknown>;
    } catch (error) {
        throw new Error(`failed to unmarshal kubeClientSettings option: ${(error as Error).message}`);
    }
    const number = (name: string) => {
        const value = given[name] ?? environment[`PULUMI_K8S_CLIENT_${name.toUpperCase()}`];
        if (value === undefined || value === "") return undefined;
        if (Number.isNaN(Number(value)))
            throw new Error(`invalid value specified for kubeClientSettings.${name}: ${JSON.stringify(value)}`);
        return Number(value);
    };
    return { qps: number("qps") ?? 50, burst: number("burst") ?? 120, timeout: number("timeout") };
}
