import assert from "node:assert/strict";
import { set } from "../../../cli/commands/create";
import { parseSince } from "../../../cli/commands/logs";
import { commands } from "../../../cli/main";
import { bytes, duration, table } from "../../../cli/terminal";
import { commandHelp, generalHelp, parseArguments, UsageError } from "../../../cli/usage";

function command(name: string) {
    const found = commands.find((each) => each.name === name);
    assert.ok(found, name);
    return found;
}

const refusal = (name: string, ...argv: string[]) => {
    try {
        parseArguments(command(name), argv);
        return undefined;
    } catch (error) {
        assert.ok(error instanceof UsageError);
        return error.message;
    }
};

describe("the command line", () => {
    it("has these commands, each with a help that shows how", () => {
        const names = ["create", "up", "preview", "list", "login", "logs", "stop", "start", "backup", "restore"];
        assert.deepEqual(
            commands.map(({ name }) => name),
            [...names, "destroy", "versions", "refresh", "env"],
        );
        const general = generalHelp(commands);
        for (const each of commands) {
            assert.ok(general.includes(`  ${each.name} `), each.name);
            const help = commandHelp(each);
            for (const option of [...Object.keys(each.options), "stack", "help", "debug"])
                assert.ok(help.includes(`--${option}`));
            assert.notEqual(each.examples.length, 0);
            for (const [line] of each.examples) {
                assert.ok(help.includes(`npm run cht -- ${line}`));
                const [name, ...argv] = line.split(" ");
                assert.equal(name, each.name);
                assert.equal(refusal(each.name, ...argv), undefined, line);
            }
        }
    });

    it("reads options in any place", () => {
        const given = parseArguments(command("logs"), ["--since", "2h", "dev", "-f", "api"]);
        assert.deepEqual(given.positionals, ["dev", "api"]);
        assert.deepEqual(
            [given.text("since"), given.flag("follow"), given.text("bundle"), given.flag("debug")],
            ["2h", true, undefined, false],
        );
        assert.deepEqual(parseArguments(command("create"), ["x", "--set", "a=1", "--set", "b=2"]).texts("set"), [
            "a=1",
            "b=2",
        ]);
    });

    it("refuses what it does not know, what is missing and what is too much", () => {
        assert.equal(refusal("stop", "dev", "--nope"), "Unknown option '--nope'");
        assert.match(refusal("logs", "dev", "--since") ?? "", /--since <value>' argument missing/);
        assert.equal(refusal("stop"), "something is missing: cht stop NAME");
        assert.equal(refusal("stop", "a", "b"), "'b' is too much: cht stop NAME");
        assert.equal(refusal("stop", "--help"), undefined);
    });

    it("takes times", () => {
        const now = Date.UTC(2026, 0, 10);
        assert.deepEqual(
            ["90s", "30m", "2h", "7d", "2026-01-31T12:00:00Z"].map((text) => parseSince(text, now).toISOString()),
            [
                "2026-01-09T23:58:30.000Z",
                "2026-01-09T23:30:00.000Z",
                "2026-01-09T22:00:00.000Z",
                "2026-01-03T00:00:00.000Z",
                "2026-01-31T12:00:00.000Z",
            ],
        );
        for (const wrong of ["yesterday", "5", "2026-13-41", ""])
            assert.throws(() => parseSince(wrong, now), UsageError);
    });

    it("sets any key of an instance, with YAML's values", () => {
        const block: Record<string, unknown> = { version: "5.2.0", couchdb: { nodes: 1 } };
        for (const setting of ["couchdb.nodes=3", "upgradeService=true", "credentials.user=a=b", "images.registry="])
            set(block, setting);
        assert.deepEqual(block, {
            version: "5.2.0",
            couchdb: { nodes: 3 },
            upgradeService: true,
            credentials: { user: "a=b" },
            images: { registry: null },
        });
        assert.throws(() => set(block, "novalue"), UsageError);
    });

    it("prints amounts and tables for people", () => {
        assert.deepEqual([bytes(12), bytes(1536), bytes(3 * 2 ** 30)], ["12 B", "1.5 KiB", "3.0 GiB"]);
        assert.deepEqual([duration(900), duration(42_000), duration(61_000)], ["0.9 s", "42 s", "1 min 1 s"]);
        assert.equal(table(["A", "BB"], [["long", "x"]]), "A     BB\nlong  x");
    });
});
