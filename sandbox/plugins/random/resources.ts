/**
 * The kinds of random value, as the official plugin makes them. Every value is made once and kept in the state; a change
 * of any input makes a new one.
 *
 * Not offered: `bcryptHash` of a password (Node has no bcrypt), integers, pets and shuffles.
 *
 * @see https://www.pulumi.com/registry/packages/random/
 */
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { type Bag, numberAt, Secret, textAt } from "../values";

export interface Input {
    type: "boolean" | "number" | "string" | "object";
    required?: boolean;
    default?: boolean | number;
}

export interface RandomResource {
    inputs: Record<string, Input>;
    /** The outputs that are not known in a preview. */
    outputs: string[];
    secretOutputs: string[];
    /** What is wrong with inputs whose types are right. */
    problem?(inputs: Bag): { property: string; reason: string } | undefined;
    make(inputs: Bag): { id: string; outputs: Bag };
    /** What `pulumi import` reads out of the id it is given. */
    parse(id: string): { id: string; inputs: Bag; outputs: Bag };
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

const KEEPERS: Record<string, Input> = { keepers: { type: "object" } };
const CHARACTERS: Record<string, Input> = {
    ...KEEPERS,
    length: { type: "number", required: true },
    lower: { type: "boolean", default: true },
    upper: { type: "boolean", default: true },
    numeric: { type: "boolean", default: true },
    number: { type: "boolean", default: true },
    special: { type: "boolean", default: true },
    minLower: { type: "number", default: 0 },
    minUpper: { type: "number", default: 0 },
    minNumeric: { type: "number", default: 0 },
    minSpecial: { type: "number", default: 0 },
    overrideSpecial: { type: "string" },
};

const pick = (characters: string, count: number): string[] =>
    Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));

function shuffle(characters: string[]): string {
    for (let last = characters.length - 1; last > 0; last--) {
        const other = randomInt(last + 1);
        [characters[last], characters[other]] = [characters[other] as string, characters[last] as string];
    }
    return characters.join("");
}

/** The character classes that are allowed, each with how many of it there must be at least. */
function classes(inputs: Bag): { characters: string; atLeast: number }[] {
    return [
        { on: inputs["lower"], characters: LOWER, atLeast: numberAt(inputs, "minLower") },
        { on: inputs["upper"], characters: UPPER, atLeast: numberAt(inputs, "minUpper") },
        { on: inputs["numeric"] && inputs["number"], characters: DIGITS, atLeast: numberAt(inputs, "minNumeric") },
        {
            on: inputs["special"],
            characters: textAt(inputs, "overrideSpecial") || SPECIAL,
            atLeast: numberAt(inputs, "minSpecial"),
        },
    ].filter(({ on }) => on !== false);
}

function characters(inputs: Bag): string {
    const allowed = classes(inputs);
    const required = allowed.flatMap((one) => pick(one.characters, one.atLeast));
    const all = allowed.map((one) => one.characters).join("");
    return shuffle([...required, ...pick(all, numberAt(inputs, "length") - required.length)]);
}

function characterProblem(inputs: Bag): { property: string; reason: string } | undefined {
    const length = numberAt(inputs, "length");
    if (!Number.isInteger(length) || length < 1)
        return { property: "length", reason: `Attribute length value must be at least 1, got: ${length}` };
    const allowed = classes(inputs);
    if (allowed.length === 0)
        return { property: "special", reason: "at least one of lower, upper, numeric and special must be true" };
    const minimum = allowed.reduce((sum, { atLeast }) => sum + atLeast, 0);
    if (length < minimum)
        return {
            property: "length",
            reason: `Attribute length value must be at least sum of min_upper + min_lower + min_numeric + min_special (${minimum}), got: ${length}`,
        };
    return undefined;
}

/** What is assumed of a value that came from elsewhere. */
const importedCharacters = (value: string): Bag => ({
    length: value.length,
    ...Object.fromEntries(
        Object.entries(CHARACTERS).flatMap(([name, input]) =>
            input.default === undefined ? [] : [[name, input.default]],
        ),
    ),
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idOutputs(bytes: Buffer, prefix: string): Bag {
    return {
        b64Url: prefix + bytes.toString("base64url"),
        b64Std: prefix + bytes.toString("base64"),
        hex: prefix + bytes.toString("hex"),
        dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    };
}

export const RESOURCES: Record<string, RandomResource> = {
    "random:index/randomPassword:RandomPassword": {
        inputs: CHARACTERS,
        outputs: ["result"],
        secretOutputs: ["result"],
        problem: characterProblem,
        make: (inputs) => ({ id: "none", outputs: { result: new Secret(characters(inputs)) } }),
        parse: (value) => ({
            id: "none",
            inputs: importedCharacters(value),
            outputs: { result: new Secret(value) },
        }),
    },
    "random:index/randomString:RandomString": {
        inputs: CHARACTERS,
        outputs: ["result"],
        secretOutputs: [],
        problem: characterProblem,
        make: (inputs) => {
            const result = characters(inputs);
            return { id: result, outputs: { result } };
        },
        parse: (value) => ({ id: value, inputs: importedCharacters(value), outputs: { result: value } }),
    },
    "random:index/randomId:RandomId": {
        inputs: { ...KEEPERS, byteLength: { type: "number", required: true }, prefix: { type: "string" } },
        outputs: ["b64Url", "b64Std", "hex", "dec"],
        secretOutputs: [],
        problem: (inputs) =>
            numberAt(inputs, "byteLength") >= 1
                ? undefined
                : { property: "byteLength", reason: "Attribute byte_length value must be at least 1" },
        make: (inputs) => {
            const bytes = randomBytes(numberAt(inputs, "byteLength"));
            return { id: bytes.toString("base64url"), outputs: idOutputs(bytes, textAt(inputs, "prefix")) };
        },
        parse: (value) => {
            const comma = value.lastIndexOf(",");
            const [prefix, id] = comma < 0 ? ["", value] : [value.slice(0, comma), value.slice(comma + 1)];
            const bytes = Buffer.from(id, "base64url");
            const inputs: Bag = { byteLength: bytes.length, ...(prefix && { prefix }) };
            return { id, inputs, outputs: idOutputs(bytes, prefix) };
        },
    },
    "random:index/randomUuid:RandomUuid": {
        inputs: KEEPERS,
        outputs: ["result"],
        secretOutputs: [],
        make: () => {
            const result = randomUUID();
            return { id: result, outputs: { result } };
        },
        parse: (value) => {
            if (!UUID.test(value)) throw new Error(`the value to import must be a UUID, got ${JSON.stringify(value)}`);
            return { id: value, inputs: {}, outputs: { result: value } };
        },
    },
};

/** Inputs with the defaults the official plugin fills in. */
export function withDefaults(resource: RandomResource, inputs: Bag): Bag {
    const result: Bag = {};
    for (const [name, input] of Object.entries(resource.inputs)) {
        const value = inputs[name] ?? input.default;
        if (value !== undefined) result[name] = value;
    }
    // `number` is the old name of `numeric`: whichever was given rules both.
    if ("numeric" in resource.inputs) {
        const numeric = inputs["numeric"] ?? inputs["number"] ?? true;
        Object.assign(result, { numeric, number: numeric });
    }
    return result;
}
