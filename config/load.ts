/** Reads the stack's configuration: once, whole, and before anything is made. Nothing else reads it. */
import * as pulumi from "@pulumi/pulumi";
import { parseStack } from "./parse";
import { formatProblems, type Problem } from "./problem";
import { checkRules } from "./rules";
import type { HostStackModel, KubernetesStackModel } from "./schema";
import {
    checkNested,
    type GivenSecrets,
    givenSecrets,
    type InstanceSecrets,
    readSecrets,
    type SecretKey,
} from "./secrets";

/** What the operator set as secrets for an instance. */
export type GivenCredentials = Readonly<Partial<Record<SecretKey, pulumi.Output<string>>>>;

/** What an operator wants: plain decisions, and secrets that stay secrets. */
export type LoadedStack = PlatformModel & {
    /** `<project>.<stack>`: by this the stack knows its own objects in a cluster or on an engine. */
    readonly stack: string;
    /** What the operator set as secrets, by instance, for resources to use. */
    readonly given: ReadonlyMap<string, GivenCredentials>;
    /** The same, for rules: it compares and never tells. */
    readonly secrets: GivenSecrets;
};

/** What the kind of the cluster decides: which of the two models it is. */
export type PlatformModel =
    | { readonly platform: "kubernetes"; readonly model: KubernetesStackModel }
    | { readonly platform: "docker"; readonly model: HostStackModel };

/** @throws pulumi.RunError with every mistake of the file, which Pulumi prints without a stack trace. */
export function loadStack(): LoadedStack {
    const project = pulumi.getProject();
    const stack = `${project}.${pulumi.getStack()}`;
    const prefix = `${project}:`;
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
    const read = readConfig(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])), (key) =>
        isConfigSecret(prefix + key),
    );
    const problems = [...checkIdentity(stack), ...read.problems];
    if (read.decided === undefined || problems.length > 0) {
        throw new pulumi.RunError(formatProblems(`Pulumi.${pulumi.getStack()}.yaml is not valid`, problems));
    }
    const given = new Map([...read.secrets].map(([instance, values]) => [instance, asSecrets(values)]));
    return { ...read.decided, stack, given, secrets: givenSecrets(read.secrets) };
}

/** The engine's answer to whether a key is secret; the SDK exports it without declaring it. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

/** What {@link loadStack} does without an engine: from the values as the engine gives them, objects being JSON. */
export function readConfig(
    values: Readonly<Record<string, string>>,
    isSecret: (key: string) => boolean,
): { decided?: PlatformModel; secrets: ReadonlyMap<string, InstanceSecrets>; problems: readonly Problem[] } {
    const { cluster, instances, ...flat } = values;
    const parsed = parseStack({ cluster: fromJson(cluster), instances: fromJson(instances) });
    const secrets = readSecrets(flat, isSecret, parsed);
    const problems = [...parsed.problems, ...checkRules(parsed), ...checkNested(isSecret), ...secrets.problems];
    if (problems.length > 0 || parsed.cluster === undefined) return { secrets: secrets.values, problems };
    // Without a problem, every key of every instance could be read.
    const model = { cluster: parsed.cluster, instances: Object.fromEntries<unknown>(parsed.instances) };
    const decided = { platform: parsed.platform, model } as PlatformModel;
    return { decided, secrets: secrets.values, problems };
}

function asSecrets(values: InstanceSecrets): GivenCredentials {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, pulumi.secret(value)]));
}

/** What is not JSON is left as text, and refused by the schema as such: the parser's message would quote it. */
function fromJson(text: string | undefined): unknown {
    if (text === undefined) return undefined;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

/** The stack's identity becomes a label's value. */
function checkIdentity(stack: string): Problem[] {
    if (/^[A-Za-z0-9][-A-Za-z0-9_.]{0,61}[A-Za-z0-9]$/.test(stack)) return [];
    return [
        {
            path: "(the stack's name)",
            message: `must make a Kubernetes label with the project's, '${stack}': at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', ending with a letter or digit`,
        },
    ];
}
