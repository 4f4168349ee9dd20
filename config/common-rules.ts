/** Rules that hold on every platform, and what rules are made with. */
import { capabilities } from "../cht/capabilities";
import type { ChtVersion, Platform } from "../cht/model";
import { ChtVersionError, parseVersion } from "../cht/version";
import { type Problem, pathOf } from "./problem";

/** Instances by name, each with the keys that could be read. */
export type Instances<Instance> = ReadonlyMap<string, Partial<Instance>>;

/** A rule over one instance; its paths begin below `instances.<name>`. */
export type InstanceRule<Instance> = (instance: Partial<Instance>, name: string) => Iterable<Problem>;

export function* checkEach<Instance>(
    instances: Instances<Instance>,
    rules: readonly InstanceRule<Instance>[],
): Generator<Problem> {
    for (const [name, instance] of instances) {
        for (const rule of rules) {
            for (const { path, message } of rule(instance, name)) {
                yield { path: `${pathOf("instances", name)}.${path}`, message };
            }
        }
    }
}

/** @param path the key below `instances.<name>` whose value may be there once */
export function* unique<Instance>(
    instances: Instances<Instance>,
    path: string,
    valueOf: (instance: Partial<Instance>, name: string) => string | undefined,
): Generator<Problem> {
    const first = new Map<string, string>();
    for (const [name, instance] of instances) {
        const value = valueOf(instance, name);
        if (value === undefined) continue;
        const other = first.get(value);
        if (other === undefined) first.set(value, name);
        else
            yield {
                path: pathOf("instances", name, path),
                message: `is that of ${pathOf("instances", other)}: every instance needs its own`,
            };
    }
}

/** What every instance has, wherever it runs. */
export interface AnyInstance {
    readonly version: string;
    readonly couchdb: { readonly nodes: number };
    readonly remove?: string;
}

/** What the version and topology of an instance mean, where both are right. */
export function capabilitiesOf({ version, couchdb }: Partial<AnyInstance>, platform: Platform) {
    const parsed = version === undefined ? undefined : versionOf(version);
    if (parsed === undefined || parsed instanceof ChtVersionError || couchdb === undefined) return undefined;
    return capabilities(parsed, couchdb.nodes, platform);
}

export function versionOf(text: string): ChtVersion | ChtVersionError {
    try {
        return parseVersion(text);
    } catch (error) {
        if (error instanceof ChtVersionError) return error;
        throw error;
    }
}

export function* removalIsMeant({ remove }: Partial<AnyInstance>, name: string): Generator<Problem> {
    if (remove !== undefined && remove !== name) {
        yield { path: "remove", message: `must be the instance's own name, '${name}', or not be there` };
    }
}
