/** Certificates for tests, made with nothing but Node: a few fields of X.509, in DER. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isIP } from "node:net";

export interface Certificate {
    /** PEM */
    readonly certificate: string;
    /** PEM, PKCS #8 */
    readonly key: string;
    readonly subject: string;
}

export interface CertificateOptions {
    /** Its name: the common name of its subject. */
    readonly subject: string;
    /** The host names and IPv4 addresses that it is for. @default none */
    readonly hosts?: readonly string[];
    readonly from: Date;
    readonly to: Date;
    /** Who signs it. @default itself */
    readonly issuer?: Certificate;
    /** Whether it may sign others. @default false */
    readonly authority?: boolean;
}

/** Makes a certificate with a key of its own. */
export function makeCertificate(options: CertificateOptions): Certificate {
    const { subject, hosts = [], from, to, issuer, authority = false } = options;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const signer: KeyObject = issuer === undefined ? privateKey : createPrivateKey(issuer.key);
    const extensions = [
        ...(authority ? [sequence(oid("551d13"), boolean(), octets(sequence(boolean())))] : []),
        ...(hosts.length > 0 ? [sequence(oid("551d11"), octets(sequence(...hosts.map(hostName))))] : []),
    ];
    const body = sequence(
        tlv(0xa0, tlv(0x02, Buffer.from([2]))),
        tlv(0x02, Buffer.from([1])),
        ecdsaWithSha256,
        name(issuer?.subject ?? subject),
        sequence(time(from), time(to)),
        name(subject),
        publicKey.export({ type: "spki", format: "der" }),
        ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
    );
    const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]));
    return { certificate: pem(sequence(body, ecdsaWithSha256, signature)), key, subject };
}

function tlv(tag: number, content: Buffer): Buffer {
    const { length } = content;
    const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
    return tlv(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
    return tlv(0x06, Buffer.from(hex, "hex"));
}

function boolean(): Buffer {
    return tlv(0x01, Buffer.from([0xff]));
}

function octets(content: Buffer): Buffer {
    return tlv(0x04, content);
}

const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));

function name(commonName: string): Buffer {
    return sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, Buffer.from(commonName)))));
}

function hostName(host: string): Buffer {
    return isIP(host) === 4 ? tlv(0x87, Buffer.from(host.split(".").map(Number))) : tlv(0x82, Buffer.from(host));
}

function time(date: Date): Buffer {
    return tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function pem(der: Buffer): string {
    const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
