/** `npm run cht -- …` as an application developer uses it, from nothing to nothing. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { bareEnvironment, checkout } from "../support/checkout";
import { importModule } from "../support/import-module";
import { type Result, run } from "../support/processes";
import { engine, limitsCanBeRaised } from "./support/engine";
import { services } from "./support/host-stack";
import { User } from "./support/web";

const original = join(__dirname, "..", "..", "..");

describe("npm run cht", () => {
    /** Somebody's home: nothing of Pulumi's is in it. */
    let home: string;
    let user: User;
    let password: string;

    before(() => {
        home = mkdtempSync(join(tmpdir(), "cht-cli-"));
        for (const file of ["Pulumi.dev.yaml", "package-lock.json"])
            cpSync(join(original, file), join(checkout(), file));
    });

    after(async () => {
        await engine.sweep("cli", "cli2");
        rmSync(home, { recursive: true, force: true });
    });

    const environment = () => ({ ...bareEnvironment, HOME: home, INIT_CWD: home, DOCKER_HOST: engine.host });

    /** What `tools/cht.mjs` starts, when all is got and compiled. */
    const cht = (args: readonly string[], input = ""): Promise<Result> =>
        run(process.execPath, [join("dist", "cli", "main.js"), ...args], {
            cwd: checkout(),
            env: environment(),
            input,
        });

    async function done(...args: string[]): Promise<string> {
        const { code, stdout, stderr } = await cht(args);
        assert.equal(code, 0, `cht ${args.join(" ")}\n${stdout}\n${stderr}`);
        return stdout.trimEnd();
    }

    /** The one sentence of a command that was not done. */
    async function refused(code: number, args: readonly string[], input = ""): Promise<string> {
        const result = await cht(args, input);
        assert.equal(result.code, code, `${result.stdout}\n${result.stderr}`);
        assert.doesNotMatch(result.stderr, /^\s+at .*[:(]\d+/m, "a stack trace is no message");
        const [, sentence = ""] = /^error: ([\s\S]*)$/m.exec(result.stderr) ?? [];
        return sentence.split("\n\nnpm run cht")[0]?.trimEnd() ?? "";
    }

    const own = limitsCanBeRaised() ? [] : ["--set", "couchdb.defaultUlimit=true"];
    const stackFile = (name: string) => join(checkout(), `Pulumi.${name}.yaml`);
    const states = async (...names: string[]) => {
        const all = JSON.parse(await done("list", "--json")) as { name: string; state: string; services: unknown[] }[];
        return Object.fromEntries(
            all.filter(({ name }) => names.includes(name)).map(({ name, state }) => [name, state]),
        );
    };

    it("is understood by npm", async () => {
        const { packagesMatch } = await importModule<{ packagesMatch: (folder: string) => boolean }>(
            join(original, "tools", "bootstrap.mjs"),
        );
        // Or npm would install into the packages that the copy shares.
        assert.ok(packagesMatch(checkout()));
        const { code, stdout } = await run("npm", ["run", "--silent", "cht", "--", "create", "--help"], {
            cwd: checkout(),
            env: environment(),
        });
        assert.equal(code, 0);
        assert.match(stdout, /^npm run cht -- create NAME\n/);
    });

    it("says in one sentence what keeps an instance from being made, and leaves nothing of it", async () => {
        assert.match(
            await refused(1, ["create", "cli", "--version", "5.2.0", "--engine", "unix:///nowhere/docker.sock"]),
            /unix:\/\/\/nowhere\/docker\.sock/,
        );
        assert.match(
            await refused(1, ["create", "cli", "--version", "5.2"]),
            /^Pulumi\.cli\.yaml would not be valid:\n\n {2}instances\.cli\.version\n/,
        );
        assert.match(await refused(1, ["create", "Not A Name"]), /must be a DNS label/);
        assert.match(
            await refused(2, ["create", "cli", "--tls", "none"]),
            /^--tls is one of self-signed, own, acme, local-ip/,
        );
        assert.match(await refused(1, ["login", "cli"]), /^no stack file has an instance 'cli'$/);
        assert.equal(existsSync(stackFile("cli")), false);
        assert.deepEqual(await engine.objects("cli"), { containers: [], networks: [], volumes: [] });
    });

    it("creates an instance by one command, and prints where it is and who may in", async () => {
        const printed = await done(
            "create",
            "cli",
            "--version",
            "5.2.0",
            "--http-port",
            "18090",
            "--https-port",
            "18490",
            ...own,
        );
        const [, url, name, word] = /^cli: (\S+)\n {2}user {6}(\S+)\n {2}password {2}(\S+)$/.exec(printed) ?? [];
        assert.deepEqual([url, name], ["https://localhost:18490", "medic"], printed);
        password = word ?? "";
        user = new User(url ?? "", "medic", password);
        assert.ok(await user.login());
        await user.write("kept", { by: "the test" });
        assert.match(await refused(1, ["create", "cli"]), /^there is a Pulumi\.cli\.yaml already/);
    });

    it("keeps state and passphrase in the user's home, for the user alone", () => {
        const folder = join(home, ".cht-hosting");
        assert.deepEqual(readdirSync(folder).sort(), ["passphrase", "state"]);
        assert.equal(statSync(join(folder, "passphrase")).mode & 0o777, 0o600);
        assert.doesNotMatch(readFileSync(stackFile("cli"), "utf8"), new RegExp(password));
    });

    it("prints the login again, for programs too", async () => {
        assert.deepEqual(JSON.parse(await done("login", "cli", "--json")), { url: user.url, user: "medic", password });
    });

    it("stops one instance and leaves another whose name begins with its name", async () => {
        const printed = await done("create", "cli2", "--version", "5.2.0", ...own);
        assert.match(printed, /^cli2: https:\/\/localhost:\d+\n/);
        const before = await engine.started("cli2");
        await done("stop", "cli");
        assert.deepEqual(await states("cli", "cli2"), { cli: "stopped", cli2: "running" });
        assert.deepEqual(await engine.started("cli2"), before);
        assert.equal(await engine.exec("cli2-couchdb", "tail", "-n1", "/opt/couchdb/data/journal"), "start");
        assert.deepEqual(
            (await engine.objects("cli")).containers,
            services("5.2.0").map((service) => `cli-${service}`),
        );
    });

    it("starts it again, with its data, its database having ended well", async () => {
        await done("start", "cli");
        assert.deepEqual(await states("cli", "cli2"), { cli: "running", cli2: "running" });
        assert.equal((await user.read("kept"))["by"], "the test");
        const journal = await engine.exec("cli-couchdb", "cat", "/opt/couchdb/data/journal");
        assert.equal(journal, "start\nclean\nstart");
        assert.equal(await done("start", "cli"), "cli runs already");
    });

    it("removes an instance for good, with what made it, and nothing of the other", async () => {
        const before = await engine.started("cli");
        assert.match(
            await refused(2, ["destroy", "cli2", "--yes", "--delete-data", "cli"]),
            /must be the instance's own name, 'cli2'/,
        );
        await done("destroy", "cli2", "--yes", "--delete-data", "cli2");
        assert.deepEqual(await engine.objects("cli2"), { containers: [], networks: [], volumes: [] });
        assert.equal(existsSync(stackFile("cli2")), false);
        assert.deepEqual(await engine.started("cli"), before);
    });

    it("shows the log of one service, and of all in the order of time", async () => {
        const one = await done("logs", "cli", "couchdb");
        assert.match(one, /^\d{4}-\d\d-\d\dT[\d:.]+Z /);
        const all = (await done("logs", "cli")).split("\n");
        const times = all.map((line) => line.split(" ")[0] ?? "");
        assert.deepEqual(times, [...times].sort());
        const names = new Set(all.map((line) => line.split(/\s+/)[1]));
        for (const service of ["couchdb", "api", "nginx"]) assert.ok(names.has(service), service);
        assert.equal(
            await refused(1, ["logs", "cli", "postgres"]),
            "the instance 'cli' has no service 'postgres'; it has nouveau, couchdb, haproxy, api, certificate, sentinel, nginx",
        );
        assert.equal(await done("logs", "cli", "couchdb", "--since", "2100-01-01"), "");
    });

    it("bundles logs for others, without a secret", async () => {
        const file = join(home, "cli-logs.tar.gz");
        // What a service might print, one day.
        const uuid = (await engine.variable("cli-couchdb", "COUCHDB_UUID")) ?? "";
        const secret = (await engine.variable("cli-couchdb", "COUCHDB_SECRET")) ?? "";
        await engine.exec("cli-couchdb", "sh", "-c", `printf 'canary %s\\n' '${password}' > /proc/1/fd/1`);
        await done("logs", "cli", "--bundle", "cli-logs.tar.gz");
        const entries = await unpack(file);
        const expected = services("5.2.0").flatMap((service) => [
            `cli/inspect/${service}.json`,
            `cli/logs/${service}.log`,
        ]);
        assert.deepEqual([...entries.keys()].sort(), [...expected, "cli/engine.json", "cli/status.json"].sort());
        const text = [...entries.values()].join("\n");
        for (const canary of [password, uuid, secret, encodeURIComponent(password)]) {
            assert.notEqual(canary, "");
            assert.equal(text.includes(canary), false);
        }
        assert.match(entries.get("cli/inspect/couchdb.json") ?? "", /"COUCHDB_PASSWORD=\[secret\]"/);
        assert.match(entries.get("cli/logs/couchdb.log") ?? "", /^\d{4}-\S+Z stdout canary \[secret\]$/m);
        assert.match(await refused(1, ["logs", "cli", "--bundle", file]), /is there already$/);
    });

    it("backs it up into a file for its owner alone, and runs on", async () => {
        await done("backup", "cli", "cli.tar.gz");
        assert.equal(statSync(join(home, "cli.tar.gz")).mode & 0o777, 0o600);
        assert.deepEqual(await states("cli"), { cli: "running" });
        assert.equal(await engine.exec("cli-couchdb", "tail", "-n2", "/opt/couchdb/data/journal"), "clean\nstart");
    });

    it("asks before it destroys, and keeps the data", async () => {
        const before = await engine.started("cli");
        const { volumes } = await engine.objects("cli");
        assert.equal(await refused(1, ["destroy", "cli"], "cl\n"), "'cl' is not 'cli': nothing was removed");
        assert.equal(await refused(1, ["destroy", "cli"]), "nobody answers (--yes does not ask): nothing was removed");
        assert.deepEqual(await engine.started("cli"), before);
        const { code, stderr } = await cht(["destroy", "cli"], "cli\n");
        assert.equal(code, 0, stderr);
        assert.deepEqual(await engine.objects("cli"), { containers: [], networks: [], volumes });
        assert.deepEqual(await states("cli"), { cli: "data only" });
        assert.match(await refused(1, ["restore", "cli.tar.gz"]), /^there is data of 'cli' already/);
    });

    it("refuses a damaged backup before it touches anything", async () => {
        const bytes = readFileSync(join(home, "cli.tar.gz"));
        writeFileSync(join(home, "half.tar.gz"), bytes.subarray(0, bytes.length - 100));
        const objects = await engine.objects("cli");
        assert.match(await refused(1, ["restore", "half.tar.gz", "--overwrite", "cli"]), /is damaged, or no backup/);
        assert.deepEqual(await engine.objects("cli"), objects);
    });

    it("restores documents and login when nothing is left of it", async () => {
        await done("destroy", "cli", "--yes", "--delete-data", "cli");
        assert.deepEqual(await engine.objects("cli"), { containers: [], networks: [], volumes: [] });
        assert.equal(existsSync(stackFile("cli")), false);
        const printed = await done("restore", "cli.tar.gz");
        assert.match(printed, new RegExp(`\\ncli: ${user.url}\\n {2}user {6}medic\\n {2}password {2}${password}$`));
        assert.equal((await user.read("kept"))["by"], "the test");
        assert.ok(await user.login());
    });

    it("takes Pulumi.dev.yaml as it is", async () => {
        const { steps } = JSON.parse(await done("preview", "--json")) as {
            steps: { operation: string; instance?: string }[];
        };
        assert.deepEqual([...new Set(steps.map(({ operation }) => operation))], ["create"]);
        assert.deepEqual([...new Set(steps.flatMap(({ instance }) => instance ?? []))], ["dev"]);
    });
});

async function unpack(file: string): Promise<Map<string, string>> {
    const archive = extract();
    Readable.from([gunzipSync(readFileSync(file))]).pipe(archive);
    const entries = new Map<string, string>();
    for await (const entry of archive) {
        const chunks: Buffer[] = [];
        for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
        entries.set(entry.header.name, Buffer.concat(chunks).toString("utf8"));
    }
    return entries;
}
