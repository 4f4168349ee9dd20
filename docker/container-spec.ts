/** What a container shall be, as the Docker Engine API takes it and tells it. Names and shapes are the API's own. */
import type { Labels } from "./types";

/** By port and protocol of the container, `443/tcp`. */
export type PortMap = Readonly<Record<string, readonly PortBinding[] | null>>;

export interface PortBinding {
    readonly HostIp: string;
    readonly HostPort: string;
}

export interface HostConfig {
    readonly Binds?: readonly string[] | null;
    readonly Mounts?: readonly MountSpec[];
    readonly NetworkMode?: string;
    readonly PortBindings?: PortMap | null;
    readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount?: number };
    readonly AutoRemove?: boolean;
    /** Bytes; 0 is no limit. */
    readonly Memory?: number;
    readonly MemorySwap?: number;
    readonly LogConfig?: { readonly Type: string; readonly Config?: Labels | null };
}

/** A mount as it is asked for. */
export interface MountSpec {
    readonly Type: "bind" | "volume" | "tmpfs";
    /** A volume's name, or a folder of the engine's machine. */
    readonly Source?: string;
    /** In the container. */
    readonly Target: string;
    readonly ReadOnly?: boolean;
    /** `NoCopy`: whether a new volume stays empty instead of being filled with what the image has there. */
    readonly VolumeOptions?: { readonly NoCopy?: boolean };
}

/** The body of `POST /containers/create`. */
export interface ContainerSpec {
    readonly Image: string;
    readonly Cmd?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Env?: readonly string[];
    readonly User?: string;
    readonly Labels?: Labels;
    readonly Tty?: boolean;
    /** By port and protocol, `443/tcp`: those that `PortBindings` publishes. */
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly HostConfig?: HostConfig;
}
