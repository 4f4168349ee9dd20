/** Reads what a Docker engine has, before the first resource. It changes nothing there that outlives the reading. */
import { statfsSync } from "node:fs";
import type { LiveContainer, LiveHost, LiveMount, LiveNetwork, LivePort, LiveVolume } from "../../config/docker/live";
import { portsToProbe } from "../../config/docker/ports";
import { labels, type Owner } from "../../config/live";
import type { HostStackModel } from "../../config/schema";
import type { Engine } from "../../docker/client";
import type { Container, EngineInfo, Labels } from "../../docker/types";
import { readCredentials } from "./read-credentials";
import { lanAddress, takenOf } from "./this-machine";

/** @param stack `<project>.<stack>` */
export async function readLive(
    engine: Engine,
    info: EngineInfo,
    model: HostStackModel,
    stack: string,
): Promise<LiveHost> {
    const [summaries, volumes, networks, images] = await Promise.all([
        engine.containers.list(),
        engine.volumes.list(),
        engine.networks.list(),
        engine.images.names(),
    ]);
    // The list knows no ports of a container that was stopped. One that went away in between is none.
    const inspected = await Promise.all(summaries.map(({ Id }) => engine.containers.inspect(Id)));
    const containers = inspected.filter((container) => container !== undefined);
    const { local, host } = engine.endpoint;
    const live: LiveHost = {
        endpoint: host,
        local,
        version: info.ServerVersion,
        ...(local ? freeBytes(info.DockerRootDir) : {}),
        containers: containers.map(liveContainer),
        volumes: volumes.map((volume): LiveVolume => ({ name: volume.Name, driver: volume.Driver, ...owned(volume) })),
        networks: networks.map(
            (network): LiveNetwork => ({
                id: network.Id,
                name: network.Name,
                driver: network.Driver,
                ...owned(network),
            }),
        ),
        images,
        takenPorts: new Set(),
        ...(local ? lanAddress() : {}),
        credentials: await readCredentials(engine, model, containers),
    };
    return local ? { ...live, takenPorts: await takenOf(portsToProbe(model, live, stack)) } : live;
}

function liveContainer({ Id, Name, State, Config, HostConfig, Mounts, NetworkSettings }: Container): LiveContainer {
    const of = Config.Labels ?? {};
    const service = of[labels.service] ?? of["com.docker.compose.service"];
    const project = of["com.docker.compose.project"];
    return {
        id: Id,
        name: Name.replace(/^\//, ""),
        image: Config.Image,
        running: State.Running,
        status: State.Status,
        ...owned(Config),
        ...(service === undefined ? {} : { service }),
        ...(project === undefined ? {} : { composeProject: project }),
        mounts: Mounts.flatMap(({ Type, Name: name = "", Source, Destination, RW }): LiveMount[] => {
            const path = Destination.length > 1 ? Destination.replace(/\/+$/, "") : Destination;
            if (Type === "volume") return [{ kind: "volume", name, path, readOnly: !RW }];
            return Type === "bind" ? [{ kind: "folder", source: Source, path, readOnly: !RW }] : [];
        }),
        ports: Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]): LivePort[] =>
            (bindings ?? []).flatMap(({ HostIp, HostPort }) =>
                HostPort === "" || HostPort === "0"
                    ? []
                    : [{ address: HostIp || "0.0.0.0", host: Number(HostPort), container: Number.parseInt(port, 10) }],
            ),
        ),
        networks: Object.keys(NetworkSettings.Networks ?? {}),
    };
}

function owned({ Labels: found }: { readonly Labels: Labels | null }): { labels: Labels; owner?: Owner } {
    const values = found ?? {};
    const stack = values[labels.stack];
    const instance = values[labels.instance];
    return {
        labels: values,
        ...(stack !== undefined && instance !== undefined ? { owner: { stack, instance } } : {}),
    };
}

/** Nothing where the folder may not be looked at. */
function freeBytes(folder: string): { freeBytes?: number } {
    try {
        const { bavail, bsize } = statfsSync(folder);
        return { freeBytes: bavail * bsize };
    } catch {
        return {};
    }
}
