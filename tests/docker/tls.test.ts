/** Certificates that the host keeps by itself: nginx shows each new one without a restart. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "../support/stack";
import { type Acme, startPebble } from "./support/acme";
import { makeCertificate, serialOf } from "./support/certificates";
import { engine } from "./support/engine";
import { hostInstance, hostStack } from "./support/host-stack";
import { ask, eventually } from "./support/web";

describe("a certificate", () => {
    let stack: Stack;
    let folder: string;
    let acme: Acme;
    let source: Server;
    const instances = ["signed", "ordered", "fetched"] as const;
    const ports = { signed: at(13), ordered: at(14), fetched: at(15) };
    const localIp = "192-168-77-7.local-ip.medicmobile.org";

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "cht-tls-"));
        const address = ownAddress();
        acme = await startPebble(folder, address, ports.ordered.http);
        await publish("fetched-1");
        source = createServer(({ url }, response) => {
            const file = { "/fullchain": "published.crt", "/key": "published.key" }[url ?? ""];
            if (file === undefined) response.writeHead(404).end();
            else response.end(readFileSync(join(folder, file)));
        }).listen(18_505, "0.0.0.0");
        const { server, certificateAuthority } = acme;
        stack = await hostStack("tls", {
            signed: hostInstance({ host: "signed.example.org", ports: ports.signed }),
            ordered: hostInstance({
                host: "ordered.example.org",
                ports: ports.ordered,
                tls: { kind: "acme", email: "operator@example.org", server, certificateAuthority },
            }),
            fetched: hostInstance({
                ports: ports.fetched,
                tls: { kind: "local-ip", address: "192.168.77.7", source: `http://${address}:18505` },
            }),
        });
    });

    after(async () => {
        source?.close();
        await acme?.stop();
        await engine.sweep(...instances);
        rmSync(folder, { recursive: true, force: true });
    });

    it("is there before nginx starts, whatever its source", async () => {
        await stack.deploy();
        assert.equal((await shown("signed")).subjectaltname, "DNS:signed.example.org");
        assert.equal((await shown("fetched")).serialNumber, serialOf(join(folder, "published.crt")));
        assert.equal((await shown("ordered")).subjectaltname, "DNS:ordered.example.org");
    });

    it("of an ACME server replaces the first one", async () => {
        const certificate = await eventually(
            () => shown("ordered"),
            ({ issuer }) => String(issuer.CN).startsWith("Pebble"),
        );
        assert.equal(certificate.subjectaltname, "DNS:ordered.example.org");
    });

    it("of one's own is renewed before it ends", async () => {
        const before = await startOf("signed");
        const pem = "-keyout .key.new -out .cert.new -days 5 -addext subjectAltName=DNS:signed.example.org";
        const script = `cd /etc/nginx/private && openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=old ${pem} && mv .key.new key.pem && mv .cert.new cert.pem`;
        await engine.exec("signed-certificate", "sh", "-c", script);
        const old = await eventually(
            () => shown("signed"),
            ({ subject }) => subject.CN === "old",
        );
        await engine.ask("restart", "signed-certificate");
        const renewed = await eventually(
            () => shown("signed"),
            ({ serialNumber }) => serialNumber !== old.serialNumber,
        );
        assert.ok(Date.parse(renewed.valid_to) > Date.now() + 300 * 86_400_000, renewed.valid_to);
        assert.equal(await startOf("signed"), before);
    });

    it("of an ACME server is renewed, and nginx shows it", async () => {
        const [before, old] = [await startOf("ordered"), await shown("ordered")];
        await engine.ask("restart", "ordered-certificate");
        const renewed = await eventually(
            () => shown("ordered"),
            ({ serialNumber }) => serialNumber !== old.serialNumber,
        );
        assert.match(String(renewed.issuer.CN), /^Pebble/);
        assert.equal(await startOf("ordered"), before);
    });

    it("for developers is fetched anew", async () => {
        const before = await startOf("fetched");
        await publish("fetched-2");
        await engine.ask("restart", "fetched-certificate");
        await eventually(
            () => shown("fetched"),
            ({ serialNumber }) => serialNumber === serialOf(join(folder, "published.crt")),
        );
        assert.equal(await startOf("fetched"), before);
    });

    it("changes nothing that the stack knows of", async () => {
        await stack.expectNoChanges();
        const { text } = await stack.export();
        for (const name of instances) {
            const key = await engine.exec(`${name}-certificate`, "cat", "/etc/nginx/private/key.pem");
            assert.ok(!text.includes(key.split("\n")[1] ?? ""), name);
        }
    });

    /** What the service for developers hands out from now on. */
    async function publish(name: string): Promise<void> {
        const pair = await makeCertificate(folder, name, localIp);
        cpSync(pair.certificate, join(folder, "published.crt"));
        cpSync(pair.key, join(folder, "published.key"));
    }

    async function shown(name: (typeof instances)[number]) {
        const { certificate } = await ask(`https://127.0.0.1:${ports[name].https}/`);
        assert.ok(certificate);
        return certificate;
    }

    const startOf = async (name: string) => (await engine.started(name))[`${name}-nginx`];
});

function at(number: number) {
    return { address: "127.0.0.1", http: 18_070 + number, https: 18_440 + number };
}

/** An address of this machine that containers reach. */
function ownAddress(): string {
    const found = Object.values(networkInterfaces())
        .flatMap((each) => each ?? [])
        .find(({ family, internal }) => family === "IPv4" && !internal);
    assert.ok(found, "this machine has no address but its loopback");
    return found.address;
}
