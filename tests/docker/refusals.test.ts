/** What cannot work is said in one sentence, in preview and update alike, before anything was made. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Instance, refusal, type Stack } from "../support/stack";
import { makeCertificate, makeEndedCertificate } from "./support/certificates";
import { engine } from "./support/engine";
import { hostCluster, hostInstance, hostStack, rewrite } from "./support/host-stack";

const name = "refused";

describe("a host that cannot be made", () => {
    let stack: Stack;
    let folder: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-refused-"));
        stack = await hostStack(name, { [name]: hostInstance() });
    });
    after(async () => {
        rmSync(folder, { recursive: true, force: true });
        await engine.sweep(name);
    });

    /** Refused with one sentence that holds all of `words`, by preview and update; nothing is there afterwards. */
    async function isRefused(
        words: readonly (string | RegExp)[],
        more: Instance = {},
        cluster = hostCluster(),
    ): Promise<void> {
        rewrite(stack, { [name]: hostInstance(more) }, cluster);
        const before = await engine.objects(name);
        for (const said of [await stack.preview(), await stack.up()]) {
            const text = refusal(said);
            for (const word of words)
                assert.ok(
                    typeof word === "string" ? text.includes(word) : word.test(text),
                    `${word} is not in: ${text}`,
                );
            if (process.env["CHT_SHOW"]) console.log(text);
            // One sentence: under a headline and the key that it is about, where it is about one.
            const lines = text.split("\n").filter((line) => line !== "");
            assert.ok(lines.length === 1 || lines.filter((line) => line.startsWith("    ")).length === 1, text);
        }
        assert.deepEqual(await engine.objects(name), before);
        const made = (await stack.export()).resources.filter(({ custom }) => custom).map(({ urn }) => urn);
        // What the program asks the engine with is noted, and is nothing on the host.
        assert.deepEqual(
            made.filter((urn) => !urn.endsWith("::default")),
            [],
        );
    }

    it("because a port is taken", async () => {
        const server = createServer().listen(18_446, "127.0.0.1");
        await new Promise((resolve) => server.once("listening", resolve));
        try {
            await isRefused([`${name}`, "18446"], { ports: { address: "127.0.0.1", http: 18_076, https: 18_446 } });
        } finally {
            server.close();
        }
    });

    it("because no engine answers", () =>
        isRefused(["unix:///nowhere/docker.sock", "no such socket"], {}, hostCluster("unix:///nowhere/docker.sock")));

    it("because no machine answers to ssh", () =>
        isRefused(["ssh://nobody@127.0.0.1:9", "refuses the connection"], {}, hostCluster("ssh://nobody@127.0.0.1:9")));

    it("because an image is nowhere", () => isRefused(["public.ecr.aws/medic/cht-api:5.2.9"], { version: "5.2.9" }));

    it("because key and certificate do not belong together", async () => {
        const one = await makeCertificate(folder, "one", "localhost");
        const two = await makeCertificate(folder, "two", "localhost");
        await isRefused([name, /key/], { tls: { kind: "own", certificate: one.certificate, key: two.key } });
    });

    it("because the certificate has ended", async () => {
        const ended = await makeEndedCertificate(folder, "ended", "localhost");
        await isRefused([name, ended.certificate], {
            tls: { kind: "own", certificate: ended.certificate, key: ended.key },
        });
    });

    it("because the certificate is another host's", async () => {
        const other = await makeCertificate(folder, "other", "other.example.org");
        await isRefused([name, "other.example.org"], {
            tls: { kind: "own", certificate: other.certificate, key: other.key },
        });
    });

    it("because somebody else's volume has the name", async () => {
        await engine.ask("volume", "create", `${name}_couchdb-data`);
        try {
            await isRefused([`${name}_couchdb-data`]);
        } finally {
            await engine.ask("volume", "rm", `${name}_couchdb-data`);
        }
    });

    it("because somebody else's container has the name", async () => {
        await engine.ask("create", "--name", `${name}-api`, "public.ecr.aws/medic/cht-api:5.2.0");
        try {
            await isRefused([`${name}-api`]);
        } finally {
            await engine.ask("rm", `${name}-api`);
        }
    });

    it("warns of a certificate that ends in a month", async () => {
        const soon = await makeCertificate(folder, "soon", "localhost", 20);
        rewrite(stack, {
            [name]: hostInstance({ tls: { kind: "own", certificate: soon.certificate, key: soon.key } }),
        });
        const { code, stdout, stderr } = await stack.preview();
        assert.equal(code, 0, stderr);
        assert.match(stdout, /warning: instances\.refused\.tls\.certificate: .* in (19|20) days/);
    });
});
