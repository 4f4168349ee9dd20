import type * as pulumi from "@pulumi/pulumi";
import type { Container, Mount, Workload } from "../../cht/model";
import type { Scope } from "./scope";

/** Space of its own for a container whose files cannot be written: as Kubernetes gives it, in memory. */
const SCRATCH = "rw,exec,nosuid,nodev,mode=1777";

/** What a container sees of volumes and of the host's folders. */
export function mountsOf(
    { plan }: Scope,
    workload: Workload,
    { mounts }: Container,
    volumes: ReadonlyMap<string, pulumi.Output<string>>,
) {
    const named = (mount: string, target: string) => ({
        type: "volume",
        source: volumes.get(mount) ?? mount,
        target,
        readOnly: false,
    });
    const data = plan.data.find(({ node }) => node === (workload.node ?? 1));
    const volumeMounts = mounts.flatMap((mount) => {
        if (mount.kind === "volume") return [named(mount.name, mount.path)];
        if (mount.kind === "scratch" || data?.kind === "folder") return [];
        return [named(`${workload.role === "nouveau" ? "nouveau" : "data"}-${workload.node ?? 1}`, mount.path)];
    });
    const folders = mounts.flatMap((mount) =>
        mount.kind === "data" && data?.kind === "folder"
            ? [{ hostPath: below(data.path, mount), containerPath: mount.path, readOnly: false }]
            : [],
    );
    const scratch = mounts.filter(({ kind }) => kind === "scratch").map(({ path }) => [path, SCRATCH]);
    return {
        ...(volumeMounts.length === 0 ? {} : { mounts: volumeMounts }),
        // Not among the mounts: so the engine makes a folder that is missing, as it does for Compose.
        ...(folders.length === 0 ? {} : { volumes: folders }),
        ...(scratch.length === 0 ? {} : { tmpfs: Object.fromEntries(scratch) as Record<string, string> }),
    };
}

function below(folder: string, { subPath }: Extract<Mount, { kind: "data" }>): string {
    return subPath === "" ? folder : `${folder}/${subPath}`;
}
