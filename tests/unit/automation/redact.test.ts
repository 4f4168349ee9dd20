import assert from "node:assert/strict";
import fc from "fast-check";
import { redactAll, redactEnvironment, redactor } from "../../../automation/redact";

describe("redaction", () => {
    it("takes a secret out in every form in which programs print it", () => {
        const password = 'p@ss/w"o rd';
        const basic = Buffer.from(`medic:${password}`).toString("base64");
        const redact = redactor([password], { user: "medic", password });
        const text = `${password} http://medic:${encodeURIComponent(password)}@haproxy ${JSON.stringify(password)} Basic ${basic}`;
        assert.equal(redact(text), '[secret] http://medic:[secret]@haproxy "[secret]" Basic [secret]');
    });

    it("takes the longer of two secrets out whole", () => {
        assert.equal(redactor(["abc", "abcdef"])("abcdef abc"), "[secret] [secret]");
    });

    it("without secrets changes nothing", () => {
        assert.equal(redactor([""])("a text"), "a text");
    });

    it("leaves no secret in any value", () => {
        const secret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !"[secret]".includes(text));
        fc.assert(
            fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.string(), (secrets, around) => {
                const text = secrets.map((each) => `${around}${each}${encodeURIComponent(each)}`).join(around);
                const value = redactAll({ deep: [{ [text]: text }, 1, null, true] }, redactor(secrets));
                const [{ ...inner }] = value.deep as [Record<string, string>];
                for (const each of secrets) {
                    assert.equal(
                        Object.entries(inner)
                            .flat()
                            .some((left) => left.includes(each)),
                        false,
                    );
                }
            }),
        );
    });

    it("of an environment goes by names as well", () => {
        const lines = [
            "COUCHDB_PASSWORD=x",
            "COUCH_URL=http://u:y@h",
            "SOME_TOKEN=z",
            "LANG=C",
            "NOTE=has canary in it",
        ];
        assert.deepEqual(redactEnvironment(lines, redactor(["canary"])), [
            "COUCHDB_PASSWORD=[secret]",
            "COUCH_URL=[secret]",
            "SOME_TOKEN=[secret]",
            "LANG=C",
            "NOTE=has [secret] in it",
        ]);
    });
});
