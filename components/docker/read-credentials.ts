import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { CredentialKey } from "../../cht/model";
import type { LiveHostCredentials } from "../../config/docker/live";
import { hostNames } from "../../config/docker/names";
import { labels } from "../../config/live";
import type { HostStackModel } from "../../config/schema";
import type { Engine } from "../../docker/client";
import { environmentOf, mountAt } from "../../docker/container";
import type { Container } from "../../docker/types";
import { CREDENTIALS_FILE, type KeptCredentials } from "./credentials";

const KEYS: readonly CredentialKey[] = [
    "COUCHDB_USER",
    "COUCHDB_PASSWORD",
    "COUCHDB_SECRET",
    "COUCHDB_UUID",
    "COUCH_URL",
];

/**
 * What opens the data of each instance: from the environment of the container that has its credentials' volume, which is
 * what CouchDB was started with; where there is no such container, from the file that is kept on the volume.
 */
export async function readCredentials(
    engine: Engine,
    model: HostStackModel,
    containers: readonly Container[],
): Promise<ReadonlyMap<string, LiveHostCredentials>> {
    const found = new Map<string, LiveHostCredentials>();
    for (const [name, instance] of Object.entries(model.instances)) {
        const volume = hostNames(name, instance).volume("cht-credentials");
        const couchdb = containers.find((container) => isCouchdb(container, volume));
        const read =
            couchdb === undefined
                ? await fromVolume(engine, volume)
                : ({ values: fromEnvironment(couchdb), from: "container" } as const);
        if (read !== undefined) found.set(name, read);
    }
    return found;
}

function isCouchdb(container: Container, volume: string): boolean {
    const mount = mountAt(container, FOLDER);
    return mount?.Type === "volume" && mount.Name === volume;
}

const FOLDER = posix.dirname(CREDENTIALS_FILE);

function fromEnvironment(container: Container): LiveHostCredentials["values"] {
    const variables = Object.entries(environmentOf(container));
    return Object.fromEntries(variables.filter(([name]) => KEYS.some((key) => key === name)));
}

/** A file on a volume is read through a container, which need not run, nor have an image that knows of it. */
async function fromVolume(engine: Engine, volume: string): Promise<LiveHostCredentials | undefined> {
    if ((await engine.volumes.inspect(volume)) === undefined) return undefined;
    const [image] = await engine.images.list();
    if (image === undefined) {
        throw new pulumi.RunError(
            `the volume '${volume}' holds credentials, and the engine has no image at all to read them with: run 'docker pull busybox'`,
        );
    }
    const reader = await engine.containers.create(`cht-hosting-reads-${randomUUID()}`, {
        Image: image.Id,
        Cmd: ["true"],
        Labels: labels.managedBy,
        HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: FOLDER, VolumeOptions: { NoCopy: true } }] },
    });
    try {
        const content = await engine.containers.readFile(reader, CREDENTIALS_FILE);
        if (content === undefined) return undefined;
        const { values, version } = parse(content.toString("utf8"), volume);
        return { values, from: "volume", version };
    } finally {
        await engine.containers.remove(reader, { force: true });
    }
}

/** The parser's own message would quote what it read. */
function parse(text: string, volume: string): KeptCredentials {
    try {
        const { values, version } = JSON.parse(text) as Partial<KeptCredentials>;
        if (typeof values === "object" && typeof version === "string") return { values, version };
    } catch {
        // Told below.
    }
    throw new pulumi.RunError(
        `the volume '${volume}' holds credentials that cannot be read: restore its file cht-hosting.json from a backup`,
    );
}
