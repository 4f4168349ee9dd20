import assert from "node:assert/strict";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import {
    hello,
    helloModule,
    type Layout,
    type Program,
    ReleaseHost,
    saying,
    type Toolchain,
    tool,
    Workplace,
} from "./support";

describe("a program on the PATH", () => {
    let place: Workplace;
    let host: ReleaseHost;
    let home: Layout;
    let program: Program;

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

    const origin = async (printed: string, mode: "auto" | "source" = "auto") => {
        place.write("own/hello", `#!/bin/sh\necho "${printed}"\n`, 0o755);
        const { obtain } = await tool<Toolchain>("toolchain.mjs");
        const env = { ...process.env, PATH: `${place.path("own")}:${process.env.PATH}` };
        const options = { programs: ["hello"], mode, home, available: { hello: program }, env, release: { pins: {} } };
        return (await saying(() => obtain(options))).result[0]?.origin;
    };

    it("in the right version is used, and nothing is got", async () => {
        assert.equal(await origin("hello v1.2.3 (abc)"), "path");
        assert.equal(realpathSync(join(home.bin, "hello")), realpathSync(place.path("own/hello")));
        assert.deepEqual(host.requests, []);
        assert.ok(!existsSync(home.programs));
    });

    for (const version of ["1.2.4", "1.2.30", "11.2.3", "1.2.3.4", "1.20.3"]) {
        it(`in the version ${version} is not used`, async () => {
            assert.equal(await origin(`hello v${version}`), "source");
        });
    }

    it("is not used when its other commands are elsewhere", async () => {
        program.commands = ["hello", "hello-helper"];
        program.source.builds.push({ package: ".", output: "hello-helper" });
        assert.equal(await origin("hello v1.2.3"), "source");
    });

    it("is not used when a build is asked for", async () => {
        assert.equal(await origin("hello v1.2.3", "source"), "source");
    });
});
