import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { decideCredentials } from "../../components/kubernetes/credentials";
import type { CredentialsPlan, InstancePlan } from "../../config/plan";
import type { SecretKey } from "../../config/secrets";
import { type Inputs, objectOf, podsOf, resourceOf } from "../support/objects";
import { planOf, registerInstance, registerTopology, topologies } from "../support/plan";
import { type Registered, register } from "../support/register";

type Live = NonNullable<CredentialsPlan["live"]>;

const live: Live = {
    generation: 1,
    values: {
        COUCHDB_USER: "medic",
        COUCHDB_PASSWORD: "live-password",
        COUCHDB_SECRET: "live-secret",
        COUCHDB_UUID: "live-uuid",
        COUCH_URL: "http://medic:live-password@haproxy:5984/medic",
    },
};

interface Case {
    readonly generation?: number;
    readonly live?: Live;
    readonly given?: Partial<Record<SecretKey, string>>;
}

function withCredentials(plan: InstancePlan, { generation = 1, live }: Case): InstancePlan {
    return { ...plan, credentials: { ...plan.credentials, generation, live } };
}

async function registered(variant: Case = {}, plan: InstancePlan = planOf()): Promise<readonly Registered[]> {
    const given = Object.entries(variant.given ?? {}).map(([key, value]) => [key, pulumi.secret(value)]);
    const secrets = Object.fromEntries(given) as Partial<Record<SecretKey, pulumi.Output<string>>>;
    return (await registerInstance(withCredentials(plan, variant), { given: secrets })).resources;
}

/** What the Secret holds, decoded. */
function secretOf(resources: readonly Registered[]): Record<string, string> {
    const data = objectOf(resources, "Secret", "cht-couchdb-credentials")["data"] as Record<string, string>;
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]));
}

const url = (password: string) => `http://medic:${password}@haproxy:5984/medic`;

const generated = {
    COUCHDB_USER: "medic",
    COUCHDB_PASSWORD: "generated-demo-couchdb-password",
    COUCHDB_SECRET: "generated-demo-couchdb-secret",
    COUCHDB_UUID: "generated-demo-couchdb-uuid",
    COUCH_URL: url("generated-demo-couchdb-password"),
};

const given = { password: "given password/1", secret: "given-secret", uuid: "given-uuid" };
const nextPassword = "generated-demo-couchdb-password-2";

/** What counts: the cluster for this generation, then the operator, then what is generated. */
const cases: [string, Case, Record<string, string>][] = [
    ["are generated", {}, generated],
    [
        "are the operator's",
        { given },
        {
            COUCHDB_USER: "medic",
            COUCHDB_PASSWORD: "given password/1",
            COUCHDB_SECRET: "given-secret",
            COUCHDB_UUID: "given-uuid",
            COUCH_URL: url("given%20password%2F1"),
        },
    ],
    ["are the cluster's, where it has any", { live }, live.values],
    ["are the cluster's, whatever else is given", { live, given }, live.values],
    [
        "get a new password with a new generation, and nothing else new",
        { live, generation: 2 },
        { ...live.values, COUCHDB_PASSWORD: nextPassword, COUCH_URL: url(nextPassword) },
    ],
    [
        "get the operator's new password with a new generation",
        { live, generation: 2, given: { password: "next" } },
        { ...live.values, COUCHDB_PASSWORD: "next", COUCH_URL: url("next") },
    ],
    ["stay when the generation has been reached", { live: { ...live, generation: 2 }, generation: 2 }, live.values],
];

/** Of an instance that is to be removed only what holds data is made: the same Secret, sooner. */
const secretsOnly = planOf({ remove: "demo" });

describe("the credentials of an instance", () => {
    for (const [name, variant, expected] of cases) {
        it(name, async () => {
            assert.deepEqual(secretOf(await registered(variant, secretsOnly)), expected);
        });
    }

    it("say of which generation they are", async () => {
        const { metadata } = objectOf(
            await registered({ live, generation: 2 }, secretsOnly),
            "Secret",
            "cht-couchdb-credentials",
        );
        assert.deepEqual((metadata as Inputs)["annotations"], { "cht-hosting/credentials-generation": "2" });
    });

    it("are long, and of characters that mean nothing to a shell, a URL or an ini file", async () => {
        const { inputs } = resourceOf(await registered({}, secretsOnly), "RandomPassword", "demo-couchdb-password");
        assert.deepEqual(inputs, { length: 32, special: true, overrideSpecial: "-_" });
    });
});

describe("the checksum of the credentials", () => {
    async function checksum(variant: Case, plan = planOf()): Promise<string> {
        const { outputs } = await register(() => ({
            checksum: decideCredentials({ plan: withCredentials(plan, variant), keep: {} }, {}).checksum,
        }));
        return (outputs as { checksum: string }).checksum;
    }

    const changed = (values: Partial<Live["values"]>) => ({ live: { ...live, values: { ...live.values, ...values } } });

    it("changes with each of them", async () => {
        const variants = [
            { live },
            changed({ COUCHDB_PASSWORD: "other" }),
            changed({ COUCHDB_SECRET: "other" }),
            changed({ COUCHDB_UUID: "other" }),
        ];
        const all = [
            await checksum({ live }, planOf({ credentials: { user: "admin" } })),
            await checksum({ live }, planOf({ database: "other" })),
        ];
        for (const variant of variants) all.push(await checksum(variant));
        assert.equal(new Set(all).size, all.length);
    });

    it("changes with nothing else", async () => {
        const before = await checksum({ live });
        const others = [
            planOf({ version: "5.3.1" }),
            planOf({ host: "other.example.org" }),
            planOf({ resources: { api: { limits: { memory: "4Gi" } } } }),
            planOf({ logLevel: "debug" }),
        ];
        for (const plan of others) assert.equal(await checksum({ live }, plan), before);
    });

    it("is in every pod, is no secret, and says nothing of them", async () => {
        const { resources } = await registerTopology("4.x cluster");
        const checksums = new Set(
            podsOf(resources).map(({ metadata }) => metadata.annotations?.["cht-hosting/checksum"]),
        );
        assert.deepEqual([...checksums], [await checksum({}, planOf(topologies["4.x cluster"]))]);
        assert.match([...checksums].join(), /^[0-9a-f]{64}$/);
        for (const { secretInputs } of resources.filter(({ type }) => type.endsWith(":Deployment"))) {
            assert.deepEqual(secretInputs, []);
        }
    });
});

describe("canary secrets", () => {
    const canary = (what: string) => `canary-${what}-7f3a`;
    const variants: Record<string, Case> = {
        generated: {},
        given: {
            given: {
                password: canary("password"),
                secret: canary("secret"),
                uuid: canary("uuid"),
                dockerConfigJson: JSON.stringify({ auths: { "registry.example.org": { auth: canary("registry") } } }),
            },
        },
        live: {
            live: {
                generation: 1,
                values: {
                    ...live.values,
                    COUCHDB_PASSWORD: canary("password"),
                    COUCHDB_SECRET: canary("secret"),
                    COUCHDB_UUID: canary("uuid"),
                    COUCH_URL: url(canary("password")),
                },
            },
        },
        rotated: { live, generation: 2, given: { password: canary("password") } },
    };
    const secrets = /canary-|generated-|live-/;

    /** Each text among the inputs, by its path. */
    function texts(value: unknown, path = ""): [string, string][] {
        if (typeof value === "string") return [[path, value]];
        if (typeof value !== "object" || value === null) return [];
        return Object.entries(value).flatMap(([key, item]) => texts(item, path === "" ? key : `${path}.${key}`));
    }

    /** In the clear, or as Kubernetes has it in Secrets. */
    function tells(text: string): boolean {
        return secrets.test(text) || secrets.test(Buffer.from(text, "base64").toString());
    }

    for (const [name, variant] of Object.entries(variants)) {
        it(`stand in no input that is not marked secret: ${name}`, async () => {
            const plan = planOf({ images: { pullSecret: "registry" } });
            const resources = await registered(variant, plan);
            let marked = 0;
            for (const { type, name, inputs, secretInputs } of resources) {
                for (const [path, text] of texts(inputs)) {
                    if (!tells(text)) continue;
                    marked++;
                    const isMarked = secretInputs.some((secret) => path === secret || path.startsWith(`${secret}.`));
                    assert(isMarked, `${type} ${name}: ${path}`);
                }
            }
            assert(marked >= 3, "the canaries were there to be found");
        });
    }
});
