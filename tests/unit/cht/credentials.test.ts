import assert from "node:assert/strict";
import fc from "fast-check";
import {
    checkDatabase,
    checkPassword,
    checkSecret,
    checkUser,
    checkUuid,
    couchUrl,
    generatedPassword,
    type PasswordRules,
} from "../../../cht/credentials";

const rules = fc.record({ healthcheck: fc.boolean(), unescapedPassword: fc.boolean() });
const lenient: PasswordRules = { healthcheck: false };
const printable = fc.string({
    unit: fc.constantFrom(...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))),
});
/** Mostly acceptable, mostly nasty. */
const passwords = fc.oneof(
    printable,
    fc.string({ unit: "binary" }),
    fc.constantFrom("-pbkdf2-x", "a ;b", " a", "p:@/ '\"%\\&="),
);

describe("a password", () => {
    const accepted = ["x", "correct horse: battery @staple", `:@/ '"\\%&=?#[]{}$!*()`, "a;b", "a=b", "pbkdf2-"];
    for (const password of accepted) {
        it(`may be ${password}`, () => assert.deepEqual(checkPassword(password, lenient), []));
    }

    const refused: [string, PasswordRules, string[]][] = [
        ["", lenient, ["must not be empty"]],
        ["pässword", lenient, ["may contain printable ASCII characters only"]],
        ["a\nb", lenient, ["may contain printable ASCII characters only"]],
        [" a", lenient, ["must not begin or end with a blank, which CouchDB cuts off"]],
        ["a ", lenient, ["must not begin or end with a blank, which CouchDB cuts off"]],
        ["a ;b", lenient, ["must not contain a blank followed by ;, where CouchDB begins a comment"]],
        ["a =b", lenient, ["must not contain a blank beside =, which older CouchDB drops"]],
        ["a= b", lenient, ["must not contain a blank beside =, which older CouchDB drops"]],
        [
            "-pbkdf2-a",
            lenient,
            ["must not begin with -pbkdf2- or -hashed-: CouchDB would take it for the hash of a password"],
        ],
        [
            "-hashed-a",
            lenient,
            ["must not begin with -pbkdf2- or -hashed-: CouchDB would take it for the hash of a password"],
        ],
        [
            "a/b",
            { healthcheck: true },
            ["must not contain /, because the health check of CHT 4.x and of clusters cannot encode it"],
        ],
        [
            "a:b",
            { healthcheck: true, unescapedPassword: true },
            ["may contain letters, digits and . _ ~ - only, because CHT before 4.8.0 does not escape it"],
        ],
    ];
    for (const [password, rule, problems] of refused) {
        it(`may not be ${JSON.stringify(password)}${rule.healthcheck ? " with a health check" : ""}`, () => {
            assert.deepEqual(checkPassword(password, rule), problems);
        });
    }

    it("tells all that is wrong with it at once", () => {
        assert.equal(checkPassword(" ü ;/", { healthcheck: true }).length, 4);
    });

    it("that is accepted comes back out of COUCH_URL as it went in", () => {
        fc.assert(
            fc.property(passwords, rules, (password, rule) => {
                fc.pre(checkPassword(password, rule).length === 0);
                const url = new URL(couchUrl({ user: "medic", password, database: "medic" }));
                assert.equal(decodeURIComponent(url.password), password);
                assert.deepEqual(
                    [url.protocol, url.username, url.hostname, url.port, url.pathname, url.search, url.hash],
                    ["http:", "medic", "haproxy", "5984", "/medic", "", ""],
                );
            }),
        );
    });

    it("that is refused is never part of what is said about it", () => {
        // Long enough not to be a word of the message by chance.
        fc.assert(
            fc.property(
                fc.stringMatching(/^[A-Z0-9]{12,20}$/),
                fc.constantFrom(" ", "é", "\n", " ;", "/"),
                rules,
                (text, bad, rule) => {
                    for (const value of [`${text}${bad}${text}`, `${bad}${text}`, `${text}${bad}`]) {
                        for (const problem of [
                            ...checkPassword(value, rule),
                            ...checkSecret(value),
                            ...checkUuid(value),
                            ...checkUser(value),
                        ]) {
                            assert.ok(!problem.includes(text));
                        }
                    }
                },
            ),
        );
    });

    it("that is generated is accepted by every version, for every purpose", () => {
        const characters = [..."ABCXYZabcxyz0189", ...generatedPassword.overrideSpecial];
        const { length } = generatedPassword;
        const generated = fc.string({ unit: fc.constantFrom(...characters), minLength: length, maxLength: length });
        fc.assert(
            fc.property(generated, rules, (text, rule) => {
                fc.pre(!/^-(pbkdf2|hashed)-/.test(text));
                assert.deepEqual([...checkPassword(text, rule), ...checkSecret(text), ...checkUuid(text)], []);
            }),
        );
        assert.equal(length, 32);
    });
});

describe("other credentials", () => {
    it("a user is a word", () => {
        assert.deepEqual(["medic", "admin-2", "A_b"].flatMap(checkUser), []);
        for (const user of ["", "a.b", "a b", "a:b", "a@b", "ä"]) {
            assert.deepEqual(checkUser(user), ["may contain letters, digits, _ and - only, at least one of them"]);
        }
    });

    for (const check of [checkSecret, checkUuid]) {
        it(`${check.name} refuses what sed or JSON changes`, () => {
            assert.deepEqual(check("4f6c1e2a-0000-4000-8000-000000000000"), []);
            assert.deepEqual(check("a/b&c"), []);
            for (const text of ["a\\b", 'a"b']) {
                assert.deepEqual(check(text), [
                    "must not contain \\ or \", because CouchDB's start script changes them",
                ]);
            }
            assert.deepEqual(check(" a"), ["must not begin or end with a blank, which CouchDB cuts off"]);
            assert.deepEqual(check(""), ["must not be empty"]);
        });
    }

    it("a database has a name that CouchDB takes, and that API can add to", () => {
        assert.deepEqual(["medic", "medic-2", "a_b"].flatMap(checkDatabase), []);
        for (const database of ["", "Medic", "2medic", "a/b", "_users", "a b", "a".repeat(101)]) {
            assert.equal(checkDatabase(database).length, 1);
        }
    });

    it("COUCH_URL encodes every part", () => {
        const url = couchUrl({
            user: "medic",
            password: ":@/ '\"+",
            host: "haproxy.uat",
            port: 5984,
            database: "medic",
        });
        assert.equal(url, "http://medic:%3A%40%2F%20'%22%2B@haproxy.uat:5984/medic");
    });
});
