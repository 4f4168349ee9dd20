import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, root, tool, Workplace } from "./support";

interface Sources {
    everything(top: string): string[];
    program: string[];
    record: string;
    snapshot(top: string): object;
    staleness(entries: string[], top: string): string | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports
const sources = require(join(root, "tools", "sources.cjs")) as Sources;

describe("the entry that Pulumi loads", () => {
    let place: Workplace;

    beforeEach(() => {
        place = new Workplace();
        place.write("tsconfig.json", JSON.stringify({ include: ["index.ts", "config", "cht", "tests"] }));
        place.write("index.ts", "export {};");
        place.write("config/schema.ts", "export const a = 1;");
        place.write("cht/deep/facts.json", "{}");
        place.write("tests/unit/a.test.ts", "");
        place.write("dist/index.js", "module.exports = async () => ({ ran: true });");
        writeFileSync(place.path(sources.record), JSON.stringify(sources.snapshot(place.top)));
        mkdirSync(place.path("tools"));
        for (const file of ["program.cjs", "sources.cjs"]) {
            copyFileSync(join(root, "tools", file), place.path("tools", file));
        }
    });
    afterEach(() => place.remove());

    const stale = () => sources.staleness(sources.program, place.top);
    const load = (code = "require('./tools/program.cjs')().then(console.log)") =>
        execute(process.execPath, ["-e", code], { cwd: place.top });

    it("is the compiled program", async () => {
        symlinkSync(join(root, "node_modules"), place.path("node_modules"));
        assert.equal(stale(), undefined);
        assert.equal((await load()).stdout, "{ ran: true }\n");
    });

    it("does not mind a file that was only touched", () => {
        utimesSync(place.path("index.ts"), new Date(), new Date(0));
        assert.equal(stale(), undefined);
    });

    const changes: [string, () => void, string][] = [
        [
            "a changed file",
            () => place.write("config/schema.ts", "export const a = 22;"),
            "config/schema.ts has changed since the program was compiled",
        ],
        ["a new file", () => place.write("cht/new.ts", ""), "cht/new.ts is new since the program was compiled"],
        [
            "a removed file",
            () => rmSync(place.path("cht/deep/facts.json")),
            "cht/deep/facts.json is gone since the program was compiled",
        ],
        [
            "a changed compiler setting",
            () => place.write("tsconfig.json", '{ "include": [] }'),
            "tsconfig.json has changed since the program was compiled",
        ],
        ["no dist", () => rmSync(place.path("dist"), { recursive: true }), "the program is not compiled yet"],
    ];
    for (const [what, change, message] of changes) {
        it(`refuses ${what}`, () => {
            change();
            assert.equal(stale(), message);
        });
    }

    it("refuses a change of the same size", () => {
        place.write("config/schema.ts", "export const a = 2;");
        utimesSync(place.path("config/schema.ts"), new Date(), new Date(0));
        assert.equal(stale(), "config/schema.ts has changed since the program was compiled");
    });

    it("minds a test only when everything is asked for", () => {
        place.write("tests/unit/a.test.ts", "changed");
        assert.equal(stale(), undefined);
        assert.match(
            sources.staleness(sources.everything(place.top), place.top) ?? "",
            /^tests\/unit\/a\.test\.ts has changed/,
        );
    });

    it("stops with a RunError that says what to do, before anything of dist is loaded", async () => {
        place.write("config/schema.ts", "changed");
        place.write("dist/index.js", "console.log('loaded');");
        symlinkSync(join(root, "node_modules"), place.path("node_modules"));
        const { stdout } = await load(`require('./tools/program.cjs')().catch((error) => {
            const { RunError } = require('@pulumi/pulumi');
            console.log(RunError.isInstance(error), error.message) })`);
        assert.equal(
            stdout,
            "true config/schema.ts has changed since the program was compiled: run `npm run build`.\n",
        );
    });

    it("takes Pulumi's own frames out of an error's stack, and only those", async () => {
        const frame = (file: string) => `    at f (${place.path("node_modules", file)}:1:1)`;
        const stack = [
            "Error: no",
            frame("@pulumi/pulumi/output.js"),
            frame("zod/index.js"),
            "    at g (index.ts:1:1)",
        ];
        place.write(
            "dist/index.js",
            `module.exports = async () => { throw Object.assign(new Error("no"), ${JSON.stringify({ stack: stack.join("\n") })}) }`,
        );
        symlinkSync(join(root, "node_modules"), place.path("node_modules"));
        const { stdout } = await load("require('./tools/program.cjs')().catch((error) => console.log(error.stack))");
        assert.equal(stdout, `${[stack[0], stack[2], stack[3]].join("\n")}\n`);
    });

    it("stops with one line where the packages are missing", async () => {
        place.write("config/schema.ts", "changed");
        assert.deepEqual(await load(), {
            code: 1,
            stdout: "",
            stderr: "error: config/schema.ts has changed since the program was compiled: run `npm run build`.\n",
        });
    });
});

describe("what does not compile", () => {
    const entries = ["index.ts", "config", "tests"];
    const cases: [string, string, string[]][] = [
        ["a test", "tests/unit/a.test.ts(1,2): error TS2322: no\n  more of it\n", ["tests"]],
        [
            "a folder and a file",
            "config/a.ts(1,2): error TS1: no\nindex.ts(1,2): error TS1: no\n",
            ["index.ts", "config"],
        ],
        ["a name that begins alike", "configuration.ts(1,2): error TS1: no\n", []],
        ["the settings", "error TS5023: Unknown compiler option 'no'.\n", entries],
    ];
    for (const [what, messages, wrong] of cases) {
        it(`is told by the compiler's messages: ${what}`, async () => {
            const { entriesWithMistakes } = await tool<{
                entriesWithMistakes: (messages: string, entries: string[]) => string[];
            }>("build-program.mjs");
            assert.deepEqual(entriesWithMistakes(messages, entries), wrong);
        });
    }
});
