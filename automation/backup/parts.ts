/** What of an instance is backed up, and how the engine gives it: by a container that is made for it and never started. */

import { roleOf } from "../../cht/start-order";
import { labels } from "../../config/live";
import type { Engine } from "../../docker/client";
import type { Container } from "../../docker/types";
import { OperatorError } from "../error";
import { engineCall, type HostInstance } from "../hosts";
import { readStackFile } from "../stack-files";
import type { BackupPart } from "./manifest";

/** A part, and where it is on the host. */
export interface PlacedPart extends BackupPart {
    /** The volume's name, or the folder's path. */
    readonly source: string;
}

/** Where parts are in the container that is made for them. */
export const mountPoint = "/backup";

const dataPath = "/opt/couchdb/data";

/**
 * Every volume of the instance, such as were taken over from Compose included, and the folders of CouchDB's data.
 *
 * @throws OperatorError not-found: there is no data
 */
export async function findParts(instance: HostInstance): Promise<PlacedPart[]> {
    const { engine } = instance;
    const prefixes = volumePrefixes(instance);
    const parts = new Map<string, PlacedPart>();
    const addVolume = (source: string, all: Readonly<Record<string, string>> | null) => {
        const prefix = prefixes.find((each) => source.startsWith(each)) ?? "";
        const name = source.slice(prefix.length);
        parts.set(name, { name, kind: "volume", source, labels: { ...all } });
    };
    for (const { Name, Labels } of instance.volumes) addVolume(Name, Labels);
    for (const { id, service } of instance.containers) {
        const container = await engineCall(() => engine.containers.inspect(id));
        for (const { Type, Name, Source, Destination } of container?.Mounts ?? []) {
            if (Type === "volume" && Name !== undefined && !isAnonymous(Name)) {
                const volume = await engineCall(() => engine.volumes.inspect(Name));
                addVolume(Name, volume?.Labels ?? null);
            }
            if (Type === "bind" && Destination === dataPath && roleOf(service) === "couchdb") {
                const name = service.replace("couchdb", "couchdb-data");
                parts.set(name, { name, kind: "folder", source: Source, labels: {} });
            }
        }
    }
    if (![...parts.keys()].some((name) => name.startsWith("couchdb-data"))) {
        throw new OperatorError(
            "not-found",
            `the data of '${instance.name}' was not found on ${engine.endpoint.host}: \`up\` must have made it`,
        );
    }
    return [...parts.values()].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

/** What stands before a part's name in a volume's: the Compose project that was taken over, or the instance itself. */
function volumePrefixes({ project, stack, name }: HostInstance): string[] {
    const { compose } = (readStackFile(project.folder, stack).instances[name] ?? {}) as {
        compose?: { project?: string };
    };
    return [...(compose?.project === undefined ? [] : [`${compose.project}_`]), `${name}_`];
}

/** Docker gives volumes without a name 64 hexadecimal digits. They go with their container. */
const isAnonymous = (name: string) => /^[0-9a-f]{64}$/.test(name);

/** Gives `work` a container that has the parts mounted below {@link mountPoint}, and takes it away afterwards. */
export async function withParts<T>(
    target: { readonly engine: Engine; readonly stack: string; readonly instance: string },
    parts: readonly PlacedPart[],
    image: string,
    work: (container: string) => Promise<T>,
): Promise<T> {
    const { engine, stack, instance } = target;
    const name = `${instance}-backup`;
    const owner = {
        ...labels.managedBy,
        [labels.stack]: stack,
        [labels.instance]: instance,
        [labels.service]: "backup",
    };
    return engineCall(async () => {
        await removeLeftover(engine, name, owner);
        const id = await engine.containers.create(name, {
            Image: image,
            // Never started: an image without a command could not be taken otherwise.
            Cmd: ["true"],
            Labels: owner,
            HostConfig: { Binds: parts.map((part) => `${part.source}:${mountPoint}/${part.name}`) },
        });
        try {
            return await work(id);
        } finally {
            await engine.containers.remove(id, { force: true });
        }
    });
}

/** One that was left by a backup that was killed. */
async function removeLeftover(engine: Engine, name: string, owner: Readonly<Record<string, string>>): Promise<void> {
    const there = await engine.containers.inspect(name);
    if (there === undefined) return;
    const all = there.Config.Labels ?? {};
    if (Object.entries(owner).some(([key, value]) => all[key] !== value)) {
        throw new OperatorError(
            "exists",
            `there is a container '${name}' that this program did not make: remove or rename it`,
        );
    }
    await engine.containers.remove(name, { force: true });
}

/** Any image will do, since nothing of it is run; what is there already is taken first. @throws OperatorError not-found */
export async function imageForParts(engine: Engine, containers: readonly { readonly id: string }[]): Promise<string> {
    return engineCall(async () => {
        const [first] = containers;
        const container: Container | undefined = first && (await engine.containers.inspect(first.id));
        if (container !== undefined) return container.Image;
        const [image] = await engine.images.list();
        if (image !== undefined) return image.Id;
        throw new OperatorError(
            "not-found",
            `${engine.endpoint.host} has no image yet: deploy an instance, or pull any image`,
        );
    });
}
