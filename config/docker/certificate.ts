/** Certificates that an operator brings: looked at before anything is made, since nginx would only refuse to start. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** What is said of a file; `key` is the key of the stack file below `tls`. */
export interface FileFinding {
    readonly key: "certificate" | "key";
    readonly message: string;
}

export interface CheckedCertificate {
    /** The certificates alone, PEM, as nginx is to have them: no key that stands in the same file. */
    readonly certificate: string;
    readonly problems: readonly FileFinding[];
    /** What an operator should know, such as that the end is near. */
    readonly notes: readonly string[];
}

const day = 24 * 60 * 60 * 1000;
/** How long before its end an operator is warned, in days. */
export const WARNING_DAYS = 30;

/**
 * Checks a certificate, its chain and its key against one another and the host's name. No message has anything of the key
 * in it.
 *
 * @param files the texts, and the names that messages call them by
 */
export function checkCertificate(
    files: {
        readonly certificate: { readonly name: string; readonly text: string };
        readonly key?: { readonly name: string; readonly text: string };
    },
    host: string,
    now: Date,
): CheckedCertificate {
    const { name, text } = files.certificate;
    const chain = readChain(name, text);
    const key = files.key === undefined ? undefined : readKey(files.key.name, files.key.text);
    const problems = [...problemsIn(chain), ...problemsIn(key)];
    if (chain.kind === "problem") return { certificate: "", problems, notes: [] };

    const [leaf, ...issuers] = chain.value;
    if (leaf !== undefined) {
        problems.push(...checkOrder(name, leaf, issuers), ...checkHost(name, leaf, host));
        if (key?.kind === "value" && !leaf.checkPrivateKey(key.value)) {
            problems.push({ key: "key", message: `'${files.key?.name}' is not the key of the certificate '${name}'` });
        }
    }
    const notes: string[] = [];
    for (const certificate of chain.value) {
        const validity = checkValidity(name, certificate, now);
        problems.push(...validity.problems);
        notes.push(...validity.notes);
    }
    return { certificate: `${pemBlocks(text).join("\n")}\n`, problems, notes };
}

/** Reads one or more certificates, PEM, such as those of a private authority. */
export function checkAuthority(name: string, text: string): { certificate: string; problems: readonly string[] } {
    const chain = readChain(name, text);
    if (chain.kind === "problem") return { certificate: "", problems: [chain.problem.message] };
    return { certificate: `${pemBlocks(text).join("\n")}\n`, problems: [] };
}

type Read<T> =
    | { readonly kind: "value"; readonly value: T }
    | { readonly kind: "problem"; readonly problem: FileFinding };

function problemsIn(read: Read<unknown> | undefined): FileFinding[] {
    return read?.kind === "problem" ? [read.problem] : [];
}

function pemBlocks(text: string): string[] {
    return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function readChain(name: string, text: string): Read<X509Certificate[]> {
    const refuse = (message: string): Read<X509Certificate[]> => ({
        kind: "problem",
        problem: { key: "certificate", message },
    });
    const blocks = pemBlocks(text);
    if (blocks.length === 0)
        return refuse(`'${name}' holds no certificate: it must be PEM, '-----BEGIN CERTIFICATE-----'`);
    const certificates: X509Certificate[] = [];
    for (const [index, block] of blocks.entries()) {
        try {
            certificates.push(new X509Certificate(block));
        } catch {
            return refuse(`the ${ordinal(index)} certificate in '${name}' is damaged`);
        }
    }
    return { kind: "value", value: certificates };
}

function readKey(name: string, text: string): Read<KeyObject> {
    const refuse = (message: string): Read<KeyObject> => ({ kind: "problem", problem: { key: "key", message } });
    const [block] = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/) ?? [];
    if (block === undefined)
        return refuse(`'${name}' holds no private key: it must be PEM, '-----BEGIN PRIVATE KEY-----'`);
    if (/ENCRYPTED/.test(block)) {
        return refuse(
            `the key in '${name}' is encrypted, and nginx has nobody to ask for the passphrase: 'openssl pkey -in ${name} -out KEY' decrypts it`,
        );
    }
    try {
        return { kind: "value", value: createPrivateKey(block) };
    } catch {
        return refuse(`the private key in '${name}' is damaged`);
    }
}

/** nginx serves the first one as its own; each of the others must vouch for the one before it. */
function* checkOrder(name: string, leaf: X509Certificate, issuers: readonly X509Certificate[]): Generator<FileFinding> {
    const own = issuers.findIndex((certificate) => !certificate.ca);
    if (leaf.ca && own >= 0) {
        yield {
            key: "certificate",
            message: `'${name}' begins with an authority's certificate: the host's own, the ${ordinal(own + 1)}, must be the first, then each one's issuer`,
        };
        return;
    }
    for (const [index, issuer] of issuers.entries()) {
        const certificate = index === 0 ? leaf : issuers[index - 1];
        if (certificate !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) {
            yield {
                key: "certificate",
                message: `in '${name}' the ${ordinal(index)} certificate is not issued by the ${ordinal(index + 1)}: the host's own must be the first, then each one's issuer`,
            };
            return;
        }
    }
}

function* checkHost(name: string, leaf: X509Certificate, host: string): Generator<FileFinding> {
    const covered = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
    if (covered !== undefined) return;
    const names = leaf.subjectAltName?.split(", ").map((entry) => entry.replace(/^(DNS|IP Address):/, "")) ?? [];
    const covers = names.length === 0 ? "it names no host (subjectAltName)" : `it is for ${names.join(", ")}`;
    yield { key: "certificate", message: `'${name}' does not cover the host '${host}': ${covers}` };
}

function checkValidity(name: string, certificate: X509Certificate, now: Date) {
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    const problems: FileFinding[] = [];
    const notes: string[] = [];
    const days = Math.floor((to.getTime() - now.getTime()) / day);
    if (now > to) {
        problems.push({ key: "certificate", message: `'${name}' ended on ${dateOf(to)}: renew it` });
    } else if (now < from) {
        problems.push({ key: "certificate", message: `'${name}' is valid from ${dateOf(from)} only` });
    } else if (days < WARNING_DAYS) {
        notes.push(
            `'${name}' ends on ${dateOf(to)}, in ${days} ${days === 1 ? "day" : "days"}: renew it, then run 'pulumi up'`,
        );
    }
    return { problems, notes };
}

function dateOf(date: Date): string {
    return date.toISOString().slice(0, 10);
}

function ordinal(index: number): string {
    return ["first", "second", "third", "fourth", "fifth"][index] ?? `${index + 1}th`;
}
