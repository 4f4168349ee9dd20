/**
 * A Docker engine: what it is, and its containers, images, volumes and networks.
 *
 * Objects are found by their exact name only. The API itself also takes the beginning of an id, and its filter `name=`
 * finds substrings; neither is used.
 */
import { type Connections, connections } from "./connection";
import { Containers } from "./containers";
import type { Endpoint } from "./endpoint";
import { EngineError } from "./error";
import { Images } from "./images";
import { Networks } from "./networks";
import { Transport } from "./transport";
import type { EngineInfo, EngineVersion } from "./types";
import { unreachable } from "./unreachable";
import { Volumes } from "./volumes";

/** Versions of the API that this client was written for. */
const oldest = "1.41";
const newest = "1.50";

/** Milliseconds in which an engine says that it is there; over ssh it includes the login. */
const PATIENCE = 60_000;

export class Engine {
    readonly containers: Containers;
    readonly images: Images;
    readonly volumes: Volumes;
    readonly networks: Networks;
    private readonly transport: Transport;

    constructor(
        readonly endpoint: Endpoint,
        /** What `GET /version` said when it was connected. */
        readonly version: EngineVersion,
        /** The API's version that is spoken, `1.41`. */
        readonly apiVersion: string,
        private readonly opened: Connections,
    ) {
        this.transport = new Transport(endpoint, opened, apiVersion);
        this.containers = new Containers(this.transport);
        this.images = new Images(this.transport);
        this.volumes = new Volumes(this.transport);
        this.networks = new Networks(this.transport);
    }

    /** Whether the engine still answers. @throws {EngineError} unreachable. */
    ping(): Promise<void> {
        return patiently(this.endpoint, (signal) =>
            this.transport.send({ path: "/_ping", failure: "the Docker engine is not well", signal }),
        );
    }

    info(): Promise<EngineInfo> {
        return this.transport.json({ path: "/info", failure: "the Docker engine does not describe itself" });
    }

    /** Closes every connection. A process may end without it. */
    close(): void {
        this.opened.close();
    }
}

/**
 * Connects, and agrees on a version of the API: the engine's newest, at most 1.50.
 *
 * @throws {EngineError} unreachable: one sentence that says how it was asked and what to look at; unsupported: the engine
 * speaks nothing from 1.41 on.
 */
export async function connect(endpoint: Endpoint): Promise<Engine> {
    const opened = connections(endpoint.address);
    try {
        const version = await patiently(endpoint, (signal) =>
            new Transport(endpoint, opened).json<EngineVersion>({
                path: "/version",
                failure: `the Docker engine (${endpoint.host}) does not tell its version`,
                signal,
            }),
        );
        return new Engine(endpoint, version, agree(endpoint, version), opened);
    } catch (error) {
        opened.close();
        throw error;
    }
}

/** @throws {EngineError} unsupported */
export function agree({ host }: Pick<Endpoint, "host">, { Version, ApiVersion, MinAPIVersion }: EngineVersion): string {
    if (!/^\d+\.\d+$/.test(ApiVersion ?? "")) {
        throw new EngineError("unsupported", `what answers at ${host} is no Docker engine`);
    }
    if (compare(ApiVersion, oldest) < 0) {
        throw new EngineError(
            "unsupported",
            `the Docker engine (${host}) is version ${Version} with API ${ApiVersion}; at least Docker 20.10 with API ${oldest} is needed`,
        );
    }
    if (MinAPIVersion !== undefined && compare(MinAPIVersion, newest) > 0) {
        throw new EngineError(
            "unsupported",
            `the Docker engine (${host}) is version ${Version} and speaks API ${MinAPIVersion} and later; this program speaks ${newest} at most`,
        );
    }
    return compare(ApiVersion, newest) < 0 ? ApiVersion : newest;
}

function compare(one: string, other: string): number {
    const [major = 0, minor = 0] = one.split(".").map(Number);
    const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
    return major - otherMajor || minor - otherMinor;
}

async function patiently<T>(endpoint: Endpoint, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(PATIENCE);
    try {
        return await ask(signal);
    } catch (error) {
        if (!signal.aborted) throw error;
        throw unreachable(endpoint, new Error(`no answer within ${PATIENCE / 1_000} seconds`));
    }
}
