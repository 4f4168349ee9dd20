/** EKS: clusters and what belongs to one. */
import { textAt } from "../../values";
import { AwsError } from "../errors";
import { arnOf, callerOf, type Facts, hex, type ResourceFacts, type Work } from "../facts";
import { cluster } from "./eks-cluster";
import { nodeGroup } from "./eks-nodes";
import { CLUSTER, clusterOf, eksArn, ofCluster, ROLE } from "./eks-parts";

function checkAddon(work: Work): void {
    const name = textAt(work.inputs, "addonName");
    const version = textAt(work.inputs, "addonVersion");
    const offered = work.settings.addons[name]?.[textAt(clusterOf(work)?.properties, "version")];
    if (!offered) throw new AwsError("InvalidParameterException", `Addon ${name} specified is not supported`);
    if (version && !offered.includes(version))
        throw new AwsError("InvalidParameterException", "Addon version specified is not supported");
}

const addon: ResourceFacts = {
    cloudFormation: "AWS::EKS::Addon",
    createOnly: { ClusterName: "clusterName", AddonName: "addonName", NamespaceConfig: "namespaceConfig" },
    references: [ofCluster, { path: "serviceAccountRoleArn", ...ROLE }],
    unique: {
        key: ({ inputs }) => `${textAt(inputs, "clusterName")} ${textAt(inputs, "addonName")}`,
        code: "ResourceInUseException",
    },
    id: ({ inputs }) => `${textAt(inputs, "clusterName")}:${textAt(inputs, "addonName")}`,
    beforeCreate: checkAddon,
    beforeUpdate: checkAddon,
    computed: (work) => ({
        addonVersion:
            work.settings.addons[textAt(work.inputs, "addonName")]?.[
                textAt(clusterOf(work)?.properties, "version")
            ]?.[0] ?? "",
        arn: eksArn(work, "addon", textAt(work.inputs, "addonName"), hex(8)),
        configurationValues: "",
        createdAt: new Date().toISOString(),
        modifiedAt: new Date().toISOString(),
    }),
};

const principal = "principalArn";

export const eks: Facts = {
    [CLUSTER]: cluster,
    "aws:eks/nodeGroup:NodeGroup": nodeGroup,
    "aws:eks/addon:Addon": addon,
    "aws:eks/accessEntry:AccessEntry": {
        cloudFormation: "AWS::EKS::AccessEntry",
        createOnly: { PrincipalArn: principal, ClusterName: "clusterName", Type: "type" },
        defaults: { type: "STANDARD" },
        references: [ofCluster],
        unique: {
            key: ({ inputs }) => `${textAt(inputs, "clusterName")} ${textAt(inputs, principal)}`,
            code: "ResourceInUseException",
        },
        id: ({ inputs }) => `${textAt(inputs, "clusterName")}:${textAt(inputs, principal)}`,
        beforeCreate: (work) => {
            // It has an entry as the one who made the cluster.
            if (textAt(work.inputs, principal) === callerOf(work))
                throw new AwsError(
                    "ResourceInUseException",
                    "The specified access entry resource is already in use on this cluster.",
                );
        },
        computed: (work) => ({
            accessEntryArn: eksArn(
                work,
                "access-entry",
                textAt(work.inputs, principal).split(":").at(-1) ?? "",
                hex(8),
            ),
            createdAt: new Date().toISOString(),
            modifiedAt: new Date().toISOString(),
            userName: textAt(work.inputs, principal),
        }),
    },
    // No resource of CloudFormation; the provider's documentation makes a new one for every change.
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
        forceNew: ["accessScope", "clusterName", "policyArn", principal],
        references: [ofCluster],
        id: ({ inputs }) =>
            [textAt(inputs, "clusterName"), textAt(inputs, principal), textAt(inputs, "policyArn")].join("#"),
        beforeCreate: (work) => {
            const entry = work.inventory
                .all("aws:eks/accessEntry:AccessEntry", work.region)
                .find(({ id }) => id === `${textAt(work.inputs, "clusterName")}:${textAt(work.inputs, principal)}`);
            if (!entry)
                throw new AwsError(
                    "ResourceNotFoundException",
                    `The specified principalArn could not be found. You must create an access entry for ${textAt(work.inputs, principal)}`,
                );
        },
        computed: () => ({ associatedAt: new Date().toISOString(), modifiedAt: new Date().toISOString() }),
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        cloudFormation: "AWS::EKS::PodIdentityAssociation",
        createOnly: { ClusterName: "clusterName", Namespace: "namespace", ServiceAccount: "serviceAccount" },
        references: [ofCluster, { path: "roleArn", ...ROLE }],
        unique: {
            key: ({ inputs }) =>
                ["clusterName", "namespace", "serviceAccount"].map((name) => textAt(inputs, name)).join(" "),
            code: "ResourceInUseException",
        },
        id: () => `a-${hex(17)}`,
        computed: (work, id) => ({
            associationArn: arnOf(work, "eks", `podidentityassociation/${textAt(work.inputs, "clusterName")}/${id}`),
            associationId: id,
            externalId: "",
        }),
    },
};
