/** The configuration of an `aws.Provider`. */
import { isBag, type Value } from "../values";
import { readSettings } from "./settings";
import { World } from "./world";

export interface Config {
    world: World;
    region: string;
    account: string;
    partition: string;
    defaultTags: Record<string, string>;
    /** How often a call is tried again that AWS refuses for now. @default 25 */
    maxRetries: number;
}

const KNOWN = [
    ...["region", "profile", "allowedAccountIds", "forbiddenAccountIds", "defaultTags", "maxRetries"],
    ...["skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId"],
    // The engine's own.
    ...["version", "pluginDownloadURL", "__internal"],
];

/** The folder that holds the simulated AWS; without it there is none. */
export function worldOf(environment: NodeJS.ProcessEnv): World {
    const folder = environment["CHT_AWS_STAND_IN"];
    if (!folder)
        throw new Error(
            "Pulumi's own aws plugin could not be had on this machine. Its stand-in makes nothing in AWS: it is for tests, which name the folder of a simulated AWS in CHT_AWS_STAND_IN",
        );
    return new World(folder);
}

/** What is wrong with a provider's configuration, as far as it can be told without asking AWS. */
export function refuseUnknown(names: Iterable<string>): string[] {
    return [...names].filter((name) => !KNOWN.includes(name));
}

export function parseConfig(variables: Map<string, string>, environment: NodeJS.ProcessEnv): Config {
    const [unknown] = refuseUnknown(variables.keys());
    if (unknown) throw new Error(`the stand-in for the aws plugin does not offer ${unknown}`);
    const world = worldOf(environment);
    const settings = readSettings(world.folder);
    const nested = (name: string): Value => JSON.parse(variables.get(name) || "null") as Value;
    const region = variables.get("region") || environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "";
    if (!region) throw new Error("invalid configuration: Missing Region: no AWS region is configured");
    if (!(region in settings.regions)) throw new Error(`invalid AWS Region: ${region}`);
    const account = accountOf(variables.get("profile") || environment["AWS_PROFILE"] || "", settings);
    const allowed = nested("allowedAccountIds");
    const forbidden = nested("forbiddenAccountIds");
    if (
        (Array.isArray(allowed) && !allowed.includes(account)) ||
        (Array.isArray(forbidden) && forbidden.includes(account))
    )
        throw new Error(`AWS account ID not allowed: ${account}`);
    const tags = nested("defaultTags");
    return {
        world,
        region,
        account,
        partition: settings.partition,
        defaultTags: (isBag(tags) && isBag(tags["tags"]) ? tags["tags"] : {}) as Record<string, string>,
        maxRetries: Number(variables.get("maxRetries") ?? 25),
    };
}

function accountOf(profile: string, settings: ReturnType<typeof readSettings>): string {
    if (profile && !(profile in settings.profiles))
        throw new Error(
            `unable to validate AWS credentials.\nDetails: failed to get shared config profile, ${profile}`,
        );
    const account = profile ? settings.profiles[profile] : settings.noCredentials ? undefined : settings.account;
    if (account === null)
        throw new Error(
            "unable to validate AWS credentials.\nDetails: api error ExpiredToken: The security token has expired",
        );
    if (account === undefined)
        throw new Error("unable to validate AWS credentials.\nDetails: No valid credential sources found.");
    return account;
}
