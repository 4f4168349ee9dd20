/** What is kept of a resource: the program's inputs, and what AWS adds to them. */
import { type Bag, bagAt, hasSecret, hasUnknown, isBag, Secret, unknown, type Value, without } from "../values";
import { DEFAULTS } from "./check";
import type { Config } from "./config";
import { type ResourceFacts, tagsOf, type Work } from "./facts";
import { emptyOf, isRequired, sdk } from "./sdk/validate";
import type { Item } from "./world";

/** The program's tags over the provider's. */
export function allTags(config: Config, inputs: Bag): Value {
    const own = inputs["tags"];
    return hasUnknown(own) ? unknown : { ...config.defaultTags, ...(isBag(own) && own) };
}

const hasTags = (type: string): boolean => "tagsAll" in (sdk.resources[type]?.outputs ?? {});

/** What does not depend on AWS. */
function known(config: Config, type: string, inputs: Bag): Bag {
    const outputs = sdk.resources[type]?.outputs ?? {};
    return {
        ...("region" in outputs && { region: inputs["region"] ?? config.region }),
        ...(hasTags(type) && { tagsAll: allTags(config, inputs) }),
    };
}

/** Outputs of a resource that is only being planned: whatever AWS decides is unknown. */
export function planned(config: Config, facts: ResourceFacts, type: string, inputs: Bag): Bag {
    const given = without(inputs, DEFAULTS);
    const state: Bag = { ...given, ...known(config, type, given) };
    for (const [name, output] of Object.entries(sdk.resources[type]?.outputs ?? {}))
        if (isRequired(output) && state[name] === undefined) state[name] = unknown;
    for (const path of facts.nested ?? []) withUnknownAt(state, path.split("."));
    return state;
}

/** `vpcConfig.vpcId`, where there is a `vpcConfig` that does not say it. */
function withUnknownAt(state: Bag, [first = "", second = ""]: string[]): void {
    const holder = state[first];
    if (isBag(holder) && holder[second] === undefined) state[first] = { ...holder, [second]: unknown };
}

/** Outputs of a resource that has been made. */
export function made(config: Config, facts: ResourceFacts, work: Work, id: string): Bag {
    const inputs = without(work.inputs, DEFAULTS);
    const state: Bag = { ...emptyOutputs(work.type), ...laidOver(facts.computed?.(work, id) ?? {}, inputs) };
    return { ...state, ...known(config, work.type, inputs) };
}

/** Outputs of a resource that has changed. */
export function changed(config: Config, facts: ResourceFacts, work: Work, item: Item): Bag {
    const inputs = without(work.inputs, DEFAULTS);
    const names = Object.keys(sdk.resources[work.type]?.inputs ?? {});
    // What the program no longer says is back to what AWS makes of it.
    const kept = without(
        item.properties,
        ...names.filter((name) => inputs[name] === undefined && !isComputed(work.type, name)),
    );
    return {
        ...laidOver(kept, inputs),
        ...facts.updated?.(work, item),
        ...known(config, work.type, inputs),
    };
}

const isComputed = (type: string, name: string): boolean => isRequired(sdk.resources[type]?.outputs[name] ?? "");

/** Outputs of a planned update: what the program says, and unknown what every update changes. */
export function plannedUpdate(config: Config, facts: ResourceFacts, work: Work, olds: Bag): Bag {
    const state = changed(config, { ...facts, updated: () => ({}) }, work, { ...noItem, properties: olds });
    for (const name of facts.volatile ?? []) state[name] = unknown;
    return state;
}

const noItem: Item = { type: "", region: "", id: "", properties: {} };

/** Objects keep what AWS adds to them. */
function laidOver(outputs: Bag, inputs: Bag): Bag {
    const result: Bag = { ...outputs };
    for (const [name, value] of Object.entries(inputs)) {
        const before = outputs[name];
        const isObject = isBag(before) && isBag(value) && !["tags", "tagsAll", "labels"].includes(name);
        result[name] = isObject ? { ...before, ...value } : value;
    }
    return result;
}

function emptyOutputs(type: string): Bag {
    const outputs = Object.entries(sdk.resources[type]?.outputs ?? {});
    return Object.fromEntries(outputs.filter(([, one]) => isRequired(one)).map(([name, one]) => [name, emptyOf(one)]));
}

/** What a refresh finds: AWS's tags are the program's and the provider's in one. */
export function found(config: Config, item: Item): Bag {
    if (!hasTags(item.type)) return item.properties;
    const all = tagsOf(item);
    const own = Object.entries(all).filter(
        ([key, value]) => config.defaultTags[key] !== value || bagAt(item.properties, "tags")[key] === value,
    );
    return { ...item.properties, tagsAll: all, ...(own.length > 0 && { tags: Object.fromEntries(own) }) };
}

/** What the program would have said to get this. */
export function inputsOf(type: string, state: Bag, before: Bag): Bag {
    const names = Object.keys(sdk.resources[type]?.inputs ?? {});
    const isImport = Object.keys(before).length === 0;
    const inputs: Bag = {};
    for (const name of names) {
        const value = state[name];
        if (value === undefined || value === null) continue;
        if (isImport) inputs[name] = value;
        else if (before[name] !== undefined) inputs[name] = like(value, before[name]);
        else if (name === "tags") inputs[name] = value;
    }
    return { ...inputs, ...(before[DEFAULTS] !== undefined && { [DEFAULTS]: before[DEFAULTS] }) };
}

/** Without what AWS has added to an object; maps of texts are the program's as a whole. */
function like(value: Value, before: Value | undefined): Value {
    if (before instanceof Secret) return new Secret(like(value, before.value));
    if (!isBag(value) || !isBag(before) || Object.values(before).every((one) => typeof one === "string")) return value;
    return Object.fromEntries(
        Object.entries(value).flatMap(([key, item]) =>
            before[key] === undefined || item === undefined ? [] : [[key, like(item, before[key])]],
        ),
    );
}

/** Secret inputs are secret outputs. */
export function markSecrets(state: Bag, inputs: Bag): Bag {
    return Object.fromEntries(
        Object.entries(state).map(([name, value]) => [
            name,
            value !== undefined && !(value instanceof Secret) && hasSecret(inputs[name]) ? new Secret(value) : value,
        ]),
    );
}
