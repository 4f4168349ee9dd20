import assert from "node:assert/strict";
import { tool, Workplace } from "./support";

interface Bootstrap {
    checkNode(version: string): void;
    packagesMatch(top: string): boolean;
}

describe("the bootstrap", () => {
    let place: Workplace;
    let bootstrap: Bootstrap;

    beforeEach(async () => {
        place = new Workplace();
        bootstrap = await tool<Bootstrap>("bootstrap.mjs");
    });
    afterEach(() => place.remove());

    for (const version of ["20.19.0", "20.20.2", "22.0.0", "24.1.0"]) {
        it(`runs on Node ${version}`, () => bootstrap.checkNode(version));
    }
    for (const version of ["18.20.0", "20.9.0", "20.18.3"]) {
        it(`refuses Node ${version}`, () => {
            const message = `Node.js 20.19 or later is needed (https://nodejs.org); this is ${version}.`;
            assert.throws(() => bootstrap.checkNode(version), { message });
        });
    }

    const wanted = {
        "": { version: "1.0.0" },
        "node_modules/a": { version: "1.0.0" },
        "node_modules/b": { version: "2.0.0", optional: true },
    };
    const lock = (file: string, packages: object) => place.write(file, JSON.stringify({ packages }));
    const cases: [string, object | undefined, boolean][] = [
        ["all packages", { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } }, true],
        ["all but an optional package", { "node_modules/a": { version: "1.0.0" } }, true],
        ["a package in another version", { "node_modules/a": { version: "1.0.1" } }, false],
        ["a package too few", { "node_modules/b": { version: "2.0.0" } }, false],
        [
            "a package too many",
            { "node_modules/a": { version: "1.0.0" }, "node_modules/c": { version: "1.0.0" } },
            false,
        ],
        ["an installation that did not end", undefined, false],
    ];
    for (const [what, installed, matches] of cases) {
        it(`takes ${what} as ${matches ? "installed" : "to be installed"}`, () => {
            lock("package-lock.json", wanted);
            if (installed) lock("node_modules/.package-lock.json", installed);
            assert.equal(bootstrap.packagesMatch(place.top), matches);
        });
    }
});
