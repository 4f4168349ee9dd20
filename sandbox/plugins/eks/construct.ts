/** Makes one component of the package, or says that the stand-in has none of the name. */
import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult } from "@pulumi/pulumi/provider";
import { Cluster } from "./cluster";
import { refuseOptions } from "./options";
import { VpcCniAddon } from "./vpc-cni";

/** The options of another type are plain data here: `refuseOptions` has seen to it that they are known. */
type Make = (name: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) => ConstructResult;

const components: Record<string, Make> = {
    "eks:index:Cluster": (name, inputs, options) => {
        const cluster = new Cluster(name, inputs, options);
        return { urn: cluster.urn, state: cluster.outputs };
    },
    "eks:index:VpcCniAddon": (name, inputs, options) => {
        const addon = new VpcCniAddon(name, inputs as ConstructorParameters<typeof VpcCniAddon>[1], options);
        return { urn: addon.urn, state: { addon: addon.addon } };
    },
};

export function construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
): Promise<ConstructResult> {
    return new Promise((resolve) => {
        const make = components[type];
        if (!make) throw new Error(`the stand-in for the eks plugin does not offer ${type}`);
        refuseOptions(type, inputs);
        resolve(make(name, inputs, options));
    });
}
