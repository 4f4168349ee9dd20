import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ACME_AUTHORITY, OWN_CERTIFICATE } from "../../cht/certificate";
import type { Container, HealthCheck, Workload } from "../../cht/model";
import { quantityOf } from "../../config/quantity";
import { CREDENTIALS_FILE, type Credentials, keptCredentials } from "./credentials";
import { createImages } from "./images";
import { mountsOf } from "./mounts";
import { createNetwork } from "./network";
import { beforeCreate } from "./operations";
import { containerLabels, type Scope } from "./scope";

export interface ContainerParts {
    readonly credentials: Credentials;
    /** By the name that `cht/` mounts it by: a volume's name, once it is there. */
    readonly volumes: ReadonlyMap<string, pulumi.Output<string>>;
    /** The private key of the operator's own certificate, a secret. */
    readonly key?: pulumi.Output<string>;
}

/**
 * A container for each service, in the order in which they start. Everything that Docker fills in by itself is set, so that
 * neither a second `up` nor a refresh finds a difference.
 */
export function createContainers(scope: Scope, parts: ContainerParts): docker.Container[] {
    const network = createNetwork(scope).name;
    const images = createImages(scope);
    const made = new Map<string, docker.Container>();
    for (const workload of scope.plan.description.workloads) {
        const [container] = workload.containers;
        if (container === undefined) continue;
        const after = workload.startsAfter.flatMap((service) => made.get(service) ?? []);
        made.set(workload.service, createContainer(scope, parts, { workload, container, network, images, after }));
    }
    return [...made.values()];
}

interface Place {
    readonly workload: Workload;
    readonly container: Container;
    readonly network: pulumi.Output<string>;
    readonly images: ReadonlyMap<string, pulumi.Output<string>>;
    readonly after: docker.Container[];
}

function createContainer(scope: Scope, parts: ContainerParts, place: Place): docker.Container {
    const { plan, operations, child } = scope;
    const { workload, container, network, images, after } = place;
    const name = `${plan.name}-${workload.service}`;
    const address = addressOf(workload, container);
    const { security, stopSignal, health } = container;
    const grace = workload.gracePeriodSeconds;
    return new docker.Container(
        name,
        {
            name,
            image: images.get(container.image) ?? container.image,
            hostname: address,
            labels: containerLabels(scope, workload.service),
            envs: environment(container, parts.credentials),
            networkMode: "bridge",
            networksAdvanced: [{ name: network, aliases: aliasesOf(scope, workload, address) }],
            ...mountsOf(scope, workload, container, parts.volumes),
            ...unlessEmpty("ports", container.role === "nginx" ? publishedPorts(plan.ports) : []),
            ...unlessEmpty("uploads", uploads(scope, parts, workload, container)),
            restart: "unless-stopped",
            logDriver: "local",
            logOpts: { "max-size": plan.logs.maxSize, "max-file": String(plan.logs.maxFiles) },
            stopTimeout: grace,
            destroyGraceSeconds: grace,
            ...(stopSignal === undefined ? {} : { stopSignal }),
            ...(container.command === undefined ? {} : { entrypoints: [...container.command] }),
            ...(health === undefined ? {} : { healthcheck: healthcheck(health) }),
            ...limits(scope, container),
            ...(security.runAsUser === undefined
                ? {}
                : { user: `${security.runAsUser}:${security.runAsGroup ?? security.runAsUser}` }),
            readOnly: security.readOnlyRootFilesystem,
            capabilities: { drops: ["ALL"], adds: security.addCapabilities.map((name) => `CAP_${name}`) },
            securityOpts: ["no-new-privileges:true"],
            mustRun: true,
        },
        pulumi.mergeOptions(child, {
            dependsOn: after,
            // Its name and its ports cannot be had twice, and two CouchDBs on one folder would destroy it.
            deleteBeforeReplace: true,
            hooks: { beforeCreate: [beforeCreate(name, operations, workload)] },
        }),
    );
}

function unlessEmpty<Key extends string, Item>(key: Key, items: Item[]): { [_ in Key]?: Item[] } {
    return items.length === 0 ? {} : ({ [key]: items } as { [_ in Key]: Item[] });
}

/** The name by which the service calls itself: what the others call it. */
function addressOf(workload: Workload, { environment }: Container): string {
    const own = environment.find(({ name }) => name === "SVC_NAME");
    return own !== undefined && "value" in own ? own.value : workload.service;
}

/** The names that lead to the workload: the services' (`nouveau` beside `nouveau-1`), and the one that it has for itself. */
function aliasesOf({ plan }: Scope, { service }: Workload, address: string): string[] {
    const names = plan.description.services.filter((each) => each.service === service).map(({ name }) => name);
    return [...new Set([service, address, ...names])].sort();
}

function environment({ environment }: Container, credentials: Credentials): pulumi.Input<string>[] {
    return environment.flatMap((variable): pulumi.Input<string>[] => {
        if ("value" in variable) return [`${variable.name}=${variable.value}`];
        if ("podField" in variable) return [];
        return [pulumi.secret(pulumi.interpolate`${variable.name}=${credentials[variable.credential]}`)];
    });
}

function publishedPorts({ address, http, https }: Scope["plan"]["ports"]) {
    const port = (internal: number, external: number) => ({ internal, external, ip: address, protocol: "tcp" });
    return [port(80, http), port(443, https)];
}

/** Files that the images have not: scripts of ours, and what is kept or known of this instance alone. */
function uploads(scope: Scope, parts: ContainerParts, workload: Workload, container: Container) {
    const { plan } = scope;
    const files: { file: string; content: pulumi.Input<string>; permissions: string }[] = [];
    const add = (file: string, content: pulumi.Input<string>, permissions: string) =>
        files.push({ file, content, permissions });
    for (const { path, content, executable } of container.files ?? []) add(path, content, executable ? "0755" : "0644");
    if (workload.role === "couchdb" && workload.node === 1) {
        const values = pulumi.all(parts.credentials);
        const kept = values.apply((all) => keptCredentials({ version: plan.version, values: all }));
        add(CREDENTIALS_FILE, pulumi.secret(kept), "0600");
    }
    if (workload.role === "certificate") {
        const { tls } = plan;
        if (tls.kind === "own" && parts.key !== undefined) {
            add(OWN_CERTIFICATE.certificate, tls.certificate, "0644");
            add(OWN_CERTIFICATE.key, parts.key, "0600");
        }
        if (tls.kind === "acme" && tls.certificateAuthority !== undefined) {
            add(ACME_AUTHORITY, tls.certificateAuthority, "0644");
        }
    }
    return files;
}

/** Durations as the engine writes them back. */
function healthcheck({ command, periodSeconds, timeoutSeconds, failureThreshold, startSeconds }: HealthCheck) {
    return {
        tests: ["CMD", ...command],
        interval: duration(periodSeconds),
        timeout: duration(timeoutSeconds),
        startPeriod: duration(startSeconds),
        retries: failureThreshold,
    };
}

/** `1h0m0s`, `5m0s`, `10s`. */
export function duration(seconds: number): string {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}

/** Memory in MiB; swap counts into it, and none is had beyond, or a database would crawl instead of ending. */
function limits({ swapLimit }: Scope, { resources, openFiles }: Container) {
    const { cpu, memory } = resources.limits;
    const mebibytes = memory === undefined ? undefined : Math.ceil(quantityOf(memory) / 2 ** 20);
    return {
        ...(mebibytes === undefined ? {} : { memory: mebibytes, memorySwap: swapLimit ? mebibytes : -1 }),
        ...(cpu === undefined ? {} : { cpus: String(quantityOf(cpu)) }),
        ...(openFiles === undefined ? {} : { ulimits: [{ name: "nofile", soft: openFiles, hard: openFiles }] }),
    };
}
