import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

const root = join(__dirname, "..", "..", "..");

/** What the files of a folder may import of the project, beside themselves; and whether Pulumi. docs/architecture.md says why. */
const allowed: Readonly<Record<string, { folders: readonly string[]; pulumi: boolean }>> = {
    cht: { folders: [], pulumi: false },
    config: { folders: ["cht"], pulumi: true },
    docker: { folders: [], pulumi: false },
    "components/cluster": { folders: ["cht", "config"], pulumi: true },
    "components/storage": { folders: ["cht", "config", "components/cluster"], pulumi: true },
    "components/ingress": { folders: ["cht", "config", "components/cluster"], pulumi: true },
    "components/kubernetes": {
        folders: [
            ...["cht", "config", "components/credentials"],
            ...["components/cluster", "components/storage", "components/ingress"],
        ],
        pulumi: true,
    },
    "components/docker": { folders: ["cht", "config", "docker", "components/credentials"], pulumi: true },
    automation: { folders: ["cht", "config", "docker"], pulumi: true },
    cli: { folders: ["automation"], pulumi: false },
    tools: { folders: [], pulumi: false },
    sandbox: { folders: ["tools"], pulumi: true },
};

interface Import {
    readonly file: string;
    readonly of: string;
}

function sources(folder: string): string[] {
    return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function imports(file: string): Import[] {
    const text = readFileSync(join(root, file), "utf8");
    const found = text.matchAll(/(?:from|import|require)\s*\(?\s*"([^"]+)"/g);
    return [...found].map(([, of = ""]) => ({
        file,
        of: of.startsWith(".")
            ? normalize(join(dirname(file), of))
                  .split(sep)
                  .join("/")
            : of,
    }));
}

/** The imports of `folder` that its line in the table does not allow. */
function trespasses(folder: string): Import[] {
    const { folders, pulumi } = allowed[folder] ?? { folders: [], pulumi: false };
    const own = [folder, ...folders].map((name) => `${name}/`);
    return sources(folder)
        .flatMap(imports)
        .filter(({ of }) => {
            if (of.startsWith("node:")) return false;
            if (of.startsWith("@pulumi/")) return !pulumi;
            const ours =
                /^(cht|config|docker|components|automation|cli|tools|sandbox|tests|bench|scripts|index)(\/|$)/.test(of);
            return ours && !own.some((name) => `${of}/`.startsWith(name));
        });
}

describe("architecture", () => {
    for (const folder of Object.keys(allowed)) {
        it(`${folder} imports only what it may`, () => {
            assert.notEqual(sources(folder).length, 0);
            assert.deepEqual(trespasses(folder), []);
        });
    }

    it("tools and the sandbox's scripts run before node_modules exists", () => {
        const scripts = ["tools", "sandbox"].flatMap(sources).filter((file) => file.endsWith(".mjs"));
        const packages = scripts
            .flatMap(imports)
            .filter(({ of }) => !of.startsWith("node:") && !/^(tools|sandbox)\//.test(of));
        assert.deepEqual(packages, []);
    });

    it("only config/load.ts and config/secrets.ts read the stack's configuration", () => {
        const readers = ["cht", "config", "components"]
            .flatMap(sources)
            .filter((file) => /pulumi\.Config\b|allConfig|isConfigSecret/.test(readFileSync(join(root, file), "utf8")));
        assert.deepEqual(readers.sort(), ["config/load.ts"]);
    });

    it("index.ts reads as a summary", () => {
        const lines = readFileSync(join(root, "index.ts"), "utf8").trimEnd().split("\n");
        assert.ok(lines.length <= 40, `index.ts has ${lines.length} lines, at most 40 are allowed`);
    });
});
