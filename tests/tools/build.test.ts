import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
    execute,
    type Got,
    hello,
    helloModule,
    type Layout,
    type ObtainOptions,
    type Program,
    ReleaseHost,
    root,
    saying,
    type Toolchain,
    tool,
    Workplace,
} from "./support";

describe("a program from its sources", () => {
    let place: Workplace;
    let host: ReleaseHost;
    let home: Layout;
    let program: Program;
    let toolchain: Toolchain;

    before(async () => {
        toolchain = await tool<Toolchain>("toolchain.mjs");
    });

    beforeEach(async () => {
        place = new Workplace();
        host = await ReleaseHost.start();
        home = (await tool<{ layout: (top: string) => Layout }>("paths.mjs")).layout(place.path("checkout"));
        program = hello(host, helloModule(place));
    });

    afterEach(async () => {
        await host.stop();
        place.remove();
    });

    const obtain = (options: Partial<ObtainOptions> = {}): Promise<Got[]> =>
        toolchain.obtain({
            programs: ["hello"],
            mode: "source",
            home,
            available: { hello: program },
            env: process.env,
            ...options,
        });
    const run = async () => (await execute(join(home.bin, "hello"), [])).stderr;
    const built = () => statSync(join(home.programs, "hello", "hello")).mtimeMs;
    /** A `go` of our own before the real one. */
    const fakeGo = (script: string): NodeJS.ProcessEnv => {
        place.write("fake/go", `#!/bin/sh\n${script}\n`, 0o755);
        return { ...process.env, PATH: `${place.path("fake")}:${process.env.PATH}` };
    };
    const refused = async (expected: RegExp, options: Partial<ObtainOptions> = {}) => {
        await saying(() =>
            assert.rejects(obtain(options), (error: Error) => {
                assert.match(error.message, expected);
                assert.doesNotMatch(error.message, /\n/);
                return true;
            }),
        );
        assert.deepEqual(existsSync(home.programs) ? readdirSync(home.programs) : [], []);
    };

    it("is built with its version, without asking the release host, and says so", async () => {
        const { result, said } = await saying(() => obtain());
        assert.deepEqual(result, [{ name: "hello", version: "1.2.3", origin: "source" }]);
        assert.match(said, /^hello 1\.2\.3: building from .*module with Go 1\.\d+\.\d+ …\n.*: done in [\d.]+ s\n$/);
        assert.equal(await run(), "hello 1.2.3\n");
        assert.deepEqual(host.requests, []);
    });

    it("is built again when its sources change, and only then", async () => {
        await saying(() => obtain());
        const first = built();
        await saying(() => obtain());
        assert.equal(built(), first);
        place.write("module/more.go", 'package main\n\nfunc init() { version += " changed" }\n');
        await saying(() => obtain());
        assert.equal(await run(), "hello 1.2.3 changed\n");
    });

    it("is built again when it is another version", async () => {
        await saying(() => obtain());
        program = { ...program, version: "1.3.0", source: { ...program.source, builds: [] } };
        program.source.builds = [{ package: ".", output: "hello", ldflags: "-X main.version=1.3.0" }];
        await saying(() => obtain());
        assert.equal(await run(), "hello 1.3.0\n");
    });

    it("needs Go", () =>
        refused(/^building hello needs Go 1\.26 or later \(https:\/\/go\.dev\/dl\/\), and no `go` is on the PATH\.$/, {
            env: { PATH: place.path("empty") },
        }));

    it("needs a Go that is new enough", () =>
        refused(/^building hello needs Go 1\.26 or later .*; the one on the PATH is 1\.9\.7\.$/, {
            env: fakeGo("echo go version go1.9.7 linux/amd64"),
        }));

    it("needs disk space", () => {
        program.source.gigabytes = 1e9;
        return refused(/^building hello needs about 1000000000 GB of free disk space, .* has [\d.]+ GB\.$/);
    });

    it("needs a module proxy that answers", () => {
        place.write("module/go.mod", "module hello\n\ngo 1.26.0\n\nrequire example.com/absent v1.0.0\n");
        const sum = `${"A".repeat(43)}=`;
        place.write(
            "module/go.sum",
            `example.com/absent v1.0.0 h1:${sum}\nexample.com/absent v1.0.0/go.mod h1:${sum}\n`,
        );
        place.write("module/use.go", 'package main\n\nimport _ "example.com/absent"\n');
        return refused(/^hello could not be built: the Go modules could not be downloaded .*connection refused/, {
            env: { ...process.env, GOPROXY: "http://127.0.0.1:1", GOMODCACHE: place.path("modules") },
        });
    });

    it("that does not compile is one sentence with the compiler's word", () => {
        place.write("module/main.go", "package main\n\nfunc main() { undefinedThing() }\n");
        return refused(/^hello could not be built: .*undefined: undefinedThing/);
    });

    it("whose disk is full says so", () =>
        refused(/^hello could not be built: the disk is full\.$/, {
            env: fakeGo(
                'case $1 in build) echo "write $WORK/x: no space left on device" >&2; exit 1;; version) echo go1.26.0;; env) pwd;; esac',
            ),
        }));

    it("whose build was killed is built anew", async () => {
        // A build that has written half of its program and hangs.
        const env = fakeGo(
            'case $1 in version) echo go version go1.26.0;; env) pwd;; build) while [ "$1" != -o ]; do shift; done; echo "#!/bin/sh" >"$2"; chmod +x "$2"; echo half >&2; exec sleep 20;; esac',
        );
        const script = place.write(
            "obtain.mjs",
            `import { obtain } from ${JSON.stringify(join(root, "tools", "toolchain.mjs"))};
             await obtain(${JSON.stringify({ programs: ["hello"], mode: "source", home, available: { hello: program } })});`,
        );
        // In a group of its own, so that killing it takes the hanging build along.
        const child = spawn(process.execPath, [script], { env, stdio: "ignore", detached: true });
        const half = () => existsSync(home.temporary) && readdirSync(home.temporary, { recursive: true }).length === 2;
        while (!half()) await new Promise((later) => setTimeout(later, 20));
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await new Promise((gone) => child.on("exit", gone));
        assert.ok(!existsSync(home.programs) || readdirSync(home.programs).length === 0);

        const { result } = await saying(() => obtain());
        assert.equal(result[0]?.origin, "source");
        assert.equal(await run(), "hello 1.2.3\n");
    });

    it("is made once by two runs at the same time", async () => {
        const log = place.path("builds");
        const go = (await execute("sh", ["-c", "command -v go"])).stdout.trim();
        const env = fakeGo(`[ "$1" = build ] && echo build >>'${log.replaceAll("'", "'\\''")}'\nexec ${go} "$@"`);
        const script = place.write(
            "obtain.mjs",
            `import { obtain } from ${JSON.stringify(join(root, "tools", "toolchain.mjs"))};
             await obtain(${JSON.stringify({ programs: ["hello"], mode: "source", home, available: { hello: program } })});`,
        );
        const runs = await Promise.all([1, 2, 3].map(() => execute(process.execPath, [script], { env })));
        assert.deepEqual(
            runs.map(({ code }) => code),
            [0, 0, 0],
        );
        assert.equal((await execute("cat", [log])).stdout, "build\n");
        assert.equal(await run(), "hello 1.2.3\n");
        assert.ok(!existsSync(home.lock));
    });
});
