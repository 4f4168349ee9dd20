/** Where what is known of a set is written. Read by the program that renders, and shipped with the one that runs. */

/** On each snapshot of a set: the set's name, the time in UTC at which it was begun, `20261122-010003`. */
export const SET_LABEL = "cht-hosting/quiesced-set";

/** `complete` when all snapshots of the set were taken and nothing was started in between; a set without it is none. */
export const SET_STATE_LABEL = "cht-hosting/quiesced-state";

/** On the Lease, while writers are stopped: how many of each there were, as JSON by Deployment. */
export const REPLICAS_ANNOTATION = "cht-hosting/quiesced-replicas";

/** How long each step may take, in seconds. */
export interface QuiescedPatience {
    /** Between two looks. */
    readonly poll: number;
    /** For the writers' pods to end. */
    readonly pods: number;
    /** For every snapshot to be cut; that it is copied away may take hours, and is not waited for. */
    readonly snapshots: number;
    /** For the API server to answer, before a call is given up. */
    readonly api: number;
    /** How long a run that says nothing any more is taken for alive. */
    readonly lease: number;
}

/** What the script reads from `settings.json` beside it. */
export interface QuiescedSettings {
    readonly namespace: string;
    /** Deployments, in the order in which they are stopped. */
    readonly writers: readonly string[];
    /** Finds the pods of all of them. */
    readonly podSelector: string;
    /** The claims of CouchDB's nodes. */
    readonly claims: readonly string[];
    readonly snapshotClassName: string;
    /** Of each snapshot, beside the set's. */
    readonly labels: Readonly<Record<string, string>>;
    /** Of each snapshot: what its data was made with. */
    readonly annotations: Readonly<Record<string, string>>;
    /** The Lease that only one run holds at a time, and that remembers what is to be started again. */
    readonly lease: string;
    readonly keep: Retention;
    readonly patience: QuiescedPatience;
    /** The folder of the service account's token and the cluster's certificate. */
    readonly account: string;
}

/** How many complete sets are kept, or how old they may get. The last good one is kept whatever its age. */
export type Retention = { readonly count: number } | { readonly seconds: number };
