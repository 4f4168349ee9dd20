/**
 * A Docker engine's API that lists nothing and has every image: for runs of the whole program under mocks. Of whatever
 * container it is asked, it says that it runs and is well, as the program waits for that at the end of an update.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface EmptyEngine {
    /** For `DOCKER_HOST`. */
    readonly host: string;
    /** What it was asked, `GET /info`, without the version. */
    readonly asked: readonly string[];
    stop(): Promise<void>;
}

export async function startEmptyEngine(): Promise<EmptyEngine> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
        const path = (request.url ?? "").replace(/^\/v[\d.]+/, "").replace(/\?.*/, "");
        asked.push(`${request.method} ${path}`);
        answer(request, response, decodeURIComponent(path));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return {
        host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
        asked,
        stop: () =>
            new Promise((closed) => {
                server.close(() => closed());
                server.closeAllConnections();
            }),
    };
}

function answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const found = request.method === "GET" || request.method === "HEAD" ? contentOf(path) : undefined;
    response.statusCode = found === undefined ? 404 : 200;
    response.setHeader("Api-Version", "1.41");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(found ?? { message: `no such thing: ${path}` }));
}

function contentOf(path: string): unknown {
    const [, container] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
    if (container !== undefined) return runs(container);
    if (/^\/distribution\/.*\/json$/.test(path)) return { Descriptor: { digest: `sha256:${"0".repeat(64)}` } };
    return LISTS[path];
}

const LISTS: Readonly<Record<string, unknown>> = {
    "/_ping": "OK",
    "/version": { Version: "28.2.2", ApiVersion: "1.41", MinAPIVersion: "1.24", Os: "linux", Arch: "amd64" },
    "/info": {
        ID: "engine",
        Name: "test",
        ServerVersion: "28.2.2",
        DockerRootDir: "/",
        SwapLimit: true,
        OSType: "linux",
    },
    "/containers/json": [],
    "/images/json": [],
    "/networks": [],
    "/volumes": { Volumes: [], Warnings: null },
};

function runs(name: string): unknown {
    return {
        Id: name,
        Name: `/${name}`,
        RestartCount: 0,
        State: { Status: "running", Running: true, StartedAt: "2026-01-01T00:00:00Z", Health: { Status: "healthy" } },
        Config: { Image: "", Labels: {}, Env: [] },
        HostConfig: {},
        Mounts: [],
        NetworkSettings: { Networks: {} },
    };
}
