import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { importModule } from "../support/import-module";

/** The checkout; this file runs from dist/tests/tools. */
export const root = resolve(__dirname, "../../..");

/** A module of tools/, as the part of it that a test uses. */
export const tool = <T>(name: string): Promise<T> => importModule<T>(pathToFileURL(join(root, "tools", name)).href);

export interface Asset {
    url: string;
    checksums: string;
    unpack?: Record<string, string>;
    name?: string;
}

export interface Program {
    version: string;
    commands: string[];
    versionCommand: string[];
    release: { assets: Asset[] } | undefined;
    source: { module: string; gigabytes: number; builds: { package: string; output: string; ldflags?: string }[] };
}

export interface Layout {
    top: string;
    toolchain: string;
    bin: string;
    programs: string;
    temporary: string;
    lock: string;
    pulumiHome: string;
    backend: string;
    kubeconfig: string;
}

export interface Got {
    name: string;
    version: string;
    origin: string;
}

export interface ObtainOptions {
    programs: string[];
    mode: "auto" | "release" | "source";
    home: Layout;
    available: Record<string, Program>;
    env: NodeJS.ProcessEnv;
    release?: { pins?: Record<string, string>; timeouts?: { connect: number; stall: number } };
}

export interface Toolchain {
    obtain: (options: ObtainOptions) => Promise<Got[]>;
    environment: (home: Layout, current: NodeJS.ProcessEnv) => Record<string, string>;
}

/** A temporary folder that is gone after the test. */
export class Workplace {
    readonly top = mkdtempSync(join(tmpdir(), "cht tools'"));

    path(...parts: string[]): string {
        return join(this.top, ...parts);
    }

    write(file: string, content: string, mode = 0o644): string {
        const place = this.path(file);
        mkdirSync(dirname(place), { recursive: true });
        writeFileSync(place, content);
        chmodSync(place, mode);
        return place;
    }

    remove(): void {
        rmSync(this.top, { recursive: true, force: true });
    }
}

export interface Finished {
    code: number | null;
    stdout: string;
    stderr: string;
}

/** Runs a command to its end. */
export function execute(
    command: string,
    args: string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
    return new Promise((done) => {
        const { input, ...rest } = options;
        const child = spawn(command, args, {
            ...rest,
            stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
        });
        child.on("error", (error) => done({ code: 127, stdout: "", stderr: String(error) }));
        let stdout = "";
        let stderr = "";
        child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("close", (code) => done({ code, stdout, stderr }));
        child.stdin?.end(input);
    });
}

/** What a piece of work writes to standard error, kept from the screen. */
export async function saying<T>(work: () => Promise<T>): Promise<{ result: T; said: string }> {
    const write = process.stderr.write.bind(process.stderr);
    let said = "";
    process.stderr.write = (text: string | Uint8Array) => {
        said += String(text);
        return true;
    };
    try {
        return { result: await work(), said };
    } finally {
        process.stderr.write = write;
    }
}

/** A release host on loopback. */
export class ReleaseHost {
    readonly requests: string[] = [];

    private constructor(
        private readonly server: Server,
        private readonly routes: Map<string, RequestListener>,
    ) {}

    static async start(): Promise<ReleaseHost> {
        const routes = new Map<string, RequestListener>();
        const server = createServer((request, response) => {
            host.requests.push(request.url ?? "");
            const route = routes.get(request.url ?? "");
            if (route) route(request, response);
            else response.writeHead(404).end();
        });
        const host = new ReleaseHost(server, routes);
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        return host;
    }

    url(path: string): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
    }

    on(path: string, answer: RequestListener | string | Buffer): void {
        this.routes.set(
            path,
            typeof answer === "function" ? answer : (_request, response) => void response.end(answer),
        );
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((closed) => this.server.close(closed));
    }
}

/** An archive that has the program `hello` in a folder, as releases do. */
export async function helloArchive(place: Workplace, version: string): Promise<Buffer> {
    place.write("packed/hello-1/hello", `#!/bin/sh\necho "hello ${version}"\n`, 0o755);
    await execute("tar", ["-czf", place.path("hello.tar.gz"), "-C", place.path("packed"), "hello-1"]);
    return readFileSync(place.path("hello.tar.gz"));
}

export const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** The sources of a program `hello` that takes no time to build. */
export function helloModule(place: Workplace): string {
    place.write("module/go.mod", "module hello\n\ngo 1.26.0\n");
    place.write(
        "module/main.go",
        'package main\n\nvar version = "none"\n\nfunc main() { println("hello", version) }\n',
    );
    return place.path("module");
}

/** The program `hello` 1.2.3, from both. */
export function hello(host: ReleaseHost, module: string): Program {
    return {
        version: "1.2.3",
        commands: ["hello"],
        versionCommand: ["hello", "version"],
        release: {
            assets: [
                {
                    url: host.url("/hello.tar.gz"),
                    checksums: host.url("/SHA256SUMS"),
                    unpack: { hello: "hello-1/hello" },
                },
            ],
        },
        source: {
            module,
            gigabytes: 0.001,
            builds: [{ package: ".", output: "hello", ldflags: "-X main.version=1.2.3" }],
        },
    };
}
