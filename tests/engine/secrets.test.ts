/** A hunt for secrets: given and generated passwords are nowhere in clear but in the cluster's own Secrets. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { call, checkout } from "../support/checkout";
import { secretValues } from "../support/kubectl";
import { allProcesses } from "../support/processes";
import { refusal, Stack, smallInstance, succeeded } from "../support/stack";

const canaries = {
    password: "Canary-Given-Password-7Qx2mVb9",
    secret: "canarysecret0123456789abcdef0123",
    uuid: "0123456789abcdefcanary0123456789".replaceAll(/[^0-9a-f]/g, "e"),
    dockerConfigJson: JSON.stringify({ auths: { "registry.example.org": { auth: "Q2FuYXJ5UmVnaXN0cnlUb2tlbg==" } } }),
};

describe("the hunt for secrets", () => {
    let stack: Stack;
    /** What was said and written, by its place. */
    const evidence = new Map<string, string>();
    const seen = (place: string, text: string): void => {
        assert.notEqual(text, "", `${place} is empty: nothing was looked at`);
        evidence.set(place, (evidence.get(place) ?? "") + text);
    };
    let secrets: Map<string, string>;

    before(async () => {
        stack = await Stack.create("secrets", {
            instances: {
                given: smallInstance("given", {
                    images: { registry: "registry.example.org/cht", pullSecret: "registry" },
                }),
                generated: smallInstance("generated"),
            },
        });
        for (const [key, value] of Object.entries(canaries)) await stack.setSecret(`given.${key}`, value);
        const log = join(checkout(), "events.json");
        const watch = watchProcesses();
        said("preview", await stack.preview("--diff", "--json"));
        said("preview --diff", await stack.preview("--diff"));
        // The engine has its event log for those who debug it.
        const up = [
            "up",
            "--stack",
            stack.name,
            "--yes",
            "--skip-preview",
            "--diff",
            "--non-interactive",
            `--event-log=${log}`,
        ];
        said("up --diff", await call("pulumi", up, { env: { PULUMI_DEBUG_COMMANDS: "true" } }));
        // The second generation: a Secret changes before everybody's eyes.
        stack.write({
            instances: {
                given: smallInstance("given", {
                    images: { registry: "registry.example.org/cht", pullSecret: "registry" },
                    version: "5.2.1",
                }),
                generated: smallInstance("generated", { credentials: { generation: 2 } }),
            },
        });
        said("preview of a rotation", await stack.preview("--diff"));
        // From 9 on the engine itself writes down what it passes on, secrets in clear: docs/operations.md says so.
        said("verbose preview", await stack.preview("--logtostderr", "--logflow", "-v=8", "--debug"));
        said("rotation", await stack.up("--diff"));
        said("refresh", await stack.run("refresh", "--yes", "--diff"));
        seen("event log", readFileSync(log, "utf8"));
        seen("process list", watch.stop());
        said("stack", await stack.run("stack"));
        said("stack output", await stack.run("stack output", "--json"));
        said("stack export", await stack.run("stack export"));
        said("history", await stack.run("stack history", "--json"));
        said("config", await call("pulumi", ["config", "--stack", stack.name, "--json"]));
        for (const file of filesBelow(join(checkout(), ".toolchain", "backend")))
            seen("backend", readFileSync(file, "utf8"));
        for (const file of filesBelow(join(checkout(), ".toolchain", "pulumi")).filter(
            (each) => !each.includes("/plugins/"),
        ))
            seen("PULUMI_HOME", readFileSync(file, "latin1"));
        seen("stack file", readFileSync(join(checkout(), `Pulumi.${stack.name}.yaml`), "utf8"));
        secrets = await everySecret();
    });

    function said(place: string, result: Parameters<typeof succeeded>[0]): void {
        succeeded(result);
        seen(place, result.stdout + result.stderr);
    }

    it("knows what it looks for", async () => {
        assert.deepEqual(
            [...secrets.keys()].sort(),
            [
                ...["dockerConfigJson", "password", "secret", "uuid"].map((key) => `given ${key}`),
                ...["password", "password before", "secret", "url"].map((key) => `generated ${key}`),
            ].sort(),
        );
        // The cluster has what was given: otherwise nothing could have leaked.
        const values = await secretValues("cht-couchdb-credentials", "given");
        assert.deepEqual(
            [values["COUCHDB_PASSWORD"], values["COUCHDB_SECRET"], values["COUCHDB_UUID"]],
            [canaries.password, canaries.secret, canaries.uuid],
        );
        for (const [name, value] of secrets) assert.ok(value.length >= 16, `${name} is too short to be looked for`);
    });

    it("finds the process list of an update worth reading", () => {
        assert.match(evidence.get("process list") ?? "", /pulumi up --stack secrets --yes/);
        assert.match(evidence.get("process list") ?? "", /pulumi-resource-kubernetes|plugins\/kubernetes\/main\.js/);
    });

    it("finds no secret in what was said or written", () => {
        const leaks: string[] = [];
        for (const [place, text] of evidence) {
            for (const [name, value] of secrets) {
                for (const [form, written] of Object.entries(formsOf(value))) {
                    const at = text.indexOf(written);
                    if (at >= 0)
                        leaks.push(`${name} (${form}) in ${place}: …${text.slice(Math.max(0, at - 80), at)}<here>`);
                }
            }
        }
        assert.deepEqual(leaks, []);
    });

    it("does not quote a secret that is refused, by its form or by what runs", async () => {
        await stack.setSecret("given.dockerConfigJson", "CanaryOfARefusal9");
        const malformed = await stack.preview();
        assert.match(
            refusal(malformed),
            /^ {2}given\.dockerConfigJson\n {4}must be the contents of a Docker config\.json: a JSON object with 'auths'$/m,
        );
        await stack.setSecret("given.dockerConfigJson", canaries.dockerConfigJson);
        await stack.setSecret("given.password", "CanaryOfARefusal9");
        const another = await stack.preview();
        assert.match(refusal(another), /given\.password is not the password that CouchDB has\./);
        for (const { stdout, stderr } of [malformed, another])
            assert.doesNotMatch(stdout + stderr, /CanaryOfARefusal9|Canary-Given/);
    });

    /** What the cluster holds now, and the password that was rotated away. A generated uuid is a name and no secret. */
    async function everySecret(): Promise<Map<string, string>> {
        const values = await secretValues("cht-couchdb-credentials", "generated");
        const { stdout } = succeeded(await stack.run("stack export", "--show-secrets"));
        const { deployment } = JSON.parse(stdout) as {
            deployment: { resources: { urn: string; outputs: { result: { plaintext: string } } }[] };
        };
        const first = deployment.resources.find(({ urn }) => urn.endsWith("::generated-couchdb-password"));
        return new Map([
            ...Object.entries(canaries).map(([key, value]): [string, string] => [`given ${key}`, value]),
            ["generated password", values["COUCHDB_PASSWORD"] ?? ""],
            ["generated password before", JSON.parse(first?.outputs.result.plaintext ?? '""') as string],
            ["generated secret", values["COUCHDB_SECRET"] ?? ""],
            ["generated url", values["COUCH_URL"] ?? ""],
        ]);
    }
});

/** The ways in which a value may be written down. */
function formsOf(value: string): Record<string, string> {
    return {
        "as it is": value,
        base64: Buffer.from(value).toString("base64"),
        "URL-encoded": encodeURIComponent(value),
        JSON: JSON.stringify(value).slice(1, -1),
    };
}

function filesBelow(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((file) => join(folder, file))
        .filter((file) => statSync(file).isFile());
}

/** Looks at every process's arguments, as any user of the machine may, until it is stopped. */
function watchProcesses(): { stop(): string } {
    const all = new Set<string>();
    const timer = setInterval(() => allProcesses().forEach(({ args }) => all.add(args)), 100);
    return {
        stop() {
            clearInterval(timer);
            return [...all].join("\n");
        },
    };
}
