/**
 * What the Docker Engine API says, as far as this project reads it. Names and shapes are the API's own.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */

import type { HostConfig, PortMap } from "./container-spec";

export type Labels = Readonly<Record<string, string>>;

/** `GET /version` */
export interface EngineVersion {
    /** The engine's own, `28.2.2`. */
    readonly Version: string;
    /** The newest version of the API that it speaks, `1.50`. */
    readonly ApiVersion: string;
    readonly MinAPIVersion?: string;
    readonly Os: string;
    /** As Go names it: `amd64`, `arm64`. */
    readonly Arch: string;
}

/** `GET /info` */
export interface EngineInfo {
    readonly ID: string;
    readonly Name: string;
    readonly ServerVersion: string;
    /** Where images and volumes are kept, on the engine's own machine. */
    readonly DockerRootDir: string;
    readonly OperatingSystem: string;
    /** As the kernel names it: `x86_64`, `aarch64`. */
    readonly Architecture: string;
    readonly NCPU: number;
    /** Bytes. */
    readonly MemTotal: number;
    readonly Driver: string;
    /** Whether the kernel can limit swap. */
    readonly SwapLimit: boolean;
}

/** A mount as a container has it. */
export interface MountPoint {
    readonly Type: "bind" | "volume" | "tmpfs" | "npipe" | "cluster" | "image";
    /** The volume's name. */
    readonly Name?: string;
    /** On the engine's machine. */
    readonly Source: string;
    /** In the container. */
    readonly Destination: string;
    readonly Driver?: string;
    readonly RW: boolean;
}

/** A port in the list of containers; one that is not published has no `PublicPort`. */
export interface PortSummary {
    readonly IP?: string;
    readonly PrivatePort: number;
    readonly PublicPort?: number;
    readonly Type: "tcp" | "udp" | "sctp";
}

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/** `GET /containers/json` */
export interface ContainerSummary {
    readonly Id: string;
    /** With a leading slash: `/dev-couchdb`. */
    readonly Names: readonly string[];
    /** As it was asked for; an image's id where its name went to another image. */
    readonly Image: string;
    readonly ImageID: string;
    /** Seconds since 1970. */
    readonly Created: number;
    readonly State: ContainerState;
    /** For people: `Up 2 hours (healthy)`. */
    readonly Status: string;
    readonly Labels: Labels;
    readonly Ports: readonly PortSummary[];
    readonly Mounts: readonly MountPoint[];
    readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, EndpointSettings>> | null };
}

export interface EndpointSettings {
    readonly NetworkID: string;
    readonly IPAddress: string;
    readonly Aliases?: readonly string[] | null;
}

/** `GET /containers/{name}/json` */
export interface Container {
    readonly Id: string;
    /** With a leading slash: `/dev-couchdb`. */
    readonly Name: string;
    readonly Created: string;
    /** The image's id. */
    readonly Image: string;
    /** How often its restart policy started it again. */
    readonly RestartCount: number;
    readonly State: {
        readonly Status: ContainerState;
        readonly Running: boolean;
        readonly OOMKilled: boolean;
        readonly ExitCode: number;
        readonly Error: string;
        readonly StartedAt: string;
        readonly FinishedAt: string;
        readonly Health?: Health | null;
    };
    readonly Config: {
        readonly Image: string;
        readonly Hostname: string;
        readonly User: string;
        readonly Tty: boolean;
        /** `NAME=value` */
        readonly Env: readonly string[] | null;
        readonly Cmd: readonly string[] | null;
        readonly Entrypoint: readonly string[] | null;
        readonly Labels: Labels | null;
        readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
        readonly StopSignal?: string;
        readonly StopTimeout?: number;
    };
    readonly HostConfig: HostConfig;
    readonly Mounts: readonly MountPoint[];
    readonly NetworkSettings: {
        readonly Networks: Readonly<Record<string, EndpointSettings>> | null;
        readonly Ports: PortMap | null;
    };
}

export interface Health {
    readonly Status: "none" | "starting" | "healthy" | "unhealthy";
    readonly FailingStreak: number;
    readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
}

/** `GET /images/json` */
export interface ImageSummary {
    readonly Id: string;
    /** `repository:tag`; Docker Hub's without `docker.io/`. */
    readonly RepoTags: readonly string[] | null;
    /** `repository@sha256:…`, of images that came from a registry. */
    readonly RepoDigests: readonly string[] | null;
    readonly Created: number;
    readonly Size: number;
    readonly Labels: Labels | null;
}

/** `GET /images/{name}/json` */
export interface Image {
    readonly Id: string;
    readonly RepoTags: readonly string[] | null;
    readonly RepoDigests: readonly string[] | null;
    readonly Architecture: string;
    readonly Os: string;
    readonly Size: number;
    readonly Config?: {
        readonly User?: string;
        readonly Env?: readonly string[] | null;
        readonly Cmd?: readonly string[] | null;
        readonly Entrypoint?: readonly string[] | null;
        readonly Labels?: Labels | null;
    } | null;
}

/** `GET /volumes/{name}` */
export interface Volume {
    readonly Name: string;
    readonly Driver: string;
    /** Where it lies on the engine's machine. */
    readonly Mountpoint: string;
    readonly Labels: Labels | null;
    readonly Options: Labels | null;
    readonly Scope: "local" | "global";
}

/** `GET /networks/{id}` */
export interface Network {
    readonly Id: string;
    readonly Name: string;
    readonly Driver: string;
    readonly Scope: string;
    readonly Internal: boolean;
    readonly Attachable: boolean;
    readonly EnableIPv6: boolean;
    readonly IPAM: {
        readonly Driver: string;
        readonly Config: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null;
        readonly Options?: Labels | null;
    };
    readonly Options: Labels | null;
    readonly Labels: Labels | null;
    /** By container id; only in an inspection, not in the list. */
    readonly Containers?: Readonly<Record<string, { readonly Name: string }>> | null;
}

/** Login at a registry, for one call. */
export type RegistryAuth =
    | { readonly username: string; readonly password: string; readonly serveraddress: string }
    | { readonly identitytoken: string; readonly serveraddress: string };

/** A line of the answer while an image is pulled or loaded. */
export interface Progress {
    /** `Downloading`, `Pull complete`, `Loading layer`. */
    readonly status?: string;
    /** The layer. */
    readonly id?: string;
    /** Bytes, where the engine knows them. */
    readonly progressDetail?: { readonly current?: number; readonly total?: number } | null;
    /** Output of the engine: `Loaded image: medicmobile/cht-api:5.2.0`. */
    readonly stream?: string;
}
