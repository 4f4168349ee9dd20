import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { checkPassword } from "../../cht/credentials";
import { rotationScript } from "../../cht/rotation";
import { type Inputs, objectOf, objectsOf, podsOf, resourceOf } from "../support/objects";
import { type InstanceInput, planOf, registerInstance } from "../support/plan";
import { restrictedViolations } from "../support/pod-security";
import type { Registered } from "../support/register";

const jobName = "cht-couchdb-rotate-password-2";

async function rotated(input: Partial<InstanceInput> = {}): Promise<readonly Registered[]> {
    const plan = planOf(input);
    const second = { ...plan, credentials: { ...plan.credentials, generation: 2 } };
    return (await registerInstance(second)).resources;
}

/** Everything that a resource waits for, directly or by way of others. */
function waitsFor(resources: readonly Registered[], resource: Registered, seen = new Set<string>()): Set<string> {
    const byUrn = new Map(resources.map((other) => [`${other.type}::${other.name}`, other]));
    for (const urn of resource.options.dependsOn) {
        const other = byUrn.get(urn);
        if (other === undefined || seen.has(urn)) continue;
        seen.add(urn);
        waitsFor(resources, other, seen);
    }
    return seen;
}

describe("the rotation of the password", () => {
    let resources: readonly Registered[];
    before(async () => (resources = await rotated()));

    it("is one Job, of the second generation on", async () => {
        assert.deepEqual(Object.keys(objectsOf(resources, "Job")), [jobName]);
        assert.deepEqual(Object.keys(objectsOf(resources, "Secret")).sort(), ["cht-couchdb-credentials", jobName]);
        assert.deepEqual(objectsOf((await registerInstance(planOf())).resources, "Job"), {});
    });

    it("ends before the Secret has the new password, and waits for nothing that has it", () => {
        const job = resourceOf(resources, "Job", "demo-rotate-password-2");
        const secret = resourceOf(resources, "Secret", "demo-credentials");
        assert(secret.options.dependsOn.includes("kubernetes:batch/v1:Job::demo-rotate-password-2"));
        const forbidden = [...waitsFor(resources, job)].filter(
            (urn) => urn.endsWith("Secret::demo-credentials") || /:(Deployment|PersistentVolumeClaim)::/.test(urn),
        );
        assert.deepEqual(forbidden, []);
    });

    it("may reach CouchDB before it begins", () => {
        const job = resourceOf(resources, "Job", "demo-rotate-password-2");
        const needed = ["demo-allow-job", "demo-allow-couchdb"].map(
            (name) => `kubernetes:networking.k8s.io/v1:NetworkPolicy::${name}`,
        );
        assert.deepEqual(
            needed.filter((urn) => !job.options.dependsOn.includes(urn)),
            [],
        );
        const [pod] = podsOf(resources).filter(({ name }) => name === jobName);
        assert.equal(pod?.metadata.labels["cht.service"], "job");
    });

    it("is done once: a Job cannot change, and need not for another image", () => {
        const { options } = resourceOf(resources, "Job", "demo-rotate-password-2");
        assert.deepEqual(options.ignoreChanges, ["spec"]);
        assert.equal(options.protect, false);
        assert.equal(options.timeouts.create, "20m");
    });

    it("asks the first node of a cluster, as the others take its hash", async () => {
        const job = objectOf(await rotated({ couchdb: { nodes: 3 } }), "Job", jobName);
        assert.equal(environment(job)["COUCHDB_URL"], "http://couchdb-1.demo.svc.cluster.local:5984");
    });

    it("has the passwords from Secrets alone", () => {
        const current = (key: string) => ({ secretKeyRef: { name: "cht-couchdb-credentials", key } });
        assert.deepEqual(environment(objectOf(resources, "Job", jobName)), {
            COUCHDB_URL: "http://couchdb.demo.svc.cluster.local:5984",
            COUCHDB_USER: current("COUCHDB_USER"),
            OLD_PASSWORD: current("COUCHDB_PASSWORD"),
            NEW_PASSWORD: { secretKeyRef: { name: jobName, key: "NEW_PASSWORD" } },
        });
    });

    it("runs in CouchDB's image as nobody in particular, where the instance's pods may run", async () => {
        const where = { nodeSelector: { pool: "cht" }, tolerations: [{ key: "cht", operator: "Exists" as const }] };
        const [pod] = podsOf(await rotated({ placement: where, images: { pullSecret: "registry" } })).filter(
            ({ name }) => name === jobName,
        );
        assert(pod !== undefined);
        assert.deepEqual(restrictedViolations(pod.spec), []);
        assert.equal(pod.containers[0]?.["image"], "public.ecr.aws/medic/cht-couchdb:5.3.0");
        const { nodeSelector, tolerations, imagePullSecrets, automountServiceAccountToken, enableServiceLinks } =
            pod.spec;
        assert.deepEqual(
            { nodeSelector, tolerations, imagePullSecrets, automountServiceAccountToken, enableServiceLinks },
            {
                ...where,
                imagePullSecrets: [{ name: "registry" }],
                automountServiceAccountToken: false,
                enableServiceLinks: false,
            },
        );
    });

    it("is not part of a removal", async () => {
        const removed = await rotated({ remove: "demo" });
        assert.deepEqual(objectsOf(removed, "Job"), {});
    });
});

function environment(job: Inputs): Record<string, unknown> {
    const { containers } = (job["spec"] as { template: { spec: { containers: Inputs[] } } }).template.spec;
    const variables = containers[0]?.["env"] as { name: string; value?: string; valueFrom?: unknown }[];
    return Object.fromEntries(variables.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

/**
 * A curl that keeps what it was told, and answers as CouchDB would: to the password that is in force. Its configuration on
 * standard input is read as curl's manual says: in double quotes, `\` makes the next character plain.
 */
const fakeCurl = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const folder = __dirname;
const input = readFileSync(0, "utf8");
const options = Object.fromEntries(
    input.split("\\n").filter(Boolean).map((line) => {
        const [, name, quoted] = /^(\\w+) = "(.*)"$/.exec(line);
        return [name, quoted.replace(/\\\\(.)/g, "$1")];
    }),
);
appendFileSync(folder + "/calls", JSON.stringify({ arguments: process.argv.slice(2), options }) + "\\n");
const inForce = JSON.parse(readFileSync(folder + "/password", "utf8"));
if (existsSync(folder + "/down") || options.user !== "medic:" + inForce) process.exit(22);
if (options.request === "PUT") writeFileSync(folder + "/password", options.data);
`;

interface Call {
    readonly arguments: string[];
    readonly options: Record<string, string>;
}

describe("the rotation's script, in a real shell", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-hosting-"));
        writeFileSync(join(folder, "curl"), fakeCurl);
        chmodSync(join(folder, "curl"), 0o755);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    function run(
        inForce: string,
        old: string,
        next: string,
    ): { status: number | null; calls: Call[]; password: string; said: string } {
        writeFileSync(join(folder, "password"), JSON.stringify(inForce));
        const [command = "", ...rest] = rotationScript;
        const { status, stdout, stderr } = spawnSync(command, rest, {
            encoding: "utf8",
            env: {
                PATH: `${folder}${delimiter}${process.env["PATH"]}`,
                COUCHDB_URL: "http://couchdb:5984",
                COUCHDB_USER: "medic",
                OLD_PASSWORD: old,
                NEW_PASSWORD: next,
            },
        });
        const calls = existsSync(join(folder, "calls"))
            ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n")
            : [];
        return {
            status,
            calls: calls.map((line) => JSON.parse(line) as Call),
            password: JSON.parse(readFileSync(join(folder, "password"), "utf8")) as string,
            said: stdout + stderr,
        };
    }

    /** Each is a password that CHT allows. */
    const passwords = {
        plain: "next-password",
        quotes: `"double" 'single' \`back\``,
        backslashes: "a\\b\\\\c\\n\\",
        dollars: "$HOME $(id) ${x} %s %d !",
        brackets: "{[<(&|;)>]}*?#~",
        all: Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join(""),
    };

    for (const [name, password] of Object.entries(passwords)) {
        it(`changes to, and from, a password of ${name}, and shows it nowhere`, () => {
            assert.deepEqual(checkPassword(password, { healthcheck: false }), []);
            for (const [old, next] of [
                ["before", password],
                [password, "after"],
            ] as const) {
                rmSync(join(folder, "calls"), { force: true });
                const { status, password: inForce, calls, said } = run(old, old, next);
                assert.equal(status, 0);
                assert.equal(inForce, next);
                const put = calls.filter(({ options }) => options["request"] === "PUT");
                assert.deepEqual(
                    put.map(({ options }) => options),
                    [
                        {
                            user: `medic:${old}`,
                            request: "PUT",
                            header: "Content-Type: application/json",
                            data: JSON.stringify(next),
                        },
                    ],
                );
                assert.equal(put[0]?.arguments.at(-1), "http://couchdb:5984/_node/_local/_config/admins/medic");
                for (const shown of [said, ...calls.flatMap((call) => call.arguments)]) {
                    assert(!shown.includes(old) && !shown.includes(next), shown);
                }
            }
        });
    }

    it("does nothing where the new password is in force already", () => {
        const { status, calls, said } = run("next", "old", "next");
        assert.equal(status, 0);
        assert.equal(calls.length, 1);
        assert.match(said, /in force/);
    });

    it("fails, to be tried again, where neither password is in force", () => {
        assert.notEqual(run("another", "old", "next").status, 0);
    });

    it("fails, to be tried again, where CouchDB does not answer", () => {
        writeFileSync(join(folder, "down"), "");
        const { status, password } = run("old", "old", "next");
        assert.notEqual(status, 0);
        assert.equal(password, "old");
    });

    it("is never given what is not printable ASCII", () => {
        assert.notDeepEqual(checkPassword("pässword", { healthcheck: false }), []);
        assert.notDeepEqual(checkPassword("pass\nword", { healthcheck: false }), []);
    });
});
