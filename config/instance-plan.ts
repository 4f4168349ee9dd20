/** What is decided of an instance, in words of its own: the components render it and decide nothing. */
import type { CredentialKey, InstanceDescription } from "../cht/model";
import type { Estimate } from "../cht/sizing";
import type { ClusterPlacement } from "./cluster-schema";
import type { InstanceModel } from "./schema";
import type { QuiescedPlan } from "./snapshots";

export interface InstancePlan {
    /** The instance's key in the stack file: its identity. */
    readonly name: string;
    readonly namespace: string;
    readonly host: string;
    readonly version: string;
    readonly database: string;
    readonly tls: InstanceModel["tls"];
    readonly couchdbNodes: number;
    readonly description: InstanceDescription;
    /** One per CouchDB node, in order. */
    readonly volumes: readonly VolumePlan[];
    /** `couchdb`: the nodes that the cluster keeps for CouchDB's pods. */
    readonly placement: InstanceModel["placement"] & Partial<ClusterPlacement>;
    readonly images: InstanceModel["images"];
    readonly internetPorts: readonly number[];
    readonly credentials: CredentialsPlan;
    /** Annotations of the Namespace: what the data was made with. */
    readonly annotations: Readonly<Record<string, string>>;
    /** What sizing says, where the operator gave users; an output. */
    readonly estimate?: Estimate;
    /** Quiesced sets of snapshots, where the instance takes them. */
    readonly quiesced?: QuiescedPlan;
    /** What is made in the cluster's hosted zone: the host's record, and the proof of a certificate. */
    readonly route?: { readonly hostedZoneId: string; readonly certificate: boolean };
    /** Whether services are taken down: only what holds data stays, unprotected so that the next `up` may forget it. */
    readonly remove: boolean;
    /** Objects that exist in the cluster and are taken over, never made anew. */
    readonly adopt: Adoption;
}

/** The claim of one CouchDB node, and what stands behind it. A claim that cannot bind cannot be written. */
export type VolumePlan = {
    readonly node: number;
    readonly claimName: string;
    /** Storage request, a Kubernetes quantity. */
    readonly size: string;
    /** What stands behind the claim, as one text for its annotation: a change of it would leave the data behind. */
    readonly source: string;
} & (
    | { readonly kind: "new"; readonly className: string }
    /** A PersistentVolume that exists. */
    | { readonly kind: "persistentVolume"; readonly className: string; readonly persistentVolume: string }
    /** A disk that exists: its PersistentVolume is made, with reclaim policy Retain. */
    | {
          readonly kind: "disk";
          readonly className: string;
          readonly persistentVolume: string;
          readonly driver: string;
          readonly handle: string;
          readonly fsType: string;
          readonly attributes: Readonly<Record<string, string>>;
          readonly zone?: string;
      }
    /** A volume made of a snapshot that exists: a VolumeSnapshot and its content are made for it, with deletion policy Retain. */
    | {
          readonly kind: "snapshot";
          readonly className: string;
          readonly driver: string;
          readonly handle: string;
          readonly snapshotName: string;
          /** Of the cluster's, not the namespace's. */
          readonly contentName: string;
      }
);

export interface CredentialsPlan {
    readonly user: string;
    /** Raised by one for each rotation. */
    readonly generation: number;
    /** Whether a password, secret or uuid comes from the stack's own configuration; the rest is generated. */
    readonly given: { readonly password: boolean; readonly secret: boolean; readonly uuid: boolean };
    /**
     * What the instance's Secret in the cluster holds, where it exists: the truth for its generation, because CouchDB
     * keeps the password it was first given.
     */
    readonly live?: { readonly generation: number; readonly values: Readonly<Record<CredentialKey, string>> };
    /** Of an instance that is made of another's snapshots: what that one's Secret holds, as far as it is not given. */
    readonly inherited?: Readonly<Partial<Record<CredentialKey, string>>>;
}

export interface Adoption {
    readonly namespace: boolean;
    readonly credentials: boolean;
    /** Names of claims. */
    readonly claims: readonly string[];
    /** Names of PersistentVolumes of disks that the program made before. */
    readonly disks: readonly string[];
}
