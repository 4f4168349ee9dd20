/** An install of CHT's Compose files is taken over where it stands: data, credentials, certificate and network stay. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refusal, type Stack, succeeded } from "../support/stack";
import { ComposeInstall } from "./support/compose";
import { engine } from "./support/engine";
import { hostInstance, hostStack, rewrite, services } from "./support/host-stack";
import { eventually, User } from "./support/web";

const project = "clinic";
const network = "clinic-net";
const ports = { http: 18_072, https: 18_442 };

describe("an install of Compose files", () => {
    let compose: ComposeInstall;
    let stack: Stack;
    let user: User;
    let networkId: string;
    const folder = () => ({ kind: "folder", path: compose.data });
    const instance = (version = "5.2.0") =>
        hostInstance({
            version,
            ports: { address: "127.0.0.1", ...ports },
            compose: { project, network },
            couchdb: { data: folder() },
            credentials: { user: "admin" },
        });

    before(async () => {
        compose = new ComposeInstall({ project, network, user: "admin", password: "compose_Password.1", ports });
        await compose.up();
        user = new User(`https://127.0.0.1:${ports.https}`, "admin", "compose_Password.1");
        await eventually(
            () => user.login(),
            (cookie) => cookie !== undefined,
        );
        await eventually(
            () => user.read("settings").then(() => true),
            (good) => good,
        );
        await user.write("note", { of: "compose" });
        networkId = await engine.ask("network", "inspect", "--format", "{{.Id}}", network);
        stack = await hostStack("adoption", { clinic2: instance() });
    });

    after(async () => {
        await engine.docker(["rm", "--force", "clinic-intruder"]);
        await engine.sweep("clinic2");
        await compose.remove();
        await engine.sweep(project);
    });

    it("is not taken over while another container has its data", async () => {
        const mount = `${compose.data}:/elsewhere`;
        const image = "public.ecr.aws/medic/cht-nginx:5.2.0";
        await engine.ask("create", "--name", "clinic-intruder", "--volume", mount, image);
        const before = await engine.started(project);
        for (const said of [await stack.preview(), await stack.up()]) assert.match(refusal(said), /clinic-intruder/);
        assert.deepEqual(await engine.started(project), before);
        await engine.ask("rm", "clinic-intruder");
    });

    it("is told how the file must name its data", async () => {
        rewrite(stack, { clinic2: { ...instance(), couchdb: {} } });
        assert.ok(refusal(await stack.preview()).includes(compose.data));
        rewrite(stack, { clinic2: instance() });
    });

    it("runs on during the preview", async () => {
        const before = await engine.started(project);
        succeeded(await stack.preview());
        assert.deepEqual(await engine.started(project), before);
    });

    it("is taken over with data, password and network", async () => {
        await stack.deploy();
        assert.deepEqual(await engine.objects(project), {
            containers: [],
            networks: [network],
            volumes: [`${project}_cht-credentials`, `${project}_cht-ssl`],
        });
        assert.deepEqual(await engine.objects("clinic2"), {
            containers: services("5.2.0").map((service) => `clinic2-${service}`),
            networks: [],
            volumes: [],
        });
        assert.equal(await engine.ask("network", "inspect", "--format", "{{.Id}}", network), networkId);
        assert.match((await user.login()) ?? "", /^AuthSession=/);
        assert.equal((await user.read("note"))["of"], "compose");
        // What Compose's CouchDB left is not our doing; ours was told to end.
        assert.match(readFileSync(join(compose.data, "journal"), "utf8"), /^start\n(clean\n)?start\n$/);
        await stack.expectNoChanges();
    });

    it("stays when the stack is destroyed, and is opened again", async () => {
        succeeded(await stack.destroy("--exclude-protected"));
        const { volumes } = await engine.objects(project);
        assert.deepEqual(volumes, [`${project}_cht-credentials`, `${project}_cht-ssl`]);
        await stack.deploy();
        assert.equal((await user.read("note"))["of"], "compose");
        assert.match(readFileSync(join(compose.data, "journal"), "utf8"), /^start\n(clean\n)?start\nclean\nstart\n$/);
    });
});
