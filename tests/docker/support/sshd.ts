/** A real sshd on loopback, with its own keys and configuration: the door to an engine "on another machine". */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { run } from "../../support/processes";

export interface Sshd {
    /** `ssh://user@127.0.0.1:port` */
    readonly host: string;
    readonly port: number;
    /** Options of ssh with which the login works; nothing of the person's own ~/.ssh is looked at. */
    readonly options: readonly string[];
    /** The folder of its keys: `user` logs in, `stranger` does not; `known_hosts`, and `known_hosts.wrong` with another key. */
    readonly folder: string;
    /** How often somebody logged in. */
    logins(): number;
    stop(): Promise<void>;
}

export interface SshdOptions {
    /** What `docker` over there talks to. */
    readonly dockerHost?: string;
    /** Where programs are looked for over there; an empty folder is a machine without Docker. @default this process's */
    readonly path?: string;
}

export async function startSshd({ dockerHost, path = process.env["PATH"] }: SshdOptions = {}): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), "cht-sshd-"));
    const at = (name: string) => join(folder, name);
    for (const key of ["host", "other", "user", "stranger"]) await generate(at(key));
    copyFileSync(at("user.pub"), at("authorized_keys"));
    // Its folder for the process that talks to strangers; only root's sshd wants it.
    if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const port = await freePort();
    writeFileSync(at("config"), configuration({ at, port, dockerHost, path }));
    const known = async (name: string, key: string) => {
        const { stdout } = await run("ssh-keygen", ["-y", "-f", at(key)], { cwd: folder, env: process.env });
        writeFileSync(at(name), `[127.0.0.1]:${port} ${stdout}`);
    };
    await known("known_hosts", "host");
    await known("known_hosts.wrong", "other");

    let log = "";
    // sshd starts itself anew for each connection, and wants its own path whole.
    const sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", at("config")];
    // The kernel ends it where the tests are killed.
    const child = spawn("setpriv", ["--pdeathsig", "TERM", ...sshd], { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
    const started = Date.now();
    while (!/Server listening/.test(log)) {
        if (child.exitCode !== null || Date.now() - started > 10_000) throw new Error(`sshd did not start: ${log}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {
        host: `ssh://${userInfo().username}@127.0.0.1:${port}`,
        port,
        options: sshOptions(at("user"), at("known_hosts")),
        folder,
        logins: () => log.match(/Accepted publickey/g)?.length ?? 0,
        stop: async () => {
            await end(child);
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** Options of ssh for a key and a file of known hosts, and nothing else. */
export function sshOptions(key: string, knownHosts: string): string[] {
    const files = ["-o", `UserKnownHostsFile=${knownHosts}`, "-o", "GlobalKnownHostsFile=none"];
    return ["-F", "none", "-i", key, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", ...files];
}

interface Configuration {
    readonly at: (name: string) => string;
    readonly port: number;
    readonly dockerHost?: string;
    readonly path?: string;
}

function configuration({ at, port, dockerHost, path }: Configuration): string {
    const environment = [`PATH=${path}`, ...(dockerHost === undefined ? [] : [`DOCKER_HOST=${dockerHost}`])];
    return [
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${at("host")}`,
        `AuthorizedKeysFile ${at("authorized_keys")}`,
        "PidFile none",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        // The folders above are the test's, not a home.
        "StrictModes no",
        // `-e` writes its log to stderr, where one line tells of each login.
        "LogLevel INFO",
        `SetEnv ${environment.map((each) => `"${each}"`).join(" ")}`,
        "",
    ].join("\n");
}

async function generate(file: string): Promise<void> {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file];
    const { code, stderr } = await run("ssh-keygen", args, { cwd: tmpdir(), env: process.env });
    if (code !== 0) throw new Error(`ssh-keygen: ${stderr}`);
}

async function freePort(): Promise<number> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
}
