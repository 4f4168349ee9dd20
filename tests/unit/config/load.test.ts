import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type LoadedStack, loadStack } from "../../../config/load";
import { asConfig, cluster, file, instance, problemsOf, type Raw } from "./support";

/** Loads as the program does, from what the engine would hand over. */
function load(
    raw: Raw,
    secrets: Readonly<Record<string, string>> = {},
    names = { project: "cht-hosting", stack: "test" },
): LoadedStack {
    pulumi.runtime.setMocks(
        { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
        names.project,
        names.stack,
    ) as unknown;
    const own = Object.entries({ ...asConfig(raw), ...secrets }).map(([key, value]) => [
        `${names.project}:${key}`,
        value,
    ]);
    pulumi.runtime.setAllConfig(
        { ...(Object.fromEntries(own) as Record<string, string>), "kubernetes:context": "no business of this program" },
        Object.keys(secrets).map((key) => `${names.project}:${key}`),
    );
    return loadStack();
}

function refusal(load: () => unknown): string {
    try {
        load();
    } catch (error) {
        // Pulumi prints a RunError without its stack.
        assert.ok(pulumi.RunError.isInstance(error));
        return error.message;
    }
    assert.fail("was not refused");
}

const flat = (secrets: Readonly<Record<string, string>>, raw = file()) =>
    problemsOf(raw, secrets).map(({ path, message }) => `${path}: ${message}`);

describe("loading a stack file", () => {
    it("gives plain decisions with every default, and who the stack is", () => {
        const { model, stack } = load(file());
        assert.equal(stack, "cht-hosting.test");
        assert.deepEqual(JSON.parse(JSON.stringify(model.instances["uat"])), {
            version: "5.3.0",
            host: "uat.example.org",
            tls: { kind: "none" },
            couchdb: { nodes: 1, volume: { kind: "new", size: "50Gi" }, dataPath: "data" },
            credentials: { user: "medic", generation: 1 },
            database: "medic",
            resources: {},
            placement: { nodeSelector: {}, tolerations: [] },
            images: { pullPolicy: "IfNotPresent" },
            logLevel: "info",
            buildsUrl: "https://staging.dev.medicmobile.org/_couch/builds_4",
            proxy: { addServernameToHttpAgent: false, changeOrigin: false },
            internet: { ports: [443] },
            snapshots: {},
        });
    });

    it("is content with a cluster and no instance", () => {
        assert.deepEqual(load({ cluster }).model.instances, {});
    });

    it("gives secrets as secrets, by instance, and compares without telling", async () => {
        const { given, secrets, model } = load(file({ images: { pullSecret: "pull" } }), {
            "uat.password": "hunter2",
            "uat.secret": "s3cret",
            "uat.uuid": "u",
            "uat.dockerConfigJson": '{"auths":{}}',
        });
        const uat = given.get("uat") ?? {};
        assert.deepEqual(Object.keys(uat), ["password", "secret", "uuid", "dockerConfigJson"]);
        for (const output of Object.values(uat)) assert.equal(await pulumi.isSecret(output), true);
        assert.equal(secrets.has("uat", "password"), true);
        assert.equal(secrets.has("prod", "password"), false);
        assert.equal(secrets.differs("uat", "password", "hunter2"), false);
        assert.equal(secrets.differs("uat", "password", "other"), true);
        assert.equal(secrets.differs("prod", "password", "other"), false);
        assert.doesNotMatch(JSON.stringify({ model, secrets }), /hunter2|s3cret/);
    });

    it("refuses with every mistake under the file's name", () => {
        const raw = {
            cluster,
            instances: { a: instance("a", { logLevel: "x" }), b: instance("b", { version: "1.0.0" }) },
        };
        assert.equal(
            refusal(() => load(raw)),
            `Pulumi.test.yaml is not valid:

  instances.a.logLevel
    must be 'error', 'warn', 'info' or 'debug'

  instances.b.version
    CHT 1.0.0 is end of life and cannot be hosted; migrate its data to 4.x with medic/couchdb-migration, then give the 4.x version.
`,
        );
    });

    it("refuses a stack whose name makes no label", () => {
        const stack = "s".repeat(60);
        assert.match(
            refusal(() => load(file(), {}, { project: "cht-hosting", stack })),
            /\(the stack's name\)\n {4}must make a Kubernetes label with the project's, 'cht-hosting\.s+': at most 63/,
        );
    });
});

describe("secrets in a stack file", () => {
    it("are refused in plain text", () => {
        assert.deepEqual(problemsOf({ ...file(), "uat.password": "hunter2" }), [
            {
                path: "uat.password",
                message:
                    "is in plain text: set it with 'pulumi config set --secret uat.password', and change it, because it has been readable",
            },
        ]);
    });

    it("are refused inside objects, with the keys that are meant for them", () => {
        const text = refusal(() =>
            load({ cluster }, { instances: JSON.stringify({ uat: instance("uat", { x: "hunter2" }) }) }),
        );
        assert.equal(
            text,
            `Pulumi.test.yaml is not valid:

  instances.uat.x
    is not known here; allowed: version, host, namespace, tls, couchdb, credentials, database, sizing, resources, placement, images, logLevel, buildsUrl, proxy, internet, upgrade, snapshots, remove

  instances
    must not hold a secret ('secure:'), which would come out in plain text; secrets have keys of their own: 'pulumi config set --secret <instance>.password' (or 'secret', 'uuid' or 'dockerConfigJson')
`,
        );
    });

    const pullSecret = file({ images: { pullSecret: "pull" } });
    const notDocker = "uat.dockerConfigJson: must be the contents of a Docker config.json: a JSON object with 'auths'";
    const cases: readonly [string, readonly string[], string[]][] = [
        [
            "an unknown secret",
            flat({ "uat.passwrod": "x" }),
            [
                "uat.passwrod: is not known here; allowed: cluster, instances, and as secrets <instance>.password, <instance>.secret, <instance>.uuid, <instance>.dockerConfigJson",
            ],
        ],
        [
            "a secret of no instance",
            flat({ "prod.password": "x" }),
            ["prod.password: belongs to no instance; instances are 'uat'"],
        ],
        [
            "a secret without instances",
            flat({ "prod.password": "x" }, { cluster }),
            ["prod.password: belongs to no instance; instances are none"],
        ],
        ["an empty password", flat({ "uat.password": "" }), ["uat.password: must not be empty"]],
        [
            "a hash for a password",
            flat({ "uat.password": "-pbkdf2-abc" }),
            [
                "uat.password: must not begin with -pbkdf2- or -hashed-: CouchDB would take it for the hash of a password",
            ],
        ],
        ["a slash, alone from 5.0", flat({ "uat.password": "a/b" }), []],
        [
            "a slash, on 4.x",
            flat({ "uat.password": "a/b" }, file({ version: "4.22.0" })),
            ["uat.password: must not contain /, because the health check of CHT 4.x and of clusters cannot encode it"],
        ],
        [
            "a slash, in a cluster",
            flat({ "uat.password": "a/b" }, file({ couchdb: { nodes: 3, volume: { kind: "new", size: "1Gi" } } })),
            ["uat.password: must not contain /, because the health check of CHT 4.x and of clusters cannot encode it"],
        ],
        [
            "what CHT before 4.8 does not escape",
            flat({ "uat.password": "a:b" }, file({ version: "4.7.0" })),
            ["uat.password: may contain letters, digits and . _ ~ - only, because CHT before 4.8.0 does not escape it"],
        ],
        [
            "a quote in a secret",
            flat({ "uat.secret": 'a"b' }),
            ["uat.secret: must not contain \\ or \", because CouchDB's start script changes them"],
        ],
        [
            "a backslash in a uuid",
            flat({ "uat.uuid": "a\\b" }),
            ["uat.uuid: must not contain \\ or \", because CouchDB's start script changes them"],
        ],
        ["no JSON for a registry", flat({ "uat.dockerConfigJson": "user:pass" }, pullSecret), [notDocker]],
        ["other JSON for a registry", flat({ "uat.dockerConfigJson": "[]" }, pullSecret), [notDocker]],
        ["JSON that is no object", flat({ "uat.dockerConfigJson": "null" }, pullSecret), [notDocker]],
        ["a registry's text", flat({ "uat.dockerConfigJson": '"auths"' }, pullSecret), [notDocker]],
        ["auths that are none", flat({ "uat.dockerConfigJson": '{"auths":"x"}' }, pullSecret), [notDocker]],
        [
            "a registry without a Secret's name",
            flat({ "uat.dockerConfigJson": '{"auths":{}}' }),
            ["uat.dockerConfigJson: needs a Secret to be kept in: name it in images.pullSecret of the instance"],
        ],
        ["a registry with a Secret's name", flat({ "uat.dockerConfigJson": '{"auths":{}}' }, pullSecret), []],
    ];
    for (const [title, problems, expected] of cases) {
        it(title, () => assert.deepEqual(problems, expected));
    }
});
