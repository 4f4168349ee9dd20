/** EKS node groups. */
import { isBag, numberAt, textAt } from "../../values";
import { AwsError } from "../errors";
import { hex, type ResourceFacts, textsAt, type Work } from "../facts";
import { clusterOf, eksArn, minor, ofCluster, ROLE, SUBNET } from "./eks-parts";

function checkNodeGroup(work: Work): void {
    const { inputs, settings } = work;
    const cluster = clusterOf(work);
    const [minSize, desired, maxSize] = ["minSize", "desiredSize", "maxSize"].map((name) =>
        numberAt(inputs, "scalingConfig", name),
    ) as [number, number, number];
    if (minSize > desired || desired > maxSize)
        throw new AwsError(
            "InvalidParameterException",
            `Minimum capacity ${minSize}, desired capacity ${desired} and maximum capacity ${maxSize} must not decrease`,
        );
    const [own, theirs] = [textAt(inputs, "version"), textAt(cluster?.properties, "version")];
    if (own && minor(own) > minor(theirs))
        throw new AwsError(
            "InvalidParameterException",
            `Nodegroup Kubernetes version ${own} is above the cluster's, ${theirs}`,
        );
    const [release, version] = [textAt(inputs, "releaseVersion"), own || theirs];
    if (release && !release.startsWith(`${version}.`))
        throw new AwsError(
            "InvalidParameterException",
            `Requested release version ${release} is not valid for kubernetes version ${version}.`,
        );
    for (const type of textsAt(inputs, "instanceTypes"))
        if (!(type in settings.instanceTypes))
            throw new AwsError("InvalidParameterException", `[${type}] is not a valid instance type`);
}

export const nodeGroup: ResourceFacts = {
    cloudFormation: "AWS::EKS::Nodegroup",
    createOnly: {
        CapacityType: "capacityType",
        NodegroupName: "nodeGroupName",
        RemoteAccess: "remoteAccess",
        NodeRole: "nodeRoleArn",
        ClusterName: "clusterName",
        InstanceTypes: "instanceTypes",
        DiskSize: "diskSize",
        AmiType: "amiType",
        Subnets: "subnetIds",
    },
    // A launch template's version can change, another template cannot take its place.
    forceNew: ["nodeGroupNamePrefix", "launchTemplate.id", "launchTemplate.name"],
    autoname: "nodeGroupName",
    check: (inputs) =>
        textAt(inputs, "nodeGroupNamePrefix").length > 37
            ? [
                  {
                      property: "nodeGroupNamePrefix",
                      reason: "expected length of node_group_name_prefix to be in the range (0 - 37)",
                  },
              ]
            : [],
    references: [
        ofCluster,
        { path: "nodeRoleArn", ...ROLE },
        { path: "subnetIds", ...SUBNET },
        {
            path: "launchTemplate.id",
            type: "aws:ec2/launchTemplate:LaunchTemplate",
            code: "InvalidRequestException",
            holds: false,
        },
    ],
    unique: {
        key: ({ inputs }) => `${textAt(inputs, "clusterName")} ${textAt(inputs, "nodeGroupName")}`,
        code: "ResourceInUseException",
    },
    id: ({ inputs }) => `${textAt(inputs, "clusterName")}:${textAt(inputs, "nodeGroupName")}`,
    beforeCreate: checkNodeGroup,
    beforeUpdate: checkNodeGroup,
    computed: (work) => {
        const version = textAt(work.inputs, "version") || textAt(clusterOf(work)?.properties, "version");
        const architecture = textAt(work.inputs, "amiType").includes("ARM") ? "arm64" : "x86_64";
        const ami = `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${architecture}/standard/recommended/release_version`;
        return {
            amiType: "AL2023_x86_64_STANDARD",
            arn: eksArn(work, "nodegroup", textAt(work.inputs, "nodeGroupName"), hex(8)),
            capacityType: "ON_DEMAND",
            diskSize: isBag(work.inputs["launchTemplate"]) ? 0 : 20,
            instanceTypes: isBag(work.inputs["launchTemplate"]) ? [] : ["t3.medium"],
            nodeGroupNamePrefix: "",
            nodeRepairConfig: { enabled: false },
            releaseVersion: work.settings.parameters[ami] ?? "",
            resources: [
                {
                    autoscalingGroups: [{ name: `eks-${textAt(work.inputs, "nodeGroupName")}-${hex(8)}` }],
                    remoteAccessSecurityGroupId: "",
                },
            ],
            status: "ACTIVE",
            updateConfig: { maxUnavailable: 1 },
            version,
        };
    },
    broken: { status: "CREATE_FAILED" },
};
