import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    type CertificateSource,
    certificateHealth,
    certificateScript,
    OWN_CERTIFICATE,
    reloadHook,
} from "../../../cht/certificate";

/** The scripts as the containers run them, with the real openssl; programs that a machine may lack are stood for. */
describe("the certificate's companion", function () {
    this.timeout(60_000);
    let folder: string;
    let programs: string;
    let running: ChildProcess[] = [];

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "certificate-"));
        programs = join(folder, "programs");
        mkdirSync(programs);
    });

    afterEach(() => {
        for (const { pid } of running) endGroup(pid);
        running = [];
        rmSync(folder, { recursive: true });
    });

    const place = () => join(folder, "private");
    const read = (file: string) => readFileSync(join(place(), file), "utf8");
    const certificate = () => new X509Certificate(read("cert.pem"));

    /** Runs the companion until `done`, and ends it as Docker does. @returns what it wrote, and its exit code. */
    async function keep(source: CertificateSource, done: (output: string) => boolean, change = (text: string) => text) {
        const child = spawn("/bin/sh", ["-c", change(certificateScript(source, place()))], {
            env: { ...process.env, PATH: `${programs}:${process.env.PATH}` },
            // A group of its own: the shell's pause outlives it, where no container's end takes it along.
            detached: true,
        });
        running.push(child);
        let output = "";
        for (const stream of [child.stdout, child.stderr])
            stream.on("data", (data: Buffer) => (output += data.toString("utf8")));
        const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
        await until(
            () => done(output) || child.exitCode !== null,
            () => output,
        );
        child.kill("SIGTERM");
        return { output, code: await ended };
    }

    const made = () => existsSync(join(place(), "cert.pem")) && existsSync(join(place(), "key.pem"));

    /** A certificate and key for `host`, made apart. */
    function make(host: string, days: number): { certificate: string; key: string } {
        const [cert, key] = [join(folder, "made.pem"), join(folder, "made.key")];
        const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=Test", "-days", String(days)];
        const more = ["-keyout", key, "-out", cert, "-addext", `subjectAltName=DNS:${host}`];
        execFileSync("openssl", [...request, ...more], { stdio: "ignore" });
        return { certificate: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    }

    function put({ certificate, key }: { certificate: string; key: string }): void {
        mkdirSync(place(), { recursive: true });
        writeFileSync(join(place(), "cert.pem"), certificate);
        writeFileSync(join(place(), "key.pem"), key);
    }

    /** A program of this name in front of the machine's own. */
    function program(name: string, script: string): void {
        writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }

    const well = () => {
        try {
            execFileSync("/bin/sh", ["-c", certificateHealth(place())], { stdio: "ignore" });
            return true;
        } catch {
            return false;
        }
    };

    describe("of a self-signed certificate", () => {
        it("makes one for the host, with a key that only its owner can read, and ends on TERM", async () => {
            const { code } = await keep({ kind: "self-signed", host: "cht.example.org" }, made);
            assert.equal(code, 0);
            assert.equal(certificate().subjectAltName, "DNS:cht.example.org");
            assert.ok(certificate().checkPrivateKey(createPrivateKey(read("key.pem"))));
            const days = (Date.parse(certificate().validTo) - Date.now()) / 86_400_000;
            assert.ok(days > 364 && days <= 365, `${days} days`);
            assert.equal(statSync(join(place(), "key.pem")).mode & 0o777, 0o600);
            assert.ok(well());
        });

        it("names addresses as such, and this machine by both of its names", async () => {
            await keep({ kind: "self-signed", host: "192.168.1.10" }, made);
            assert.equal(certificate().subjectAltName, "IP Address:192.168.1.10");
            rmSync(place(), { recursive: true });
            await keep({ kind: "self-signed", host: "localhost" }, made);
            assert.equal(certificate().subjectAltName, "DNS:localhost, IP Address:127.0.0.1");
        });

        it("leaves one that is for the host and lasts, whoever made it", async () => {
            const given = make("cht.example.org", 40);
            put(given);
            await keep({ kind: "self-signed", host: "cht.example.org" }, slept());
            assert.equal(read("cert.pem"), given.certificate);
        });

        for (const [why, host, days] of [
            ["ends within 30 days", "cht.example.org", 29],
            ["is for another host", "other.example.org", 40],
        ] as const) {
            it(`makes another where the one there ${why}`, async () => {
                const given = make(host, days);
                put(given);
                await keep(
                    { kind: "self-signed", host: "cht.example.org" },
                    () => read("cert.pem") !== given.certificate,
                );
                assert.equal(certificate().subjectAltName, "DNS:cht.example.org");
                assert.ok(certificate().checkPrivateKey(createPrivateKey(read("key.pem"))));
            });
        }
    });

    describe("of the operator's own certificate", () => {
        const own = (text: string) =>
            text
                .replaceAll(OWN_CERTIFICATE.certificate, join(folder, "made.pem"))
                .replaceAll(OWN_CERTIFICATE.key, join(folder, "made.key"));

        it("puts it where nginx reads it, and a new one in its place", async () => {
            for (const host of ["a.example.org", "b.example.org"]) {
                const given = make(host, 90);
                await keep({ kind: "own" }, () => made() && read("cert.pem") === given.certificate, own);
                assert.deepEqual([read("cert.pem"), read("key.pem")], [given.certificate, given.key]);
            }
        });

        it("leaves what is there where the new two do not belong together", async () => {
            const before = make("a.example.org", 90);
            put(before);
            const { certificate } = make("b.example.org", 90);
            make("c.example.org", 90);
            writeFileSync(join(folder, "made.pem"), certificate);
            const { output } = await keep({ kind: "own" }, (text) => text.includes("do not belong"), own);
            assert.match(output, /The certificate and the key do not belong together\./);
            assert.deepEqual([read("cert.pem"), read("key.pem")], [before.certificate, before.key]);
        });
    });

    describe("of a local-ip certificate", () => {
        let server: Server;
        let answers: Record<string, string>;
        let source: CertificateSource;

        beforeEach(async function () {
            try {
                execFileSync("curl", ["--version"], { stdio: "ignore" });
            } catch {
                this.skip();
            }
            server = createServer(({ url = "" }, response) => {
                response.statusCode = answers[url] === undefined ? 404 : 200;
                response.end(answers[url]);
            });
            await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
            const { port } = server.address() as AddressInfo;
            source = { kind: "local-ip", host: "a.example.org", source: `http://127.0.0.1:${port}/` };
            answers = {};
        });

        afterEach(() => server?.close());

        it("fetches certificate and key", async () => {
            const given = make("a.example.org", 90);
            answers = { "/fullchain": given.certificate, "/key": given.key };
            await keep(source, () => made() && read("cert.pem") === given.certificate);
            assert.deepEqual([read("cert.pem"), read("key.pem")], [given.certificate, given.key]);
        });

        it("makes one itself where there is none to be had, so that nginx can start", async () => {
            const { output } = await keep(source, made);
            assert.match(output, /The certificate cannot be had from http:\/\/127\.0\.0\.1:\d+\./);
            assert.equal(certificate().subjectAltName, "DNS:a.example.org");
        });

        it("keeps what it has where there is no other to be had", async () => {
            const before = make("a.example.org", 90);
            put(before);
            await keep(source, (output) => output.includes("cannot be had"));
            assert.equal(read("cert.pem"), before.certificate);
        });
    });

    describe("of an ACME certificate", () => {
        const source: CertificateSource = {
            kind: "acme",
            host: "cht.example.org",
            email: "it's@example.org",
            server: "https://acme.example.org/dir",
            certificateAuthority: true,
        };

        beforeEach(() => {
            // nginx answers the third time.
            program("python3", `echo x >> ${folder}/asked; [ "$(wc -l < ${folder}/asked)" -ge 3 ]`);
        });

        const certbot = (more = "") =>
            program(
                "certbot",
                `printf '%s\\n' "$@" > ${folder}/arguments; echo "$REQUESTS_CA_BUNDLE" > ${folder}/authority; ${more}
                live=${place()}/letsencrypt/live/cht.example.org; mkdir -p $live
                cp ${folder}/made.pem $live/fullchain.pem; cp ${folder}/made.key $live/privkey.pem`,
            );

        it("has a self-signed one until nginx answers the challenge, then the ordered one", async () => {
            const given = make("cht.example.org", 90);
            certbot(`cp ${place()}/cert.pem ${folder}/stopgap.pem`);
            await keep(source, () => made() && read("cert.pem") === given.certificate);
            const stopgap = new X509Certificate(readFileSync(join(folder, "stopgap.pem")));
            assert.equal(stopgap.issuer, stopgap.subject);
            assert.deepEqual([read("cert.pem"), read("key.pem")], [given.certificate, given.key]);
            assert.equal(readFileSync(join(folder, "asked"), "utf8"), "x\nx\nx\n");
        });

        it("orders with the operator's words, in the folder that nginx serves", async () => {
            make("cht.example.org", 90);
            certbot();
            await keep(source, () => existsSync(join(folder, "authority")));
            const said = readFileSync(join(folder, "arguments"), "utf8").trim().split("\n");
            assert.deepEqual(said, [
                ...["certonly", "--non-interactive", "--agree-tos", "--keep-until-expiring", "--webroot"],
                ...["--cert-name", "cht.example.org", "-d", "cht.example.org"],
                ...["--webroot-path", `${place()}/certbot`, "--config-dir", `${place()}/letsencrypt`],
                ...["--work-dir", "/tmp/certbot", "--logs-dir", "/tmp/certbot"],
                ...["--email", "it's@example.org", "--server", "https://acme.example.org/dir"],
            ]);
            assert.equal(readFileSync(join(folder, "authority"), "utf8"), "/cht-hosting/authority.pem\n");
        });

        it("keeps what it has where the order fails", async () => {
            const before = make("cht.example.org", 60);
            put(before);
            program("certbot", `echo "refused" >&2; echo > ${folder}/tried; exit 1`);
            const { code } = await keep(source, () => existsSync(join(folder, "tried")));
            assert.equal(code, 0);
            assert.equal(read("cert.pem"), before.certificate);
        });
    });

    it("is well with a certificate that lasts another day and its key, and not otherwise", () => {
        assert.equal(well(), false);
        put(make("cht.example.org", 2));
        assert.equal(well(), true);
        writeFileSync(join(place(), "key.pem"), "");
        assert.equal(well(), false);
        put(make("cht.example.org", 1));
        assert.equal(well(), false);
    });

    describe("makes nginx", () => {
        const start = (accepts: boolean) => {
            program("nginx", `echo "$*" >> ${folder}/nginx; [ "$1" != -t ] || [ -e ${folder}/accepts ]`);
            if (accepts) writeFileSync(join(folder, "accepts"), "");
            put({ certificate: "old", key: "old" });
            const env = { ...process.env, PATH: `${programs}:${process.env.PATH}` };
            // As the image's entrypoint does: it waits for the hook, and the hook's process outlives it.
            execFileSync(
                "/bin/sh",
                [
                    "-c",
                    `echo $$ > ${folder}/pid; ${reloadHook(place(), 0.1).replace(") &", ") >/dev/null 2>&1 &\necho $! > " + folder + "/pid")}`,
                ],
                { env },
            );
        };
        const calls = () => (existsSync(join(folder, "nginx")) ? readFileSync(join(folder, "nginx"), "utf8") : "");

        afterEach(() => process.kill(Number(readFileSync(join(folder, "pid"), "utf8")), "SIGKILL"));

        it("read a changed certificate, once", async () => {
            start(true);
            await new Promise((resolve) => setTimeout(resolve, 400));
            assert.equal(calls(), "", "nothing has changed");
            put({ certificate: "new", key: "new" });
            await until(() => calls().includes("-s reload"), calls);
            await new Promise((resolve) => setTimeout(resolve, 400));
            assert.equal(calls(), "-t -q\n-s reload\n");
        });

        it("go on with the old one until both files belong together", async () => {
            start(false);
            put({ certificate: "new", key: "old" });
            await until(() => calls().split("\n").length > 3, calls);
            assert.doesNotMatch(calls(), /reload/);
            writeFileSync(join(folder, "accepts"), "");
            await until(() => calls().includes("-s reload"), calls);
        });
    });
});

/** After a while in which a companion would have done something. */
function slept(): () => boolean {
    const until = Date.now() + 1500;
    return () => Date.now() > until;
}

async function until(done: () => boolean, told: () => string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!isDone(done)) {
        if (Date.now() > deadline) assert.fail(`it does not happen:\n${told()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** Files that are looked at may not be there yet. */
function isDone(done: () => boolean): boolean {
    try {
        return done();
    } catch {
        return false;
    }
}

/** Ends all that is left of a process and those that it started. */
function endGroup(leader: number | undefined): void {
    if (leader === undefined) return;
    try {
        process.kill(-leader, "SIGKILL");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}
