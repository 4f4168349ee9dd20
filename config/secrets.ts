/**
 * The secrets of a stack file, under flat keys: `<instance>.password`. The SDK gives out a secret inside an object as plain
 * text, so it must not stand there. No message says anything of a value.
 */
import { checkPassword, checkSecret, checkUuid } from "../cht/credentials";
import type { Platform } from "../cht/model";
import { type AnyInstance, capabilitiesOf, type Instances } from "./common-rules";
import { oneOf, type Problem, pathOf } from "./problem";

export const secretKeys = ["password", "secret", "uuid", "dockerConfigJson"] as const;
export type SecretKey = (typeof secretKeys)[number];
export type InstanceSecrets = Readonly<Partial<Record<SecretKey, string>>>;

/** What rules may ask of the secrets that an operator set: everything but their values. */
export interface GivenSecrets {
    has(instance: string, key: SecretKey): boolean;
    /** Whether it is set, and to something else than what is live. */
    differs(instance: string, key: SecretKey, live: string): boolean;
}

/** Keeps the values out of reach of whoever only has to compare them. */
export function givenSecrets(values: ReadonlyMap<string, InstanceSecrets>): GivenSecrets {
    return {
        has: (instance, key) => values.get(instance)?.[key] !== undefined,
        differs: (instance, key, live) => (values.get(instance)?.[key] ?? live) !== live,
    };
}

/**
 * @param flat the project's keys besides `cluster` and `instances`, without the project's name
 * @param isSecret whether a key was set with --secret
 */
export function readSecrets(
    flat: Readonly<Record<string, string>>,
    isSecret: (key: string) => boolean,
    { platform, instances }: { readonly platform: Platform; readonly instances: Instances<SecretHolder> },
): { values: ReadonlyMap<string, InstanceSecrets>; problems: readonly Problem[] } {
    const values = new Map<string, Partial<Record<SecretKey, string>>>();
    const problems: Problem[] = [];
    for (const [key, value] of Object.entries(flat)) {
        const refuse = (message: string) => problems.push({ path: key, message });
        const [, name = "", last = ""] = /^([^.]*)\.(.*)$/s.exec(key) ?? [];
        const secretKey = secretKeys.find((known) => known === last);
        const instance = instances.get(name);
        if (secretKey === undefined) {
            refuse(
                `is not known here; allowed: cluster, instances, and as secrets <instance>.${secretKeys.join(", <instance>.")}`,
            );
        } else if (instance === undefined) {
            refuse(`belongs to no instance; instances are ${oneOf([...instances.keys()]) || "none"}`);
        } else if (!isSecret(key)) {
            refuse(
                `is in plain text: set it with 'pulumi config set --secret ${key}', and change it, because it has been readable`,
            );
        } else {
            checks[secretKey](value, instance, platform).forEach(refuse);
            values.set(name, { ...values.get(name), [secretKey]: value });
        }
    }
    return { values, problems };
}

/** What of an instance its secrets are checked against. */
interface SecretHolder extends AnyInstance {
    readonly images: { readonly registry?: string; readonly pullSecret?: string };
}

type Check = (value: string, instance: Partial<SecretHolder>, platform: Platform) => readonly string[];

const checks: Readonly<Record<SecretKey, Check>> = {
    password: (value, instance, platform) =>
        checkPassword(value, capabilitiesOf(instance, platform) ?? { healthcheck: false }),
    secret: checkSecret,
    uuid: checkUuid,
    dockerConfigJson: (value, { images }, platform) => [
        ...(isDockerConfig(value) ? [] : ["must be the contents of a Docker config.json: a JSON object with 'auths'"]),
        // A Docker engine is handed it with each image.
        ...(platform === "kubernetes" && images !== undefined && images.pullSecret === undefined
            ? ["needs a Secret to be kept in: name it in images.pullSecret of the instance"]
            : []),
    ],
};

function isDockerConfig(text: string): boolean {
    try {
        const config: unknown = JSON.parse(text);
        return typeof config === "object" && config !== null && "auths" in config && typeof config.auths === "object";
    } catch {
        return false;
    }
}

/** Secrets inside `cluster` or `instances`, which the engine marks as a whole. */
export function checkNested(isSecret: (key: string) => boolean): Problem[] {
    return ["cluster", "instances"].filter(isSecret).map((key) => ({
        path: pathOf(key),
        message: `must not hold a secret ('secure:'), which would come out in plain text; secrets have keys of their own: 'pulumi config set --secret <instance>.${secretKeys[0]}' (or ${oneOf(secretKeys.slice(1))})`,
    }));
}
