/**
 * What AWS is like in a test: `settings.json` in the folder of `CHT_AWS_STAND_IN`, laid over what stands here. It is read at
 * every call, so that a test may change it while the engine runs.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Settings {
    /** The account that the usual credentials belong to. */
    account: string;
    partition: string;
    /** Accounts of named profiles; null for one whose credentials have expired. */
    profiles: Record<string, string | null>;
    /** No credentials are found anywhere. */
    noCredentials: boolean;
    regions: Record<string, { zones: string[]; unreachable?: boolean }>;
    instanceTypes: Record<string, InstanceType>;
    kubernetesVersions: KubernetesVersion[];
    /** Versions of add-ons by name and Kubernetes version, AWS's default first. */
    addons: Record<string, Record<string, string[]>>;
    /** Public parameters of AWS Systems Manager. */
    parameters: Record<string, string>;
    /** The API server behind every EKS cluster. */
    apiServer: { endpoint: string; certificateAuthority: string };
    /** How many of a type there may be in a region. */
    quotas: Record<string, number>;
}

export interface InstanceType {
    architectures: string[];
    vcpus: number;
    memoryMi: number;
    /** Where it is offered. @default in every zone */
    zones?: string[];
}

export interface KubernetesVersion {
    version: string;
    status: "STANDARD_SUPPORT" | "EXTENDED_SUPPORT" | "UNSUPPORTED";
    default?: boolean;
}

const zones = (region: string): { zones: string[] } => ({ zones: ["a", "b", "c"].map((letter) => region + letter) });
const arm = (vcpus: number, memoryGi: number): InstanceType => ({
    architectures: ["arm64"],
    vcpus,
    memoryMi: memoryGi * 1024,
});
const intel = (vcpus: number, memoryGi: number): InstanceType => ({
    ...arm(vcpus, memoryGi),
    architectures: ["x86_64"],
});
const versions = ["1.33", "1.34", "1.35"];
const addon = (...named: string[]): Record<string, string[]> =>
    Object.fromEntries(versions.map((version) => [version, named]));

export const defaults: Settings = {
    account: "123456789012",
    partition: "aws",
    profiles: {},
    noCredentials: false,
    regions: Object.fromEntries(["eu-west-1", "eu-west-2", "eu-central-1"].map((name) => [name, zones(name)])),
    instanceTypes: {
        "m7g.large": arm(2, 8),
        "m7g.xlarge": arm(4, 16),
        "m7g.2xlarge": arm(8, 32),
        "r7g.large": arm(2, 16),
        "r7g.xlarge": arm(4, 32),
        "r7g.2xlarge": arm(8, 64),
        "m7i.large": intel(2, 8),
        "m7i.xlarge": intel(4, 16),
        "r7i.large": intel(2, 16),
        "r7i.xlarge": intel(4, 32),
    },
    kubernetesVersions: [
        { version: "1.35", status: "STANDARD_SUPPORT", default: true },
        { version: "1.34", status: "STANDARD_SUPPORT" },
        { version: "1.33", status: "EXTENDED_SUPPORT" },
        { version: "1.30", status: "UNSUPPORTED" },
    ],
    addons: {
        "vpc-cni": addon("v1.20.4-eksbuild.2", "v1.20.5-eksbuild.1"),
        coredns: addon("v1.12.4-eksbuild.1", "v1.13.1-eksbuild.1"),
        "kube-proxy": Object.fromEntries(
            versions.map((one) => [one, [`v${one}.0-eksbuild.2`, `v${one}.1-eksbuild.1`]]),
        ),
        "aws-ebs-csi-driver": addon("v1.51.0-eksbuild.1", "v1.52.1-eksbuild.1"),
        "snapshot-controller": addon("v8.3.0-eksbuild.1", "v8.4.0-eksbuild.1"),
        "eks-pod-identity-agent": addon("v1.3.9-eksbuild.3", "v1.3.10-eksbuild.1"),
    },
    parameters: Object.fromEntries(
        versions.flatMap((version) =>
            ["arm64", "x86_64"].map((architecture) => [
                `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${architecture}/standard/recommended/release_version`,
                `${version}.2-20261101`,
            ]),
        ),
    ),
    apiServer: { endpoint: "https://127.0.0.1:1", certificateAuthority: "" },
    quotas: { "aws:ec2/vpc:Vpc": 5, "aws:ec2/eip:Eip": 5, "aws:dlm/lifecyclePolicy:LifecyclePolicy": 100 },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

function merge(base: unknown, given: unknown): unknown {
    if (!isObject(base) || !isObject(given)) return given === undefined ? base : given;
    const keys = new Set([...Object.keys(base), ...Object.keys(given)]);
    return Object.fromEntries([...keys].map((key) => [key, merge(base[key], given[key])]));
}

export function readSettings(folder: string): Settings {
    const file = join(folder, "settings.json");
    const given: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    for (const key of Object.keys(given as object))
        if (!(key in defaults)) throw new Error(`${file}: the stand-in for AWS has no setting "${key}"`);
    return merge(defaults, given) as Settings;
}
