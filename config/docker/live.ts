/** What runs on a Docker engine, as far as the program must know it before it makes anything. Plain data. */
import type { CredentialKey } from "../../cht/model";
import type { Owner } from "../live";

export interface LiveHost {
    /** The engine as the operator knows it, for messages: `unix:///var/run/docker.sock`, `ssh://cht.example.org`. */
    readonly endpoint: string;
    /** Whether it runs on this machine, so that its ports and folders can be looked at. */
    readonly local: boolean;
    /** The engine's own version, `28.2.2`. */
    readonly version: string;
    /** Bytes free where images and volumes are kept; only of an engine on this machine, whose folder may be looked at. */
    readonly freeBytes?: number;
    /** Every container of the engine, running or not, whoever made it. */
    readonly containers: readonly LiveContainer[];
    readonly volumes: readonly LiveVolume[];
    readonly networks: readonly LiveNetwork[];
    /** The names (`repository:tag`, `repository@sha256:…`) of the images that the engine has. */
    readonly images: ReadonlySet<string>;
    /**
     * Of the addresses that `portsToProbe` (ports.ts) names, those that some program of this machine has:
     * `127.0.0.1:10443`. Empty for an engine elsewhere, whose ports cannot be tried.
     */
    readonly takenPorts: ReadonlySet<string>;
    /** This machine's address in its network, for `tls: local-ip`; only of an engine on this machine. */
    readonly lanAddress?: string;
    /** What the credentials volumes and CouchDB's containers of the stack's instances know, by instance. Secrets. */
    readonly credentials: ReadonlyMap<string, LiveHostCredentials>;
}

export interface LiveContainer {
    readonly id: string;
    /** Without the leading slash. */
    readonly name: string;
    readonly image: string;
    readonly running: boolean;
    /** Docker's own word: `created`, `running`, `restarting`, `exited` … */
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly owner?: Owner;
    /** The label `cht.service`, or Compose's `com.docker.compose.service`. */
    readonly service?: string;
    /** Compose's project, where Compose made it. */
    readonly composeProject?: string;
    readonly mounts: readonly LiveMount[];
    /** As it was asked for (`HostConfig.PortBindings`): a container that was stopped keeps its ports. */
    readonly ports: readonly LivePort[];
    readonly networks: readonly string[];
}

export type LiveMount =
    | { readonly kind: "volume"; readonly name: string; readonly path: string; readonly readOnly: boolean }
    | { readonly kind: "folder"; readonly source: string; readonly path: string; readonly readOnly: boolean };

/** A port of the host that a container has. */
export interface LivePort {
    readonly address: string;
    readonly host: number;
    readonly container: number;
}

export interface LiveVolume {
    readonly name: string;
    readonly driver: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly owner?: Owner;
}

export interface LiveNetwork {
    readonly id: string;
    readonly name: string;
    readonly driver: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly owner?: Owner;
}

/** Read apart, for the instances of the stack alone: they are secrets. */
export interface LiveHostCredentials {
    /** Empty text is none: Compose makes it of a variable that its `.env` lacks. */
    readonly values: Readonly<Partial<Record<CredentialKey, string>>>;
    /** Where they were found: in a container's environment, or in the file kept on the credentials' volume. */
    readonly from: "container" | "volume";
    /** The CHT release that the file was written with, which is the last that had the data. */
    readonly version?: string;
}
