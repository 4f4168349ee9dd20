import type { Owner } from "../../live";
import type { GivenSecrets } from "../../secrets";
import type { HostPlan } from "../host-plan";
import type { LiveContainer, LiveHost } from "../live";
import type { HostNames } from "../names";
import type { HostInstanceModel } from "../schema";

/** An instance as it is to be, beside what the engine has of it. */
export interface HostSubject {
    readonly name: string;
    readonly instance: HostInstanceModel;
    readonly plan: HostPlan;
    readonly names: HostNames;
    readonly owner: Owner;
    readonly live: LiveHost;
    readonly secrets: GivenSecrets;
    /** Its own containers, running or not. */
    readonly own: readonly LiveContainer[];
    /** Containers of the Compose project that it takes over. */
    readonly composed: readonly LiveContainer[];
}

/** Where CouchDB has its data in its container, and where what it keeps of its configuration: from the description. */
export function couchdbPaths({ plan }: Pick<HostSubject, "plan">): { data: string; credentials: string } {
    const mounts = plan.description.workloads.find(({ role }) => role === "couchdb")?.containers[0]?.mounts ?? [];
    const path = (kind: "data" | "volume") => mounts.find((mount) => mount.kind === kind)?.path ?? "";
    return { data: path("data"), credentials: path("volume") };
}

/** A data location in words: `the folder '/srv/cht'`, `the volume 'dev_couchdb-data'`. */
export function inWords(mount: { readonly kind: "volume"; readonly name: string } | FolderMount): string {
    return mount.kind === "volume" ? `the volume '${mount.name}'` : `the folder '${hostPath(mount.source)}'`;
}

interface FolderMount {
    readonly kind: "folder";
    readonly source: string;
}

/** Docker Desktop shows a folder of the machine as its virtual one sees it. */
export function hostPath(source: string): string {
    return source.replace(/^\/host_mnt(?=\/)/, "").replace(/(?<=.)\/+$/, "");
}
