import assert from "node:assert/strict";
import { agree } from "../../../docker/client";
import { EngineError } from "../../../docker/error";
import { familiarName } from "../../../docker/image-name";

const endpoint = { host: "unix:///run/a.sock" };
const version = (ApiVersion: string, MinAPIVersion?: string) =>
    agree(endpoint, { Version: "1.2.3", ApiVersion, MinAPIVersion, Os: "linux", Arch: "amd64" });

describe("versions of the engine's API", () => {
    it("the engine's own is spoken, 1.50 at most", () => {
        assert.deepEqual(
            ["1.41", "1.49", "1.50", "1.51", "1.100", "2.0"].map((each) => version(each, "1.24")),
            [...["1.41", "1.49", "1.50", "1.50", "1.50", "1.50"]],
        );
    });

    const refused: readonly [string, string | undefined, RegExp][] = [
        ["1.40", "1.12", /is version 1\.2\.3 with API 1\.40; at least Docker 20\.10 with API 1\.41 is needed/],
        // Compared as numbers, not as text or a fraction.
        ["1.5", undefined, /with API 1\.5; at least/],
        ["1.60", "1.51", /speaks API 1\.51 and later; this program speaks 1\.50 at most/],
        ["nginx", undefined, /what answers at unix:\/\/\/run\/a\.sock is no Docker engine/],
    ];
    for (const [newest, oldest, message] of refused) {
        it(`refuses ${newest} from ${oldest ?? "nothing"} on`, () => {
            assert.throws(
                () => version(newest, oldest),
                (error) => error instanceof EngineError && error.kind === "unsupported" && message.test(error.message),
            );
        });
    }
});

describe("short names of images", () => {
    const digest = `sha256:${"a1".repeat(32)}`;
    const names: readonly [string, string][] = [
        ["busybox", "busybox:latest"],
        ["docker.io/library/busybox:1.36", "busybox:1.36"],
        ["docker.io/medicmobile/cht-api", "medicmobile/cht-api:latest"],
        ["library/busybox", "busybox:latest"],
        ["library/deep/busybox:1", "library/deep/busybox:1"],
        ["localhost:5000/busybox", "localhost:5000/busybox:latest"],
        ["localhost:5000/library/busybox:2", "localhost:5000/library/busybox:2"],
        ["public.ecr.aws/medic/cht-api:5.2.0", "public.ecr.aws/medic/cht-api:5.2.0"],
        [`busybox@${digest}`, `busybox@${digest}`],
        [`localhost:5000/busybox:1@${digest}`, `localhost:5000/busybox@${digest}`],
    ];
    for (const [name, short] of names) it(`${name} is ${short}`, () => assert.equal(familiarName(name), short));
});
