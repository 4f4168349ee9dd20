import * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "../../config/docker/host-plan";
import type { GivenCredentials } from "../../config/load";
import { createContainers } from "./containers";
import { decideCredentials } from "./credentials";
import type { Operations } from "./operations";
import type { Scope } from "./scope";
import { createVolumes } from "./volumes";

export interface ChtHostArgs {
    /** What is made, decided beforehand by `planHosts`. */
    plan: HostPlan;

    /**
     * The stack that makes it, `<project>.<stack>`: a label by which its objects are found again. Changing it makes the next
     * `up` refuse the instance as somebody else's.
     */
    stack: string;

    /** What is done on the engine beside what the provider does: waiting for health, and ending what stands in the way. */
    operations: Operations;

    /**
     * When each service's container was made, by service: the label of the one that runs, or now. A service whose time
     * changes gets a new container.
     */
    made: ReadonlyMap<string, string>;

    /**
     * Whether the engine can limit swap. Without, containers may use as much as there is.
     *
     * @default true
     */
    swapLimit?: boolean;

    /**
     * Credentials that the operator gives instead of generated ones, as secrets. They count when the instance is made:
     * CouchDB keeps the password that it has.
     *
     * @default - generated
     */
    given?: GivenCredentials;

    /**
     * The private key (PEM) of the operator's own certificate, with `tls: own`. It is made a secret here too. Changing it
     * makes the certificate's companion anew, and nginx reads it without a break.
     *
     * @default - none
     */
    key?: pulumi.Input<string>;
}

/**
 * One Community Health Toolkit instance on a Docker engine: its network, volumes, images and containers, which are named
 * and joined as by the official Compose files, in the order in which they start; and a companion of nginx that keeps its
 * certificate.
 *
 * The provider must be passed in the options: it names the engine.
 *
 * Data outlives the component: the volumes and the credentials are protected, and the volumes stay on the engine even when
 * they leave the state. An instance that is to be removed keeps just these.
 *
 * @see https://docs.communityhealthtoolkit.org/hosting/cht/docker/
 */
export class ChtHost extends pulumi.ComponentResource {
    /** What was decided about the instance. */
    readonly plan: HostPlan;

    /**
     * The URL by which users reach the instance: `https://<host>[:<port>]`. In an update it is known once every service is
     * well; where one is not, the update fails with its name.
     */
    readonly url: pulumi.Output<string>;

    /** The name of the instance's network; nothing once it is removed. */
    readonly network: string | undefined;

    /** The names of the volumes on the engine, those of CouchDB's data among them. */
    readonly volumes: readonly pulumi.Output<string>[];

    constructor(
        name: string,
        { plan, stack, operations, made, swapLimit = true, given = {}, key }: ChtHostArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("cht-hosting:docker:ChtHost", name, { version: plan.version, host: plan.host }, opts);

        const keep = { parent: this, protect: !plan.remove, retainOnDelete: true };
        const scope: Scope = { plan, stack, operations, made, swapLimit, child: { parent: this }, keep };

        const credentials = decideCredentials(scope, given);
        const volumes = createVolumes(scope);
        const secretKey = key === undefined ? {} : { key: pulumi.secret(key) };
        const containers = plan.remove ? [] : createContainers(scope, { credentials, volumes, ...secretKey });

        this.plan = plan;
        this.network = plan.remove ? undefined : plan.network.name;
        this.volumes = [...volumes.values()];
        // Not in a preview, where their ids are not known or nothing has happened yet.
        this.url = pulumi.all(containers.map(({ id }) => id)).apply(async () => {
            if (!pulumi.runtime.isDryRun() && !plan.remove) await settled(operations);
            return plan.url;
        });
        this.registerOutputs({ url: this.url, network: this.network, volumes: this.volumes });
    }
}

/**
 * What is not well is the operator's to mend: the update fails with one sentence, and tells its outputs all the same. For
 * that the error is left to the runtime, which fails a program for it and lets it go on; in an output it would be "error
 * serializing property", and a logged one alone ends with success.
 */
async function settled(operations: Operations): Promise<void> {
    try {
        await operations.settle();
    } catch (error) {
        const failure = new pulumi.RunError(error instanceof Error ? error.message : String(error));
        // Once the program is over, the runtime would show the stack, of a RunError too.
        failure.stack = "";
        void Promise.reject(failure);
    }
}
