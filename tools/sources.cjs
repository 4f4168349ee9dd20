/**
 * Whether `dist/` was compiled from the sources as they are now. CommonJS and on Node's own modules, for it runs at the
 * start of every Pulumi program: an unchanged file costs one `stat`, only a touched one is read.
 */
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync, statSync } = require("node:fs");
const { join, resolve } = require("node:path");

const root = resolve(__dirname, "..");
const record = "dist/.build.json";

/** What the Pulumi program and the stand-in plugins consist of: a changed test need not keep it from running. */
const program = ["index.ts", "cht", "config", "docker", "components", "sandbox/plugins", "tsconfig.json"];

/** @returns {string[]} all that is compiled */
function everything(top = root) {
    return [...JSON.parse(readFileSync(join(top, "tsconfig.json"), "utf8")).include, "tsconfig.json"];
}

/**
 * @param {string} top
 * @param {string[]} entries files and folders
 * @returns {string[]} the sources in them, relative to `top`
 */
function list(top, entries) {
    return entries.flatMap((entry) => {
        const place = join(top, entry);
        if (!existsSync(place)) return [];
        if (!statSync(place).isDirectory()) return [entry];
        return readdirSync(place, { recursive: true, encoding: "utf8" })
            .filter((file) => /\.(ts|json)$/.test(file))
            .map((file) => `${entry}/${file}`);
    });
}

/** @param {string} file */
const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * @typedef {{ size: number, modified: number, sha256: string }} Source
 * @param {string} [top]
 * @returns {Record<string, Source>}
 */
function snapshot(top = root) {
    return Object.fromEntries(
        list(top, everything(top)).map((file) => {
            const { size, mtimeMs } = statSync(join(top, file));
            return [file, { size, modified: mtimeMs, sha256: hash(join(top, file)) }];
        }),
    );
}

/**
 * @param {string[]} entries
 * @param {string} [top]
 * @returns {string | undefined} why `dist/` is not what these sources say, or nothing
 */
function staleness(entries, top = root) {
    if (!existsSync(join(top, record))) return "the program is not compiled yet";
    /** @type {Record<string, Source>} */
    const built = JSON.parse(readFileSync(join(top, record), "utf8"));
    const now = new Set(list(top, entries));
    for (const file of now) {
        const then = built[file];
        if (!then) return `${file} is new since the program was compiled`;
        const { size, mtimeMs } = statSync(join(top, file));
        if (size === then.size && mtimeMs === then.modified) continue;
        if (size !== then.size || hash(join(top, file)) !== then.sha256) {
            return `${file} has changed since the program was compiled`;
        }
    }
    const gone = Object.keys(built).find(
        (file) => !now.has(file) && entries.some((entry) => file === entry || file.startsWith(`${entry}/`)),
    );
    return gone && `${gone} is gone since the program was compiled`;
}

module.exports = { everything, program, record, root, snapshot, staleness };
