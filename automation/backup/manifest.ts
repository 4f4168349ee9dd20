/** What a backup says of itself: the last file in it, written when everything else is known. */
import { z } from "zod";
import { OperatorError } from "../error";
import { without } from "../without";

/** In the archive: `manifest.json`, and everything else below `data/`, by part. */
export const manifestName = "manifest.json";
export const dataPrefix = "data/";

const partSchema = z.object({
    /** What the volume's name is made of beside the instance's: `couchdb-data`, `couchdb-data-2`, `cht-credentials`, `cht-ssl`. */
    name: z.string().regex(/^[a-z0-9][\w.-]*$/i),
    /** Whether it was a Docker volume, or a folder of the host. */
    kind: z.enum(["volume", "folder"]),
    /** The volume's labels, which say what its data was made with. */
    labels: z.record(z.string(), z.string()),
});

const fileSchema = z.object({
    /** In the archive. */
    path: z.string(),
    size: z.int().min(0),
    sha256: z.string().length(64),
});

const manifestSchema = z.object({
    format: z.literal(1),
    /** ISO 8601. */
    created: z.string(),
    instance: z.string(),
    stack: z.string(),
    /** The CHT release that wrote the data. */
    version: z.string().optional(),
    /** Whether CouchDB ran meanwhile. */
    online: z.boolean(),
    /** The stack file's cluster and the instance's block there; passwords are not in it. */
    cluster: z.record(z.string(), z.unknown()),
    block: z.record(z.string(), z.unknown()),
    parts: z.array(partSchema),
    files: z.array(fileSchema),
});

export type BackupPart = z.infer<typeof partSchema>;
export type BackupFile = z.infer<typeof fileSchema>;
export type BackupManifest = z.infer<typeof manifestSchema>;

/** @throws OperatorError invalid */
export function parseManifest(text: string, file: string): BackupManifest {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch {
        throw new OperatorError("invalid", `${file} is no backup of an instance: its ${manifestName} cannot be read`);
    }
    const { data, error } = manifestSchema.safeParse(json);
    if (data !== undefined) return data;
    const [issue] = error.issues;
    throw new OperatorError(
        "invalid",
        `${file} is no backup that this version can read: ${manifestName}, ${issue?.path.join(".")}: ${issue?.message}`,
    );
}

/** The block without what is a matter of the host rather than of the data: ports that another instance may have by now. */
export function blockFor(manifest: BackupManifest, instance: string): Record<string, unknown> {
    const block = without(manifest.block, "remove");
    if (instance === manifest.instance) return block;
    const { ports, couchdb } = block as { ports?: { address?: string }; couchdb?: { data?: { kind?: string } } };
    // Two instances never share a folder: the copy gets volumes of its own.
    const database = couchdb?.data?.kind === "folder" ? without(couchdb, "data") : couchdb;
    return {
        ...without(block, "ports", "couchdb", "compose"),
        ...(ports?.address === undefined ? {} : { ports: { address: ports.address } }),
        ...(database === undefined || Object.keys(database).length === 0 ? {} : { couchdb: database }),
    };
}
