/** What will be made of an instance on a Docker host: `components/docker` renders it and decides nothing. */
import type { InstanceDescription } from "../../cht/model";
import type { Estimate } from "../../cht/sizing";
import type { HostTlsModel } from "./schema";

export interface HostPlan {
    /** The instance's key in the stack file: its identity, and the beginning of every name on the engine. */
    readonly name: string;
    /** The name users call it by: a host name or address. */
    readonly host: string;
    readonly version: string;
    readonly database: string;
    readonly couchdbNodes: number;
    /** `https://<host>[:<port>]` */
    readonly url: string;
    readonly description: InstanceDescription;
    readonly tls: HostTlsPlan;
    readonly ports: HostPorts;
    readonly network: NetworkPlan;
    /** Every named volume, CouchDB's data among them, by the name that `cht/` mounts it by (`cht-ssl`, `data-1`). */
    readonly volumes: readonly NamedVolumePlan[];
    /** Where each CouchDB node's data lives, in the order of the nodes. */
    readonly data: readonly DataPlan[];
    readonly credentials: HostCredentialsPlan;
    readonly logs: { readonly maxSize: string; readonly maxFiles: number };
    readonly estimate?: Estimate;
    /** Whether services are taken down: only what holds data stays, unprotected so that the next `up` may forget it. */
    readonly remove: boolean;
    /** Containers of a Compose project that are stopped and removed before the first of ours starts. */
    readonly takeOver: readonly { readonly id: string; readonly name: string }[];
}

export interface HostPorts {
    /** The address of the host that they are opened on: `127.0.0.1`, `0.0.0.0`. */
    readonly address: string;
    readonly http: number;
    readonly https: number;
}

/** Something that exists is imported with the labels it has: the engine cannot change them. */
export interface NetworkPlan {
    readonly name: string;
    /** The network's id, where it exists. */
    readonly adopt?: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface NamedVolumePlan {
    /** The name by which containers of the description mount it; `data-<node>` for CouchDB's data, `nouveau-<node>` for the index. */
    readonly mount: string;
    /** The name on the engine: `dev_cht-ssl`. */
    readonly name: string;
    readonly adopt: boolean;
    readonly labels: Readonly<Record<string, string>>;
}

export type DataPlan =
    | { readonly kind: "volume"; readonly node: number; readonly name: string }
    /** A folder of the host, bind-mounted as Compose does it. */
    | { readonly kind: "folder"; readonly node: number; readonly path: string };

/** The certificate's source; what was read of files is no secret, the key is handed over apart. */
export type HostTlsPlan =
    | { readonly kind: "self-signed" }
    /** The certificate and its chain, PEM. */
    | { readonly kind: "own"; readonly certificate: string }
    /** `certificateAuthority`: PEM, where the server is a private one. */
    | Extract<HostTlsModel, { kind: "acme" }>
    | (Extract<HostTlsModel, { kind: "local-ip" }> & { readonly address: string });

export interface HostCredentialsPlan {
    readonly user: string;
    /** Whether a password, secret or uuid comes from the stack's own configuration; the rest is generated. */
    readonly given: { readonly password: boolean; readonly secret: boolean; readonly uuid: boolean };
    /**
     * What the engine holds: the truth, because CouchDB keeps the password it was first given. Secret and uuid may be
     * missing where Compose's `.env` had left them empty. Secrets: they go nowhere but into a container.
     */
    readonly live?: { readonly password: string; readonly secret?: string; readonly uuid?: string };
}
