import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { execute, type Layout, root, type Toolchain, tool, Workplace } from "./support";

const script = join(root, "tools", "env.mjs");

/** What a shell has after evaluating the lines. */
async function evaluated(lines: string, names: string[]): Promise<string[]> {
    const print = names.map((name) => `printf '%s\\0' "$${name}"`).join("\n");
    const { stdout, stderr } = await execute("sh", ["-s"], { input: `${lines}\n${print}\n` });
    assert.equal(stderr, "");
    return stdout.split("\0").slice(0, -1);
}

describe("the sandbox's environment", () => {
    let place: Workplace;
    beforeEach(() => (place = new Workplace()));
    afterEach(() => place.remove());

    it("comes out of a shell as it went in, whatever is in it", async () => {
        const { exports } = await tool<{ exports: (variables: Record<string, string>) => string }>("shell.mjs");
        const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
        await fc.assert(
            fc.asyncProperty(word, word, async (a, b) => {
                assert.deepEqual(await evaluated(exports({ A: a, B: b }), ["A", "B"]), [a, b]);
            }),
            { numRuns: 40, examples: [["a b'c\"d$e`f`\\", "$(exit 1)\n;#"]] },
        );
    });

    it("is this checkout's engine, backend, passphrase and cluster", async () => {
        const { layout } = await tool<{ layout: (top: string) => Layout }>("paths.mjs");
        const { environment } = await tool<Toolchain>("toolchain.mjs");
        const home = layout(place.path("a checkout"));
        const own = {
            PATH: `/usr/bin:${home.bin}:/bin`,
            PULUMI_BACKEND_URL: "s3://own",
            PULUMI_CONFIG_PASSPHRASE: "own",
            KUBECONFIG: "/own",
        };
        assert.deepEqual(environment(home, own), {
            PATH: `${home.bin}:/usr/bin:/bin`,
            PULUMI_HOME: home.pulumiHome,
            PULUMI_BACKEND_URL: `file://${home.backend}?metadata=skip`,
            PULUMI_CONFIG_PASSPHRASE: "sandbox",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
            KUBECONFIG: home.kubeconfig,
        });
        assert.ok(existsSync(home.backend));
    });

    for (const [what, marker] of [
        ["a stand-in", "stand-in.json"],
        ["a build", "built.json"],
    ]) {
        it(`forbids plugin downloads where ${what} is installed, and only there`, async () => {
            const { layout } = await tool<{ layout: (top: string) => Layout }>("paths.mjs");
            const { environment } = await tool<Toolchain>("toolchain.mjs");
            const home = layout(place.path("checkout"));
            place.write("checkout/.toolchain/pulumi/plugins/resource-random-v1.0.0/pulumi-resource-random", "", 0o755);
            assert.equal(environment(home, {}).PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, undefined);
            place.write(`checkout/.toolchain/pulumi/plugins/resource-random-v1.0.0/${marker}`, "{}");
            assert.equal(environment(home, {}).PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
        });
    }

    it("is printed for eval", async () => {
        const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
        const { stdout, stderr } = await execute(process.execPath, [script], { env });
        assert.equal(stderr, "");
        const [path, passphrase, kubeconfig] = await evaluated(stdout, [
            "PATH",
            "PULUMI_CONFIG_PASSPHRASE",
            "KUBECONFIG",
        ]);
        assert.equal(path?.split(":")[0], join(root, ".toolchain", "bin"));
        assert.equal(passphrase, "sandbox");
        assert.equal(kubeconfig, join(root, ".sandbox", "kubeconfig"));
    });

    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
        it(`leaves the user's own ${name} and says what the sandbox needs`, async () => {
            const without = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
            const env = { ...process.env, ...without, [name]: "the user's own" };
            const { stdout, stderr } = await execute(process.execPath, [script], { env });
            assert.doesNotMatch(stdout, /PASSPHRASE/);
            assert.match(stderr, new RegExp(`^${name} is set and kept\\..*PULUMI_CONFIG_PASSPHRASE=sandbox\n$`));
            assert.doesNotMatch(stderr, /user's own/);
        });
    }
});
