import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import {
    execute,
    type Got,
    hello,
    helloArchive,
    helloModule,
    type Layout,
    type ObtainOptions,
    type Program,
    ReleaseHost,
    root,
    saying,
    sha256,
    type Toolchain,
    tool,
    Workplace,
} from "./support";

describe("a program from its release", () => {
    let place: Workplace;
    let host: ReleaseHost;
    let home: Layout;
    let program: Program;
    let archive: Buffer;
    let toolchain: Toolchain;

    before(async () => {
        toolchain = await tool<Toolchain>("toolchain.mjs");
    });

    beforeEach(async () => {
        place = new Workplace();
        host = await ReleaseHost.start();
        home = (await tool<{ layout: (top: string) => Layout }>("paths.mjs")).layout(place.path("checkout"));
        program = hello(host, helloModule(place));
        archive = await helloArchive(place, "1.2.3");
        host.on("/hello.tar.gz", archive);
    });

    afterEach(async () => {
        await host.stop();
        place.remove();
    });

    const obtain = (options: Partial<ObtainOptions> = {}): Promise<Got[]> =>
        toolchain.obtain({
            programs: ["hello"],
            mode: "release",
            home,
            available: { hello: program },
            env: process.env,
            release: { pins: pinned(archive), timeouts: { connect: 400, stall: 400 } },
            ...options,
        });
    const pinned = (content: Buffer) => ({ [host.url("/hello.tar.gz")]: sha256(content) });
    const nothingInstalled = () => {
        assert.deepEqual(existsSync(home.programs) ? readdirSync(home.programs) : [], []);
        assert.deepEqual(existsSync(home.bin) ? readdirSync(home.bin) : [], []);
    };

    it("is checked against its pin, unpacked, linked and tried", async () => {
        const { result, said } = await saying(() => obtain());
        assert.deepEqual(result, [{ name: "hello", version: "1.2.3", origin: "release" }]);
        assert.match(said, /hello 1\.2\.3: downloading hello\.tar\.gz from 127\.0\.0\.1:\d+ …\n.*: done in /);
        assert.doesNotMatch(said, /not pinned/);
        assert.equal(readlinkSync(join(home.bin, "hello")), "../programs/hello/hello");
        assert.equal((await execute(join(home.bin, "hello"), [])).stdout, "hello 1.2.3\n");
        assert.deepEqual(readdirSync(join(home.programs, "hello")).sort(), ["hello", "stamp.json"]);
    });

    it("is not downloaded a second time", async () => {
        await saying(() => obtain());
        const { said } = await saying(() => obtain());
        assert.equal(said, "");
        assert.deepEqual(host.requests, ["/hello.tar.gz"]);
    });

    it("without a pin is checked against the publisher's list, and says so", async () => {
        host.on("/SHA256SUMS", `${"0".repeat(64)}  other.tar.gz\n${sha256(archive)}  hello.tar.gz\n`);
        const { said } = await saying(() => obtain({ release: { pins: {} } }));
        assert.match(said, /not pinned in tools\/pins\.json: checked against the publisher's own list, http/);
    });

    it("without a pin or a published checksum is refused", async () => {
        host.on("/SHA256SUMS", `${"0".repeat(64)}  other.tar.gz\n`);
        await saying(() =>
            assert.rejects(
                obtain({ release: { pins: {} } }),
                /could not be downloaded: .*has no SHA-256 for hello\.tar\.gz/,
            ),
        );
        nothingInstalled();
    });

    it("with another content is an error that names file, expected and got, also where a build could follow", async () => {
        const expected = sha256(Buffer.from("the right one"));
        const release = { pins: { [host.url("/hello.tar.gz")]: expected } };
        for (const mode of ["release", "auto"] as const) {
            await saying(() =>
                assert.rejects(obtain({ mode, release }), (error: Error) => {
                    assert.ok(error.message.includes(host.url("/hello.tar.gz")));
                    assert.ok(error.message.includes(`SHA-256 is ${sha256(archive)}, expected ${expected}`));
                    return true;
                }),
            );
            nothingInstalled();
        }
    });

    it("that is another version than it should be is refused", async () => {
        archive = await helloArchive(place, "1.2.2");
        host.on("/hello.tar.gz", archive);
        await saying(() => assert.rejects(obtain(), /hello from release does not say it is 1\.2\.3: hello 1\.2\.2/));
        nothingInstalled();
    });

    it("cut off in the middle is not taken for whole", async () => {
        host.on("/hello.tar.gz", (_request, response) => {
            response.writeHead(200, { "content-length": archive.length });
            response.write(archive.subarray(0, 40), () => response.destroy());
        });
        await saying(() => assert.rejects(obtain(), /hello 1\.2\.3 could not be downloaded: http/));
        nothingInstalled();
    });

    for (const [what, answer] of [
        ["answers nothing", () => {}],
        [
            "refuses",
            (_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
                response.writeHead(403).end(),
        ],
    ] as const) {
        it(`from a host that ${what} gives way to a build`, async () => {
            host.on("/hello.tar.gz", answer);
            const { result, said } = await saying(() => obtain({ mode: "auto" }));
            assert.deepEqual(result, [{ name: "hello", version: "1.2.3", origin: "source" }]);
            assert.match(said, /building it from source instead\n/);
        });
    }

    it("whose download was killed is got anew, and the dead one's lock and leftovers are cleared", async () => {
        let begun = () => {};
        const halfway = new Promise<void>((resolve) => (begun = resolve));
        host.on("/hello.tar.gz", (_request, response) => {
            response.writeHead(200, { "content-length": archive.length });
            response.write(archive.subarray(0, 40), () => setTimeout(begun, 50));
        });
        const script = place.write(
            "obtain.mjs",
            `import { obtain } from ${JSON.stringify(join(root, "tools", "toolchain.mjs"))};
             await obtain(${JSON.stringify({ programs: ["hello"], mode: "release", home, available: { hello: program }, release: { pins: pinned(archive) } })});`,
        );
        const child = spawn(process.execPath, [script], { stdio: "ignore" });
        await halfway;
        child.kill("SIGKILL");
        await new Promise((gone) => child.on("exit", gone));
        nothingInstalled();
        assert.ok(existsSync(home.lock), "the killed process leaves its lock");
        assert.equal(readdirSync(home.temporary).length, 1);

        host.on("/hello.tar.gz", archive);
        const { result } = await saying(() => obtain());
        assert.equal(result[0]?.origin, "release");
        assert.ok(!existsSync(home.lock));
        assert.deepEqual(readdirSync(home.temporary), []);
    });
});

describe("a published checksum", () => {
    const sum = "a".repeat(64);
    const cases: [string, string, string | undefined][] = [
        ["a list", `${"b".repeat(64)}  other\n${sum}  file.tar.gz\n`, sum],
        ["a list of binary files", `${sum} *file.tar.gz\n`, sum],
        ["a list with folders", `${sum}  ./dist/file.tar.gz\n`, sum],
        ["a bare sum", `${sum}\n`, sum],
        ["GitHub's release", JSON.stringify({ assets: [{ name: "file.tar.gz", digest: `sha256:${sum}` }] }), sum],
        [
            "GitHub's release without a digest",
            JSON.stringify({ assets: [{ name: "file.tar.gz", digest: null }] }),
            undefined,
        ],
        ["a list without the file", `${sum}  file.tar.gz.asc\n`, undefined],
        ["a web page", "<html>sign in</html>", undefined],
    ];
    for (const [what, text, expected] of cases) {
        it(`is ${expected ? "read from" : "not taken from"} ${what}`, async () => {
            const { checksumIn } = await tool<{ checksumIn: (text: string, file: string) => string | undefined }>(
                "download.mjs",
            );
            assert.equal(checksumIn(text, "file.tar.gz"), expected);
        });
    }
});
