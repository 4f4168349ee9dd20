/**
 * Runs a program under Pulumi's mocks and returns what it registers, with inputs and options as the engine gets them.
 *
 * Proves types, names, inputs, own and inherited options, and the order that dependencies ask for. Does not prove what a
 * provider or the API server thinks of them: that is the engine tests' part.
 */
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

export interface Registered {
    readonly type: string;
    readonly name: string;
    /** What the engine gets; secrets opened (see `secretInputs`), what is not known yet as {@link unknown}. */
    readonly inputs: Record<string, unknown>;
    /** Paths of the inputs that are marked secret, such as `data.COUCHDB_PASSWORD`. */
    readonly secretInputs: readonly string[];
    readonly options: {
        /** `type::name` of the parent, and of what must be there before: options and inputs together. */
        readonly parent: string;
        readonly dependsOn: readonly string[];
        readonly provider: string;
        readonly protect: boolean;
        readonly retainOnDelete: boolean;
        readonly import?: string;
        readonly ignoreChanges: readonly string[];
        /** Names of the hooks that run before it is created, where there are any. */
        readonly beforeCreate?: readonly string[];
        /** Such as `600s`; empty where the provider's own holds. */
        readonly timeouts: { readonly create: string; readonly update: string };
        /** Of a component that a plugin makes: the providers that are handed to it, `type::name`. */
        readonly providers?: readonly string[];
        /** Only where it is asked for. */
        readonly deleteBeforeReplace?: true;
    };
}

export interface Run {
    readonly resources: readonly Registered[];
    /** The program's outputs, secrets opened; of an update only. */
    readonly outputs: unknown;
}

/** Stands for a value that only a provider could tell. */
export const unknown = "<unknown>";

/** Project and stack of every test. */
export const project = "cht-hosting";
export const stackName = "test";

export interface RegisterOptions {
    /** As in the first preview of a new stack: no resource has any output. @default false */
    readonly firstPreview?: boolean;
    /** Outputs that are not inputs, `id` among them. @default random values that name their resource */
    readonly made?: (type: string, name: string) => Record<string, unknown>;
    /** What providers answer to calls, such as `aws:lb/getHostedZoneId:getHostedZoneId`. @default - to none */
    readonly answer?: (token: string, inputs: Record<string, unknown>) => Record<string, unknown> | undefined;
    /** @default "test" */
    readonly stack?: string;
    /** The stack's outputs as of its last update, for a program that looks at itself. @default - none */
    readonly before?: Record<string, unknown>;
}

/** @throws what the program throws. */
export async function register(program: () => unknown, options: RegisterOptions = {}): Promise<Run> {
    const { firstPreview = false, made = randomValues } = options;
    const mocks: pulumi.runtime.Mocks = {
        newResource: ({ type, name, inputs, custom }) =>
            firstPreview && custom !== false
                ? { id: undefined, state: {} }
                : { id: `${name}-id`, ...identified(made(type, name), inputs as object) },
        call({ token, inputs }) {
            if (token === "pulumi:pulumi:readStackOutputs") return { outputs: options.before ?? {} };
            const answered = asRpc(() => options.answer?.(token, inputs as Record<string, unknown>));
            if (answered !== undefined) return answered;
            throw new Error(`the program calls '${token}', which no test answers`);
        },
    };
    await pulumi.runtime.setMocks(mocks, project, options.stack ?? stackName, firstPreview, "organization");

    // The mocks hand on inputs without options, and secrets only by top-level key: what the engine gets has it all.
    const requests: RegisterResourceRequest[] = [];
    const monitor = pulumi.runtime.getMonitor() as unknown as {
        registerResource: RegisterResource;
        registerResourceHook?: RegisterHook;
    };
    // The mocks know of no hooks. Nor are any run here: that is the engine's part.
    monitor.registerResourceHook = (_, callback) => callback(null, {});
    const answer = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
        requests.push(request);
        return answer(request, callback);
    };

    // A stack that rejects leaves a rejection behind that nobody can handle.
    let failure: { readonly error: unknown } | undefined;
    const outputs: unknown = await pulumi.runtime.runInPulumiStack(async () => {
        try {
            return (await program()) as pulumi.Inputs;
        } catch (error) {
            failure = { error };
            return {};
        }
    });
    if (failure !== undefined) throw failure.error;
    await settled(() => requests.length);
    return {
        resources: requests.map(registered).filter(({ type }) => type !== "pulumi:pulumi:Stack"),
        outputs,
    };
}

/** An `id` among the outputs is the resource's own. */
function identified({ id, ...outputs }: Record<string, unknown>, inputs: object) {
    return { ...(typeof id === "string" ? { id } : {}), state: { ...inputs, ...outputs } };
}

/** What goes wrong in a provider is told by gRPC's `details`, which is all that the SDK hands on. */
function asRpc<T>(answer: () => T): T {
    try {
        return answer();
    } catch (error) {
        throw error instanceof Error ? Object.assign(error, { details: error.message }) : error;
    }
}

type RegisterResource = (
    request: RegisterResourceRequest,
    callback: (error: unknown, answer: unknown) => void,
) => Promise<void>;

type RegisterHook = (request: unknown, callback: (error: unknown, answer: unknown) => void) => void;

/** Values that are secrets, as those of the random provider are. */
function randomValues(type: string, name: string): Record<string, unknown> {
    return type.startsWith("random:") ? { result: pulumi.secret(`generated-${name}`) } : {};
}

/** Resources made after others are registered in later turns, and no promise tells of the last (pulumi#6666). */
async function settled(count: () => number): Promise<void> {
    let before = -1;
    for (let still = 0; still < 10; still = count() === before ? still + 1 : 0) {
        before = count();
        await new Promise((resolve) => setImmediate(resolve));
    }
}

function registered(request: RegisterResourceRequest): Registered {
    const secretInputs: string[] = [];
    const inputs = decoded(request.getObject()?.toJavaScript() ?? {}, "", secretInputs) as Registered["inputs"];
    const timeouts = request.getCustomtimeouts();
    const beforeCreate = request.getHooks()?.getBeforeCreateList() ?? [];
    return {
        type: request.getType(),
        name: request.getName(),
        inputs,
        secretInputs,
        options: {
            parent: shortUrn(request.getParent()),
            dependsOn: request.getDependenciesList().map(shortUrn).sort(),
            provider: shortUrn(request.getProvider()),
            protect: request.getProtect() ?? false,
            retainOnDelete: request.getRetainondelete() ?? false,
            ...(request.getImportid() === "" ? {} : { import: request.getImportid() }),
            ignoreChanges: request.getIgnorechangesList(),
            ...(beforeCreate.length === 0 ? {} : { beforeCreate }),
            timeouts: { create: timeouts?.getCreate() ?? "", update: timeouts?.getUpdate() ?? "" },
            ...(request.getRemote()
                ? { providers: [...request.getProvidersMap().entries()].map(([, reference]) => shortUrn(reference)) }
                : {}),
            ...(request.getDeletebeforereplace() ? { deleteBeforeReplace: true } : {}),
        },
    };
}

/** The wire's own values, opened. */
function decoded(value: unknown, path: string, secrets: string[]): unknown {
    if (value === pulumi.runtime.unknownValue) return unknown;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, index) => decoded(item, `${path}[${index}]`, secrets));
    if (pulumi.runtime.isRpcSecret(value)) {
        secrets.push(path);
        return decoded(pulumi.runtime.unwrapRpcSecret(value), path, secrets);
    }
    return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, decoded(item, path === "" ? key : `${path}.${key}`, secrets)]),
    );
}

/** `type::name` of a URN or a provider's reference. */
function shortUrn(urn: string): string {
    const [type = "", name = ""] = urn.split("::").slice(2);
    return urn === "" ? "" : `${type.split("$").pop() ?? ""}::${name}`;
}
