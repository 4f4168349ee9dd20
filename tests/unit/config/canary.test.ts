/** No secret is told by a mistake, wherever it was put by mistake. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblems } from "../../../config/problem";
import { stackSchema } from "../../../config/schema";
import { secretKeys } from "../../../config/secrets";
import { inputOf } from "./arbitrary";
import { clusterOf, credentials, file, namespaceOfPlan, onlyPlan, plan, problemsOf, type Raw } from "./support";

/** Passwords of people and of generators; long enough that no part of one is a word of a message. */
const canary = fc.oneof(
    fc.stringMatching(/^Qz[!-~]{10,20}$/),
    fc.stringMatching(/^Qz[A-Za-z0-9_-]{30}$/),
    fc.stringMatching(/^qz[a-z0-9]{12,20}$/),
    fc.stringMatching(/^[0-9]{9,14}$/),
);

/** Every part of six characters. */
function parts(secret: string): string[] {
    return Array.from({ length: secret.length - 5 }, (_, index) => secret.slice(index, index + 6));
}

function assertSilent(text: string, secret: string, besides: string): void {
    const told = parts(secret).filter((part) => text.includes(part) && !besides.includes(part));
    assert.deepEqual(told, [], text);
}

/** Puts `value` in place of one of the values in `object`, however deep. */
function plant(object: Raw, value: unknown, choice: number): void {
    const places = (item: unknown): [Raw, string][] =>
        typeof item === "object" && item !== null
            ? Object.entries(item).flatMap(([key, inner]) => [[item as Raw, key] as [Raw, string], ...places(inner)])
            : [];
    const all = places(object);
    const [parent, key] = all[choice % all.length] ?? [object, "cluster"];
    parent[key] = value;
}

describe("a secret in the wrong place", function () {
    this.timeout(60_000);

    it("is not told, whatever key of the file it stands at", () => {
        const anywhere = fc.tuple(
            inputOf(stackSchema) as fc.Arbitrary<Raw>,
            canary,
            fc.nat(),
            fc.constantFrom("value", "object", "list"),
        );
        fc.assert(
            fc.property(anywhere, ([raw, secret, choice, form]) => {
                const besides = JSON.stringify(raw);
                const value = form === "value" ? secret : form === "object" ? { password: secret } : [secret];
                plant(raw, value, choice);
                assertSilent(formatProblems("", problemsOf(raw)), secret, besides);
            }),
            { numRuns: 300 },
        );
    });

    it("is not told as a flat key, secret or not, known or not", () => {
        const keys = [...secretKeys, "pass"].flatMap((key) => [`uat.${key}`, `prod.${key}`, key]);
        fc.assert(
            fc.property(
                canary,
                fc.constantFrom(...keys),
                fc.boolean(),
                fc.constantFrom("4.7.0", "4.22.0", "5.3.0"),
                (secret, key, isSecret, version) => {
                    const raw = file({ version });
                    const value = ` ${secret}/"`;
                    const problems = isSecret
                        ? problemsOf(raw, { [key]: value })
                        : problemsOf({ ...raw, [key]: value });
                    assert.notEqual(problems.length, 0);
                    assertSilent(formatProblems("", problems), secret, "");
                },
            ),
        );
    });

    it("is not told by what does not fit the cluster", () => {
        fc.assert(
            fc.property(
                canary,
                canary,
                fc.boolean(),
                fc.integer({ min: 1, max: 4 }),
                (live, given, hasPath, generation) => {
                    const raw = file({ credentials: { generation, user: "other" }, database: "other" });
                    const url = `http://medic:${live}@haproxy:5984${hasPath ? "/medic" : ""}`;
                    const values = {
                        ...credentials,
                        COUCHDB_PASSWORD: live,
                        COUCHDB_SECRET: live,
                        COUCHDB_UUID: live,
                        COUCH_URL: url,
                    };
                    const namespace = { ...namespaceOfPlan(onlyPlan(file())), credentials: { values, generation: 2 } };
                    const secrets = { uat: { password: given, secret: given, uuid: given } };
                    const { problems, notes } = plan(raw, clusterOf(namespace), secrets);
                    assert.ok(problems.length >= 2);
                    const text = formatProblems("", problems) + notes.join("\n");
                    assertSilent(text, live, "");
                    assertSilent(text, given, "");
                },
            ),
        );
    });
});
