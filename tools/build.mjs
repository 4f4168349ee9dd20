/**
 * Builds a program from the Go modules pinned in `tools/go/<module>` (`go.sum` has every module's hash).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statfsSync, symlinkSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { execute } from "./command.mjs";
import { Failure } from "./failure.mjs";
import { root } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @typedef {import("./catalogue.mjs").Program} Program */

const sources = join(root, "tools", "go");

/** @param {Program} program */
const moduleFolder = (program) => resolve(sources, program.source.module);

/**
 * A hash over all that decides what the build makes, except Go's own version.
 * @param {Program} program
 */
export function sourceInputs(program) {
    const folder = moduleFolder(program);
    const hash = createHash("sha256").update(JSON.stringify([program.version, program.source.builds]));
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
        if (/(\.go|(^|\/)go\.(mod|sum))$/.test(file))
            hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
    }
    return hash.digest("hex");
}

/**
 * Builds into an empty folder.
 *
 * @param {string} name
 * @param {Program} program
 * @param {string} target
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function build(name, program, target, env = process.env) {
    const folder = moduleFolder(program);
    const go = await checkGo(name, folder, env);
    await checkDiskSpace(name, program.source.gigabytes, target, env);
    await step(`${name} ${program.version}: building from ${relative(root, folder)} with Go ${go}`, async (report) => {
        for (const { package: path, output, ldflags = "", tags = "" } of program.source.builds) {
            report(output);
            const flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", tags];
            flags.push("-ldflags", `-s -w ${ldflags}`.trim());
            const result = await execute("go", ["build", ...flags, "-o", join(target, output), path], {
                cwd: folder,
                env: { ...env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" },
                onOutput: (text) => report(progressOf(output, text)),
            });
            if (result.code !== 0) throw new Failure(`${name} could not be built: ${explain(result.stderr)}`);
        }
    });
    for (const [link, to] of Object.entries(program.source.links ?? {})) symlinkSync(to, join(target, link));
}

function progressOf(/** @type {string} */ output, /** @type {string} */ text) {
    const module = /go: downloading (\S+)/.exec(text)?.[1];
    return module ? `${output}: downloading ${module}` : output;
}

/** @returns {Promise<string>} Go's version */
async function checkGo(/** @type {string} */ name, /** @type {string} */ folder, /** @type {NodeJS.ProcessEnv} */ env) {
    const needed = /^go (\d+\.\d+)/m.exec(readFileSync(join(folder, "go.mod"), "utf8"))?.[1] ?? "1.0";
    const wanted = `Go ${needed} or later (https://go.dev/dl/)`;
    const { code, stdout } = await execute("go", ["version"], { env: { ...env, GOTOOLCHAIN: "local" } });
    if (code !== 0) throw new Failure(`building ${name} needs ${wanted}, and no \`go\` is on the PATH.`);
    const version = /go(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? stdout.trim();
    if (version.localeCompare(needed, "en", { numeric: true }) < 0) {
        throw new Failure(`building ${name} needs ${wanted}; the one on the PATH is ${version}.`);
    }
    return version;
}

async function checkDiskSpace(
    /** @type {string} */ name,
    /** @type {number} */ needed,
    /** @type {string} */ target,
    /** @type {NodeJS.ProcessEnv} */ env,
) {
    const { stdout } = await execute("go", ["env", "GOMODCACHE", "GOCACHE"], { env });
    for (const place of [target, ...stdout.trim().split("\n")]) {
        const free = freeBytes(place);
        if (free >= needed * 1e9) continue;
        throw new Failure(
            `building ${name} needs about ${needed} GB of free disk space, most of it for Go's caches; ` +
                `${place} has ${(free / 1e9).toFixed(1)} GB.`,
        );
    }
}

/** Free space at a path that need not exist yet. */
function freeBytes(/** @type {string} */ place) {
    let folder = place;
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
}

/** One sentence from what `go build` printed. */
function explain(/** @type {string} */ output) {
    const lines = output.split("\n").filter((line) => line && !line.startsWith("go: downloading"));
    const last = lines.slice(-3).join("; ");
    if (/no space left on device/.test(output)) return "the disk is full.";
    if (
        /dial tcp|no such host|timeout|connection re(fused|set)|handshake|proxy|reading http|\b(403|404|50\d)\b/i.test(
            output,
        )
    ) {
        return `the Go modules could not be downloaded (\`go env GOPROXY\` says from where): ${last}`;
    }
    if (/missing go\.sum entry|updates to go\.mod needed|checksum mismatch/.test(output)) {
        return `go.mod and go.sum do not fit the sources: ${last}`;
    }
    return last || "go build failed without a message.";
}
