/** Volumes that the cluster's own classes did not make, and so did not tag: the snapshot policies select by tags. */
import type { LiveCluster } from "../live";
import type { InstancePlan } from "../plan";
import type { StoragePlan } from "./eks-plan";

export interface TaggedVolume {
    /** In AWS: `vol-0123456789abcdef0`. */
    readonly volumeId: string;
    readonly namespace: string;
    readonly instance: string;
}

/** Disks that were given, and volumes that were made before the program's classes: an instance that is taken over. */
export function taggedVolumes(
    plans: readonly InstancePlan[],
    live: Pick<LiveCluster, "namespaces" | "volumes">,
    { classes, driver }: StoragePlan,
): TaggedVolume[] {
    const own = classes.map(({ name }) => name);
    return plans.flatMap(({ name, namespace, volumes }) =>
        volumes.flatMap((volume) => {
            const handle = volume.kind === "disk" && volume.driver === driver ? volume.handle : bound(volume);
            return handle === undefined ? [] : [{ volumeId: handle, namespace, instance: name }];

            /** What stands behind a claim that is there, or behind a PersistentVolume that is given. */
            function bound({ claimName }: { readonly claimName: string }): string | undefined {
                const claim = live.namespaces.get(namespace)?.claims.find((each) => each.name === claimName);
                const given = volume.kind === "persistentVolume" ? volume.persistentVolume : undefined;
                const found = live.volumes.get(claim?.volumeName ?? given ?? "");
                if (found?.driver !== driver || own.includes(found.className ?? "")) return undefined;
                return found.handle;
            }
        }),
    );
}
