/** The cluster of the tests, past Pulumi. */
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "./checkout";
import type { Result } from "./processes";

export interface KubernetesObject {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly uid: string;
        readonly resourceVersion: string;
        readonly creationTimestamp: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    // Whatever its kind has: tests compare it whole.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    readonly [field: string]: any;
}

/** What kubectl prints; an error where it refuses. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await tryKubectl(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
}

export function tryKubectl(args: readonly string[], input?: string): Promise<Result> {
    return call("kubectl", args, { input });
}

/** @param what as kubectl has it: `pods`, `deployments,services`, `secret/name` */
export async function get(what: string, ...args: string[]): Promise<KubernetesObject[]> {
    const answer = JSON.parse(
        (await kubectl(["get", what, "--output=json", "--ignore-not-found", ...args])) || '{"items":[]}',
    ) as KubernetesObject;
    return (answer["items"] as KubernetesObject[] | undefined) ?? [answer];
}

/** The one object of that name; an error where there is none. */
export async function getOne(what: string, namespace: string): Promise<KubernetesObject> {
    const [object] = await get(what, `--namespace=${namespace}`);
    if (object === undefined) throw new Error(`there is no ${what} in ${namespace}`);
    return object;
}

export function apply(...objects: readonly object[]): Promise<string> {
    return kubectl(
        ["apply", "--server-side", "--filename=-"],
        JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    );
}

/** What belongs to the machinery of Kubernetes, not to whoever made the namespace. */
const own =
    /^(ConfigMap\/kube-root-ca\.crt|ServiceAccount\/default|Pod\/|ReplicaSet\/|Endpoints\/|EndpointSlice\/|Event\/)/;

const kinds =
    "deployments,statefulsets,daemonsets,jobs,cronjobs,pods,services,ingresses,configmaps,secrets,persistentvolumeclaims,networkpolicies,resourcequotas,limitranges,serviceaccounts,roles,rolebindings,poddisruptionbudgets,volumesnapshots";

/** Everything that was made in a namespace, as `Kind/name`, sorted. */
export async function objectsIn(namespace: string): Promise<string[]> {
    const objects = await get(kinds, `--namespace=${namespace}`);
    return objects
        .map(nameOf)
        .filter((name) => !own.test(name))
        .sort();
}

export const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;

/** The UID of each object of a kind, by name: the same name with another UID is another object. */
export async function uids(kind: string, namespace: string): Promise<Record<string, string>> {
    return Object.fromEntries(
        (await get(kind, `--namespace=${namespace}`)).map(({ metadata }) => [metadata.name, metadata.uid]),
    );
}

/** The decoded values of a Secret. */
export async function secretValues(name: string, namespace: string): Promise<Record<string, string>> {
    const { data } = await getOne(`secret/${name}`, namespace);
    return Object.fromEntries(
        Object.entries(data as Record<string, string>).map(([key, value]) => [
            key,
            Buffer.from(value, "base64").toString("utf8"),
        ]),
    );
}

/** Waits until a value is as it should be, and shows the last one when it never is. */
export async function eventually<T>(
    read: () => T | Promise<T>,
    expected: (value: T) => boolean,
    seconds = 20,
): Promise<T> {
    const patience = Date.now() + seconds * 1000;
    for (;;) {
        const value = await read();
        if (expected(value)) return value;
        if (Date.now() > patience) throw new Error(`after ${seconds} s still ${JSON.stringify(value)}`);
        await sleep(200);
    }
}
