// The programs of the sandbox and their arguments. All of them listen on loopback or on a socket in the sandbox's folder.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { certificate, certificateKey, kubeconfigOf, serviceAccountKey, tokenFile } from "./credentials.mjs";
import { SandboxError } from "./settings.mjs";

/** @typedef {import("./settings.mjs").Sandbox} Sandbox */
/** @typedef {import("./processes.mjs").Program} Program */

/** In the order in which they are started; they are ended in the opposite one. */
export const programNames = /** @type {const} */ ([
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
]);

/** @typedef {(typeof programNames)[number]} ProgramName */

const serviceRange = "10.43.0.0/16";
const podRange = "10.42.0.0/16";

/**
 * How to call a program: the official executable of that name, or the one that has them all.
 *
 * @param {Sandbox} sandbox
 * @param {string} name
 * @returns {{ command: string, first: string[] }} the executable and the arguments that come before any other
 */
export function resolveProgram(sandbox, name) {
    const official = join(sandbox.binaries, name);
    if (existsSync(official)) return { command: official, first: [] };
    const all = join(sandbox.binaries, "sandbox-kubernetes");
    if (existsSync(all)) return { command: all, first: [name] };
    throw new SandboxError(`${name} is missing: neither ${official} nor ${all} exists. \`npm start\` gets it.`);
}

/**
 * A program of a sandbox, ready to be started.
 *
 * @param {Sandbox} sandbox whose ports have been chosen
 * @param {ProgramName} name
 * @returns {Program}
 */
export function programOf(sandbox, name) {
    const { command, first } = resolveProgram(sandbox, name);
    return { name, command, arguments: [...first, ...argumentsOf[name](sandbox)] };
}

/**
 * The argument that no other process has than this program of this sandbox. It is known without the program itself, which may
 * have been deleted while it runs.
 *
 * @param {Sandbox} sandbox
 * @param {ProgramName} name
 */
export function markOf(sandbox, name) {
    return { name, mark: argumentsOf[name](sandbox)[0] ?? "" };
}

/**
 * The arguments of each program. The first one names a place that is this sandbox's and this program's alone.
 *
 * @type {Record<ProgramName, (sandbox: Sandbox) => string[]>}
 */
const argumentsOf = {
    // On sockets in the sandbox's folder, so that no other user can reach the data. etcd insists on a port in the name; a
    // path relative to the folder, because the path of a socket may have no more than 100 characters.
    etcd: (sandbox) => [
        `--data-dir=${sandbox.data}`,
        "--name=sandbox",
        "--listen-client-urls=unix://etcd:0",
        "--advertise-client-urls=unix://etcd:0",
        "--listen-peer-urls=unix://peer:0",
        "--initial-advertise-peer-urls=unix://peer:0",
        "--initial-cluster=sandbox=unix://peer:0",
        // a crash of the program loses nothing, only one of the machine can
        "--unsafe-no-fsync",
        "--log-level=warn",
    ],
    "kube-apiserver": (sandbox) => [
        `--cert-dir=${sandbox.certificates}`,
        `--token-auth-file=${tokenFile(sandbox)}`,
        "--etcd-servers=unix://etcd:0",
        "--bind-address=127.0.0.1",
        `--secure-port=${sandbox.ports.api}`,
        // may not be a loopback address; with no endpoints reconciled it is never used
        "--advertise-address=198.51.100.1",
        "--endpoint-reconciler-type=none",
        `--service-cluster-ip-range=${serviceRange}`,
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-key-file=${serviceAccountKey(sandbox)}`,
        `--service-account-signing-key-file=${serviceAccountKey(sandbox)}`,
        "--kubelet-preferred-address-types=InternalIP",
    ],
    "kube-controller-manager": (sandbox) => [
        `--kubeconfig=${kubeconfigOf(sandbox, "kube-controller-manager")}`,
        "--secure-port=0",
        "--leader-elect=false",
        "--use-service-account-credentials",
        // the default of 20 calls a second is for clusters with more patience
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        `--service-account-private-key-file=${serviceAccountKey(sandbox)}`,
        `--root-ca-file=${certificate(sandbox)}`,
        "--allocate-node-cidrs",
        `--cluster-cidr=${podRange}`,
        // 1022 pod addresses a node
        "--node-cidr-mask-size=22",
        `--service-cluster-ip-range=${serviceRange}`,
    ],
    "kube-scheduler": (sandbox) => [
        `--kubeconfig=${kubeconfigOf(sandbox, "kube-scheduler")}`,
        "--secure-port=0",
        "--leader-elect=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ],
    kwok: (sandbox) => [
        `--kubeconfig=${kubeconfigOf(sandbox, "kwok")}`,
        `--config=${join(sandbox.directory, "kwok.yaml")}`,
        "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        // without leases every node becomes Unknown after 50 seconds
        "--node-lease-duration-seconds=40",
        "--node-ip=127.0.0.1",
        `--node-port=${sandbox.ports.kwok}`,
        `--server-address=127.0.0.1:${sandbox.ports.kwok}`,
        // `kubectl logs` goes from the API server to here; it does not look at the certificate
        `--tls-cert-file=${certificate(sandbox)}`,
        `--tls-private-key-file=${certificateKey(sandbox)}`,
    ],
};
