/**
 * From what stands in a stack file to the model, with every problem at once. What is right of a file is handed on even
 * where other keys are wrong, so that the rules over several keys (`rules.ts`) can speak in the same run.
 */
import { z } from "zod";
import { type ClusterModel, clusterSchema } from "./cluster-schema";
import { type DockerModel, type HostInstanceModel, hostInstanceSchema, hostSchema } from "./docker/schema";
import { elsewhere } from "./elsewhere";
import { dnsLabel } from "./formats";
import { oneOf, type Problem, pathOf } from "./problem";
import { type InstanceModel, instanceSchema, kubernetesStackSchema } from "./schema";

/** What could be read of a stack file. */
export type ParsedStack = ParsedKubernetes | ParsedHost;
export type ParsedKubernetes = Parsed<"kubernetes", ClusterModel, InstanceModel>;
export type ParsedHost = Parsed<"docker", DockerModel, HostInstanceModel>;

interface Parsed<Platform, Cluster, Instance> {
    /** What the kind of the cluster says; Kubernetes where it cannot be read. */
    readonly platform: Platform;
    /** Missing where it is wrong. */
    readonly cluster?: Cluster;
    /** By name, each with the keys that are right; `undefined` where an optional one is not given. */
    readonly instances: ReadonlyMap<string, Partial<Instance>>;
    readonly problems: readonly Problem[];
}

type Platform = ParsedStack["platform"];

/** @param raw the project's own keys, as plain values */
export function parseStack(raw: Readonly<Record<string, unknown>>): ParsedStack {
    const { cluster } = raw;
    const docker = typeof cluster === "object" && cluster !== null && "kind" in cluster && cluster.kind === "docker";
    return docker
        ? { platform: "docker", ...parseAs("docker", hostSchema, hostInstanceSchema, raw) }
        : { platform: "kubernetes", ...parseAs("kubernetes", clusterSchema, instanceSchema, raw) };
}

function parseAs<Cluster, Instance extends z.ZodObject>(
    platform: Platform,
    clusterSchema: z.ZodType<Cluster>,
    instanceSchema: Instance,
    raw: Readonly<Record<string, unknown>>,
) {
    const parse = parser(platform);
    const problems = unknownKeys(raw, Object.keys(kubernetesStackSchema.shape)).map((key) =>
        unknownKey(key, kubernetesStackSchema),
    );
    const cluster = parse(clusterSchema, raw["cluster"], ["cluster"]);
    problems.push(...cluster.problems);
    const instances = new Map<string, Partial<z.output<Instance>>>();
    const named = parse(z.record(z.string(), z.unknown()).default({}), raw["instances"], ["instances"]);
    problems.push(...named.problems);
    for (const [name, instance] of Object.entries(named.value ?? {})) {
        problems.push(...parse(dnsLabel, name, ["instances", name]).problems);
        problems.push(...parse(instanceSchema, instance, ["instances", name]).problems);
        instances.set(name, rightOf(instanceSchema, instance));
    }
    return { ...(cluster.value === undefined ? {} : { cluster: cluster.value }), instances, problems };
}

/** Key by key, so that a wrong one does not take the others with it: a key that is there could be read. */
function rightOf<Instance extends z.ZodObject>(schema: Instance, raw: unknown): Partial<z.output<Instance>> {
    if (typeof raw !== "object" || raw === null) return {};
    const given = raw as Record<string, unknown>;
    const right = Object.entries(schema.shape).flatMap(([key, part]): [string, unknown][] => {
        const read = (part as z.ZodType).safeParse(given[key]);
        return read.success ? [[key, read.data]] : [];
    });
    return Object.fromEntries(right) as Partial<z.output<Instance>>;
}

/** Parses for a platform: a key that is the other's is told as such. */
function parser(platform: Platform) {
    return <T>(schema: z.ZodType<T>, raw: unknown, at: readonly string[]): { value?: T; problems: Problem[] } => {
        const result = schema.safeParse(raw, { error: describeIssue });
        if (result.success) return { value: result.data, problems: [] };
        return { problems: result.error.issues.flatMap((issue) => problemsOf(platform, issue, at)) };
    };
}

/** An unknown key is a problem of its own, at its own path; an option of a union that was meant speaks for the union. */
function problemsOf(platform: Platform, issue: z.core.$ZodIssue, at: readonly PropertyKey[]): Problem[] {
    const here = [...at, ...issue.path];
    if (issue.code === "unrecognized_keys") {
        return issue.keys.map((key) => ({
            path: pathOf(...here, key),
            message: `${elsewhere(platform, [...here, key]) ?? "is not known here"}; ${issue.message}`,
        }));
    }
    if (issue.code === "invalid_union") {
        const meant = issue.errors.find((issues) => issues.length > 0 && issues.every(isInside));
        if (meant !== undefined) return meant.flatMap((inner) => problemsOf(platform, inner, here));
    }
    if (issue.code === "invalid_key") {
        return [{ path: pathOf(...here), message: issue.issues[0]?.message ?? issue.message }];
    }
    return [{ path: pathOf(...here), message: issue.message }];
}

/** Whether an issue is a wrong value under keys that are right, so that it is clear which option was meant. */
function isInside(issue: z.core.$ZodIssue): boolean {
    return issue.path.length > 0 && issue.code !== "unrecognized_keys" && issue.message !== required;
}

const required = "is required";

/** zod's own words for people who do not know zod. Types and limits only, never a value: it may be a secret in the wrong place. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
    switch (issue.code) {
        case "invalid_type":
            if (issue.input === undefined) return required;
            return `must be ${typeWords[issue.expected] ?? issue.expected}, not ${typeOf(issue.input)}${hint(issue.expected, issue.input)}`;
        case "invalid_value":
            return issue.input === undefined ? required : `must be ${oneOf(issue.values)}`;
        case "too_small":
            if (issue.origin === "array" && issue.minimum > 1) return `must have at least ${issue.minimum}`;
            if (issue.origin === "string" || issue.origin === "array") return "must not be empty";
            return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
        case "too_big":
            if (issue.origin === "array") return `must have at most ${issue.maximum}`;
            return `must ${issue.origin === "string" ? `have at most ${issue.maximum} characters` : `be at most ${issue.maximum}`}`;
        case "unrecognized_keys":
            return `allowed: ${allowedKeys(issue.inst)}`;
        default:
            return undefined;
    }
}

const typeWords: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    object: "an object",
    record: "an object",
    array: "a list",
};

function typeOf(value: unknown): string {
    if (value === null) return "empty";
    if (Array.isArray(value)) return "a list";
    return typeWords[typeof value] ?? typeof value;
}

/** YAML makes numbers and booleans of what was meant as text. */
function hint(expected: string, input: unknown): string {
    return expected === "string" && ["number", "boolean"].includes(typeof input) ? ": put it in quotes" : "";
}

function allowedKeys(schema: unknown): string {
    return schema instanceof z.ZodObject ? Object.keys(schema.shape).join(", ") : "other keys";
}

function unknownKeys(raw: object, known: readonly string[]): string[] {
    return Object.keys(raw).filter((key) => !known.includes(key));
}

function unknownKey(key: string, schema: z.ZodObject): Problem {
    return { path: pathOf(key), message: `is not known here; allowed: ${allowedKeys(schema)}` };
}
