import { type Capabilities, capabilitiesOf } from "./capabilities";
import { certificateScript, RELOAD_HOOK_PATH, reloadHook } from "./certificate";
import { couchdbServers, environmentFor } from "./environment";
import { healthFor } from "./health";
import { imageFor } from "./images";
import type {
    Container,
    InstanceDescription,
    InstanceSettings,
    Mount,
    ResourceNeeds,
    Role,
    ServiceAddress,
    Workload,
} from "./model";
import { dataMounts } from "./mounts";
import { nodeNumbers, serviceName, workloadName } from "./names";
import { jobArrows, networkArrows } from "./network";
import { nouveauNodes, nouveauWorkload } from "./nouveau";
import { openPorts } from "./ports";
import { probesFor } from "./probes";
import { COUCHDB_USER_ID, securityFor, writableFolders } from "./security";
import { shutdownCommand, shutdownFor } from "./shutdown";

/**
 * Describes the CHT instance that `settings` ask for: its processes, how they are joined, and what each may do. The same
 * settings always give the same description.
 */
export function describeInstance(settings: InstanceSettings): InstanceDescription {
    const can = capabilitiesOf(settings);
    return {
        version: settings.version,
        workloads: workloads(settings, can),
        services: services(settings, can),
        arrows: [...networkArrows(settings), ...(settings.platform === "kubernetes" ? jobArrows(settings) : [])],
        couchdbServers: couchdbServers(settings),
        podSecurity: "baseline",
    };
}

function workloads(settings: InstanceSettings, can: Capabilities): Workload[] {
    const nodes = nodeNumbers(settings.couchdbNodes);
    const docker = settings.platform === "docker";
    const databases = nodes.map((node) => serviceName("couchdb", node));
    return [
        ...(docker ? nouveauNodes(settings, can).map((node) => separateNouveau(settings, can, node)) : []),
        ...nodes.map((node) => couchdbWorkload(settings, can, node)),
        ...(can.healthcheck ? [workload("healthcheck", settings, can, [])] : []),
        workload("haproxy", settings, can, [...databases, ...(can.healthcheck ? ["healthcheck"] : [])]),
        ...(can.upgradeService ? [workload("upgrade-service", settings, can, [])] : []),
        workload("api", settings, can, ["haproxy"]),
        workload("sentinel", settings, can, ["haproxy"]),
        ...(docker
            ? [
                  workload("certificate", settings, can, []),
                  workload("nginx", settings, can, ["api", "haproxy", "certificate"]),
              ]
            : []),
    ];
}

/** A workload that is one container. */
function workload(role: Role, settings: InstanceSettings, can: Capabilities, startsAfter: readonly string[]): Workload {
    return {
        name: workloadName(role),
        service: serviceName(role),
        role,
        initContainers: copies(role, settings, can),
        containers: [container(role, settings, can)],
        gracePeriodSeconds: shutdownFor(role).gracePeriodSeconds,
        startsAfter,
    };
}

/** A CouchDB node. On Kubernetes its nouveau is in the same pod, since only one pod can have the node's volume. */
function couchdbWorkload(settings: InstanceSettings, can: Capabilities, node: number | undefined): Workload {
    const docker = settings.platform === "docker";
    const withNouveau = !docker && nouveauNodes(settings, can).includes(node);
    return {
        ...workload("couchdb", settings, can, [
            ...(docker && can.nouveau !== "none" ? [nouveauWorkload(settings, can, node)] : []),
            // The others wait for node 1, which has the hash of the password.
            ...(node !== undefined && node > 1 ? [serviceName("couchdb", 1)] : []),
        ]),
        name: workloadName("couchdb", node),
        service: serviceName("couchdb", node),
        node: node ?? 1,
        containers: [
            container("couchdb", settings, can, node),
            ...(withNouveau ? [container("nouveau", settings, can, node)] : []),
        ],
        ...(withNouveau ? { fileSystemGroup: COUCHDB_USER_ID } : {}),
    };
}

/** A nouveau of its own, as Docker has it. */
function separateNouveau(settings: InstanceSettings, can: Capabilities, node: number | undefined): Workload {
    const service = nouveauWorkload(settings, can, node);
    return {
        ...workload("nouveau", settings, can, []),
        name: workloadName("nouveau", can.nouveau === "every-node" ? node : undefined),
        service,
        node: node ?? 1,
        containers: [container("nouveau", settings, can, node)],
    };
}

function container(role: Role, settings: InstanceSettings, can: Capabilities, node?: number): Container {
    const { preStop, stopSignal } = shutdownFor(role);
    return {
        role,
        name: workloadName(role, role === "couchdb" ? node : undefined),
        image: imageFor(
            role,
            settings.version,
            settings.images,
            settings.platform,
            settings.certificate?.kind === "acme",
        ),
        ...(settings.platform === "docker" ? onDocker(role, settings) : {}),
        environment: environmentFor(role, settings, node),
        ports: openPorts(role, settings.couchdbNodes),
        probes: probesFor(role),
        ...(preStop ? { preStop } : {}),
        ...(stopSignal ? { stopSignal } : {}),
        ...(OPEN_FILES[role] && !settings.defaultUlimit ? { openFiles: OPEN_FILES[role] } : {}),
        security: securityFor(role, settings.platform),
        resources: settings.resources[role],
        mounts: [
            ...dataMounts(role, settings, node),
            ...writableFolders(role, settings.platform, can).map(
                ({ name, path }): Mount => ({ kind: "scratch", name, path }),
            ),
        ],
    };
}

/** What Docker has no probes, no preStop and no ingress for. */
function onDocker(role: Role, { certificate }: InstanceSettings): Pick<Container, "command" | "files" | "health"> {
    const health = healthFor(role);
    const command =
        role === "certificate" && certificate !== undefined
            ? ["/bin/sh", "-c", certificateScript(certificate)]
            : shutdownCommand(role);
    return {
        ...(command ? { command } : {}),
        ...(health ? { health } : {}),
        ...(role === "nginx"
            ? { files: [{ path: RELOAD_HOOK_PATH, content: `${reloadHook()}\n`, executable: true }] }
            : {}),
    };
}

/**
 * How many files a role opens: CouchDB's start script asks for as many; HAProxy needs 120,029 for its `maxconn 60000`.
 *
 * @see medic/cht-core couchdb/docker-entrypoint.sh, haproxy/default_frontend.cfg
 */
const OPEN_FILES: Readonly<Partial<Record<Role, number>>> = { couchdb: 100_000, haproxy: 200_000 };

/** Where init containers see the scratch space that they fill. */
const FILLED = "/writable";

/** One init container for each folder that the image has files in, and whose copy the role may write. */
function copies(role: Role, settings: InstanceSettings, can: Capabilities): Container[] {
    return writableFolders(role, settings.platform, can)
        .filter((folder) => folder.copied)
        .map((folder) => ({
            role,
            name: `copy-${folder.name}`,
            image: imageFor(role, settings.version, settings.images, settings.platform),
            command: ["/bin/sh", "-c", `cp -R ${folder.path}/. ${FILLED}/`],
            environment: [],
            ports: [],
            probes: {},
            security: securityFor(role, settings.platform),
            resources: COPY_RESOURCES,
            mounts: [{ kind: "scratch", name: folder.name, path: FILLED }],
        }));
}

/** Copying some megabytes of files. */
const COPY_RESOURCES: ResourceNeeds = {
    requests: { cpu: "10m", memory: "32Mi" },
    limits: { memory: "128Mi" },
};

/** The names that services look up; of nouveau always `nouveau` too, which images up to 5.2 have built in. */
function services(settings: InstanceSettings, can: Capabilities): ServiceAddress[] {
    const nodes = nodeNumbers(settings.couchdbNodes);
    const address = (role: Role, name: string, service: string): ServiceAddress => ({
        name,
        service,
        ports: openPorts(role, settings.couchdbNodes),
        beforeReady: role === "couchdb",
    });
    const single = (role: Role) => address(role, serviceName(role), serviceName(role));
    return [
        ...nodes.map((node) => address("couchdb", serviceName("couchdb", node), serviceName("couchdb", node))),
        ...(can.nouveau === "none" ? [] : [address("nouveau", "nouveau", nouveauWorkload(settings, can, nodes[0]))]),
        ...(can.nouveau === "every-node" && settings.couchdbNodes > 1
            ? nodes.map((node) =>
                  address("nouveau", serviceName("nouveau", node), nouveauWorkload(settings, can, node)),
              )
            : []),
        ...(can.healthcheck ? [single("healthcheck")] : []),
        single("haproxy"),
        ...(can.upgradeService ? [single("upgrade-service")] : []),
        single("api"),
        ...(settings.platform === "docker" ? [single("nginx")] : []),
    ];
}
