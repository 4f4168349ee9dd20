/**
 * The Kubernetes objects that the program makes, without a cluster: for linters of manifests, and to be applied by other
 * tools in the benchmarks. Nothing in them is secret: what a Secret holds is a dummy.
 *
 * `node dist/tests/support/render.js <stack>` writes those of `Pulumi.<stack>.yaml` to standard output, as YAML.
 */
import { stringify } from "yaml";
import { labels } from "../../config/live";
import { runProgram, type StackConfig, stackConfig } from "./program";
import { project, type Registered } from "./register";

export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly [field: string]: unknown;
}

/** Every object of a stack, those that others live in or refer to first. */
export async function renderStack(config: StackConfig, stack?: string): Promise<KubernetesObject[]> {
    const { resources } = await runProgram(config, { stack });
    return resources.flatMap(kubernetesObject).sort((a, b) => order(a) - order(b) || compare(a, b));
}

/** The stack file of the benchmarks: `count` instances of the newest topology with one CouchDB node. */
export function manyInstances(count: number): StackConfig {
    const names = Array.from({ length: count }, (_, index) => `bench-${String(index + 1).padStart(2, "0")}`);
    const instance = (name: string) => ({
        version: "5.3.0",
        host: `${name}.cht.localhost`,
        tls: { kind: "none" },
        couchdb: { volume: { kind: "new", size: "1Gi" } },
    });
    return {
        ...stackConfig("sandbox"),
        [`${project}:instances`]: Object.fromEntries(names.map((name) => [name, instance(name)])),
    };
}

/** The objects of each of `count` instances, by the instance's name. */
export async function renderInstances(count: number): Promise<Map<string, KubernetesObject[]>> {
    const instances = new Map<string, KubernetesObject[]>();
    for (const object of await renderStack(manyInstances(count))) {
        const name = object.metadata.labels?.[labels.instance] ?? "";
        instances.set(name, [...(instances.get(name) ?? []), object]);
    }
    return instances;
}

function kubernetesObject({ type, inputs }: Registered): KubernetesObject[] {
    if (!type.startsWith("kubernetes:")) return [];
    const object = inputs as KubernetesObject;
    return object.kind === "Secret"
        ? [{ ...object, data: dummies(object["data"] as Record<string, string>) }]
        : [object];
}

function dummies(data: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.keys(data).map((key) => [key, Buffer.from(`dummy-${key}`).toString("base64")]));
}

/** The order in which a plain `kubectl apply` can make them. */
const kinds = [
    "Namespace",
    "PersistentVolume",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "LimitRange",
];

function order({ kind }: KubernetesObject): number {
    const index = kinds.indexOf(kind);
    return index === -1 ? kinds.length : index;
}

function compare(a: KubernetesObject, b: KubernetesObject): number {
    const key = ({ kind, metadata }: KubernetesObject) => `${metadata.namespace ?? ""} ${kind} ${metadata.name}`;
    return key(a) < key(b) ? -1 : 1;
}

async function main(stack: string | undefined): Promise<void> {
    if (stack === undefined) throw new Error("usage: node dist/tests/support/render.js <stack>");
    const objects = await renderStack(stackConfig(stack), stack);
    process.stdout.write(
        objects.map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join(""),
    );
}

if (require.main === module) {
    main(process.argv[2]).catch((error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    });
}
