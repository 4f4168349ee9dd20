/** Certificates that an operator brings: what is accepted, what is said of others, and that no key is ever told. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAuthority, checkCertificate } from "../../../config/docker/certificate";
import { readHostFiles } from "../../../config/docker/files";
import { makeCertificate } from "../../support/certificates";
import { hostFile, hostModelOf, hosts } from "./docker-support";
import type { Raw } from "./support";

const now = new Date("2026-11-22T12:00:00Z");
const days = (count: number) => new Date(now.getTime() + count * 24 * 60 * 60 * 1000);
const year = { from: days(-10), to: days(355) };

const root = makeCertificate({ subject: "Root", ...year, authority: true });
const middle = makeCertificate({ subject: "Middle", ...year, authority: true, issuer: root });
const leaf = makeCertificate({
    subject: "cht",
    hosts: ["cht.example.org", "*.sub.example.org", "192.0.2.1"],
    ...year,
    issuer: middle,
});
const other = makeCertificate({ subject: "other", hosts: ["cht.example.org"], ...year });
const lasting = (from: Date, to: Date) => makeCertificate({ subject: "cht", hosts: ["cht.example.org"], from, to });

interface Files {
    readonly certificate?: string;
    readonly key?: string;
    readonly host?: string;
}

function check({ certificate = leaf.certificate, key = leaf.key, host = "cht.example.org" }: Files) {
    return checkCertificate(
        { certificate: { name: "cert.pem", text: certificate }, key: { name: "key.pem", text: key } },
        host,
        now,
    );
}

const told = (files: Files) => check(files).problems.map(({ key, message }) => `${key}: ${message}`);

type Case = readonly [title: string, files: Files, ...problems: string[]];

const cases: readonly Case[] = [
    ["a certificate and its key", {}],
    ["the whole chain", { certificate: leaf.certificate + middle.certificate + root.certificate }],
    ["a name of a wildcard", { host: "a.sub.example.org" }],
    ["an address", { host: "192.0.2.1" }],
    ["a certificate with text around it", { certificate: `Subject: CN = cht\r\n${leaf.certificate}\nmore\n` }],
    [
        "a name deeper than the wildcard",
        { host: "a.b.sub.example.org" },
        "certificate: 'cert.pem' does not cover the host 'a.b.sub.example.org': it is for cht.example.org, *.sub.example.org, 192.0.2.1",
    ],
    [
        "another address",
        { host: "192.0.2.2" },
        "certificate: 'cert.pem' does not cover the host '192.0.2.2': it is for cht.example.org, *.sub.example.org, 192.0.2.1",
    ],
    [
        "a certificate for no host",
        { certificate: root.certificate, key: root.key },
        "certificate: 'cert.pem' does not cover the host 'cht.example.org': it names no host (subjectAltName)",
    ],
    ["another's key", { key: other.key }, "key: 'key.pem' is not the key of the certificate 'cert.pem'"],
    [
        "the files the wrong way round",
        { certificate: leaf.key, key: leaf.certificate },
        "certificate: 'cert.pem' holds no certificate: it must be PEM, '-----BEGIN CERTIFICATE-----'",
        "key: 'key.pem' holds no private key: it must be PEM, '-----BEGIN PRIVATE KEY-----'",
    ],
    [
        "a damaged certificate",
        { certificate: leaf.certificate + middle.certificate.replace(/\n(....)/, "\n") },
        "certificate: the second certificate in 'cert.pem' is damaged",
    ],
    ["a damaged key", { key: leaf.key.replace(/\n(....)/, "\n") }, "key: the private key in 'key.pem' is damaged"],
    [
        "an encrypted key",
        {
            key: createPrivateKey(leaf.key)
                .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "hunter2" })
                .toString(),
        },
        "key: the key in 'key.pem' is encrypted, and nginx has nobody to ask for the passphrase: 'openssl pkey -in key.pem -out KEY' decrypts it",
    ],
    [
        "a chain in the wrong order",
        { certificate: leaf.certificate + root.certificate + middle.certificate },
        "certificate: in 'cert.pem' the first certificate is not issued by the second: the host's own must be the first, then each one's issuer",
    ],
    [
        "a chain with a gap further on",
        { certificate: leaf.certificate + middle.certificate + other.certificate },
        "certificate: in 'cert.pem' the second certificate is not issued by the third: the host's own must be the first, then each one's issuer",
    ],
    [
        "an issuer of the same name with another key",
        {
            certificate:
                leaf.certificate + makeCertificate({ subject: "Middle", ...year, authority: true }).certificate,
        },
        "certificate: in 'cert.pem' the first certificate is not issued by the second: the host's own must be the first, then each one's issuer",
    ],
    [
        "the authority first",
        { certificate: middle.certificate + leaf.certificate },
        "certificate: 'cert.pem' begins with an authority's certificate: the host's own, the second, must be the first, then each one's issuer",
        "certificate: 'cert.pem' does not cover the host 'cht.example.org': it names no host (subjectAltName)",
        "key: 'key.pem' is not the key of the certificate 'cert.pem'",
    ],
];

describe("an operator's own certificate", () => {
    for (const [title, files, ...expected] of cases) it(title, () => assert.deepEqual(told(files), expected));

    const validity: readonly [string, Date, Date, string[], string[]][] = [
        ["lasts", days(-1), days(31), [], []],
        ["lasts for 30 days", days(-1), days(30), [], []],
        [
            "ends soon",
            days(-1),
            days(29.5),
            [],
            ["'cert.pem' ends on 2026-12-22, in 29 days: renew it, then run 'pulumi up'"],
        ],
        [
            "ends tomorrow",
            days(-1),
            days(1.5),
            [],
            ["'cert.pem' ends on 2026-11-24, in 1 day: renew it, then run 'pulumi up'"],
        ],
        ["has ended", days(-90), days(-0.5), ["certificate: 'cert.pem' ended on 2026-11-22: renew it"], []],
        ["is not valid yet", days(1), days(90), ["certificate: 'cert.pem' is valid from 2026-11-23 only"], []],
    ];
    for (const [title, from, to, problems, notes] of validity) {
        it(title, () => {
            const made = lasting(from, to);
            assert.deepEqual(told(made), problems);
            assert.deepEqual(check(made).notes, notes);
        });
    }

    it("warns of an issuer that ends too", () => {
        const issuer = makeCertificate({ subject: "Old", from: days(-300), to: days(5), authority: true });
        const made = makeCertificate({ subject: "cht", hosts: ["cht.example.org"], ...year, issuer });
        const { notes, problems } = check({ certificate: made.certificate + issuer.certificate, key: made.key });
        assert.deepEqual(
            { notes, problems },
            { notes: ["'cert.pem' ends on 2026-11-27, in 5 days: renew it, then run 'pulumi up'"], problems: [] },
        );
    });

    it("is handed on without the key that stands in the same file", () => {
        const { certificate, problems } = check({ certificate: leaf.key + leaf.certificate + middle.certificate });
        assert.deepEqual(problems, []);
        assert.equal(certificate, leaf.certificate + middle.certificate);
    });

    it("of an authority is read as it is, or refused", () => {
        assert.deepEqual(checkAuthority("ca.pem", root.certificate), { certificate: root.certificate, problems: [] });
        assert.deepEqual(checkAuthority("ca.pem", "x").problems, [
            "'ca.pem' holds no certificate: it must be PEM, '-----BEGIN CERTIFICATE-----'",
        ]);
    });
});

describe("files of a Docker host's stack file", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "cht-files-"));
        const write = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);
        write("cert.pem", leaf.certificate);
        write("key.pem", leaf.key);
        write("ca.pem", root.certificate);
        for (const name of ["images", "empty"]) mkdirSync(join(folder, name));
        write("images/a.tar", Buffer.alloc(1000));
        write("images/b.tar.gz", Buffer.alloc(10));
        write("images/c.tgz", Buffer.alloc(1));
        write("images/README.md", "not an image");
    });
    after(() => rmSync(folder, { recursive: true }));

    const read = (raw: Raw) => readHostFiles(hostModelOf(raw), folder, now);
    const own = (more: Raw = {}): Raw => ({
        host: "cht.example.org",
        tls: { kind: "own", certificate: "cert.pem", key: "./key.pem", ...more },
    });
    const refused = (raw: Raw) => read(raw).files.problems.map(({ path, message }) => `${path}: ${message}`);

    it("are read from the project's folder on, the key apart", () => {
        const acme = {
            host: "cht.test",
            ports: { http: 80 },
            tls: { kind: "acme", server: "https://acme.test/dir", certificateAuthority: join(folder, "ca.pem") },
        };
        const { files, keys } = read(hosts({ a: own(), b: acme, c: { images: { archive: "images" } }, d: {} }));
        assert.deepEqual(files, {
            certificates: new Map([["a", leaf.certificate]]),
            authorities: new Map([["b", root.certificate]]),
            archives: new Map([["c", { folder: join(folder, "images"), bytes: 1000 + 3 * 11 }]]),
            problems: [],
            notes: [],
        });
        assert.deepEqual(keys, new Map([["a", leaf.key]]));
    });

    it("are refused by name, every one of them", () => {
        assert.deepEqual(
            refused(
                hosts({
                    a: own({ certificate: "none.pem", key: "images" }),
                    b: { ...own(), host: "b.example.org" },
                    c: { images: { archive: "nowhere" } },
                    d: { images: { archive: "empty" } },
                    e: { images: { archive: "cert.pem" } },
                }),
            ),
            [
                "instances.a.tls.certificate: there is no file 'none.pem', from the project's folder on",
                "instances.a.tls.key: 'images' is no file",
                "instances.b.tls.certificate: 'cert.pem' does not cover the host 'b.example.org': it is for cht.example.org, *.sub.example.org, 192.0.2.1",
                "instances.c.images.archive: there is no folder 'nowhere', from the project's folder on",
                "instances.d.images.archive: there is no image archive in 'empty': files *.tar, *.tar.gz or *.tgz of 'docker save'",
                "instances.e.images.archive: 'cert.pem' is no folder",
            ],
        );
    });

    it("are held against one another", () => {
        writeFileSync(join(folder, "other.key"), other.key);
        assert.deepEqual(
            refused(hosts({ a: own({ key: "other.key" }), b: own({ certificate: "none", key: "none" }) })),
            [
                "instances.a.tls.key: 'other.key' is not the key of the certificate 'cert.pem'",
                "instances.b.tls.certificate: there is no file 'none', from the project's folder on",
                "instances.b.tls.key: there is no file 'none', from the project's folder on",
            ],
        );
    });

    it("of an authority are asked for where one is named, and must be certificates", () => {
        const acme = (more: Raw) => ({ host: "cht.example.org", ports: { http: 80 }, tls: { kind: "acme", ...more } });
        const { files } = read(
            hosts({ a: acme({}), b: { ...acme({ certificateAuthority: "key.pem" }), ports: { http: 81 } } }),
        );
        assert.deepEqual(
            files.problems.map(({ path, message }) => `${path}: ${message}`),
            [
                "instances.b.tls.certificateAuthority: 'key.pem' holds no certificate: it must be PEM, '-----BEGIN CERTIFICATE-----'",
            ],
        );
    });

    it("must cover localhost where no host is given", () => {
        assert.deepEqual(refused(hostFile({ tls: own()["tls"] })), [
            "instances.dev.tls.certificate: 'cert.pem' does not cover the host 'localhost': it is for cht.example.org, *.sub.example.org, 192.0.2.1",
        ]);
    });

    it("are not asked for by an instance that is taken down", () => {
        const { files, keys } = read(
            hosts({ a: { ...own({ key: "none.pem" }), images: { archive: "nowhere" }, remove: "a" } }),
        );
        assert.deepEqual([files.problems, keys.size], [[], 0]);
    });

    it("with an end in sight are noted, under their instance's name", () => {
        const made = lasting(days(-1), days(10));
        writeFileSync(join(folder, "soon.pem"), made.certificate);
        writeFileSync(join(folder, "soon.key"), made.key);
        assert.deepEqual(read(hosts({ a: own({ certificate: "soon.pem", key: "soon.key" }) })).files.notes, [
            "instances.a.tls.certificate: 'soon.pem' ends on 2026-12-02, in 10 days: renew it, then run 'pulumi up'",
        ]);
    });
});
