/** What can be read of a container as the engine tells it. */
import type { Container, MountPoint } from "./types";

/** Its environment, the image's part included, by name. */
export function environmentOf({ Config }: Pick<Container, "Config">): Readonly<Record<string, string>> {
    return Object.fromEntries(
        (Config.Env ?? []).map((line) => {
            const at = line.indexOf("=");
            return [line.slice(0, at), line.slice(at + 1)];
        }),
    );
}

/** What is mounted at a path. Compose's files end some paths with a slash, and the engine tells it as it was asked for. */
export function mountAt({ Mounts }: Pick<Container, "Mounts">, path: string): MountPoint | undefined {
    return Mounts.find(({ Destination }) => Destination.replace(/\/$/, "") === path);
}
