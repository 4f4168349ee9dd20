/**
 * Stack files as text: instances are added, changed and taken out, and what people wrote beside them, comments and order,
 * stays. Nothing here looks whether the result is right; `stack-files.ts` does, before it writes.
 */
import { type Document, isMap, parseDocument, YAMLMap } from "yaml";
import { OperatorError } from "./error";

/** A block of `instances:`, as an operator writes it. */
export type InstanceBlock = Readonly<Record<string, unknown>>;

/** What stands in a stack file, as plain values. Secrets are as the file has them: `{ secure: … }`. */
export interface StackFile {
    readonly cluster: Readonly<Record<string, unknown>>;
    readonly instances: Readonly<Record<string, InstanceBlock>>;
}

const clusterKey = "cht-hosting:cluster";
const instancesKey = "cht-hosting:instances";

/** @throws OperatorError invalid: it is no YAML */
export function readStackText(text: string): StackFile {
    const { config = {} } = (parseText(text).toJS() ?? {}) as { config?: Record<string, unknown> };
    return {
        cluster: (config[clusterKey] ?? {}) as StackFile["cluster"],
        instances: (config[instancesKey] ?? {}) as StackFile["instances"],
    };
}

/** A new file. @param comment stands above, a line each */
export function newStackText({ cluster, instances }: StackFile, comment: readonly string[]): string {
    const head = [
        "# yaml-language-server: $schema=schema/stack.schema.json",
        "#",
        ...comment.map((line) => `# ${line}`),
    ];
    const document = parseDocument("");
    document.contents = document.createNode({
        config: { [clusterKey]: cluster, [instancesKey]: instances },
    }) as unknown as typeof document.contents;
    return `${head.join("\n")}\n${print(document)}`;
}

/** @throws OperatorError exists */
export function addInstance(text: string, name: string, block: InstanceBlock): string {
    const document = parseText(text);
    const instances = instancesOf(document);
    if (instances.has(name)) throw new OperatorError("exists", `there is an instance '${name}' in the file already`);
    instances.set(document.createNode(name), document.createNode(block));
    return print(document);
}

/**
 * Changes single keys and leaves everything else of the instance as it is, its comments included.
 *
 * @param change by path (`version`, `couchdb.data.path`); `undefined` takes the key out
 * @throws OperatorError not-found
 */
export function changeInstance(text: string, name: string, change: Readonly<Record<string, unknown>>): string {
    const document = parseText(text);
    const instance = instancesOf(document).get(name);
    if (!isMap(instance)) throw notThere(name);
    for (const [path, value] of Object.entries(change)) {
        const keys = path.split(".");
        if (value === undefined) instance.deleteIn(keys);
        else if (isScalar(value) && instance.hasIn(keys)) instance.setIn(keys, value);
        else instance.setIn(keys, document.createNode(value));
    }
    return print(document);
}

/** Takes the instance out of the file. What it runs and its data are the program's and the operator's matter. @throws OperatorError not-found */
export function removeInstance(text: string, name: string): string {
    const document = parseText(text);
    if (!instancesOf(document).delete(name)) throw notThere(name);
    return print(document);
}

function parseText(text: string): Document {
    const document = parseDocument(text);
    const [error] = document.errors;
    // Its first line says what and where; the others quote the file, which may hold secrets.
    if (error !== undefined) {
        throw new OperatorError(
            "invalid",
            `the stack file is no YAML: ${error.message.split("\n")[0]?.replace(/:$/, "")}`,
        );
    }
    return document;
}

function instancesOf(document: Document): YAMLMap {
    const path = ["config", instancesKey];
    const instances = document.getIn(path);
    if (isMap(instances)) {
        // `{}` was written for none; a block below it has a line for each key.
        if (instances.items.length === 0) instances.flow = false;
        return instances;
    }
    document.setIn(path, new YAMLMap());
    return document.getIn(path) as YAMLMap;
}

const isScalar = (value: unknown) => typeof value !== "object" || value === null;
const print = (document: Document) => document.toString({ lineWidth: 0 });
const notThere = (name: string) => new OperatorError("not-found", `there is no instance '${name}' in the file`);
