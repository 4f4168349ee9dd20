/** Turns the description of a workload into a pod's specification. Pure: what is decided was decided before. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Container, EnvironmentVariable, Mount, Probe, Workload } from "../../cht/model";
import { CREDENTIALS_SECRET, SERVERS_CONFIG_MAP } from "../../cht/names";
import type { InstancePlan } from "../../config/plan";
import { canonicalEach } from "./quantities";
import { unlessEmpty } from "./scope";
import { serversData } from "./servers";

type Pod = types.input.core.v1.PodSpec;
type ContainerInput = types.input.core.v1.Container;

const dataVolume = "data";

export interface PodContext {
    readonly plan: InstancePlan;
    /** The claim of the workload's CouchDB node. */
    readonly claimName?: pulumi.Input<string>;
    readonly serviceAccountName?: pulumi.Input<string>;
}

export function podSpec(workload: Workload, context: PodContext): Pod {
    const { plan } = context;
    const containers = [...workload.initContainers, ...workload.containers];
    const { nodeSelector, tolerations, couchdbNodes, couchdb } = plan.placement;
    const ownNode = workload.node === undefined ? undefined : couchdbNodes?.[workload.node - 1];
    // Nodes kept for CouchDB are for its pods alone: what else would run there would be in its way.
    const kept = workload.role === "couchdb" ? couchdb : undefined;
    return {
        // Only the upgrade service talks to Kubernetes; a token elsewhere is a gift to an intruder.
        automountServiceAccountToken: context.serviceAccountName !== undefined,
        serviceAccountName: context.serviceAccountName,
        // Environment variables of Services would collide with CHT's own (API_PORT, HAPROXY_PORT).
        enableServiceLinks: false,
        securityContext: {
            seccompProfile: { type: "RuntimeDefault" },
            fsGroup: workload.fileSystemGroup,
            // A large volume is not walked through at every start.
            fsGroupChangePolicy: workload.fileSystemGroup === undefined ? undefined : "OnRootMismatch",
        },
        terminationGracePeriodSeconds: workload.gracePeriodSeconds,
        nodeSelector: unlessEmpty({ ...kept?.nodeSelector, ...nodeSelector, ...ownNode }),
        tolerations: unlessEmpty(
            [...(kept?.tolerations ?? []), ...tolerations].map((toleration) => ({ ...toleration })),
        ),
        topologySpreadConstraints: workload.role === "couchdb" ? spreadOverNodesAndZones(plan.name) : undefined,
        imagePullSecrets: plan.images.pullSecret === undefined ? undefined : [{ name: plan.images.pullSecret }],
        initContainers: unlessEmpty(workload.initContainers.map((c) => container(c, plan))),
        containers: workload.containers.map((c) => container(c, plan)),
        volumes: volumes(containers, context.claimName),
    };
}

/** Nodes of a CouchDB cluster on different machines and zones where there are any; a small cluster may hold them all. */
function spreadOverNodesAndZones(instance: string) {
    const labelSelector = {
        matchLabels: { "app.kubernetes.io/instance": instance, "app.kubernetes.io/component": "couchdb" },
    };
    return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector,
    }));
}

function container(described: Container, plan: InstancePlan): ContainerInput {
    const { probes, security, resources } = described;
    return {
        name: described.name,
        image: described.image,
        imagePullPolicy: plan.images.pullPolicy,
        command: described.command === undefined ? undefined : [...described.command],
        env: unlessEmpty(described.environment.map((variable) => environmentVariable(variable, plan))),
        ports: unlessEmpty(described.ports.map(({ name, port }) => ({ name, containerPort: port }))),
        startupProbe: probe(probes.startup),
        readinessProbe: probe(probes.readiness),
        livenessProbe: probe(probes.liveness),
        lifecycle:
            described.preStop === undefined ? undefined : { preStop: { exec: { command: [...described.preStop] } } },
        resources: {
            requests: canonicalEach({ ...resources.requests }),
            limits: canonicalEach({ ...resources.limits }),
        },
        securityContext: {
            runAsUser: security.runAsUser,
            runAsGroup: security.runAsGroup,
            runAsNonRoot: security.runAsNonRoot,
            readOnlyRootFilesystem: security.readOnlyRootFilesystem,
            allowPrivilegeEscalation: false,
            privileged: false,
            capabilities: {
                drop: ["ALL"],
                add: unlessEmpty([...security.addCapabilities]),
            },
        },
        volumeMounts: unlessEmpty(described.mounts.map(volumeMount)),
    };
}

/** What operators find in the ConfigMap and the Secret is read from there, so that they tell the truth. */
function environmentVariable(variable: EnvironmentVariable, plan: InstancePlan): types.input.core.v1.EnvVar {
    const { name } = variable;
    if ("credential" in variable) {
        return { name, valueFrom: { secretKeyRef: { name: CREDENTIALS_SECRET, key: variable.credential } } };
    }
    if ("podField" in variable) {
        return { name, valueFrom: { fieldRef: { fieldPath: variable.podField } } };
    }
    const listed = serversData(plan)[name];
    return listed !== undefined && listed === variable.value
        ? { name, valueFrom: { configMapKeyRef: { name: SERVERS_CONFIG_MAP, key: name } } }
        : { name, value: variable.value };
}

function probe(described: Probe | undefined): types.input.core.v1.Probe | undefined {
    if (described === undefined) {
        return undefined;
    }
    const { action, periodSeconds, timeoutSeconds, failureThreshold } = described;
    const timing = { periodSeconds, timeoutSeconds, failureThreshold };
    switch (action.kind) {
        case "http": {
            const httpHeaders = Object.entries(action.headers ?? {}).map(([name, value]) => ({ name, value }));
            return {
                ...timing,
                httpGet: { path: action.path, port: action.port, httpHeaders: unlessEmpty(httpHeaders) },
            };
        }
        case "tcp":
            return { ...timing, tcpSocket: { port: action.port } };
        case "command":
            return { ...timing, exec: { command: [...action.command] } };
    }
}

function volumeMount(mount: Mount): types.input.core.v1.VolumeMount {
    switch (mount.kind) {
        case "data":
            return {
                name: dataVolume,
                mountPath: mount.path,
                subPath: mount.subPath === "" ? undefined : mount.subPath,
            };
        case "scratch":
            return { name: mount.name, mountPath: mount.path };
        case "volume":
            throw new Error(`the description names the volume '${mount.name}', which only Docker has`);
    }
}

function volumes(containers: readonly Container[], claimName: pulumi.Input<string> | undefined) {
    const mounts = containers.flatMap((described) => described.mounts);
    const scratch = [...new Set(mounts.flatMap((mount) => (mount.kind === "scratch" ? [mount.name] : [])))];
    const data = mounts.some((mount) => mount.kind === "data") && claimName !== undefined;
    return unlessEmpty([
        ...(data ? [{ name: dataVolume, persistentVolumeClaim: { claimName } }] : []),
        ...scratch.map((name) => ({ name, emptyDir: {} })),
    ]);
}
