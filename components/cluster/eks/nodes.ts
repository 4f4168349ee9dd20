import { LaunchTemplate } from "@pulumi/aws/ec2";
import { NodeGroup } from "@pulumi/aws/eks";
import { Role, RolePolicyAttachment } from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { couchdbNodes } from "../../../config/aws/couchdb-nodes";
import type { NodeGroupPlan } from "../../../config/aws/eks-plan";
import type { Made } from "./made";
import type { Network } from "./network";
import { managedPolicies, managedPolicyArn, nodeTrustPolicy } from "./policies";
import type { EksScope } from "./scope";

/** Kubernetes' words in EKS's spelling. */
const taintEffects: Readonly<Record<string, string>> = {
    NoSchedule: "NO_SCHEDULE",
    PreferNoSchedule: "PREFER_NO_SCHEDULE",
    NoExecute: "NO_EXECUTE",
};

/** What carries a tag of its own: tags of a node group are not handed on to what it launches. */
const taggedResources = ["instance", "volume", "network-interface"];

/**
 * Managed node groups, each in one zone, because a CouchDB volume lives in one zone.
 *
 * @param before what a node needs when it starts
 * @see https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export function createNodes(
    scope: EksScope,
    made: Made,
    network: Network,
    before: readonly pulumi.Resource[],
): readonly NodeGroup[] {
    const { plan, name, child } = scope;
    if (plan.nodeGroups.length === 0) {
        return [];
    }
    const role = new Role(
        `${name}-nodes`,
        {
            description: `Nodes of the EKS cluster ${plan.name}`,
            assumeRolePolicy: JSON.stringify(nodeTrustPolicy()),
        },
        child,
    );
    const rights = managedPolicies.node.map(
        (policy) =>
            new RolePolicyAttachment(
                `${name}-nodes-${policy}`,
                { role: role.name, policyArn: managedPolicyArn(plan, policy) },
                child,
            ),
    );
    let previous: NodeGroup[] = [];
    return plan.nodeGroups.map((group) => {
        const forCouchdb = Object.keys(couchdbNodes.labels).some((label) => label in group.labels);
        const dependsOn = [...rights, ...before, ...(forCouchdb ? previous : [])];
        const nodeGroup = createNodeGroup(scope, made, group, role, network.privateSubnets.get(group.zone), dependsOn);
        // Zone after zone: an update that goes wrong has emptied the nodes of one zone only.
        previous = forCouchdb ? [nodeGroup] : previous;
        return nodeGroup;
    });
}

function createNodeGroup(
    { plan, name, child }: EksScope,
    { clusterName }: Made,
    group: NodeGroupPlan,
    role: Role,
    subnetId: pulumi.Input<string> | undefined,
    dependsOn: pulumi.Resource[],
): NodeGroup {
    const template = new LaunchTemplate(
        `${name}-${group.name}`,
        {
            description: `Nodes ${group.name} of the EKS cluster ${plan.name}`,
            updateDefaultVersion: true,
            blockDeviceMappings: [
                {
                    deviceName: "/dev/xvda",
                    // With the account's own key for EBS: a key of ours would have to be opened to Auto Scaling's role, and
                    // nothing on the disk outlives the node.
                    ebs: {
                        volumeType: "gp3",
                        volumeSize: group.diskGi,
                        encrypted: "true",
                        deleteOnTermination: "true",
                    },
                },
            ],
            metadataOptions: {
                httpEndpoint: "enabled",
                httpTokens: "required",
                // One hop is the node itself: a pod's network is a second one, so that no pod takes the node's role.
                httpPutResponseHopLimit: 1,
            },
            tagSpecifications: taggedResources.map((resourceType) => ({
                resourceType,
                tags: { ...plan.tags, Name: `${name}-${group.name}` },
            })),
        },
        child,
    );
    const { min: minSize, max: maxSize, desired: desiredSize } = group;
    return new NodeGroup(
        `${name}-${group.name}`,
        {
            clusterName,
            // AWS ends it: a group that has to be replaced is made beside the old one, before that is drained.
            nodeGroupNamePrefix: `${group.name}-`,
            nodeRoleArn: role.arn,
            subnetIds: subnetId === undefined ? [] : [subnetId],
            version: plan.version,
            releaseVersion: group.releaseVersion,
            amiType: group.amiType,
            capacityType: group.capacityType,
            instanceTypes: [...group.instanceTypes],
            scalingConfig: { minSize, maxSize, desiredSize },
            updateConfig: { maxUnavailable: 1 },
            nodeRepairConfig: { enabled: true },
            // A pod that may not be evicted stops an update; it is never killed for it.
            forceUpdateVersion: false,
            labels: { ...group.labels },
            taints: group.taints.map(({ key, value, effect }) => ({
                key,
                value,
                effect: taintEffects[effect] ?? effect,
            })),
            launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        },
        {
            ...child,
            dependsOn,
            // Between min and max it is up to an autoscaler, or to who turned it up by hand: an update would turn it back.
            ignoreChanges: minSize === maxSize ? [] : ["scalingConfig.desiredSize"],
        },
    );
}
