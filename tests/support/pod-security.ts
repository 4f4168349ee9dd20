/**
 * The rules of Kubernetes' Pod Security Standards, level `restricted` (which contains `baseline`), over a pod's specification.
 * Written from the standard, so that it does not share a mistake with what it judges; that the API server agrees is shown by
 * the engine tests.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

interface SecurityContext {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly procMount?: string;
    readonly seLinuxOptions?: unknown;
    readonly appArmorProfile?: { readonly type?: string };
    readonly windowsOptions?: { readonly hostProcess?: boolean };
    readonly sysctls?: readonly unknown[];
    readonly seccompProfile?: { readonly type?: string };
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

interface Handler {
    readonly httpGet?: { readonly host?: string };
    readonly tcpSocket?: { readonly host?: string };
}

export interface Container {
    readonly name: string;
    readonly securityContext?: SecurityContext;
    readonly ports?: readonly { readonly hostPort?: number }[];
    readonly startupProbe?: Handler;
    readonly readinessProbe?: Handler;
    readonly livenessProbe?: Handler;
    readonly lifecycle?: { readonly preStop?: Handler; readonly postStart?: Handler };
    /** What the standard says nothing of. */
    readonly [field: string]: unknown;
}

export interface PodSpec {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly securityContext?: SecurityContext;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly Readonly<Record<string, unknown>>[];
    /** What the standard says nothing of. */
    readonly [field: string]: unknown;
}

const volumeTypes = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
const seccompTypes = ["RuntimeDefault", "Localhost"];

/** What in the pod is not `restricted`: one line for each rule and container, empty where it conforms. */
export function restrictedViolations(pod: PodSpec): string[] {
    const containers = [...(pod.initContainers ?? []), ...pod.containers];
    return [
        ...podViolations(pod),
        ...containers.flatMap((container) => containerViolations(container, pod.securityContext)),
    ];
}

function podViolations(pod: PodSpec): string[] {
    const violations: string[] = [];
    for (const key of ["hostNetwork", "hostPID", "hostIPC"] as const) {
        if (pod[key] === true) violations.push(`pod: ${key}`);
    }
    for (const { name, ...sources } of pod.volumes ?? []) {
        const types = Object.keys(sources);
        if (types.length !== 1 || !volumeTypes.includes(types[0] ?? "")) {
            violations.push(`pod: volume ${String(name)} of type ${types.join(", ")}`);
        }
    }
    if ((pod.securityContext?.sysctls ?? []).length > 0) violations.push("pod: sysctls");
    return [...violations, ...sharedViolations("pod", pod.securityContext)];
}

function containerViolations(container: Container, pod: SecurityContext = {}): string[] {
    const { name, securityContext: own = {} } = container;
    const violations = sharedViolations(name, own);
    const check = (wrong: boolean, rule: string) => wrong && violations.push(`${name}: ${rule}`);
    check(own.privileged === true, "privileged");
    check(own.allowPrivilegeEscalation !== false, "allowPrivilegeEscalation");
    check((own.runAsNonRoot ?? pod.runAsNonRoot) !== true, "runAsNonRoot");
    check((own.runAsUser ?? pod.runAsUser) === 0, "runAsUser 0");
    check(!(own.capabilities?.drop ?? []).includes("ALL"), "capabilities not dropped");
    for (const capability of own.capabilities?.add ?? []) {
        check(capability !== "NET_BIND_SERVICE", `capability ${capability}`);
    }
    check(!seccompTypes.includes((own.seccompProfile ?? pod.seccompProfile)?.type ?? ""), "seccompProfile");
    check(!["Default", undefined].includes(own.procMount), "procMount");
    check(
        (container.ports ?? []).some(({ hostPort = 0 }) => hostPort !== 0),
        "hostPort",
    );
    const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
    const handlers = [startupProbe, readinessProbe, livenessProbe, lifecycle?.preStop, lifecycle?.postStart];
    check(
        handlers.some((handler) => handler?.httpGet?.host ?? handler?.tcpSocket?.host),
        "host of a probe",
    );
    return violations;
}

/** What may be wrong on the pod and on a container alike. */
function sharedViolations(where: string, context: SecurityContext = {}): string[] {
    const violations: string[] = [];
    if (context.windowsOptions?.hostProcess === true) violations.push(`${where}: hostProcess`);
    if (context.seLinuxOptions !== undefined) violations.push(`${where}: seLinuxOptions`);
    if (context.appArmorProfile?.type === "Unconfined") violations.push(`${where}: appArmorProfile`);
    return violations;
}
