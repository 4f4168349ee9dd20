/**
 * The words in which a CHT instance is described: plain data that says what a release is made of, and nothing of where it
 * runs. `describeInstance` (describe.ts) makes the description; components render it on Kubernetes and on Docker.
 */
import type { CertificateSource } from "./certificate";

/** A process of CHT, as its documentation names them; and nginx's companion, which keeps its certificate. */
export type Role =
    | "couchdb"
    | "nouveau"
    | "haproxy"
    | "healthcheck"
    | "api"
    | "sentinel"
    | "upgrade-service"
    | "nginx"
    | "certificate";

/** What renders the description. Compose-equivalent hosts differ in addresses, TLS and the upgrade service. */
export type Platform = "kubernetes" | "docker";

/** A CHT release: `5.2.0`, or a build of a branch such as `5.2.0-my-branch`. */
export interface ChtVersion {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
    /** The part after the numbers (`my-branch`), where the build is not a release. */
    readonly branch?: string;
    /** The image tag: the version as the operator wrote it. */
    readonly tag: string;
}

/** What an operator decides about an instance, with every default filled in. */
export interface InstanceSettings {
    readonly version: ChtVersion;
    readonly platform: Platform;
    /** CouchDB nodes: 1, or a cluster of more. Cannot change later: the data would have to move. */
    readonly couchdbNodes: number;
    /** The database of CHT's documents, `medic` unless an instance has always had another. */
    readonly database: string;
    readonly logLevel: "error" | "warn" | "info" | "debug";
    /** Where API looks for new releases. */
    readonly buildsUrl: string;
    /** Whether API and Sentinel send the TLS server name to proxies (`ADD_SERVERNAME_TO_HTTP_AGENT`). */
    readonly addServernameToHttpAgent: boolean;
    /** Whether API's proxy rewrites the Host header (`PROXY_CHANGE_ORIGIN`). */
    readonly proxyChangeOrigin: boolean;
    /** Where the images come from; Medic's public registry unless given. */
    readonly images: ImageSource;
    /**
     * The path on a CouchDB node's volume that holds its data: `data` for instances of the Helm charts, `""` for the
     * volume's root. `%d` stands for the node's number.
     */
    readonly dataPath: string;
    /**
     * Whether CouchDB takes the host's limit of open files as it is (`DEFAULT_ULIMIT`), because that cannot be raised to
     * 100,000; else the start script raises it, or ends with an error.
     * @default false
     * @see medic/cht-core#9923
     */
    readonly defaultUlimit?: boolean;
    /** Where nginx's certificate comes from. On Docker only, where it must be given. */
    readonly certificate?: CertificateSource;
    /** Whether the upgrade service runs on Docker; on Kubernetes the version decides. @default false */
    readonly upgradeService?: boolean;
    /** CPU and memory per role: what sizing decided, with the operator's own figures over it. */
    readonly resources: Readonly<Record<Role, ResourceNeeds>>;
    /** The name by which `role` (and, of a cluster, node `node`) is reached from the other services. */
    readonly address: (role: Role, node?: number) => string;
}

export interface ImageSource {
    /** Replaces Medic's registry in every image name: a private mirror, `registry.example.org/cht`. */
    readonly registry?: string;
    /** Replaces the upgrade service's image, which is a product of its own. */
    readonly upgradeService?: string;
    /** Replaces the ACME client's image. */
    readonly acme?: string;
    /** Digests of the release's images, `sha256:…`, by role: they fix what a tag could be moved away from. */
    readonly digests?: Readonly<Partial<Record<Role, string>>>;
}

/** Kubernetes quantities: `250m` or `2` processors, `1Gi` of memory. A missing limit is no limit. */
export interface ResourceNeeds {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu?: string; readonly memory?: string };
}

/** The keys of the Secret `cht-couchdb-credentials`, as the Helm charts made them. */
export type CredentialKey = "COUCHDB_USER" | "COUCHDB_PASSWORD" | "COUCHDB_SECRET" | "COUCHDB_UUID" | "COUCH_URL";

export type EnvironmentVariable =
    | { readonly name: string; readonly value: string }
    | { readonly name: string; readonly credential: CredentialKey }
    /** The Kubernetes namespace that the container runs in. */
    | { readonly name: string; readonly podField: "metadata.namespace" };

export interface Port {
    /** An IANA service name, unique in its workload: `couchdb`, `epmd`. */
    readonly name: string;
    readonly port: number;
    /** Why it is open, and to whom. */
    readonly purpose: string;
}

/** What is done to see whether a container is well. */
export type ProbeAction =
    | {
          readonly kind: "http";
          readonly path: string;
          readonly port: number;
          readonly headers?: Readonly<Record<string, string>>;
      }
    | { readonly kind: "tcp"; readonly port: number }
    | { readonly kind: "command"; readonly command: readonly string[] };

export interface Probe {
    readonly action: ProbeAction;
    readonly periodSeconds: number;
    readonly timeoutSeconds: number;
    readonly failureThreshold: number;
}

export interface Probes {
    readonly startup?: Probe;
    readonly readiness?: Probe;
    readonly liveness?: Probe;
}

/** A command in the container by which Docker sees whether it is well. */
export interface HealthCheck {
    readonly command: readonly string[];
    readonly periodSeconds: number;
    readonly timeoutSeconds: number;
    readonly failureThreshold: number;
    /** How long it may take to be well for the first time. */
    readonly startSeconds: number;
}

/** A file that the image has not, put into the container before it starts. */
export interface ContainerFile {
    readonly path: string;
    readonly content: string;
    readonly executable: boolean;
}

/** What a container may do. Every rule that is looser than Pod Security's `restricted` carries its reason. */
export interface ContainerSecurity {
    /** Numeric user; `undefined` keeps the image's own. */
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly runAsNonRoot: boolean;
    readonly readOnlyRootFilesystem: boolean;
    /** Capabilities added after ALL are dropped. */
    readonly addCapabilities: readonly string[];
    /** Why `restricted`, or a read-only root, cannot be had: one sentence a rule, empty where all can. */
    readonly exceptions: readonly string[];
}

/** Something mounted into a container. */
export type Mount =
    /** The CouchDB node's own volume; `subPath` is where on it. */
    | { readonly kind: "data"; readonly path: string; readonly subPath: string }
    /** A volume of its own that outlives the container, of Docker's: `cht-credentials`, `cht-ssl`. */
    | { readonly kind: "volume"; readonly name: string; readonly path: string }
    /** Space that is empty at each start, shared by the workload's containers under `name`. */
    | { readonly kind: "scratch"; readonly name: string; readonly path: string };

export interface Container {
    readonly role: Role;
    /** The container's name in its workload, as operators know it: `cht-api`. */
    readonly name: string;
    readonly image: string;
    /** Instead of all that the image would run. @default - the image's own */
    readonly command?: readonly string[];
    readonly environment: readonly EnvironmentVariable[];
    readonly ports: readonly Port[];
    readonly probes: Probes;
    /** For renderers that have no probes (Docker). */
    readonly health?: HealthCheck;
    /** For renderers that can put files into a container (Docker). */
    readonly files?: readonly ContainerFile[];
    /** Run before the container is told to end, in its own file system. */
    readonly preStop?: readonly string[];
    /** The signal that ends it, where the image's own would not; for renderers that can set one (Docker). */
    readonly stopSignal?: string;
    /** How many files it must be allowed to open. Docker: `ulimits.nofile`; Kubernetes: the node's container runtime. */
    readonly openFiles?: number;
    readonly security: ContainerSecurity;
    readonly resources: ResourceNeeds;
    readonly mounts: readonly Mount[];
}

/** Containers that run and end together: a Deployment on Kubernetes, a container each on Docker. */
export interface Workload {
    /** The Deployment's name, as the Helm charts gave it: `cht-couchdb-1`. */
    readonly name: string;
    /** The value of the label `cht.service`: `couchdb-1`, `api`. */
    readonly service: string;
    readonly role: Role;
    /** The CouchDB node whose volume it mounts, from 1: couchdb's own workloads, and on Docker nouveau's. */
    readonly node?: number;
    /** Run one after the other, to their end, before the containers. */
    readonly initContainers: readonly Container[];
    /** The first is what the workload is for. */
    readonly containers: readonly Container[];
    /** How long the containers may take to end before they are killed. */
    readonly gracePeriodSeconds: number;
    /** The group that owns what is written on the data volume, where containers of several users share it. */
    readonly fileSystemGroup?: number;
    /** Services that must exist (Kubernetes) or be healthy (Docker) before this one starts. */
    readonly startsAfter: readonly string[];
}

/** A name that other services look up, and the workload behind it. */
export interface ServiceAddress {
    /** The Service's name: `couchdb-1`, `nouveau`, `healthcheck`. */
    readonly name: string;
    /** The workload's `cht.service` label that it leads to. */
    readonly service: string;
    readonly ports: readonly Port[];
    /**
     * Whether the name must resolve before its workload is ready: CouchDB nodes find one another while they start.
     * @see cht-core couchdb/set-up-cluster.sh
     */
    readonly beforeReady: boolean;
}

/** One end of a network arrow. Workloads are named by role (and node); the rest lies outside the instance. */
export type NetworkPeer =
    | { readonly kind: "workload"; readonly service: string }
    | { readonly kind: "ingress" }
    | { readonly kind: "dns" }
    | { readonly kind: "internet" }
    | { readonly kind: "kubernetes-api" };

/** A connection that is allowed; all that is not listed is denied, both ways. */
export interface NetworkArrow {
    readonly from: NetworkPeer;
    readonly to: NetworkPeer;
    readonly ports: readonly { readonly port: number; readonly protocol: "TCP" | "UDP" }[];
    /** What breaks without it. */
    readonly purpose: string;
}

/** Everything that a renderer needs to know. */
export interface InstanceDescription {
    readonly version: ChtVersion;
    readonly workloads: readonly Workload[];
    readonly services: readonly ServiceAddress[];
    readonly arrows: readonly NetworkArrow[];
    /** The `COUCHDB_SERVERS` list, `COUCHDB_SYNC_ADMINS_NODE` and `CLUSTER_PEER_IPS` of the ConfigMap operators know. */
    readonly couchdbServers: readonly string[];
    /** Whether the instance is refused a restricted namespace, and by what. */
    readonly podSecurity: "baseline" | "restricted";
}
