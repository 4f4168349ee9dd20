/**
 * Reads what runs in the cluster, before the first resource. Only reads: get and list on namespaces, deployments, volumes,
 * their claims and classes, and the one Secret of each instance.
 */
import { existsSync } from "node:fs";
import type {
    CoreV1Api,
    V1Deployment,
    V1ObjectMeta,
    V1PersistentVolume,
    V1StorageClass,
} from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import type { CredentialKey } from "../../cht/model";
import { CREDENTIALS_SECRET } from "../../cht/names";
import {
    type LiveCluster,
    type LiveCredentials,
    type LiveDeployment,
    type LiveNamespace,
    type LiveStorageClass,
    type LiveVolume,
    labels,
    type Owner,
} from "../../config/live";
import type { ClusterContract } from "./index";

/**
 * @param namespaces those that the stack file's instances use.
 * @param stack `<project>.<stack>`: its workloads are found in other namespaces too.
 * @throws {pulumi.RunError} when the cluster does not answer, naming how it was asked.
 */
export async function readLive(
    contract: ClusterContract,
    namespaces: readonly string[],
    stack: string,
): Promise<LiveCluster> {
    try {
        const { core, apps, storage } = await clients(contract);
        const [namespaceList, volumeList, classList, deploymentList] = await Promise.all([
            core.listNamespace(),
            core.listPersistentVolume(),
            storage.listStorageClass(),
            apps.listDeploymentForAllNamespaces({ labelSelector: labels.service }),
        ]);
        const deployments = deploymentList.items.map((item) => ({ item, owner: ownerOf(item.metadata) }));
        const wanted = new Set(namespaces);
        for (const { item, owner } of deployments) {
            if (owner?.stack === stack) {
                wanted.add(item.metadata?.namespace ?? "");
            }
        }
        const found = await Promise.all(
            namespaceList.items
                .filter(({ metadata }) => wanted.has(metadata?.name ?? "") || ownerOf(metadata)?.stack === stack)
                .map(async ({ metadata, status }): Promise<LiveNamespace> => {
                    const name = metadata?.name ?? "";
                    const [claims, credentials] = await Promise.all([
                        core.listNamespacedPersistentVolumeClaim({ namespace: name }),
                        readCredentials(core, name),
                    ]);
                    return {
                        name,
                        owner: ownerOf(metadata),
                        annotations: metadata?.annotations ?? {},
                        terminating: status?.phase === "Terminating",
                        deployments: deployments
                            .filter(({ item }) => item.metadata?.namespace === name)
                            .map(({ item, owner }) => liveDeployment(item, owner)),
                        claims: claims.items.map((claim) => ({
                            name: claim.metadata?.name ?? "",
                            size: claim.spec?.resources?.requests?.["storage"] ?? "0",
                            className: claim.spec?.storageClassName,
                            volumeName: claim.spec?.volumeName,
                            source: claim.metadata?.annotations?.[labels.volumeSource],
                        })),
                        credentials,
                    };
                }),
        );
        return {
            namespaces: new Map(found.map((namespace) => [namespace.name, namespace])),
            disks: named(volumeList.items.filter(({ metadata }) => ownerOf(metadata)?.stack === stack)),
            otherVolumes: named(volumeList.items.filter(({ metadata }) => ownerOf(metadata)?.stack !== stack)),
            volumes: new Map(volumeList.items.flatMap(liveVolume)),
            storageClasses: new Map(classList.items.map((item) => [item.metadata?.name ?? "", liveClass(item)])),
        };
    } catch (error) {
        throw unreadable(contract, error);
    }
}

/** What is said of a cluster that does not answer. */
export function unreadable(contract: ClusterContract, error: unknown): pulumi.RunError {
    return new pulumi.RunError(`cluster '${contract.name}' cannot be read (${wayIn(contract)}): ${reason(error)}`);
}

/** The way into the cluster as one kubeconfig that stands alone: what another stack needs to reach it. */
export async function readKubeconfig(contract: ClusterContract): Promise<string> {
    return (await load(contract)).config.exportConfig();
}

async function clients(contract: ClusterContract) {
    const { client, config } = await load(contract);
    return {
        core: config.makeApiClient(client.CoreV1Api),
        apps: config.makeApiClient(client.AppsV1Api),
        storage: config.makeApiClient(client.StorageV1Api),
    };
}

/** The client, loaded when it is needed, and the way into the cluster. */
export async function load(contract: ClusterContract) {
    // Loaded here because it is large, and a stack whose file is wrong never needs it.
    const client = await import("@kubernetes/client-node");
    const config = new client.KubeConfig();
    const { kubeconfig, context } = contract.access;
    if (kubeconfig === undefined) {
        config.loadFromDefault();
    } else if (contract.access.secret) {
        config.loadFromString(kubeconfig);
    } else if (existsSync(kubeconfig)) {
        config.loadFromFile(kubeconfig);
    } else {
        throw new Error("there is no such file");
    }
    if (context !== undefined) {
        const known = config.getContexts().map(({ name }) => name);
        if (!known.includes(context)) {
            throw new Error(
                `it has no context '${context}', only ${known.map((name) => `'${name}'`).join(", ") || "none"}`,
            );
        }
        config.setCurrentContext(context);
    }
    return { client, config };
}

function named(items: readonly { metadata?: V1ObjectMeta }[]): string[] {
    return items.map(({ metadata }) => metadata?.name ?? "");
}

function liveDeployment(item: V1Deployment, owner: Owner | undefined): LiveDeployment {
    return {
        name: item.metadata?.name ?? "",
        service: item.metadata?.labels?.[labels.service] ?? "",
        owner,
        images: item.spec?.template.spec?.containers.map(({ image }) => image ?? "") ?? [],
    };
}

function liveVolume({ metadata, spec }: V1PersistentVolume): [string, LiveVolume][] {
    if (spec?.csi === undefined) return [];
    const { driver, volumeHandle } = spec.csi;
    return [[metadata?.name ?? "", { driver, handle: volumeHandle, className: spec.storageClassName }]];
}

function liveClass({ metadata, ...item }: V1StorageClass): LiveStorageClass {
    return {
        provisioner: item.provisioner,
        parameters: item.parameters ?? {},
        // What the API server takes where nothing is said.
        reclaimPolicy: item.reclaimPolicy ?? "Delete",
        volumeBindingMode: item.volumeBindingMode ?? "Immediate",
        stack: metadata?.labels?.[labels.stack],
        default: metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
    };
}

function ownerOf(metadata: V1ObjectMeta | undefined): Owner | undefined {
    const stack = metadata?.labels?.[labels.stack];
    const instance = metadata?.labels?.[labels.instance];
    return stack !== undefined && instance !== undefined ? { stack, instance } : undefined;
}

async function readCredentials(core: CoreV1Api, namespace: string): Promise<LiveCredentials | undefined> {
    try {
        const secret = await core.readNamespacedSecret({ name: CREDENTIALS_SECRET, namespace });
        const values: Partial<Record<CredentialKey, string>> = {};
        for (const [key, value] of Object.entries(secret.data ?? {})) {
            values[key as CredentialKey] = Buffer.from(value, "base64").toString("utf8");
        }
        const generation = Number(secret.metadata?.annotations?.[labels.credentialsGeneration]);
        return { values, generation: Number.isInteger(generation) ? generation : undefined };
    } catch (error) {
        if ((error as { code?: unknown }).code === 404) {
            return undefined;
        }
        throw error;
    }
}

function wayIn({ access }: ClusterContract): string {
    const file = access.secret
        ? "kubeconfig of the cluster's stack"
        : access.kubeconfig === undefined
          ? "kubeconfig of $KUBECONFIG or ~/.kube/config"
          : `cluster.kubeconfig '${access.kubeconfig}'`;
    return access.context === undefined ? file : `${file}, cluster.context '${access.context}'`;
}

/** One line, without headers: an API error's own text repeats the request's. */
function reason(error: unknown): string {
    const { code, body, message, cause } = error as {
        code?: unknown;
        body?: unknown;
        message?: string;
        cause?: unknown;
    };
    if (typeof code === "number") {
        return `the API server answered ${code}: ${statusMessage(body)}`;
    }
    // What the kubeconfig runs to log in: `aws eks get-token`.
    const { syscall = "", path = "" } = error as { syscall?: string; path?: string };
    if (syscall.startsWith("spawn")) {
        return `the program '${path}', by which the kubeconfig logs in, is not on PATH${path === "aws" ? ": install the AWS CLI, version 2" : ""}`;
    }
    const text = message ?? String(error);
    return (cause instanceof Error ? `${text}: ${cause.message}` : text).split("\n")[0] ?? "";
}

function statusMessage(body: unknown): string {
    try {
        const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
        return String((status as { message?: unknown }).message);
    } catch {
        return "no reason given";
    }
}
