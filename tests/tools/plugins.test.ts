import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
    execute,
    type Got,
    helloModule,
    type Layout,
    type Program,
    root,
    saying,
    type Toolchain,
    tool,
    Workplace,
} from "./support";

interface Plugins {
    obtainPlugin: (
        name: string,
        options: {
            home: Layout;
            mode: "auto" | "release" | "source";
            env: NodeJS.ProcessEnv;
            probe?: (url: string) => Promise<boolean>;
            built?: Record<string, (version: string) => Program>;
        },
    ) => Promise<Got>;
}

const version = (
    JSON.parse(readFileSync(join(root, "node_modules/@pulumi/random/package.json"), "utf8")) as { version: string }
).version;

describe("a provider plugin", () => {
    let place: Workplace;
    let home: Layout;
    let env: NodeJS.ProcessEnv;
    let obtainPlugin: Plugins["obtainPlugin"];

    beforeEach(async () => {
        place = new Workplace();
        ({ obtainPlugin } = await tool<Plugins>("plugins.mjs"));
        home = (await tool<{ layout: (top: string) => Layout }>("paths.mjs")).layout(place.path("check'out"));
        const { environment } = await tool<Toolchain>("toolchain.mjs");
        env = { ...process.env, ...environment(home, process.env) };
        symlinkSync(join(root, "node_modules"), place.path("check'out", "node_modules"));
    });
    afterEach(() => place.remove());

    const folder = () => join(home.pulumiHome, "plugins", `resource-random-v${version}`);
    const listed = async () =>
        (
            JSON.parse((await execute("pulumi", ["plugin", "ls", "--json"], { env })).stdout) as {
                name: string;
                version: string;
            }[]
        ).map((plugin) => `${plugin.name} ${plugin.version}`);
    /** Pulumi's own cannot be downloaded in a test: this writes down what would be installed. */
    const fakePulumi = () => {
        place.write("fake/pulumi", `#!/bin/sh\necho "$@" >>"${place.path("calls")}"\n`, 0o755);
        env = { ...env, PATH: `${place.path("fake")}:${process.env.PATH}` };
    };

    it("that cannot be reached is stood in for, which Pulumi takes for installed and the tool says", async () => {
        const { result, said } = await saying(() =>
            obtainPlugin("random", { home, mode: "auto", env, probe: () => Promise.resolve(false) }),
        );
        assert.deepEqual(result, { name: "random", version, origin: "stand-in" });
        assert.equal(
            said,
            `plugin random ${version}: Pulumi's own cannot be reached, the stand-in in sandbox/plugins/random is used\n`,
        );
        assert.deepEqual(await listed(), [`random ${version}`]);
    });

    it("stood in for runs this checkout's program with the engine's arguments", async () => {
        place.write("check'out/dist/sandbox/plugins/random/main.js", "console.log(process.argv.slice(2));");
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        const { stdout } = await execute(join(folder(), "pulumi-resource-random"), ["127.0.0.1:1", "a b"]);
        assert.equal(stdout, "[ '127.0.0.1:1', 'a b' ]\n");
    });

    it("stood in for in a checkout that has moved is installed anew", async () => {
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        const launcher = place.write(
            `check'out/.toolchain/pulumi/plugins/resource-random-v${version}/pulumi-resource-random`,
            "#!/bin/sh\nexec node /elsewhere/main.js\n",
            0o755,
        );
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        assert.match(readFileSync(launcher, "utf8"), /check'\\''out\/dist\/sandbox\/plugins\/random\/main\.js/);
    });

    it("is Pulumi's own as soon as it can be reached, in the place of the stand-in", async () => {
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        fakePulumi();
        let asked = "";
        const probe = (url: string) => {
            asked = url;
            return Promise.resolve(true);
        };
        const { result } = await saying(() => obtainPlugin("random", { home, mode: "auto", env, probe }));
        assert.equal(result.origin, "official");
        assert.match(
            asked,
            new RegExp(
                `^https://get\\.pulumi\\.com/releases/plugins/pulumi-resource-random-v${version}-\\w+-\\w+\\.tar\\.gz$`,
            ),
        );
        assert.match(
            readFileSync(place.path("calls"), "utf8"),
            new RegExp(`^plugin install resource random ${version} .*--non-interactive\n$`),
        );
        assert.ok(!existsSync(folder()), "the stand-in is taken away first");
    });

    it("of Pulumi's own is left alone, without asking anybody", async () => {
        place.write(
            `check'out/.toolchain/pulumi/plugins/resource-random-v${version}/pulumi-resource-random`,
            "",
            0o755,
        );
        const probe = () => Promise.reject(new Error("asked"));
        for (const mode of ["auto", "release", "source"] as const) {
            const { result, said } = await saying(() => obtainPlugin("random", { home, mode, env, probe }));
            assert.deepEqual([result.origin, said], ["official", ""]);
        }
    });

    it("whose installation was interrupted is installed again", async () => {
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        place.write(`check'out/.toolchain/pulumi/plugins/resource-random-v${version}.partial`, "");
        fakePulumi();
        await saying(() => obtainPlugin("random", { home, mode: "source", env }));
        assert.match(readFileSync(place.path("calls"), "utf8"), /--file/);
    });

    describe("with a build in its place", () => {
        const program = (said: string): Program => ({
            version: said,
            commands: ["pulumi-resource-random"],
            versionCommand: ["pulumi-resource-random"],
            release: undefined,
            source: {
                module: place.path("module"),
                gigabytes: 0.001,
                builds: [{ package: ".", output: "pulumi-resource-random", ldflags: `-X main.version=${said}` }],
            },
        });
        let built: Record<string, (version: string) => Program>;

        beforeEach(() => {
            helloModule(place);
            built = { random: program };
        });

        const obtain = (mode: "auto" | "source" = "source", reached = false) =>
            saying(() => obtainPlugin("random", { home, mode, env, built, probe: () => Promise.resolve(reached) }));
        const printed = async () => (await execute(join(folder(), "pulumi-resource-random"), [])).stderr;

        it("is built in the npm package's version, which Pulumi takes for installed and the tool says", async () => {
            const { result, said } = await obtain("auto");
            assert.deepEqual(result, { name: "random", version, origin: "built" });
            const [begun, done, last, ...rest] = said.split("\n");
            const what = `plugin random ${version}: building from .*module with Go [\\d.]+`;
            assert.match(begun ?? "", new RegExp(`^${what} …$`));
            assert.match(done ?? "", new RegExp(`^${what}: done in `));
            assert.equal(
                last,
                `plugin random ${version}: Pulumi's own cannot be reached, the build of tools/go/${place.path("module")} is used`,
            );
            assert.deepEqual(rest, [""]);
            assert.deepEqual(await listed(), [`random ${version}`]);
            assert.equal(await printed(), `hello ${version}\n`);
        });

        it("is built again when its sources change, and only then", async () => {
            await obtain();
            assert.doesNotMatch((await obtain()).said, /building/);
            place.write("module/more.go", 'package main\n\nfunc init() { version += " changed" }\n');
            assert.match((await obtain()).said, /building/);
            assert.equal(await printed(), `hello ${version} changed\n`);
        });

        it("takes a stand-in's place", async () => {
            await saying(() => obtainPlugin("random", { home, mode: "source", env }));
            assert.match((await obtain()).said, /building/);
            assert.equal(await printed(), `hello ${version}\n`);
        });

        it("is Pulumi's own as soon as it can be reached", async () => {
            await obtain();
            fakePulumi();
            assert.equal((await obtain("auto", true)).result.origin, "official");
            assert.doesNotMatch(readFileSync(place.path("calls"), "utf8"), /--file/);
            assert.ok(!existsSync(folder()), "the build is taken away first");
        });

        it("is built anew where an installation was interrupted", async () => {
            await obtain();
            place.write(`check'out/.toolchain/pulumi/plugins/resource-random-v${version}.partial`, "");
            assert.match((await obtain()).said, /building/);
            assert.deepEqual(await listed(), [`random ${version}`]);
        });

        const refused = async (expected: RegExp) => {
            await assert.rejects(obtain(), (error: Error) => {
                assert.match(error.message, expected);
                assert.doesNotMatch(error.message, /\n/);
                return true;
            });
            assert.deepEqual(await listed(), []);
        };

        it("is not installed when it does not compile", () => {
            place.write("module/main.go", "package main\n\nfunc main() { undefinedThing() }\n");
            return refused(/^plugin random could not be built: .*undefined: undefinedThing/);
        });

        it("is not installed when it is another version", () => {
            built = { random: (wanted) => ({ ...program("0.0.1"), version: wanted }) };
            return refused(
                new RegExp(`^the plugin random from source does not say it is ${version}: hello 0\\.0\\.1$`),
            );
        });
    });
});
