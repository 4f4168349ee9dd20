/** Certificates of the tests, made by openssl. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../support/processes";

export interface Pair {
    /** Paths of PEM files. */
    readonly certificate: string;
    readonly key: string;
}

/** A self-signed certificate in `folder`, with this host or address as its only name. */
export async function makeCertificate(folder: string, name: string, host: string, days = 90): Promise<Pair> {
    const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternative(host)}`];
    const files = ["-keyout", pair.key, "-out", pair.certificate];
    await openssl("req", "-x509", "-nodes", ...curve, "-days", String(days), ...subject, ...files);
    return pair;
}

/** A certificate of `host` that `authority` has signed. */
export async function signCertificate(folder: string, name: string, host: string, authority: Pair): Promise<Pair> {
    const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    const by = ["-CA", authority.certificate, "-CAkey", authority.key];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternative(host)}`];
    const files = ["-keyout", pair.key, "-out", pair.certificate];
    await openssl("req", "-x509", "-nodes", ...curve, "-days", "30", ...by, ...subject, ...files);
    return pair;
}

/** A certificate that ended years ago, which `openssl req` does not make. */
export async function makeEndedCertificate(folder: string, name: string, host: string): Promise<Pair> {
    const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    const at = (file: string) => join(folder, `${name}-${file}`);
    const policy = "[policy]\ncommonName = supplied\n[names]\n";
    const authority = `[authority]\ndatabase = ${at("index")}\nnew_certs_dir = ${folder}\ndefault_md = sha256\npolicy = policy\nrand_serial = yes\n`;
    writeFileSync(
        at("authority"),
        `[ca]\ndefault_ca = authority\n${authority}${policy}subjectAltName = ${alternative(host)}\n`,
    );
    writeFileSync(at("index"), "");
    await openssl(
        "req",
        "-new",
        "-nodes",
        ...curve,
        "-subj",
        `/CN=${name}`,
        "-keyout",
        pair.key,
        "-out",
        at("request"),
    );
    const files = ["-config", at("authority"), "-extensions", "names", "-keyfile", pair.key, "-in", at("request")];
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"];
    await openssl("ca", "-selfsign", "-batch", "-notext", ...files, ...dates, "-out", pair.certificate);
    return pair;
}

export const serialOf = (path: string): string => new X509Certificate(readFileSync(path)).serialNumber;

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const alternative = (host: string): string => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`);

async function openssl(...args: string[]): Promise<void> {
    const { code, stderr } = await run("openssl", args, { cwd: "/", env: process.env });
    assert.equal(code, 0, stderr);
}
