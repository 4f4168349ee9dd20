/** The stand-in for Pulumi's official `random` plugin. */
import { isDeepStrictEqual } from "node:util";
import type {
    Checked,
    CheckFailure,
    CheckRequest,
    Created,
    CreateRequest,
    Diffed,
    DiffRequest,
    PropertyDiff,
    Provider,
    ReadRequest,
    ReadResult,
} from "../provider";
import { type Bag, hasUnknown, reveal, Secret, Unknown, unknown } from "../values";
import { type Input, type RandomResource, RESOURCES, withDefaults } from "./resources";

/** The parts of the official plugin's behaviour that the tests take out one at a time. */
export const official = {
    /** What is wrong with the inputs, one entry for each mistake. */
    findFailures(resource: RandomResource, given: Bag): CheckFailure[] {
        const inputs = reveal(given);
        const failures: CheckFailure[] = [];
        for (const name of Object.keys(inputs))
            if (!(name in resource.inputs) && !name.startsWith("__"))
                failures.push({
                    property: name,
                    reason: `Unsupported argument. An argument named "${name}" is not expected here`,
                });
        for (const [name, input] of Object.entries(resource.inputs)) {
            const reason = mistake(name, input, inputs[name]);
            if (reason) failures.push({ property: name, reason });
        }
        if (failures.length > 0 || hasUnknown(inputs)) return failures;
        const problem = resource.problem?.(withDefaults(resource, inputs));
        return problem ? [problem] : [];
    },
    /** Every change makes a new value. */
    replacesOnChange: (): boolean => true,
    /** The outputs that no preview can tell. */
    previewOutputs: (resource: RandomResource): Bag =>
        Object.fromEntries(
            resource.outputs.map((name) => [
                name,
                resource.secretOutputs.includes(name) ? new Secret(unknown) : unknown,
            ]),
        ),
    make: (resource: RandomResource, inputs: Bag): { id: string; outputs: Bag } => resource.make(inputs),
    parse: (resource: RandomResource, id: string) => resource.parse(id),
    defaults: withDefaults,
};

export type RandomBehaviours = typeof official;

function mistake(name: string, input: Input, value: Bag[string]): string | undefined {
    if (value === undefined || value === null)
        return input.required
            ? `Missing required argument. The argument "${name}" is required, but no definition was found`
            : undefined;
    if (value instanceof Unknown) return undefined;
    const type = Array.isArray(value) ? "list" : typeof value;
    return type === input.type ? undefined : `expected type ${input.type} for "${name}", got ${type}`;
}

function resourceOf(type: string): RandomResource {
    const resource = RESOURCES[type];
    if (!resource) throw new Error(`the stand-in for the random plugin does not know ${type}`);
    return resource;
}

export class RandomProvider implements Provider {
    constructor(
        readonly version: string,
        private readonly behaviours: RandomBehaviours = official,
    ) {}

    checkConfig({ news }: CheckRequest): Checked {
        return { inputs: news };
    }

    diffConfig(): Diffed {
        return { properties: new Map() };
    }

    configure(): void {}

    check({ type, news }: CheckRequest): Checked {
        return { inputs: news, failures: this.behaviours.findFailures(resourceOf(type), news) };
    }

    diff({ type, olds, news, ignoreChanges }: DiffRequest): Diffed {
        const resource = resourceOf(type);
        const before = reveal(olds);
        const after = this.behaviours.defaults(resource, reveal(news));
        const properties = new Map<string, PropertyDiff>();
        for (const name of Object.keys(resource.inputs)) {
            if (ignoreChanges.includes(name) || isDeepStrictEqual(before[name], after[name])) continue;
            const kind = before[name] === undefined ? "add" : after[name] === undefined ? "delete" : "update";
            properties.set(name, { kind, replace: this.behaviours.replacesOnChange() });
        }
        return { properties };
    }

    create({ type, inputs, preview }: CreateRequest): Created {
        const resource = resourceOf(type);
        const state = this.behaviours.defaults(resource, inputs);
        if (preview) return { id: "", state: { ...state, ...this.behaviours.previewOutputs(resource) } };
        const { id, outputs } = this.behaviours.make(resource, reveal(state));
        return { id, state: { ...state, ...outputs } };
    }

    update({ news }: DiffRequest): Bag {
        return news;
    }

    read({ type, id, state, inputs }: ReadRequest): ReadResult {
        if (Object.keys(state).length > 0) return { id, state, inputs };
        const parsed = this.behaviours.parse(resourceOf(type), id);
        return { id: parsed.id, state: { ...parsed.inputs, ...parsed.outputs }, inputs: parsed.inputs };
    }

    delete(): void {}

    invoke(token: string): never {
        throw new Error(`the stand-in for the random plugin has no function ${token}`);
    }

    cancel(): void {}
}
