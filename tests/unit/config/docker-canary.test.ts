/** No secret of a Docker host is told by a mistake, nor is one in a plan but where it belongs. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkCertificate } from "../../../config/docker/certificate";
import { formatProblems } from "../../../config/problem";
import { makeCertificate } from "../../support/certificates";
import { composed, hostFile, planHost, planOf, runningOn } from "./docker-support";

const canary = fc.stringMatching(/^Qz[A-Za-z0-9_-]{20}$/);

describe("a secret of a Docker host", () => {
    it("is not told by what does not fit the engine", () => {
        const raws = [
            [hostFile({ credentials: { user: "other" }, database: "other" }), runningOn(hostFile())],
            [hostFile({ database: "other", compose: { project: "cht" } }), composed()],
        ] as const;
        fc.assert(
            fc.property(canary, canary, fc.constantFrom(...raws), (live, given, [raw, engine]) => {
                fc.pre(live !== given);
                const values = {
                    COUCHDB_USER: "medic",
                    COUCHDB_PASSWORD: live,
                    COUCHDB_SECRET: live,
                    COUCHDB_UUID: live,
                    COUCH_URL: `http://medic:${live}@haproxy:5984/medic`,
                };
                const secrets = { dev: { password: given, secret: given, uuid: given } };
                const credentials = new Map([["dev", { from: "container" as const, values }]]);
                const { problems, notes, plans } = planHost(raw, { ...engine, credentials }, secrets);
                assert.ok(problems.length >= 4);
                const text = formatProblems("", problems) + notes.join("\n");
                assert.ok(!text.includes(live) && !text.includes(given), text);
                const rest = plans.map(({ credentials, ...plan }) => ({ ...plan, credentials: credentials.given }));
                assert.ok(!JSON.stringify({ rest }).includes(live));
                assert.ok(!JSON.stringify({ plans }).includes(given));
            }),
        );
    });

    it("is not told of a key that does not fit, nor handed on with its certificate", () => {
        const dates = { from: new Date(0), to: new Date("2090-01-01") };
        const [own, other] = ["a", "b"].map((subject) => makeCertificate({ subject, hosts: ["localhost"], ...dates }));
        assert.ok(own !== undefined && other !== undefined);
        for (const key of [other.key, other.key.slice(0, 100), `${other.key.slice(0, 60)}${other.key.slice(64)}`]) {
            const checked = checkCertificate(
                { certificate: { name: "c", text: own.certificate + key }, key: { name: "k", text: key } },
                "localhost",
                new Date(),
            );
            assert.equal(checked.problems.length, 1);
            const text = JSON.stringify(checked);
            const parts = key.split("\n").filter((line) => line.length > 8 && !line.startsWith("-----"));
            assert.deepEqual(
                parts.filter((part) => text.includes(part)),
                [],
            );
        }
    });

    it("of the engine is in the plan, for the containers", () => {
        assert.equal(planOf(hostFile(), runningOn(hostFile())).credentials.live?.password, "live-password");
    });
});
