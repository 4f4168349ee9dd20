/**
 * The plugin that is installed, official or built, takes the inputs of the npm package's classes by the same names: a wrong
 * plural would be dropped without a word.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { run } from "../support/processes";

const root = resolve(__dirname, "../../..");
const npm = join(root, "node_modules", "@pulumi", "docker");
const version = (JSON.parse(readFileSync(join(npm, "package.json"), "utf8")) as { version: string }).version;

/** The classes that the program uses: their file in the npm package, and their place in the schema. */
const classes = {
    Provider: { file: "provider.d.ts", token: undefined },
    Container: { file: "container.d.ts", token: "docker:index/container:Container" },
    Network: { file: "network.d.ts", token: "docker:index/network:Network" },
    RemoteImage: { file: "remoteImage.d.ts", token: "docker:index/remoteImage:RemoteImage" },
    Volume: { file: "volume.d.ts", token: "docker:index/volume:Volume" },
} as const;

/** Inputs as lines such as `ports[].internal: number`, with a `?` where they may be left out. */
type Lines = string[];

interface TypeSpec {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: TypeSpec;
    readonly additionalProperties?: TypeSpec;
}
type Properties = Readonly<Record<string, TypeSpec>>;
interface ResourceSpec {
    readonly inputProperties: Properties;
    readonly requiredInputs?: readonly string[];
}
interface Schema {
    readonly version: string;
    readonly provider: ResourceSpec;
    readonly resources: Readonly<Record<string, ResourceSpec>>;
    readonly types: Readonly<
        Record<string, { readonly properties: Properties; readonly required?: readonly string[] }>
    >;
}

function schemaLines({ types }: Schema, properties: Properties, required: readonly string[] = [], path = ""): Lines {
    const lines = (type: TypeSpec, at: string): Lines => {
        if (type.items !== undefined) return lines(type.items, `${at}[]`);
        if (type.additionalProperties !== undefined) return lines(type.additionalProperties, `${at}{}`);
        if (type.$ref === undefined) return [`${at}: ${type.type === "integer" ? "number" : type.type}`];
        const object = types[type.$ref.replace("#/types/", "")];
        assert.ok(object, type.$ref);
        return schemaLines({ types } as Schema, object.properties, object.required, `${at}.`);
    };
    return Object.entries(properties).flatMap(([name, type]) =>
        lines(type, `${path}${name}${required.includes(name) ? "" : "?"}`),
    );
}

function interfacesOf(file: string): Map<string, ts.InterfaceDeclaration> {
    const source = ts.createSourceFile(file, readFileSync(join(npm, file), "utf8"), ts.ScriptTarget.Latest, true);
    return new Map(source.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each]));
}

const nested = interfacesOf("types/input.d.ts");

function npmLines(declaration: ts.InterfaceDeclaration | undefined, path = ""): Lines {
    assert.ok(declaration);
    return declaration.members.filter(ts.isPropertySignature).flatMap((member) => {
        assert.ok(member.type);
        return typeLines(member.type, `${path}${member.name.getText()}${member.questionToken ? "?" : ""}`);
    });
}

function typeLines(type: ts.TypeNode, at: string): Lines {
    if (ts.isUnionTypeNode(type)) {
        const [only, ...more] = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
        assert.ok(only && more.length === 0, `${at}: ${type.getText()}`);
        return typeLines(only, at);
    }
    if (ts.isArrayTypeNode(type)) return typeLines(type.elementType, `${at}[]`);
    if (ts.isTypeLiteralNode(type)) {
        const [index] = type.members.filter(ts.isIndexSignatureDeclaration);
        assert.ok(index, `${at}: ${type.getText()}`);
        return typeLines(index.type, `${at}{}`);
    }
    if (ts.isTypeReferenceNode(type)) {
        const name = type.typeName.getText();
        const [argument] = type.typeArguments ?? [];
        if (name === "pulumi.Input" && argument !== undefined) return typeLines(argument, at);
        if (name.startsWith("inputs.")) return npmLines(nested.get(name.replace("inputs.", "")), `${at}.`);
    }
    return [`${at}: ${type.getText()}`];
}

describe("the Docker plugin", () => {
    let schema: Schema;

    before(async () => {
        const options = { cwd: root, env: process.env };
        const { code, stdout, stderr } = await run("pulumi", ["package", "get-schema", `docker@${version}`], options);
        assert.equal(code, 0, stderr);
        schema = JSON.parse(stdout) as Schema;
    });

    it("is of the npm package's version", () => assert.equal(schema.version, version));

    for (const [name, { file, token }] of Object.entries(classes)) {
        it(`takes the inputs of ${name}`, () => {
            const resource = token === undefined ? schema.provider : schema.resources[token];
            assert.ok(resource);
            const expected = npmLines(interfacesOf(file).get(`${name}Args`));
            const actual = schemaLines(schema, resource.inputProperties, resource.requiredInputs);
            assert.deepEqual(actual.sort(), expected.sort());
            assert.notEqual(expected.length, 0);
        });
    }
});
