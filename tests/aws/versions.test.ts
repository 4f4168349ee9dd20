/** Two versions of `@pulumi/aws` in one program are two sets of types, and two providers: the eks package would bring its own. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
    readonly name: string;
    readonly version: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly overrides?: Readonly<Record<string, string>>;
    readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

const read = (file: string): Package => JSON.parse(readFileSync(file, "utf8")) as Package;
const shared = ["@pulumi/aws", "@pulumi/kubernetes", "@pulumi/pulumi"] as const;

describe("Pulumi's packages", () => {
    const project = read("package.json");

    for (const name of shared) {
        it(`are of one version where eks has them too: ${name}`, () => {
            const version = project.dependencies?.[name];
            assert.match(version ?? "", /^\d+\.\d+\.\d+$/);
            // Whatever a package asks for, npm takes the project's own.
            assert.equal(project.overrides?.[name], `$${name}`);
            assert.deepEqual(installed("node_modules", name), [`node_modules/${name} ${version}`]);
            const locked = Object.entries(read("package-lock.json").packages ?? {})
                .filter(([path]) => path.endsWith(`node_modules/${name}`))
                .map(([path, entry]) => `${path} ${entry.version}`);
            assert.deepEqual(locked, [`node_modules/${name} ${version}`]);
        });
    }

    it("are all that the eks package has of Pulumi", () => {
        const { dependencies = {} } = read(join("node_modules", "@pulumi", "eks", "package.json"));
        assert.deepEqual(
            Object.keys(dependencies)
                .filter((name) => name.startsWith("@pulumi/"))
                .sort(),
            [...shared],
        );
    });
});

/** Every copy of a package below a folder, as `path version`; a package may have dependencies of its own beside it. */
function installed(folder: string, name: string): string[] {
    const own = join(folder, name, "package.json");
    const here = existsSync(own) ? [`${join(folder, name)} ${read(own).version}`] : [];
    const below = packagesIn(folder)
        .map((each) => join(folder, each, "node_modules"))
        .filter((each) => existsSync(each))
        .flatMap((each) => installed(each, name));
    return [...here, ...below];
}

function packagesIn(folder: string): string[] {
    return readdirSync(folder)
        .filter((entry) => !entry.startsWith("."))
        .flatMap((entry) =>
            entry.startsWith("@") ? readdirSync(join(folder, entry)).map((each) => join(entry, each)) : [entry],
        );
}
