/**
 * Root file systems out of Debian's packages: what `apt-get` would download onto an empty machine, unpacked. No script of a
 * package runs, so that neither root nor a chroot is needed, and nothing of this machine's own packages is looked at or changed.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Result, run } from "../../support/processes";

export interface Layer {
    /** Debian's names of the packages wanted; what they need comes with them. */
    readonly packages: readonly string[];
    /** Packages that a layer below has already. */
    readonly above?: readonly string[];
}

/** What nobody reads in a container: most of the bytes. */
const LEFT_OUT = [
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bug",
    "usr/share/i18n",
    "usr/lib/python3.*/test",
    "usr/lib/python3/dist-packages/*/tests",
    "usr/lib/*/gconv",
    "usr/lib/*/perl*",
    "usr/share/perl*",
    "usr/bin/perl*",
    "etc/cron*",
    "etc/logrotate.d",
    "lib/systemd",
];

/** Debian's folders `/bin`, `/lib` and `/sbin` are links into `/usr` since its twelfth release. */
const LINKS = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/** An apt of its own below `folder`: an empty machine's, with this machine's package sources. */
export class Packages {
    private updated = false;

    constructor(private readonly folder: string) {
        for (const each of ["state/lists/partial", "archives/partial", "none/partial"])
            mkdirSync(join(folder, each), { recursive: true });
        writeFileSync(join(folder, "status"), "");
    }

    /** Writes the root file system of `layer` as a tar archive. The same packages always give the same archive. */
    async write(layer: Layer, archive: string): Promise<void> {
        await this.update();
        const below = new Set((await this.closure(layer.above ?? [])).map(({ file }) => file));
        const wanted = [...(layer.above ?? []), ...layer.packages];
        const files = (await this.closure(wanted)).map(({ file }) => file).filter((file) => !below.has(file));
        await this.apt(["install", "--download-only", ...wanted], "archives");
        const root = mkdtempSync(join(this.folder, "root-"));
        try {
            for (const link of LINKS) {
                mkdirSync(join(root, "usr", link), { recursive: true });
                symlinkSync(`usr/${link}`, join(root, link));
            }
            for (const file of files) await unpack(join(this.folder, "archives", file), root);
            await pack(root, archive);
        } finally {
            rmSync(root, { recursive: true, force: true });
        }
    }

    private async update(): Promise<void> {
        if (this.updated) return;
        await this.apt(["update"], "archives");
        this.updated = true;
    }

    /** Every package file that `packages` need on an empty machine. */
    private async closure(packages: readonly string[]): Promise<{ file: string }[]> {
        if (packages.length === 0) return [];
        const { stdout } = await this.apt(["install", "--print-uris", ...packages], "none");
        return [...stdout.matchAll(/^'[^']+' (\S+\.deb) \d+/gm)].map(([, file = ""]) => ({ file }));
    }

    private async apt(args: readonly string[], archives: "archives" | "none"): Promise<Result> {
        const options = {
            "Dir::State": join(this.folder, "state"),
            "Dir::State::status": join(this.folder, "status"),
            "Dir::Cache": this.folder,
            "Dir::Cache::archives": join(this.folder, archives),
            "APT::Install-Recommends": "false",
            // apt's own user could not read a checkout in somebody's home.
            "APT::Sandbox::User": "",
        };
        const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
        return succeed("apt-get", [...flags, "-qq", "--yes", ...args]);
    }
}

async function unpack(file: string, root: string): Promise<void> {
    const excluded = LEFT_OUT.map((path) => `--exclude='./${path}'`).join(" ");
    const script = `dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-permissions ${excluded}`;
    await succeed("bash", ["-o", "pipefail", "-c", script, "unpack", file, root]);
}

async function pack(root: string, archive: string): Promise<void> {
    const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    await succeed("tar", ["-c", "-f", `${archive}.part`, ...same, "-C", root, "."]);
    renameSync(`${archive}.part`, archive);
}

async function succeed(command: string, args: readonly string[]): Promise<Result> {
    const result = await run(command, args, { cwd: "/", env: { ...process.env, LC_ALL: "C" } });
    if (result.code !== 0)
        throw new Error(`${command} ${args.at(-1)}: ${result.stderr.trim() || result.stdout.trim()}`);
    return result;
}
