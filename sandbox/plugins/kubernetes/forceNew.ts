/**
 * The fields that Kubernetes does not let change, so that a change replaces the object; as the official plugin has them.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
 */
import { type Bag, isBag, textAt, type Value } from "../values";
import { CONFIG_MAP, isKind, SECRET } from "./objects";

/** Every object's identity. */
const IDENTITY = ["metadata.name", "metadata.namespace"];

const VOLUME_SOURCES =
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath " +
    "iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume";
const POD_FIELDS =
    "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID " +
    "hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates " +
    "restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace " +
    "subdomain terminationGracePeriodSeconds volumes";
const CONTAINER_FIELDS =
    "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin " +
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir";

const under = (prefix: string, fields: string): string[] => fields.split(" ").map((field) => `${prefix}.${field}`);

/** By group and kind; the version makes no difference for those that a current cluster serves. */
const FIELDS: Record<string, string[]> = {
    "apps/DaemonSet": ["spec.selector"],
    "apps/Deployment": ["spec.selector"],
    "apps/StatefulSet": under(
        "spec",
        "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates",
    ),
    "batch/Job": under("spec", "completions parallelism selector template"),
    "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
    "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
    "/PersistentVolume": under("spec", VOLUME_SOURCES),
    "/PersistentVolumeClaim": under("spec", "accessModes selector storageClassName volumeName"),
    "/Pod": [
        ...under("spec", POD_FIELDS),
        ...under("spec.containers[*]", CONTAINER_FIELDS),
        ...under("spec.initContainers[*]", CONTAINER_FIELDS),
    ],
    "/ResourceQuota": ["spec.scopes"],
    "/Secret": ["type"],
    "/Service": ["spec.clusterIP"],
};

/** Whether Secrets and ConfigMaps may change in place. */
export interface Mutability {
    enableSecretMutable: boolean;
    enableConfigMapMutable: boolean;
}

export function forceNewFields(object: Bag, mutability: Mutability): string[] {
    const isImmutable = object["immutable"] === true;
    if (isKind(object, SECRET) && (isImmutable || !mutability.enableSecretMutable))
        return [...IDENTITY, "type", "stringData", "data"];
    if (isKind(object, CONFIG_MAP) && (isImmutable || !mutability.enableConfigMapMutable))
        return [...IDENTITY, "binaryData", "data"];
    const apiVersion = textAt(object, "apiVersion");
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    return [...IDENTITY, ...(FIELDS[`${group}/${textAt(object, "kind")}`] ?? [])];
}

/** A patch may change everything of an object but which object it is. */
export const patchForceNewFields = (): string[] => IDENTITY;

/** A property's place: keys, and positions in lists. */
export type Path = (string | number)[];

/** Whether a change at `path` to `value` is one of the `field`: below it, at it, or above it with the field inside. */
export function touches(field: string, path: Path, value: Value | undefined): boolean {
    const steps = field.replaceAll("[*]", ".*").split(".");
    for (const [index, step] of path.entries()) {
        if (index >= steps.length) return true;
        if (steps[index] !== (typeof step === "number" ? "*" : step)) return false;
    }
    return contains(value, steps.slice(path.length));
}

function contains(value: Value | undefined, [step, ...rest]: string[]): boolean {
    if (step === undefined) return true;
    if (step === "*") return Array.isArray(value) && value.some((item) => contains(item, rest));
    return isBag(value) && value[step] !== undefined && contains(value[step], rest);
}
