/** The volumes of a Docker host's instance: what exists is imported, what is made remembers what its data was made with. */
import type { InstanceDescription } from "../../cht/model";
import { nodeNumbers } from "../../cht/names";
import { labels, type Owner } from "../live";
import type { DataPlan, HostPorts, NamedVolumePlan } from "./host-plan";
import type { LiveHost } from "./live";
import type { HostNames } from "./names";
import { portsLabel } from "./ports";
import { foldersOf } from "./rules";
import type { HostInstanceModel } from "./schema";

/** The labels by which a stack finds its own again. */
export function ownLabels({ stack, instance }: Owner): Record<string, string> {
    return { ...labels.managedBy, [labels.stack]: stack, [labels.instance]: instance };
}

/** The place where a node's data is, as its credentials' volume remembers it. */
export function dataSource(data: DataPlan): string {
    return data.kind === "volume" ? "volume" : `folder ${data.path}`;
}

export function planData(couchdb: HostInstanceModel["couchdb"], names: HostNames): DataPlan[] {
    const folders = foldersOf(couchdb);
    return nodeNumbers(couchdb.nodes).map((number, index) => {
        const node = index + 1;
        const folder = folders[index];
        return folder === undefined
            ? { kind: "volume", node, name: names.data(number) }
            : { kind: "folder", node, path: folder };
    });
}

export function planVolumes(
    { version, couchdb }: HostInstanceModel,
    { workloads }: InstanceDescription,
    data: readonly DataPlan[],
    names: HostNames,
    live: LiveHost,
    { owner, ports }: { owner: Owner; ports: HostPorts },
): NamedVolumePlan[] {
    const common = {
        ...ownLabels(owner),
        [labels.couchdbNodes]: String(couchdb.nodes),
        [labels.version]: version,
        [labels.ports]: portsLabel(ports),
    };
    const volume = (mount: string, name: string, more: Record<string, string> = {}): NamedVolumePlan => {
        const found = live.volumes.find((one) => one.name === name);
        return { mount, name, adopt: found !== undefined, labels: found?.labels ?? { ...common, ...more } };
    };
    const mounted = new Map(
        workloads.flatMap(({ containers, node }) =>
            containers.flatMap(({ mounts }) =>
                mounts.flatMap((mount): [string, number | undefined][] =>
                    mount.kind === "volume" ? [[mount.name, node]] : [],
                ),
            ),
        ),
    );
    const onVolumes = data[0]?.kind === "volume";
    const indexes = onVolumes ? workloads.filter(({ role }) => role === "nouveau") : [];
    return [
        ...[...mounted].map(([mount, node]) => {
            const place = data.find((one) => one.node === node);
            return volume(
                mount,
                names.volume(mount),
                place === undefined ? {} : { [labels.volumeSource]: dataSource(place) },
            );
        }),
        ...data.flatMap((one) => (one.kind === "volume" ? [volume(`data-${one.node}`, one.name)] : [])),
        ...indexes.map(({ node = 1 }) => volume(`nouveau-${node}`, names.index(data.length > 1 ? node : undefined))),
    ];
}
