/** The files that a Docker host's stack file names: certificates, keys, and folders of image archives. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Problem, pathOf } from "../problem";
import type { HostStackModel } from "../schema";
import { checkAuthority, checkCertificate } from "./certificate";
import type { HostInstanceModel } from "./schema";

/** What was read of them, by instance; nothing of it is secret. */
export interface HostFiles {
    /** Of `tls: own`: the certificate and its chain, PEM. */
    readonly certificates: ReadonlyMap<string, string>;
    /** Of `tls: acme`: by what a private server is trusted, PEM. */
    readonly authorities: ReadonlyMap<string, string>;
    readonly archives: ReadonlyMap<string, ArchiveFolder>;
    readonly problems: readonly Problem[];
    readonly notes: readonly string[];
}

export interface ArchiveFolder {
    /** Absolute. */
    readonly folder: string;
    /** What the archives take once they are unpacked, in bytes: a compressed one is taken for three times its size. */
    readonly bytes: number;
}

/**
 * Reads them. Private keys are given apart, for whoever makes a secret of them at once.
 *
 * @param folder the project's, from which relative paths begin
 */
export function readHostFiles(
    model: HostStackModel,
    folder = process.cwd(),
    now = new Date(),
): { readonly files: HostFiles; readonly keys: ReadonlyMap<string, string> } {
    const problems: Problem[] = [];
    const notes: string[] = [];
    const certificates = new Map<string, string>();
    const authorities = new Map<string, string>();
    const archives = new Map<string, ArchiveFolder>();
    const keys = new Map<string, string>();
    for (const [name, instance] of Object.entries(model.instances)) {
        // What is taken down needs no certificate and no image: files that are gone must not keep it.
        if (instance.remove !== undefined) continue;
        const refuse = (key: string, message: string) =>
            problems.push({ path: `${pathOf("instances", name)}.${key}`, message });
        const read = (key: string, path: string) => readText(resolve(folder, path), path, (why) => refuse(key, why));
        const { tls, images } = instance;
        if (tls.kind === "own") {
            const certificate = read("tls.certificate", tls.certificate);
            const key = read("tls.key", tls.key);
            if (certificate !== undefined) {
                const checked = checkCertificate(
                    {
                        certificate: { name: tls.certificate, text: certificate },
                        ...(key === undefined ? {} : { key: { name: tls.key, text: key } }),
                    },
                    nameOf(instance),
                    now,
                );
                for (const problem of checked.problems) refuse(`tls.${problem.key}`, problem.message);
                notes.push(...checked.notes.map((note) => `${pathOf("instances", name)}.tls.certificate: ${note}`));
                certificates.set(name, checked.certificate);
            }
            if (key !== undefined) keys.set(name, key);
        }
        if (tls.kind === "acme" && tls.certificateAuthority !== undefined) {
            const text = read("tls.certificateAuthority", tls.certificateAuthority);
            if (text !== undefined) {
                const checked = checkAuthority(tls.certificateAuthority, text);
                for (const problem of checked.problems) refuse("tls.certificateAuthority", problem);
                authorities.set(name, checked.certificate);
            }
        }
        if (images.archive !== undefined) {
            const found = readArchives(resolve(folder, images.archive), images.archive, (why) =>
                refuse("images.archive", why),
            );
            if (found !== undefined) archives.set(name, found);
        }
    }
    return { files: { certificates, authorities, archives, problems, notes }, keys };
}

/** The host name that an own certificate must cover. */
function nameOf({ host }: HostInstanceModel): string {
    return host ?? "localhost";
}

function readText(path: string, written: string, refuse: (message: string) => void): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        refuse(reason(error, written, "file"));
        return undefined;
    }
}

const archiveName = /\.(tar|tar\.gz|tgz)$/;

function readArchives(path: string, written: string, refuse: (message: string) => void): ArchiveFolder | undefined {
    try {
        const archives = readdirSync(path).filter((file) => archiveName.test(file));
        if (archives.length === 0) {
            refuse(`there is no image archive in '${written}': files *.tar, *.tar.gz or *.tgz of 'docker save'`);
            return undefined;
        }
        const sizes = archives.map((file) => statSync(join(path, file)).size * (file.endsWith(".tar") ? 1 : 3));
        return { folder: path, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    } catch (error) {
        refuse(reason(error, written, "folder"));
        return undefined;
    }
}

function reason(error: unknown, written: string, what: "file" | "folder"): string {
    const { code } = error as NodeJS.ErrnoException;
    switch (code) {
        case "ENOENT":
            return `there is no ${what} '${written}', from the project's folder on`;
        case "ENOTDIR":
        case "EISDIR":
            return `'${written}' is no ${what}`;
        case "EACCES":
        case "EPERM":
            return `'${written}' may not be read by this user`;
        default:
            return `'${written}' cannot be read (${code ?? "unknown error"})`;
    }
}
