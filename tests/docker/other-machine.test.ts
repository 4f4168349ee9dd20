/** A machine without internet that is reached by ssh, its images carried there as archives. Needs root. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageFor } from "../../cht/images";
import type { Role } from "../../cht/model";
import { parseVersion } from "../../cht/version";
import { refusal, type Stack, succeeded } from "../support/stack";
import { engine } from "./support/engine";
import { hostCluster, hostInstance, hostStack, outputs, rewrite, services } from "./support/host-stack";
import { OtherMachine } from "./support/other-machine";
import { type Sshd, startSshd } from "./support/sshd";
import { eventually, User } from "./support/web";

const version = "4.22.0";
const registry = "registry.example.org/cht";
const roles: readonly Role[] = ["couchdb", "haproxy", "healthcheck", "api", "sentinel", "nginx", "upgrade-service"];

describe("another machine", () => {
    let folder: string;
    let machine: OtherMachine;
    let sshd: Sshd;
    let stack: Stack;
    let user: User;
    const cluster = () => ({ kind: "docker", host: sshd.host, sshOptions: sshd.options });
    const instance = () =>
        hostInstance({
            version,
            host: machine.address,
            ports: { http: 80, https: 443 },
            upgradeService: true,
            images: { registry, archive: join(folder, "archives") },
        });

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-archives-"));
        machine = await OtherMachine.start(600);
        sshd = await startSshd({ dockerHost: machine.engine.host });
        await saveImages();
        stack = await hostStack("remote", { remote: instance() }, cluster());
    });

    after(async () => {
        await sshd?.stop();
        await machine?.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    /** As an operator does it who has both: the images by the names of the registry that there is not. */
    async function saveImages(): Promise<void> {
        const names = new Map<string, string>();
        for (const role of roles) {
            const name = imageFor(role, parseVersion(version), {}, "docker");
            const there = imageFor(role, parseVersion(version), { registry }, "docker");
            if (name !== there) await engine.ask("tag", name, there);
            names.set(there, name);
        }
        mkdirSync(join(folder, "archives"));
        await engine.ask("save", "--output", join(folder, "archives", "cht.tar"), ...names.keys());
        for (const [there, name] of names) if (there !== name) await engine.ask("rmi", there);
    }

    it("whose engine is down is told from one that cannot be reached", async () => {
        await machine.stopEngine();
        for (const said of [await stack.preview(), await stack.up()])
            assert.match(refusal(said), /the host answers, but its Docker engine does not/);
        await machine.boot();
    });

    it("whose disk is full is left as it was", async () => {
        await machine.fillDisk(20);
        assert.match(refusal(await stack.up()), /no space|disk/i);
        assert.deepEqual(await machine.engine.objects("remote"), { containers: [], networks: [], volumes: [] });
        machine.makeRoom();
    });

    it("gets its images from archives, and runs", async () => {
        await stack.deploy();
        const { stdout } = await engine.docker(["image", "ls", "--format", "{{.Repository}}"]);
        assert.ok(!stdout.includes(registry), "this machine's engine was given the images");
        assert.deepEqual((await machine.engine.objects("remote")).containers, [
            ...[...services(version), "upgrade-service"].sort().map((service) => `remote-${service}`),
        ]);
        const password = await machine.engine.variable("remote-couchdb", "COUCHDB_PASSWORD");
        const { url } = (await outputs(stack))["remote"] ?? {};
        assert.equal(url, `https://${machine.address}`);
        user = new User(url, "medic", password ?? "");
        assert.match((await user.login()) ?? "", /^AuthSession=/);
        assert.equal(await user.version(), version);
        await user.write("note", { of: "remote" });
    });

    it("does not change by a second up, nor by a refresh", async () => {
        await stack.expectNoChanges();
        succeeded(await stack.run("refresh", "--yes", "--expect-no-changes"));
    });

    it("is not mistaken for this one", async () => {
        rewrite(stack, { remote: instance() });
        for (const said of [await stack.preview(), await stack.up()])
            assert.match(refusal(said), /this is another, unix:/);
        assert.deepEqual(await engine.objects("remote"), { containers: [], networks: [], volumes: [] });
    });

    it("is the same by any address", async () => {
        const before = await machine.engine.started("remote");
        rewrite(stack, { remote: instance() }, hostCluster(machine.engine.host));
        const { stdout } = await stack.deploy();
        // The provider, and nothing on the engine.
        assert.match(stdout, /\n +~ 1 updated\n/);
        assert.deepEqual(await machine.engine.started("remote"), before);
        assert.ok(sshd.logins() > 0);
    });

    it("comes back with everything when it is switched on again", async () => {
        await machine.stopEngine();
        await machine.boot();
        await eventually(
            () => user.read("note").then(({ of }) => of),
            (of) => of === "remote",
        );
        await stack.expectNoChanges();
    });
});
