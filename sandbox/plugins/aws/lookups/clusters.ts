/** EKS. */
import { textAt } from "../../values";
import { tagsOf } from "../facts";
import type { Lookup } from "./question";

const CLUSTER = "aws:eks/cluster:Cluster";

export const clusters: Record<string, Lookup> = {
    "aws:eks/getClusters:getClusters": ({ inventory, region }) => ({
        names: inventory.all(CLUSTER, region).map(({ properties }) => textAt(properties, "name")),
    }),
    "aws:eks/getCluster:getCluster": ({ args, inventory, region }) => {
        const name = textAt(args, "name");
        const found = inventory.find(CLUSTER, region, "name", name);
        if (!found) throw new Error(`reading EKS Cluster (${name}): couldn't find resource`);
        const { properties } = found;
        return {
            ...properties,
            id: found.id,
            certificateAuthorities: properties["certificateAuthorities"] ?? [
                properties["certificateAuthority"] ?? { data: "" },
            ],
            accessConfigs: listOf(properties["accessConfig"]),
            computeConfigs: listOf(properties["computeConfig"]),
            kubernetesNetworkConfigs: listOf(properties["kubernetesNetworkConfig"]),
            storageConfigs: listOf(properties["storageConfig"]),
            upgradePolicies: listOf(properties["upgradePolicy"]),
            vpcConfig: properties["vpcConfig"] ?? {},
            tags: tagsOf(found),
        };
    },
    "aws:eks/getClusterVersions:getClusterVersions": ({ args, settings }) => ({
        clusterType: "eks",
        clusterVersions: settings.kubernetesVersions
            .filter(({ status }) => args["versionStatus"] === undefined || args["versionStatus"] === status)
            // AWS does not list what it no longer runs, unless it is asked for.
            .filter(({ status }) => args["includeAll"] === true || status !== "UNSUPPORTED")
            .filter((one) => args["defaultOnly"] !== true || one.default === true)
            .map(({ version, status, default: isDefault = false }) => ({
                clusterType: "eks",
                clusterVersion: version,
                defaultPlatformVersion: "eks.1",
                defaultVersion: isDefault,
                endOfExtendedSupportDate: "2028-01-01T00:00:00Z",
                endOfStandardSupportDate: "2027-01-01T00:00:00Z",
                kubernetesPatchVersion: `${version}.2`,
                releaseDate: "2026-01-01T00:00:00Z",
                versionStatus: status,
            })),
    }),
    "aws:eks/getAddonVersion:getAddonVersion": ({ args, settings }) => {
        const [name, version] = [textAt(args, "addonName"), textAt(args, "kubernetesVersion")];
        const offered = settings.addons[name]?.[version] ?? [];
        const found = args["mostRecent"] === true ? offered.at(-1) : offered[0];
        if (found === undefined)
            throw new Error(`reading EKS Add-On version info (${name}, ${version}): couldn't find resource`);
        return { id: name, version: found };
    },
};

const listOf = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
