import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { z } from "zod";
import { checkDatabase, checkUser } from "../../../cht/credentials";
import { addonNames } from "../../../config/aws/schema";
import { hostInstanceSchema } from "../../../config/docker/schema";
import { parseStack } from "../../../config/parse";
import { pathOf } from "../../../config/problem";
import { instanceSchema, stackSchema } from "../../../config/schema";
import { schemaPath, stackFileSchema } from "../../../scripts/write-schema";
import { inputOf, strictObjects } from "./arbitrary";
import { asConfig, cluster, modelOf, problemsOf, type Raw } from "./support";

const root = process.cwd();
const stackFiles = readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
const readYaml = (name: string) => parse(readFileSync(join(root, name), "utf8")) as Raw;

/** The project's own keys of a stack file. */
function keysOf(name: string): Raw {
    const config = readYaml(name)["config"] as Raw;
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^cht-hosting:/, ""), value]));
}

const validFile = inputOf(stackSchema) as fc.Arbitrary<Raw>;

describe("the schema", function () {
    this.timeout(60_000);

    it("reads what it has read to the same: defaults are told, and nothing is turned twice", () => {
        fc.assert(
            fc.property(validFile, (raw) => {
                const once = stackSchema.parse(raw);
                assert.deepEqual(stackSchema.parse(JSON.parse(JSON.stringify(once))), once);
            }),
        );
    });

    it("reads key by key what it reads as a whole", () => {
        fc.assert(
            fc.property(validFile, (raw) => {
                const whole = stackSchema.parse(raw);
                const { cluster, instances, problems } = parseStack(raw);
                assert.deepEqual(problems, []);
                assert.deepEqual(
                    JSON.parse(JSON.stringify({ cluster, instances: Object.fromEntries(instances) })),
                    JSON.parse(JSON.stringify(whole)),
                );
            }),
        );
    });

    it("refuses a key it does not know, wherever it is", () => {
        fc.assert(
            fc.property(validFile, fc.nat(), (raw, choice) => {
                const objects = strictObjects(stackSchema, raw);
                const chosen = objects[choice % objects.length];
                assert.ok(chosen !== undefined);
                chosen.object["unknownKey"] = 1;
                const [first, ...others] = parseStack(raw).problems;
                assert.deepEqual(others, []);
                // In what may have several forms, the form is what is told.
                const told = [pathOf(...chosen.path, "unknownKey"), pathOf(...chosen.path)];
                assert.ok(told.includes(first?.path ?? ""), `${first?.path} is none of ${told.join(", ")}`);
            }),
        );
    });

    it("asks of users and databases what CHT asks of them", () => {
        const samples = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_$()+.-]{1,5}$/));
        for (const { shape } of [instanceSchema, hostInstanceSchema]) {
            fc.assert(
                fc.property(samples, (sample) => {
                    assert.equal(shape.credentials.safeParse({ user: sample }).success, checkUser(sample).length === 0);
                    assert.equal(shape.database.safeParse(sample).success, checkDatabase(sample).length === 0);
                }),
            );
        }
    });
});

describe("the stack files", () => {
    it("are those that the documentation knows", () => {
        assert.deepEqual(stackFiles.sort(), ["Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.sandbox.yaml"]);
    });

    it("have nothing wrong", () => {
        const problems = stackFiles.map((name) => [name, problemsOf(keysOf(name))]);
        assert.deepEqual(problems, [
            ["Pulumi.dev.yaml", []],
            ["Pulumi.prod.yaml", []],
            ["Pulumi.sandbox.yaml", []],
        ]);
    });

    it("of production needs on a cluster that exists what only AWS gives, and nothing else", () => {
        const ingress = { kind: "alb", from: [{ cidr: "10.0.0.0/16" }] };
        const problems = problemsOf({ ...keysOf("Pulumi.prod.yaml"), cluster: { ...cluster, ingress } });
        assert.deepEqual(problems.map(({ path }) => path).sort(), [
            "instances.production.snapshots.tier",
            "instances.production.tls.kind",
            "instances.staging.tls.kind",
            "instances.uat.tls.kind",
        ]);
    });

    it("of production pins every version", () => {
        const { cluster } = modelOf(keysOf("Pulumi.prod.yaml"));
        assert(cluster.kind === "eks");
        assert.notEqual(cluster.nodes?.releaseVersion, undefined);
        assert.deepEqual(Object.keys(cluster.addons).sort(), [...addonNames].sort());
    });

    it("of a developer names an engine, an instance and its version, and nothing else", () => {
        assert.deepEqual(keysOf("Pulumi.dev.yaml"), {
            cluster: { kind: "docker" },
            instances: { dev: { version: "5.2.0" } },
        });
    });

    it("of the sandbox shows what there is: a cluster of three, a single node, a 4.x", () => {
        const { cluster, instances } = modelOf(keysOf("Pulumi.sandbox.yaml"));
        assert.equal(cluster.kind, "existing");
        assert.deepEqual(
            Object.entries(instances).map(([name, { version, couchdb }]) => [name, version, couchdb.nodes]),
            [
                ["uat", "5.3.0", 1],
                ["staging", "4.22.0", 1],
                ["production", "5.2.0", 3],
            ],
        );
        // Passphrase and salt are public; a secret in the file would be public too.
        assert.deepEqual(Object.keys(asConfig(keysOf("Pulumi.sandbox.yaml"))), ["cluster", "instances"]);
        assert.match(String(readYaml("Pulumi.sandbox.yaml")["encryptionsalt"]), /^v1:/);
    });

    it("name the schema by which editors help", () => {
        for (const name of stackFiles) {
            const [first = ""] = readFileSync(join(root, name), "utf8").split("\n");
            assert.equal(first, `# yaml-language-server: $schema=${schemaPath}`, name);
        }
    });
});

describe("the JSON Schema", function () {
    this.timeout(60_000);

    // Read by a program of its own, as an editor does.
    const editor = z.fromJSONSchema(JSON.parse(stackFileSchema()) as Parameters<typeof z.fromJSONSchema>[0]);

    it("is current", () => {
        assert.ok(existsSync(join(root, schemaPath)), `there is no ${schemaPath}: run 'npm run schema'`);
        assert.equal(
            readFileSync(join(root, schemaPath), "utf8"),
            stackFileSchema(),
            `${schemaPath} is not current: run 'npm run schema'`,
        );
    });

    it("describes every key, for the editor to show", () => {
        assert.deepEqual(silentKeys(JSON.parse(stackFileSchema()) as JsonSchema, ""), [
            "/config",
            "/secretsprovider",
            "/encryptionsalt",
            "/encryptedkey",
        ]);
    });

    for (const name of stackFiles) {
        it(`accepts ${name}`, () => {
            const { error } = editor.safeParse(readYaml(name));
            assert.equal(error, undefined);
        });
    }

    it("accepts every valid file", () => {
        fc.assert(
            fc.property(validFile, ({ cluster, instances }) => {
                const config = {
                    "cht-hosting:cluster": cluster,
                    ...(instances === undefined ? {} : { "cht-hosting:instances": instances }),
                };
                assert.equal(editor.safeParse({ config }).error, undefined);
            }),
            { numRuns: 30 },
        );
    });

    const refused: readonly [string, (config: Raw) => Raw][] = [
        ["an unknown key", (config) => ({ ...config, "cht-hosting:tenants": [] })],
        ["a password in plain text", (config) => ({ ...config, "cht-hosting:uat.password": "x" })],
        ["an unknown secret", (config) => ({ ...config, "cht-hosting:uat.passwrod": { secure: "x" } })],
        ["no cluster", (config) => ({ "cht-hosting:instances": config["cht-hosting:instances"] })],
        [
            "an unknown key of an instance",
            (config) => ({
                ...config,
                "cht-hosting:instances": {
                    uat: { version: "5.3.0", host: "a.example.org", tls: { kind: "none" }, x: 1 },
                },
            }),
        ],
        [
            "a version that is a number",
            (config) => ({ ...config, "cht-hosting:instances": { uat: { version: 5.3, host: "a.example.org" } } }),
        ],
    ];
    for (const [what, change] of refused) {
        it(`refuses ${what}`, () => {
            const { config } = readYaml("Pulumi.sandbox.yaml");
            assert.equal(editor.safeParse({ config: change(config as Raw) }).success, false);
        });
    }

    const docker: readonly (readonly [string, Raw, boolean])[] = [
        ["a Docker host's instance of a version alone", { version: "5.2.0" }, true],
        ["a key of Kubernetes on a Docker host", { version: "5.2.0", namespace: "dev" }, false],
        ["a certificate of Kubernetes on a Docker host", { version: "5.2.0", tls: { kind: "none" } }, false],
        ["no version", { host: "localhost" }, false],
        ["a digest that is none", { version: "5.2.0", images: { digests: { api: "5.2.0" } } }, false],
        ["folders, one or a list", { version: "5.2.0", couchdb: { data: { kind: "folder", path: ["/a"] } } }, true],
    ];
    for (const [what, dev, accepted] of docker) {
        it(`${accepted ? "accepts" : "refuses"} ${what}`, () => {
            const config = { "cht-hosting:cluster": { kind: "docker" }, "cht-hosting:instances": { dev } };
            assert.equal(editor.safeParse({ config }).success, accepted);
        });
    }

    it("accepts secrets, and other programs' keys", () => {
        const { config } = readYaml("Pulumi.sandbox.yaml");
        const more = { "cht-hosting:uat.password": { secure: "v1:x" }, "kubernetes:context": "x" };
        assert.equal(editor.safeParse({ config: { ...(config as Raw), ...more } }).error, undefined);
    });
});

interface JsonSchema {
    readonly description?: string;
    readonly const?: unknown;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly additionalProperties?: JsonSchema | boolean;
    readonly items?: JsonSchema;
    readonly anyOf?: readonly JsonSchema[];
    readonly oneOf?: readonly JsonSchema[];
}

/** Keys without a description; the discriminator of a union is described by the union. */
function silentKeys(schema: JsonSchema, path: string): string[] {
    const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
    const more = typeof additionalProperties === "object" ? [additionalProperties] : [];
    return [
        ...Object.entries(properties).flatMap(([key, part]) => [
            ...(part.description === undefined && part.const === undefined ? [`${path}/${key}`] : []),
            ...silentKeys(part, `${path}/${key}`),
        ]),
        ...[...anyOf, ...oneOf, ...more, ...(items === undefined ? [] : [items])].flatMap((part) =>
            silentKeys(part, path),
        ),
    ];
}
