import assert from "node:assert/strict";
import type { HostPlan } from "../../config/docker/host-plan";
import { hostResource, registerHost } from "../support/host";
import { hostFile, planOf } from "../unit/config/docker-support";

type Live = NonNullable<HostPlan["credentials"]["live"]>;

const given = { password: "given password/1", secret: "given-secret", uuid: "given-uuid" };
const live = { password: "live-password", secret: "live-secret", uuid: "live-uuid" };

/** What CouchDB is started with, by the end of the variable's name; and API's URL. */
async function credentials(found: Live | undefined, operators: Partial<typeof given>) {
    const plan = planOf(hostFile());
    const { resources } = await registerHost(
        { ...plan, credentials: { ...plan.credentials, ...(found === undefined ? {} : { live: found }) } },
        { given: operators },
    );
    const value = (service: string, name: string) =>
        (hostResource(resources, "Container", `dev-${service}`).inputs["envs"] as string[])
            .find((line) => line.startsWith(`${name}=`))
            ?.slice(name.length + 1);
    return {
        password: value("couchdb", "COUCHDB_PASSWORD"),
        secret: value("couchdb", "COUCHDB_SECRET"),
        uuid: value("couchdb", "COUCHDB_UUID"),
        url: value("api", "COUCH_URL"),
    };
}

const urlOf = (password: string) => `http://medic:${password}@haproxy:5984/medic`;
const generated = {
    password: "generated-dev-couchdb-password",
    secret: "generated-dev-couchdb-secret",
    uuid: "generated-dev-couchdb-uuid",
};

const CASES: [string, Live | undefined, Partial<typeof given>, Record<string, string>][] = [
    ["are generated", undefined, {}, { ...generated, url: urlOf(generated.password) }],
    ["are the operator's", undefined, given, { ...given, url: urlOf("given%20password%2F1") }],
    ["are the engine's, where it holds any", live, {}, { ...live, url: urlOf("live-password") }],
    ["are the engine's, whatever else is given", live, given, { ...live, url: urlOf("live-password") }],
    [
        "are what Compose had, and for what its .env left empty the operator's, or new ones",
        { password: "live-password" },
        { secret: "given-secret" },
        { password: "live-password", secret: "given-secret", uuid: generated.uuid, url: urlOf("live-password") },
    ],
];

describe("the credentials of a Docker host", () => {
    for (const [title, found, operators, expected] of CASES) {
        it(title, async () => assert.deepEqual(await credentials(found, operators), expected));
    }
});

describe("canary secrets on a Docker host", () => {
    const canary = { password: "canary-password", secret: "canary-secret", uuid: "canary-uuid" };
    const words = ["canary", "generated-dev"];

    for (const [title, found, operators] of [
        ["generated", undefined, {}],
        ["given", undefined, canary],
        ["live", canary, {}],
    ] as const) {
        it(`stand in no input that is not marked secret: ${title}`, async () => {
            const plan = planOf(hostFile({ version: "4.22.0", couchdb: { nodes: 3 }, upgradeService: true }));
            const credentials = { ...plan.credentials, ...(found === undefined ? {} : { live: found }) };
            const { resources } = await registerHost(
                { ...plan, credentials, tls: { kind: "own", certificate: "PEM" } },
                { given: operators, key: "canary-key" },
            );
            const told = resources.flatMap(({ name, inputs, secretInputs }) =>
                leaves(inputs)
                    .filter(([path, text]) => !secretInputs.includes(path) && words.some((word) => text.includes(word)))
                    .map(([path]) => `${name} ${path}`),
            );
            assert.deepEqual(told, []);
            assert.ok(resources.some(({ secretInputs }) => secretInputs.length > 0));
        });
    }
});

/** Every text of the inputs with its path, `envs[0]`. */
function leaves(value: unknown, path = ""): [string, string][] {
    if (typeof value !== "object" || value === null) return [[path, String(value)]];
    if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
    return Object.entries(value).flatMap(([key, item]) => leaves(item, path === "" ? key : `${path}.${key}`));
}
