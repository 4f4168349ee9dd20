import assert from "node:assert/strict";
import { toldBy } from "../../../automation/engine-errors";

const urn = "urn:pulumi:dev::cht-hosting::cht-hosting:docker:ChtHost$docker:index/container:Container::dev-nginx";
const reason =
    "Unable to start container: Error response from daemon: Bind for 127.0.0.1:10443 failed: port is already allocated";

describe("what the engine says of a failure", () => {
    it("of a provider is told once, with the resource's name", () => {
        const messages = [
            `  sdk-v2/provider2.go:571: sdk.helper_schema: ${reason}: provider=docker@5.2.0`,
            `1 error occurred:\n\t* creating ${urn}: 1 error occurred:\n\t* ${reason}\n\n`,
            "update failed",
        ];
        assert.deepEqual(toldBy(messages), [`dev-nginx: ${reason}`]);
    });

    it("of the program is its own sentence, with all its lines", () => {
        const refusal = "Pulumi.dev.yaml is not valid:\n\n  instances.dev.version\n    is required";
        assert.deepEqual(toldBy([`${refusal}\n`, refusal]), [refusal]);
    });

    it("of a mistake in the program is told without its trace", () => {
        const crash =
            "Running program '/x/index.js' failed with an unhandled exception:\n<ref *1> TypeError: no such thing\n    at f (/x/index.js:1:2)\n    at g";
        assert.deepEqual(toldBy([crash]), ["the program failed:  TypeError: no such thing"]);
    });
});
