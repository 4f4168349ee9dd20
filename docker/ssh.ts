/**
 * A connection to an engine on another machine: `docker system dial-stdio` over there, spoken to through `ssh`, as the
 * docker CLI does it. Needs nothing of the other machine but sshd and the docker CLI.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Address } from "./address";

export type SshAddress = Extract<Address, { kind: "ssh" }>;

/** The words of the call. The remote command is one word that a shell over there takes apart; no shell runs here. */
export function sshArguments({ host, user, port, socket, options }: SshAddress): string[] {
    const dial = ["docker", ...(socket === undefined ? [] : [`--host=unix://${socket}`]), "system", "dial-stdio"];
    return [
        ...(user === undefined ? [] : ["-l", user]),
        ...(port === undefined ? [] : ["-p", String(port)]),
        // ssh keeps the first value it hears of an option: the operator's come first.
        ...options,
        ...["-o", "ConnectTimeout=30"],
        // Nobody is there to answer a question about a password or a host's key.
        ...["-o", "BatchMode=yes"],
        "-T",
        ...["--", host],
        dial.map(quote).join(" "),
    ];
}

function quote(word: string): string {
    return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What ssh said where it ended without an answer of the engine. */
export class SshEnded extends Error {
    constructor(
        readonly code: number | undefined,
        readonly stderr: string,
    ) {
        super(stderr.trim() || `ssh ended with code ${code}`);
    }
}

/** Ends with the program, and the program with it. */
export class SshConnection extends Duplex {
    private readonly child: ChildProcessWithoutNullStreams;
    private stderr = "";

    constructor(address: SshAddress) {
        super({ allowHalfOpen: true });
        // Out of the terminal's process group: ^C is for this program, which then ends its connections in order.
        const detached = process.platform !== "win32";
        const child = spawn("ssh", sshArguments(address), { stdio: "pipe", windowsHide: true, detached });
        this.child = child;
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            this.stderr = (this.stderr + text).slice(-8_000);
        });
        child.stdout.on("data", (data: Buffer) => {
            if (!this.push(data)) child.stdout.pause();
        });
        // What went wrong on the way to the program is told by its end.
        child.stdin.on("error", () => undefined);
        child.on("error", (error) => this.destroy(error));
        child.on("close", (code) => {
            if (code === 0) this.push(null);
            else this.destroy(new SshEnded(code ?? undefined, this.stderr));
        });
    }

    override _read(): void {
        this.child.stdout.resume();
    }

    override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
        // A failure is no answer to this piece: the program's end says why, with its own words.
        this.child.stdin.write(data, () => done());
    }

    override _final(done: () => void): void {
        this.child.stdin.end(() => done());
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        this.child.kill();
        done(error);
    }

    /** A connection that waits for its next call keeps no process alive; `http.Agent` asks for this of its sockets. */
    unref(): this {
        this.handles((handle) => handle.unref());
        return this;
    }

    ref(): this {
        this.handles((handle) => handle.ref());
        return this;
    }

    private handles(change: (handle: { ref(): unknown; unref(): unknown }) => void): void {
        change(this.child);
        // They are sockets, which Node's types do not say.
        for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) {
            change(stream as unknown as Socket);
        }
    }

    // What else `http` calls on a socket, and means nothing to a pipe.
    setKeepAlive(): this {
        return this;
    }

    setNoDelay(): this {
        return this;
    }

    setTimeout(): this {
        return this;
    }
}
