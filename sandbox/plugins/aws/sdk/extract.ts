/**
 * Reads what resources and functions take and give out of the SDK's own type declarations: names, types, and what must be
 * there. Syntax only, so that it takes a second and not a minute.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";

/**
 * A type in a few characters: `string`, `number`, `boolean`, `any`, `json` (a policy document: text or object), `[T]` a list,
 * `{T}` a map, `#name` an object of {@link Table.types}; with `!` at its end it must be there.
 */
export type TypeText = string;
export type Properties = Record<string, TypeText>;

export interface Table {
    readonly resources: Record<string, { readonly inputs: Properties; readonly outputs: Properties }>;
    readonly functions: Record<string, { readonly inputs: Properties; readonly outputs: Properties }>;
    readonly types: Record<string, Properties>;
}

type Members = ts.NodeArray<ts.TypeElement | ts.ClassElement>;

/** Declarations of one file by their full name: `eks.ClusterVpcConfig`. */
class Declarations {
    readonly members = new Map<string, Members>();

    constructor(file: string) {
        const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
        this.collect(source.statements, "");
    }

    private collect(statements: readonly ts.Statement[], prefix: string): void {
        for (const one of statements) {
            if ((ts.isInterfaceDeclaration(one) || ts.isClassDeclaration(one)) && one.name)
                this.members.set(prefix + one.name.text, one.members);
            if (ts.isModuleDeclaration(one) && one.body && ts.isModuleBlock(one.body))
                this.collect(one.body.statements, `${prefix}${one.name.text}.`);
        }
    }
}

export function extract(resources: readonly string[], functions: readonly string[]): Table {
    const sdk = dirname(require.resolve("@pulumi/aws/package.json"));
    const nested = { inputs: new Declarations(join(sdk, "types", "input.d.ts")) };
    const table: Table = { resources: {}, functions: {}, types: {} };

    const properties = (members: Members | undefined, isOutput = false): Properties => {
        const found: Properties = {};
        for (const one of members ?? []) {
            if (!(ts.isPropertySignature(one) || ts.isPropertyDeclaration(one)) || !one.type) continue;
            if (one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)) continue;
            const { text, optional } = describe(one.type, isOutput);
            found[one.name.getText()] = text + (optional || one.questionToken ? "" : "!");
        }
        return found;
    };

    const describe = (type: ts.TypeNode, isOutput: boolean): { text: string; optional: boolean } => {
        const parts = flatten(type);
        const given = parts.filter((part) => part.kind !== ts.SyntaxKind.UndefinedKeyword);
        const texts = new Set(given.map((part) => single(part, isOutput)));
        const text = texts.has("json") ? "json" : texts.size === 1 ? [...texts].join() : narrow(texts);
        return { text, optional: given.length < parts.length };
    };

    const single = (type: ts.TypeNode, isOutput: boolean): string => {
        if (ts.isArrayTypeNode(type)) return `[${describe(type.elementType, isOutput).text}]`;
        if (ts.isTypeLiteralNode(type)) {
            const [index] = type.members.filter(ts.isIndexSignatureDeclaration);
            return index ? `{${describe(index.type, isOutput).text}}` : "any";
        }
        const name = type.getText();
        if (["string", "number", "boolean", "any"].includes(name)) return name;
        if (name.endsWith("PolicyDocument")) return "json";
        if (name.startsWith("pulumi.asset.")) return "any";
        if (isOutput) return /^outputs\./.test(name) ? "object" : "string";
        if (!name.startsWith("inputs.")) return "string"; // enumerations, ARNs, and resources, which stand for their ids
        const short = name.slice("inputs.".length);
        if (!(short in table.types)) {
            table.types[short] = {};
            table.types[short] = properties(nested.inputs.members.get(short));
        }
        return `#${short}`;
    };

    for (const token of resources) {
        const [file, name] = fileOf(sdk, token);
        const { members } = new Declarations(file);
        table.resources[token] = {
            inputs: properties(members.get(`${name}Args`)),
            outputs: properties(members.get(name), true),
        };
    }
    for (const token of functions) {
        const [file, name] = fileOf(sdk, token);
        const { members } = new Declarations(file);
        const base = name.charAt(0).toUpperCase() + name.slice(1);
        table.functions[token] = {
            inputs: properties(members.get(`${base}Args`)),
            outputs: properties(members.get(`${base}Result`), true),
        };
    }
    return table;
}

/** `pulumi.Input<A | undefined> | B` as `A`, `undefined`, `B`. */
function flatten(type: ts.TypeNode): ts.TypeNode[] {
    if (ts.isUnionTypeNode(type)) return type.types.flatMap(flatten);
    if (ts.isParenthesizedTypeNode(type)) return flatten(type.type);
    if (ts.isTypeReferenceNode(type) && /^pulumi\.(Input|Output)$/.test(type.typeName.getText()))
        return (type.typeArguments ?? ts.factory.createNodeArray<ts.TypeNode>()).flatMap(flatten);
    return [type];
}

/** Of several types the one that holds them all. */
const narrow = (texts: Set<string>): string =>
    texts.size === 0 ? "any" : texts.has("any") ? "any" : [...texts].join("|");

/** `aws:eks/cluster:Cluster` is the class `Cluster` of `eks/cluster.d.ts`. */
function fileOf(sdk: string, token: string): [file: string, name: string] {
    const [, path = "", name = ""] = token.split(":");
    return [`${join(sdk, path.replace(/^index\//, ""))}.d.ts`, name];
}
