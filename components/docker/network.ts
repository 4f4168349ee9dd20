import * as docker from "@pulumi/docker";
import { asLabels, type Scope } from "./scope";

/**
 * The instance's own network, in which its services find one another by name. One that exists is taken over as it is:
 * Compose's differ by its version.
 */
export function createNetwork({ plan, child }: Scope): docker.Network {
    const { name, labels, adopt } = plan.network;
    return new docker.Network(
        `${plan.name}-cht-net`,
        { name, driver: "bridge", labels: asLabels(labels) },
        {
            ...child,
            ignoreChanges: [
                "attachable",
                "driver",
                "internal",
                "ipamConfigs",
                "ipamDriver",
                "ipv6",
                "labels",
                "options",
            ],
            ...(adopt === undefined ? {} : { import: adopt }),
        },
    );
}
