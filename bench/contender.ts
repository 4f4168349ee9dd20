/** One way to bring a fleet of instances to a cluster. */
export interface Contender {
    readonly name: string;
    /** What is not measured: files, charts, empty stacks. */
    prepare(): Promise<void>;
    /** Brings every instance into an empty cluster, and waits until all are ready. */
    first(): Promise<void>;
    /** Finds out that nothing has to change. */
    again(): Promise<void>;
    /** Brings the first instance to another version, and waits until it is ready. */
    bump(): Promise<void>;
}

export const steps = ["first", "again", "bump"] as const;
export type Step = (typeof steps)[number];

/** Where a contender works. */
export interface Place {
    /** The checkout. */
    readonly root: string;
    /** A folder of its own. */
    readonly folder: string;
    readonly kubeconfig: string;
    readonly names: readonly string[];
}
