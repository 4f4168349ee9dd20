/** Two instances side by side on one engine, from the first preview to the `up` after a destroy. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { call } from "../support/checkout";
import { refusal, type Stack, shortName, succeeded } from "../support/stack";
import { makeCertificate, type Pair, serialOf } from "./support/certificates";
import { engine } from "./support/engine";
import { Evidence } from "./support/evidence";
import { hostInstance, hostStack, outputs, rewrite, services, specialPassword } from "./support/host-stack";
import { ask, eventually, User } from "./support/web";

describe("instances on one engine", () => {
    let stack: Stack;
    let folder: string;
    let given: User;
    let generated: User;
    let certificate: Pair;
    const evidence = new Evidence();
    /** `life` has everything given, `life2` nothing: the names differ so that whatever matches by parts is found out. */
    const file = (version: string) => ({
        life: hostInstance({
            version,
            host: "life.example.org",
            ports: { address: "127.0.0.1", http: 18_071, https: 18_441 },
            tls: { kind: "own", certificate: join(folder, "own.crt"), key: join(folder, "own.key") },
        }),
        life2: hostInstance(),
    });

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-life-"));
        useCertificate(await makeCertificate(folder, "first", "life.example.org"));
        stack = await hostStack("life", file("5.1.0"));
        await stack.setSecret("life.password", specialPassword);
    });

    after(async () => {
        evidence.stop();
        rmSync(folder, { recursive: true, force: true });
        await engine.sweep("life", "life2");
    });

    function useCertificate(pair: Pair): void {
        certificate = pair;
        cpSync(pair.certificate, join(folder, "own.crt"));
        cpSync(pair.key, join(folder, "own.key"));
        evidence.addSecret("TLS key", pair.key);
    }

    it("are made as the preview says", async () => {
        const planned = await stack.steps();
        evidence.see("preview", JSON.stringify(planned));
        evidence.see("up", succeeded(await stack.up("--diff")));
        // A default provider is made with the first resource that needs it, and no preview tells of it.
        const made = (await stack.export()).resources.filter(({ urn }) => !/::default(_|$)/.test(urn));
        const names = (of: readonly { urn: string }[]) => of.map(({ urn }) => shortName(urn)).sort();
        assert.deepEqual(names(planned), names(made));
        assert.deepEqual([...new Set(planned.map(({ op }) => op))], ["create"]);
    });

    it("are exactly these objects of the engine", async () => {
        for (const [name, version] of [
            ["life", "5.1.0"],
            ["life2", "5.2.0"],
        ] as const) {
            assert.deepEqual(await engine.objects(name), {
                containers: services(version).map((service) => `${name}-${service}`),
                networks: [`${name}-cht-net`],
                volumes: ["cht-credentials", "cht-ssl", "couchdb-data", "nouveau-data"].map(
                    (each) => `${name}_${each}`,
                ),
            });
        }
    });

    it("let users in with their own password only, over https", async () => {
        const urls = await outputs(stack);
        given = new User("https://127.0.0.1:18441", "medic", specialPassword);
        assert.equal(urls["life"]?.url, "https://life.example.org:18441");
        const password = await engine.variable("life2-couchdb", "COUCHDB_PASSWORD");
        generated = new User(urls["life2"]?.url ?? "", "medic", password ?? "");
        evidence.addText("generated password", generated.password);
        for (const user of [given, generated]) assert.match((await user.login()) ?? "", /^AuthSession=/);
        assert.equal(await new User(given.url, "medic", generated.password).login(), undefined);
        assert.equal(await new User(generated.url, "medic", given.password).login(), undefined);
        await given.write("note", { of: "life" });
        await generated.write("note", { of: "life2" });
        assert.equal((await given.read("note"))["of"], "life");
        assert.deepEqual([await given.version(), await generated.version()], ["5.1.0", "5.2.0"]);
    });

    it("send http to https, and show the certificate that was given", async () => {
        const { status, headers } = await ask("http://127.0.0.1:18071/login");
        assert.deepEqual([status, headers.location], [301, "https://127.0.0.1/login"]);
        assert.equal((await ask(given.url)).certificate?.serialNumber, serialOf(certificate.certificate));
    });

    it("are set up as a production host needs it", async () => {
        for (const service of services("5.1.0")) {
            const { Config, HostConfig, State } = await engine.container(`life-${service}`);
            const { Memory, MemorySwap, RestartPolicy, LogConfig, SecurityOpt, CapDrop, Privileged } = HostConfig;
            assert.equal(RestartPolicy.Name, "unless-stopped", service);
            assert.deepEqual(LogConfig, { Type: "local", Config: { "max-file": "20", "max-size": "50m" } }, service);
            assert.ok(Memory > 0 && Memory === MemorySwap, `${service}: ${Memory} ${MemorySwap}`);
            assert.deepEqual([SecurityOpt, CapDrop, Privileged], [["no-new-privileges:true"], ["ALL"], false], service);
            // Sentinel has nothing to ask it by.
            assert.equal(State.Health === undefined, service === "sentinel", service);
            assert.deepEqual(
                Object.keys(Config.Labels).filter((label) => label.includes("helm") || label.includes("compose")),
                [],
            );
        }
        assert.equal((await engine.container("life-haproxy")).Config.StopSignal, "SIGTERM");
    });

    it("do not change by a second up, nor by a refresh", async () => {
        const before = [await engine.started("life"), await engine.started("life2")];
        await stack.expectNoChanges();
        evidence.see("refresh", succeeded(await stack.run("refresh", "--yes", "--expect-no-changes")));
        assert.deepEqual([await engine.started("life"), await engine.started("life2")], before);
    });

    it("get a new version with their data, after CouchDB has ended cleanly", async () => {
        const other = await engine.started("life2");
        rewrite(stack, file("5.2.0"));
        evidence.see("preview of a version", succeeded(await stack.preview("--diff")));
        evidence.see("up of a version", succeeded(await stack.up("--diff")));
        assert.equal(await given.version(), "5.2.0");
        assert.equal((await given.read("note"))["of"], "life");
        assert.equal(await engine.exec("life-couchdb", "cat", "/opt/couchdb/data/journal"), "start\nclean\nstart");
        assert.deepEqual(await engine.started("life2"), other, "the other instance was touched");
        await stack.expectNoChanges();
    });

    it("show a new certificate without a restart of nginx", async () => {
        useCertificate(await makeCertificate(folder, "second", "life.example.org"));
        const before = await engine.started("life");
        evidence.see("up of a certificate", succeeded(await stack.up("--diff")));
        const shown = async () => (await ask(given.url)).certificate?.serialNumber;
        await eventually(shown, (serial) => serial === serialOf(certificate.certificate), 30);
        const now = await engine.started("life");
        assert.deepEqual({ ...now, "life-certificate": "" }, { ...before, "life-certificate": "" });
    });

    it("are not taken away with the file", async () => {
        const { life } = file("5.2.0");
        rewrite(stack, { life });
        assert.match(refusal(await stack.preview()), /\blife2\b.*remove: life2/s);
        rewrite(stack, file("5.2.0"));
    });

    it("leave their data when the stack is destroyed, and open it again with the same password", async () => {
        evidence.see("destroy", succeeded(await stack.destroy("--exclude-protected")));
        const left = {
            containers: [],
            networks: [],
            volumes: ["cht-credentials", "cht-ssl", "couchdb-data", "nouveau-data"],
        };
        for (const name of ["life", "life2"])
            assert.deepEqual(await engine.objects(name), {
                ...left,
                volumes: left.volumes.map((each) => `${name}_${each}`),
            });
        await stack.deploy();
        for (const user of [given, generated]) assert.match((await user.login()) ?? "", /^AuthSession=/, user.url);
        assert.equal((await given.read("note"))["of"], "life");
        assert.equal((await generated.read("note"))["of"], "life2");
        await stack.expectNoChanges();
    });

    it("are taken over with data and passwords when the state is lost", async () => {
        const lost = await stack.export();
        evidence.see("state", lost.text);
        succeeded(await call("pulumi", ["stack", "rm", stack.name, "--yes", "--force", "--preserve-config"]));
        await stack.init();
        evidence.see("up without state", succeeded(await stack.up("--diff")));
        for (const user of [given, generated]) assert.match((await user.login()) ?? "", /^AuthSession=/, user.url);
        assert.equal((await generated.read("note"))["of"], "life2");
        assert.deepEqual(await stack.resources(), lost.resources.map(({ urn }) => shortName(urn)).sort());
        await stack.expectNoChanges();
    });

    it("go when the file says so by name, and leave their data", async () => {
        const { life, life2 } = file("5.2.0");
        const { volumes } = await engine.objects("life2");
        rewrite(stack, { life, life2: { ...life2, remove: "life2" } });
        evidence.see("removal", succeeded(await stack.up("--diff")));
        assert.deepEqual(await engine.objects("life2"), { containers: [], networks: [], volumes });
        rewrite(stack, { life });
        await stack.deploy();
        assert.deepEqual(
            (await stack.resources()).filter((name) => name.includes("life2")),
            [],
        );
        assert.deepEqual(await engine.objects("life2"), { containers: [], networks: [], volumes });
        assert.equal((await given.read("note"))["of"], "life");
    });

    it("show no secret to anybody", async () => {
        await evidence.seeStack(stack);
        const { containers } = await engine.objects("life");
        const logs = await Promise.all(containers.map((container) => engine.docker(["logs", container])));
        evidence.see("logs", logs.map(({ stdout, stderr }) => `${stdout}${stderr}`).join(""));
        evidence.check();
    });
});
