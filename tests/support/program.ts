/** Runs the whole program, index.ts, with a stack file's configuration, against an API server or engine that holds nothing. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import program from "../../index";

import { startEmptyEngine } from "./empty-engine";
import { project, type RegisterOptions, type Run, register } from "./register";

/** The folder of the stack files: tests are started in it. */
export const root = process.cwd();

/** A stack's configuration: by full key, `cht-hosting:cluster`. */
export type StackConfig = Readonly<Record<string, unknown>>;

/** What stands in `Pulumi.<stack>.yaml`. */
export function stackConfig(stack: string): StackConfig {
    const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config?: StackConfig };
    return file.config ?? {};
}

/**
 * @param options.stack the stack's name
 * @throws what the program throws: for a file with mistakes, a `RunError` that tells them all.
 */
export async function runProgram(config: StackConfig, options: RegisterOptions = {}): Promise<Run> {
    setConfig(config);
    const folder = mkdtempSync(join(tmpdir(), "cht-hosting-"));
    const apiServer = await startEmptyApiServer();
    const engine = await startEmptyEngine();
    const before = { ...process.env };
    try {
        await writeKubeconfig(folder, apiServer.url, config);
        process.env["DOCKER_HOST"] = engine.host;
        // Paths in a stack file are relative to the folder that the program runs in.
        process.chdir(folder);
        return await register(program, options);
    } finally {
        process.chdir(root);
        process.env = before;
        rmSync(folder, { recursive: true });
        await Promise.all([apiServer.stop(), engine.stop()]);
    }
}

/** As the engine hands configuration on: objects as JSON. A secret becomes a dummy, since only the engine can open it. */
function setConfig(config: StackConfig): void {
    const secretKeys = Object.keys(config).filter((key) => isSecret(config[key]));
    const values = Object.entries(config).map(([key, value]) => [
        key,
        isSecret(value)
            ? `dummy-${key.replace(/\W/g, "-")}`
            : typeof value === "string"
              ? value
              : JSON.stringify(value),
    ]);
    pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>, secretKeys);
}

function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secure" in value;
}

export interface ApiServerOptions {
    readonly seen?: (request: IncomingMessage) => void;
    /** With it, TLS. */
    readonly certificate?: { readonly certificate: string; readonly key: string };
}

/** Lists nothing and knows no object: a cluster that nobody has used yet. */
export async function startEmptyApiServer(
    options: ApiServerOptions = {},
): Promise<{ url: string; stop: () => Promise<void> }> {
    const { seen, certificate } = options;
    const answer = (request: IncomingMessage, response: ServerResponse) => {
        seen?.(request);
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify({ apiVersion: "v1", kind: "List", metadata: {}, items: [] }));
    };
    const server =
        certificate === undefined
            ? createServer(answer)
            : createTlsServer({ cert: certificate.certificate, key: certificate.key }, answer);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return {
        url: `${certificate === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () =>
            new Promise((closed) => {
                server.close(() => closed());
                server.closeAllConnections();
            }),
    };
}

/** The kubeconfig that the stack file names, where it says it is. */
async function writeKubeconfig(folder: string, server: string, config: StackConfig): Promise<void> {
    const cluster = config[`${project}:cluster`] as { kubeconfig?: string; context?: string } | undefined;
    if (cluster?.kubeconfig === undefined) return;
    const path = resolve(folder, cluster.kubeconfig);
    const context = cluster.context ?? "test";
    const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: context, cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: context, user: {} }],
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        "current-context": context,
    };
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(kubeconfig));
}
