/**
 * The images of the tests: stand-ins under the names of the official ones, so that a stack file needs nothing else. HAProxy,
 * nginx, certbot, curl and openssl are Debian's own programs; CouchDB, nouveau, API and Sentinel are small servers that read
 * the same environment, refuse what the real ones would refuse, and write where they would write.
 *
 * Made once: the file systems lie in `.toolchain/test-images`, the images in the engine, each with a label that tells of what
 * it was made. As a program, `node dist/tests/docker/images/build.js`, it makes them on the engine of `DOCKER_HOST`.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { imageFor } from "../../../cht/images";
import type { Role } from "../../../cht/model";
import { parseVersion } from "../../../cht/version";
import { run } from "../../support/processes";
import { layers } from "./layers";
import { Packages } from "./packages";

const root = resolve(__dirname, "../../../..");
const sources = join(root, "tests/docker/images");
const cache = join(root, ".toolchain/test-images");
const LABEL = "cht-hosting.stand-in";

/** The releases that there are stand-ins of: with and without nouveau, with one nouveau and with one per node. */
export const versions = ["4.22.0", "5.1.0", "5.2.0", "5.3.0"] as const;

const roles: readonly Role[] = [
    "couchdb",
    "nouveau",
    "haproxy",
    "healthcheck",
    "api",
    "sentinel",
    "nginx",
    "upgrade-service",
];

interface Image {
    /** The folder of its Dockerfile. */
    readonly folder: string;
    readonly tag: string;
    /** The folder of the image that it is made of. */
    readonly base?: string;
    readonly version?: string;
}

const bases: readonly Image[] = [
    { folder: "debian", tag: "stand-in/debian:latest" },
    { folder: "debian-curl", tag: "stand-in/debian-curl:latest", base: "debian" },
    { folder: "busybox", tag: "stand-in/busybox:latest" },
];

function releases(): Image[] {
    const images = versions.flatMap((version) =>
        roles
            .filter((role) => role !== "nouveau" || !version.startsWith("4."))
            .map((role): Image => {
                const tag = imageFor(role, parseVersion(version), {}, "docker");
                const base =
                    { couchdb: "debian-curl", haproxy: "debian-curl", nouveau: "debian" }[role as string] ?? "busybox";
                return { folder: role, tag, base, version };
            }),
    );
    const tag = imageFor("certificate", parseVersion("5.2.0"), {}, "docker", true);
    const certbot: Image = { folder: "certbot", tag, base: "busybox" };
    return [...new Map([...images, certbot].map((image) => [image.tag, image])).values()];
}

/** Every image of the tests by name, but for the layers below them. */
export const imageNames = (): string[] => releases().map(({ tag }) => tag);

/** Makes what the engine does not have, and tells `say` of what takes a while. */
export async function buildImages(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): Promise<void> {
    const engine = new Engine(env);
    const packages = new Packages(join(cache, "apt"));
    for (const stage of [bases, releases()]) {
        const present = await engine.labels(stage.map(({ tag }) => tag));
        const missing = stage.filter((image) => present.get(image.tag) !== contentOf(image));
        for (const folder of new Set(missing.map((image) => image.folder))) {
            const began = Date.now();
            const archive = await rootFileSystem(folder, packages, say);
            for (const image of missing.filter((each) => each.folder === folder)) await engine.build(image, archive);
            say(`image ${folder}: made in ${((Date.now() - began) / 1000).toFixed(1)} s`);
        }
    }
}

/** The archive of the packages of `folder`, where it has any. */
async function rootFileSystem(
    folder: string,
    packages: Packages,
    say: (line: string) => void,
): Promise<string | undefined> {
    const layer = layers[folder];
    if (layer === undefined) return undefined;
    const archive = join(cache, `${folder}-${packagesOf(folder)}.tar`);
    if (!existsSync(archive)) {
        say(`image ${folder}: Debian's packages ${layer.packages.join(", ")} …`);
        await packages.write(layer, archive);
    }
    return archive;
}

class Engine {
    constructor(private readonly env: NodeJS.ProcessEnv) {}

    /** What each image of `tags` that there is was made of. */
    async labels(tags: readonly string[]): Promise<Map<string, string>> {
        const format = `{{$of := index .Config.Labels "${LABEL}"}}{{range .RepoTags}}{{println . $of}}{{end}}`;
        // Fails where one is missing, and tells of the others.
        const { stdout } = await this.docker(["image", "inspect", "--format", format, ...tags]);
        const lines = stdout.split("\n").filter(Boolean);
        return new Map(lines.map((line) => line.split(" ") as [string, string]));
    }

    async build(image: Image, archive: string | undefined): Promise<void> {
        mkdirSync(cache, { recursive: true });
        const context = mkdtempSync(join(cache, "context-"));
        try {
            cpSync(join(sources, image.folder), context, { recursive: true });
            if (image.base === undefined) cpSync(join(sources, "common"), context, { recursive: true });
            if (archive !== undefined) linkSync(archive, join(context, "rootfs.tar"));
            const version = image.version === undefined ? [] : ["--build-arg", `VERSION=${image.version}`];
            const label = ["--label", `${LABEL}=${contentOf(image)}`];
            const args = ["build", "--quiet", "--network", "none", ...version, ...label, "--tag", image.tag, context];
            const { code, stderr } = await this.docker(args);
            if (code !== 0) throw new Error(`image ${image.tag}: ${stderr.trim()}`);
        } finally {
            rmSync(context, { recursive: true, force: true });
        }
    }

    private docker(args: readonly string[]) {
        // The engine's own builder: the other one is a program that not every machine has.
        return run("docker", args, { cwd: root, env: { ...this.env, DOCKER_BUILDKIT: "0" } });
    }
}

/** Of what an image is made: another content is another image. */
function contentOf({ folder, base, version }: Image): string {
    const hash = createHash("sha256");
    hash.update(`${version} ${packagesOf(folder)} `);
    for (const each of [folder, ...(base === undefined ? ["common"] : [])]) hashFolder(hash, join(sources, each));
    if (base !== undefined) hash.update(contentOf(bases.find((image) => image.folder === base)!));
    return hash.digest("hex").slice(0, 16);
}

function packagesOf(folder: string): string {
    const code = readFileSync(join(sources, "packages.ts"));
    return createHash("sha256")
        .update(code)
        .update(JSON.stringify(layers[folder] ?? {}))
        .digest("hex")
        .slice(0, 12);
}

function hashFolder(hash: ReturnType<typeof createHash>, folder: string): void {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
        hash.update(`${path.slice(folder.length)}\0`)
            .update(readFileSync(path))
            .update("\0");
}

if (require.main === module) {
    buildImages((line) => process.stderr.write(`${line}\n`)).catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    });
}
