import { Addon } from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import type { AddonName } from "../../../config/aws/schema";
import { awsTags } from "../../../config/aws/tags";
import type { Made } from "./made";
import type { EksScope } from "./scope";

/**
 * One of EKS's add-ons, where the plan has it: of `aws`, because `eks.Addon` takes its tags as a list where AWS wants a map.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
 */
export function createAddon(
    scope: EksScope,
    { cluster, clusterName }: Made,
    addonName: AddonName,
    dependsOn: readonly pulumi.Resource[] = [],
): readonly Addon[] {
    const { plan, name, child } = scope;
    const configuration = configurationOf(scope, addonName);
    return plan.addons
        .filter((addon) => addon.name === addonName)
        .map(
            ({ version: addonVersion }) =>
                new Addon(
                    `${name}-${addonName}`,
                    {
                        clusterName,
                        addonName,
                        addonVersion,
                        configurationValues: configuration === undefined ? undefined : JSON.stringify(configuration),
                        // The stack file is the authority, also over what somebody changed by hand.
                        resolveConflictsOnCreate: "OVERWRITE",
                        resolveConflictsOnUpdate: "OVERWRITE",
                        // Taken out of EKS's hands it goes on running: the snapshot controller's definitions, deleted, would
                        // take every VolumeSnapshot with them, and a volume needs its driver to be let go.
                        preserve: true,
                    },
                    { ...child, dependsOn: [cluster, ...dependsOn] },
                ),
        );
}

/** Only what differs from the add-on's own: it refuses what it does not know. */
function configurationOf({ plan }: EksScope, addon: AddonName): object | undefined {
    switch (addon) {
        case "aws-ebs-csi-driver":
            // On volumes and snapshots that the driver makes; its rights go by the first. Claims' namespaces are handed to it
            // (extra-create-metadata) unless that is switched off.
            return {
                controller: {
                    extraVolumeTags: { [awsTags.cluster]: plan.name, [awsTags.stack]: plan.stack },
                },
            };
        case "snapshot-controller":
            // Auto Mode's own nodes for what the cluster cannot be without.
            return plan.autoMode === undefined ? undefined : { nodeSelector: { "karpenter.sh/nodepool": "system" } };
        default:
            return undefined;
    }
}
