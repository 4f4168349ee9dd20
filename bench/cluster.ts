import { join } from "node:path";
import { run } from "./measure";

/** A sandbox of the benchmark's own, beside the operator's: another folder, other ports, and room for every pod. */
export class Cluster {
    readonly kubeconfig: string;

    constructor(
        private readonly root: string,
        private readonly folder: string,
    ) {
        this.kubeconfig = join(folder, "kubeconfig");
    }

    /** An empty cluster, so that no contender works in what another one left. */
    async renew(): Promise<void> {
        await this.sandbox("reset");
        await this.sandbox("start", "--nodes-per-zone=4", "--cpu=256", "--memory=1024Gi", "--pods=500");
    }

    async stop(): Promise<void> {
        await this.sandbox("stop");
    }

    private async sandbox(...args: string[]): Promise<void> {
        const program = join(this.root, "sandbox", "sandbox.mjs");
        await run({ command: process.execPath, args: [program, `--directory=${this.folder}`, ...args] });
    }
}
