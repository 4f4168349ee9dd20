/** Where the parts of a backup go: the volumes and folders by which the program knows the instance that is restored. */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import type { DataPlan } from "../../config/docker/host-plan";
import { hostNames } from "../../config/docker/names";
import { dataSource, ownLabels, planData } from "../../config/docker/volumes";
import { labels } from "../../config/live";
import { OperatorError } from "../error";
import type { HostInstance } from "../hosts";
import { readHostInstance } from "../stack-files";
import type { BackupManifest } from "./manifest";
import { imageForParts, mountPoint, type PlacedPart, withParts } from "./parts";

/**
 * Where the parts go. Labels say whose a volume is, and what its data was made with; another instance gets its own ports.
 *
 * @throws OperatorError refused: the instance has not as many CouchDB nodes as the backup
 */
export function places({ project, stack, name }: HostInstance, manifest: BackupManifest): PlacedPart[] {
    const model = readHostInstance(project.folder, stack, name);
    const names = hostNames(name, model);
    const data = planData(model.couchdb, names);
    const nodes = manifest.parts.filter((part) => part.name.startsWith("couchdb-data")).length;
    if (nodes !== data.length) {
        throw new OperatorError(
            "refused",
            `the backup has ${nodes} CouchDB nodes, and instances.${name} of Pulumi.${stack}.yaml has ${data.length}: set couchdb.nodes: ${nodes}`,
        );
    }
    const onFolders = data[0]?.kind === "folder";
    return manifest.parts.flatMap((part): PlacedPart[] => {
        // In a folder the index is below CouchDB's data; there it is built anew.
        if (onFolders && part.name.startsWith("nouveau")) return [];
        const node = Number(/-(\d+)$/.exec(part.name)?.[1] ?? 1);
        const place = data[node - 1];
        if (!part.name.startsWith("couchdb-data") || place === undefined) {
            const number = /-\d+$/.test(part.name) ? node : undefined;
            const source = part.name.startsWith("nouveau") ? names.index(number) : names.volume(part.name);
            return [{ ...part, source, labels: labelsFor(part.labels, place) }];
        }
        if (place.kind === "folder") return [{ ...part, kind: "folder", source: place.path, labels: {} }];
        return [{ ...part, kind: "volume", source: place.name, labels: labelsFor(part.labels, place) }];
    });

    function labelsFor(all: Readonly<Record<string, string>>, place: DataPlan | undefined): Record<string, string> {
        const { [labels.ports]: ports, [labels.volumeSource]: source, ...kept } = all;
        return {
            ...kept,
            ...ownLabels({ stack: `${project.name}.${stack}`, instance: name }),
            ...(ports !== undefined && name === manifest.instance && { [labels.ports]: ports }),
            ...(source !== undefined && place !== undefined && { [labels.volumeSource]: dataSource(place) }),
        };
    }
}

/** A folder of the host can only be looked into, not emptied, without running something there. */
export async function refuseFolders(instance: HostInstance, parts: readonly PlacedPart[]): Promise<void> {
    const folders = parts.filter(({ kind }) => kind === "folder");
    if (folders.length === 0) return;
    const { engine, project, stack, name } = instance;
    const image = await imageForParts(engine, []);
    await withParts(
        { engine, stack: `${project.name}.${stack}`, instance: name },
        folders,
        image,
        async (container) => {
            for (const { name: part, source } of folders) {
                if (await isEmpty(await engine.containers.getArchive(container, `${mountPoint}/${part}`))) continue;
                throw new OperatorError("refused", `the folder ${source} is not empty: move what is in it away first`);
            }
        },
    );
}

/** Reads no further than the second entry; the first is the folder itself. */
async function isEmpty(tar: Readable): Promise<boolean> {
    const archive = extract();
    const reading = pipeline(tar, archive);
    reading.catch(() => undefined);
    let entries = 0;
    for await (const entry of archive as AsyncIterable<Readable>) {
        entry.resume();
        entries += 1;
        if (entries > 1) return false;
    }
    await reading;
    return true;
}
